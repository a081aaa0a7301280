"""The bars of a forecast, month by month: where each is drawn. The page and the paper draw the same. Units: tenths of a millimetre or pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carnet.observatory.rules._cash import Month

WIDTH, HEIGHT, FOOT, HEAD = 640, 200, 28, 22
MONTHS_MOST = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: its bar, the line between its low and its high, where its name and its number are written."""

    month_on: date
    used: int
    x: int
    y: int
    width: int
    height: int
    middle: int
    low_y: int
    high_y: int
    is_named: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on a ground line."""

    width: int
    height: int
    ground: int
    bars: tuple[Bar, ...]


def chart_of(months: Sequence[Month]) -> Chart | None:
    """The bars of the months to come, at most eighteen; None when nothing is likely to be used."""
    shown = [month for month in months if month.used or month.high][:MONTHS_MOST]
    most = max((max(month.used, month.high) for month in shown), default=0)
    if most == 0:
        return None
    ground, room = HEIGHT - FOOT, HEIGHT - FOOT - HEAD
    step = WIDTH // max(4, len(shown))
    every = 1 + (len(shown) - 1) // 9  # names that would touch are left out

    def y(count: int) -> int:
        return ground - count * room // most

    bars = tuple(
        Bar(
            month_on=month.first_on,
            used=month.used,
            x=rank * step + step // 5,
            y=y(month.used),
            width=step - 2 * (step // 5),
            height=ground - y(month.used),
            middle=rank * step + step // 2,
            low_y=y(min(month.low, month.used)),
            high_y=y(max(month.high, month.used)),
            is_named=rank % every == 0,
        )
        for rank, month in enumerate(shown)
    )
    return Chart(WIDTH, HEIGHT, ground, bars)
