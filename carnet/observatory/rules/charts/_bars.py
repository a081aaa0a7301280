"""Bars: lying one under the other with their names above, or standing month by month; with or without an interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from carnet.observatory.rules.charts._shapes import LETTER, ROW, WIDTH, Drawing, Gap, Shape, Value, numbers, path, rect, shortened, words

BAR = 14  # the thickness of a lying bar
GAP_WIDTH = 44  # of the mark of a number that is not there
HEIGHT, FOOT, HEAD = 190, 24, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """A name, a number, the number as written, and between what and what it may be. `was` is what it is a part of."""

    label: str
    value: Value
    text: str
    low: int | float | None = None
    high: int | float | None = None
    was: Value | None = None


def rows(bars: Sequence[Bar]) -> Drawing:
    """Bars one under the other, from zero; the longest is as wide as the sheet."""
    most = max((max(value, bar.high or 0, was) for bar in bars for value, was in [_longest(bar)]), default=0)
    shapes: list[Shape] = []
    y = 0
    for bar in bars:
        text_width = round(len(bar.text) * LETTER)
        shapes.append(words("words", 0, y + ROW - 5, shortened(bar.label, WIDTH - text_width - 8)))
        shapes.append(words("value", WIDTH, y + ROW - 5, bar.text, "end"))
        shapes += _row(bar, y + ROW, most)
        y += ROW + BAR + (14 if bar.high is not None else 10)
    shapes.append(path("ground", f"M0 0V{y}"))
    return Drawing(WIDTH, max(1, y), tuple(shapes))


def range_bars(bars: Sequence[Bar]) -> Drawing:
    """The same as rows, each with the line of its interval."""
    return rows(bars)


def funnel(bars: Sequence[Bar]) -> Drawing:
    """Steps one under the other: each bar lies in the length of the one before it."""
    before: Value | None = None
    steps = []
    for bar in bars:
        steps.append(Bar(bar.label, bar.value, bar.text, was=before))
        before = bar.value
    return rows(steps)


def columns(bars: Sequence[Bar], *, named_most: int = 6) -> Drawing:
    """Bars standing on a line, for months; names that would touch are left out, and no number is written."""
    most = max((max(value, bar.high or 0) for bar in bars for value, _was in [_longest(bar)]), default=0)
    ground, room = HEIGHT - FOOT, HEIGHT - FOOT - HEAD
    step = WIDTH // max(4, len(bars))
    every = 1 + (len(bars) - 1) // named_most
    shapes: list[Shape] = []
    for rank, bar in enumerate(bars):
        x, width, middle = rank * step + step // 5, step - 2 * (step // 5), rank * step + step // 2
        if rank % every == 0:
            shapes.append(words("words", middle, HEIGHT - 7, bar.label, "middle"))
        shapes += _column(bar, (x, width, middle), most, ground, room)
    shapes.append(path("ground", f"M0 {ground}H{WIDTH}"))
    return Drawing(WIDTH, HEIGHT, tuple(shapes))


def scaled(value: int | float, most: int | float, room: int) -> int:
    """A number as a length, to the nearest pixel; something that is not zero never looks like zero."""
    if most <= 0 or value <= 0:
        return 0
    return max(1, round(value * room / most))


def _longest(bar: Bar) -> tuple[int | float, int | float]:
    return sum(numbers([bar.value])), sum(numbers([bar.was]))


def _row(bar: Bar, y: int, most: int | float) -> list[Shape]:
    title = f"{bar.label} : {bar.text}"
    if isinstance(bar.value, Gap):
        return [rect(bar.value.value, 0, y, GAP_WIDTH, BAR, title)]
    drawn: list[Shape] = []
    if bar.was is not None and not isinstance(bar.was, Gap):
        drawn.append(rect("was", 0, y, scaled(bar.was, most, WIDTH), BAR))
    length = scaled(bar.value, most, WIDTH)
    drawn.append(rect("bar", 0, y, length, BAR, title) if length else path("zero", f"M1 {y}v{BAR}", title))
    if bar.low is not None and bar.high is not None:
        low, high, middle = scaled(bar.low, most, WIDTH), scaled(bar.high, most, WIDTH), y + BAR // 2 + BAR
        drawn.append(path("spread", f"M{low} {middle - 4}v8M{low} {middle}H{high}M{high} {middle - 4}v8"))
    return drawn


def _column(bar: Bar, across: tuple[int, int, int], most: int | float, ground: int, room: int) -> list[Shape]:
    x, width, middle = across
    title = f"{bar.label} : {bar.text}"
    if isinstance(bar.value, Gap):
        return [rect(bar.value.value, x, ground - 20, width, 20, title)]
    height = scaled(bar.value, most, room)
    drawn = [rect("bar", x, ground - height, width, height, title) if height else path("zero", f"M{x} {ground}h{width}", title)]
    if bar.low is not None and bar.high is not None:
        drawn.append(path("spread", f"M{middle} {ground - scaled(bar.high, most, room)}V{ground - scaled(bar.low, most, room)}"))
    return drawn
