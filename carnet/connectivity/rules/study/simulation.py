"""Thousands of estates drawn at random: how wide is what nobody knows, and which assumption weighs most. Needs numpy: loaded by its own name.

Each assumption is drawn from a triangle (low, likely, high), rounded to whole units, on its own; then who joins, home by home (binomial).
The money follows by the arithmetic of `outcome`, in whole cents. The same seed gives the same study.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from carnet.connectivity.rules.study.assumptions import TAKE_UP, WHOLE, Choices, Key, Range, Ranges, likely_values
from carnet.connectivity.rules.study.breaking_even import BreakEven, break_even, cost_of_a_month, margin
from carnet.connectivity.rules.study.estate import Group, StudiedResidence, groups_of
from carnet.connectivity.rules.study.outcome import (
    Joined,
    Outcome,
    Size,
    by_residence,
    difficulty_of,
    expected,
    fixed_monthly,
    fixed_set_up,
    outcome_of,
    size_of,
    within,
)

DRAWS: Final = 4_000
SEED_MAX: Final = 2**31 - 1
_LOW, _HIGH = 0.1, 0.9
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of all draws: eight in ten are between `low` and `high`, half are below `middle`."""

    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Weight:
    """What one assumption changes alone, the others at their likely value. Unit: cents saved against the market's offer, and left to pay."""

    key: Key
    saved_low: int
    saved_high: int
    left_low: int
    left_high: int

    @property
    def span(self) -> int:
        """How much it moves what is saved."""
        return abs(self.saved_high - self.saved_low)


@dataclass(frozen=True, slots=True)
class Studied:
    """A whole study. `cheaper`: draws, of `draws`, in which it costs no more than the market's offer."""

    size: Size
    likely: Outcome
    prudent: Outcome
    ambitious: Outcome
    even: BreakEven
    month_cents: int | None
    spreads: Mapping[str, Spread]
    cheaper: int
    reachable: int  # draws in which enough homes exist to break even
    weights: tuple[Weight, ...]
    homes: tuple[int, ...]  # expected to join, residence by residence
    draws: int
    seed: int


MEASURES: Mapping[str, Callable[[Any], Any]] = {
    "homes": lambda found: found.joined.homes,
    "total": lambda found: found.total_cents,
    "left": lambda found: found.left_cents,
    "saved": lambda found: found.saved_cents,
    "household": lambda found: found.household_cents,
}


def study(residences: Sequence[StudiedResidence], ranges: Ranges, choices: Choices, *, seed: int, draws: int = DRAWS) -> Studied:
    """Study an estate: the likely case, three levels of take-up, `draws` random cases from `seed`, and what weighs most."""
    inside = within(residences, choices)
    size, groups, likely = size_of(inside), groups_of(inside), likely_values(ranges)
    source = np.random.Generator(np.random.PCG64(seed))
    values = drawn_values(ranges, source, draws)
    many = drawn_outcomes(size, groups, values, choices, source, draws)
    found = expected(residences, likely, choices)
    return Studied(
        size=size,
        likely=found,
        prudent=expected(residences, _levels(ranges, "low"), choices),
        ambitious=expected(residences, _levels(ranges, "high"), choices),
        even=break_even(size, likely, choices),
        month_cents=cost_of_a_month(found),
        spreads={name: spread(measure(many)) for name, measure in MEASURES.items()},
        cheaper=int(np.count_nonzero(many.saved_cents >= 0)),
        reachable=_reachable(size, values, choices, draws),
        weights=weigh(residences, ranges, choices),
        homes=by_residence(residences, likely, choices),
        draws=draws,
        seed=seed,
    )


def drawn_values(ranges: Ranges, source: np.random.Generator, draws: int) -> dict[Key, Any]:
    """A column of whole values for each assumption, in the order of `Key`."""
    return {key: _triangle(ranges[key], source, draws) for key in Key}


def drawn_outcomes(
    size: Size, groups: Sequence[Group], values: Mapping[Key, Any], choices: Choices, source: np.random.Generator, draws: int
) -> Any:
    """An `Outcome` whose numbers are columns: who joins is drawn, home by home."""
    offline, difficulty, switched = (np.zeros(draws, np.int64) for _ in range(3))
    for group in groups:
        troubled = _drawn(source, np.full(draws, group.homes, np.int64), difficulty_of(group, values))
        without = _drawn(source, troubled, values[Key.OFFLINE_FOR_COST])
        offline += _drawn(source, without, values[Key.JOIN_OFFLINE])
        difficulty += _drawn(source, troubled - without, values[Key.JOIN_DIFFICULTY])
        switched += _drawn(source, group.homes - troubled, values[Key.SWITCH]) * choices.is_open_to_all
    joined: Any = Joined(offline, difficulty, switched)  # type: ignore[arg-type]  # columns, as `outcome` says
    lent: Any = _drawn(source, joined.homes, values[Key.COMPUTER_SHARE])
    return outcome_of(size, joined, values, choices, computers=lent)


def spread(column: Whole) -> Spread:
    """Of a column, values that were really drawn: no interpolation, so whole cents."""
    low, middle, high = np.quantile(column, [_LOW, 0.5, _HIGH], method="inverted_cdf")
    return Spread(int(low), int(middle), int(high))


def weigh(residences: Sequence[StudiedResidence], ranges: Ranges, choices: Choices) -> tuple[Weight, ...]:
    """Each assumption at its low and high value, alone; what moves the result most comes first."""
    likely, found = likely_values(ranges), []
    for key, values in ranges.items():
        low, high = (expected(residences, {**likely, key: value}, choices) for value in (values.low, values.high))
        found.append(Weight(key, low.saved_cents, high.saved_cents, low.left_cents, high.left_cents))
    return tuple(sorted(found, key=lambda each: (-each.span, each.key)))


def _triangle(values: Range, source: np.random.Generator, draws: int) -> Whole:
    uniform = source.random(draws)
    width = values.high - values.low
    if width == 0:
        return np.full(draws, values.low, np.int64)
    turn = (values.likely - values.low) / width
    rising = values.low + np.sqrt(uniform * width * (values.likely - values.low))
    falling = values.high - np.sqrt((1 - uniform) * width * (values.high - values.likely))
    return np.rint(np.where(uniform < turn, rising, falling)).astype(np.int64)


def _drawn(source: np.random.Generator, homes: Whole, share: Any) -> Whole:
    return source.binomial(homes, np.asarray(share) / WHOLE).astype(np.int64)


def _levels(ranges: Ranges, level: str) -> dict[Key, int]:
    """The likely values, those of take-up at one end."""
    return {key: getattr(values, level) if key in TAKE_UP else values.likely for key, values in ranges.items()}


def _reachable(size: Size, values: Mapping[Key, Any], choices: Choices, draws: int) -> int:
    fixed, gained = fixed_set_up(size, values) + fixed_monthly(size, values, choices), margin(values, choices)
    enough = np.broadcast_to(np.asarray(gained) * size.homes >= np.asarray(fixed) * WHOLE, (draws,))
    return int(np.count_nonzero(enough))
