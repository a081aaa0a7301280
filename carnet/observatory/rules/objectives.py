"""An objective with its day, and whether it is likely to be reached: the rule of the forecasts, for what is not a voucher's life. Pure.

As for the use of vouchers (docs/forecast.md): the pace is that of the latest whole months; the same is drawn again `DRAWS` times from a stated
seed, the months that make the pace being drawn afresh with repetition, and the whole being multiplied by how far, either way, a past month was
from what the method would have said of it; low and high leave out one draw in twenty on each side. Under `LEAST_MONTHS` whole months nothing is
said: a pace of one month is no pace. It is a continuation, not a promise: an order to come, or a campaign that ends, is not in it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal
from carnet.observatory.rules._forecast import DRAWS, SEED, TWENTIETH

PACE_MONTHS = 6
LEAST_MONTHS = 3
DAYS_A_MONTH = 30.4375
# A past month counts when the method expected at least so much of it.
LEAST_EXPECTED = 1.0
FARTHEST = timedelta(days=3653)
MOST = 1_000_000_000


class Target(StrEnum):
    """What an objective counts."""

    ORDERED = "ORDERED"
    ACTIVATED = "ACTIVATED"
    HANDED_OVER = "HANDED_OVER"
    USED = "USED"
    PAID = "PAID"
    PLACES = "PLACES"


class Standing(StrEnum):
    """Where an objective stands."""

    REACHED = "REACHED"
    MISSED = "MISSED"
    LIKELY = "LIKELY"
    OPEN = "OPEN"
    UNLIKELY = "UNLIKELY"
    TOO_SOON = "TOO_SOON"


class ObjectiveRefused(Refusal):
    """Base of every refusal of an objective."""

    code = "objective-refused"


class ObjectiveUnknown(ObjectiveRefused):
    """No such objective, or another operator's."""

    code = "objective-unknown"


class ObjectiveTooLow(ObjectiveRefused):
    """A target that is not above where it starts. Facts: starting."""

    code = "objective-too-low"


class ObjectiveDaysWrong(ObjectiveRefused):
    """An end that is not after the start."""

    code = "objective-days-wrong"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where an objective stands on a day. `expected`, `low` and `high` are what is likely on its day, None when nothing can be said;
    `reached_on` is when the pace would reach it, None when it never would; paces are for a month."""

    standing: Standing
    so_far: int
    expected: int | None
    low: int | None
    high: int | None
    reached_on: date | None
    pace: int | None
    needed_pace: int | None
    months: int


def check_objective(*, starting_count: int, starting_on: date, target_count: int, due_on: date) -> None:
    """Raises: ObjectiveTooLow, ObjectiveDaysWrong."""
    if not starting_count < target_count <= MOST:
        raise ObjectiveTooLow(starting=starting_count)
    if due_on <= starting_on:
        raise ObjectiveDaysWrong


def outlook(
    months: Sequence[int], *, so_far: int, target: int, due_on: date, as_of: date, seed: int = SEED
) -> Outlook:  # fmt: skip
    """What is likely. `months`: what each whole month brought, the oldest first; `so_far`: the total today. The same facts give the same answer."""
    left = max(0, (due_on - as_of).days) / DAYS_A_MONTH
    needed = None if left <= 0 or so_far >= target else -(-(target - so_far) // max(1, round(left)))
    recent = list(months[-PACE_MONTHS:])
    if so_far >= target or left <= 0:
        standing = Standing.REACHED if so_far >= target else Standing.MISSED
        return Outlook(standing, so_far, None, None, None, None, _pace(recent), needed, len(recent))
    if len(recent) < LEAST_MONTHS:
        return Outlook(Standing.TOO_SOON, so_far, None, None, None, None, None, needed, len(recent))
    pace = sum(recent) / len(recent)
    totals = _draws(months, recent, left, seed)
    expected = so_far + round(pace * left)
    low, high = (so_far + round(_at(totals, part)) for part in (1, TWENTIETH - 1))
    low, high = min(low, expected), max(high, expected)
    standing = Standing.LIKELY if low >= target else Standing.UNLIKELY if high < target else Standing.OPEN
    return Outlook(standing, so_far, expected, low, high, _reached_on(target - so_far, pace, as_of), round(pace), needed, len(recent))


def _draws(months: Sequence[int], recent: Sequence[int], left: float, seed: int) -> list[float]:
    dice = random.Random(seed)  # noqa: S311 - a stated seed, so that anybody finds the same interval
    ratios = _past_ratios(months)
    totals = []
    for _draw in range(DRAWS):
        pace = sum(dice.choice(recent) for _month in recent) / len(recent)
        totals.append(max(0.0, pace * left * (dice.choice(ratios) if ratios else 1.0)))
    return sorted(totals)


def _past_ratios(months: Sequence[int]) -> list[float]:
    """How far, either way, each past month was from what the months before it said."""
    ratios: list[float] = []
    for rank in range(LEAST_MONTHS, len(months)):
        before = months[max(0, rank - PACE_MONTHS) : rank]
        expected = sum(before) / len(before)
        if expected >= LEAST_EXPECTED:
            ratios += [months[rank] / expected, max(0.0, 2 - months[rank] / expected)]
    return ratios


def _at(ordered: Sequence[float], twentieth: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * twentieth // TWENTIETH)]


def _pace(recent: Sequence[int]) -> int | None:
    return round(sum(recent) / len(recent)) if recent else None


def _reached_on(missing: int, pace: float, as_of: date) -> date | None:
    if pace <= 0 or missing / pace * DAYS_A_MONTH > FARTHEST.days:
        return None
    return as_of + timedelta(days=round(missing / pace * DAYS_A_MONTH))
