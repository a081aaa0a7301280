"""How far a share, or a change of shares among the same people, may be from what was counted. Pure, exact where a sum can be.

Sources: docs/sources/confidence-intervals.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt

Z_95 = 1.959963984540054  # the 97.5th percentile of the normal law


@dataclass(frozen=True, slots=True)
class Interval:
    """Between `low` and `high`, nineteen times out of twenty; `value` is what was counted. Units: shares, from -1 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same people twice: yes both times, lost (yes then no), gained (no then yes), no both times."""

    both: int = 0
    lost: int = 0
    gained: int = 0
    neither: int = 0

    @property
    def count(self) -> int:
        """How many people answered both times."""
        return self.both + self.lost + self.gained + self.neither

    @property
    def before_count(self) -> int:
        """Yes the first time."""
        return self.both + self.lost

    @property
    def after_count(self) -> int:
        """Yes the second time."""
        return self.both + self.gained


def pairs_of(answers: Iterable[tuple[bool, bool]]) -> Pairs:
    """Pairs counted from (before, after)."""
    counted = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for pair in answers:
        counted[pair] += 1
    return Pairs(counted[True, True], counted[True, False], counted[False, True], counted[False, False])


def wilson(yes_count: int, count: int) -> Interval | None:
    """The score interval of a share; None of nobody. Source: docs/sources/confidence-intervals.md#wilson."""
    if count == 0:
        return None
    share, square = yes_count / count, Z_95 * Z_95
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z_95 * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return Interval(share, 0.0 if yes_count == 0 else middle - half, 1.0 if yes_count == count else middle + half)


def paired_change(pairs: Pairs) -> Interval | None:
    """The change from the first time to the second, with its interval; None of nobody.

    Newcombe's tenth method: the score intervals of both shares, brought together with their correlation, corrected for continuity.
    Source: docs/sources/confidence-intervals.md#newcombe.
    """
    count = pairs.count
    if count == 0:
        return None
    before, after = wilson(pairs.before_count, count), wilson(pairs.after_count, count)
    assert before is not None
    assert after is not None
    change, phi = (pairs.gained - pairs.lost) / count, _correlation(pairs)
    low_after, high_after = after.value - after.low, after.high - after.value
    low_before, high_before = before.value - before.low, before.high - before.value
    down = sqrt(max(0.0, low_after**2 - 2 * phi * low_after * high_before + high_before**2))
    up = sqrt(max(0.0, high_after**2 - 2 * phi * high_after * low_before + low_before**2))
    return Interval(change, max(-1.0, change - down), min(1.0, change + up))


def _correlation(pairs: Pairs) -> float:
    product = pairs.before_count * (pairs.gained + pairs.neither) * pairs.after_count * (pairs.lost + pairs.neither)
    if product == 0:
        return 0.0
    joint = pairs.both * pairs.neither - pairs.lost * pairs.gained
    corrected = max(joint - pairs.count / 2, 0.0) if joint > 0 else float(joint)
    return corrected / sqrt(product)


def exact_mcnemar(pairs: Pairs) -> Fraction:
    """How often chance alone would change as many people so unequally, or more: exact, from those who changed. 1 when nobody did.

    Source: docs/sources/confidence-intervals.md#mcnemar.
    """
    changed = pairs.lost + pairs.gained
    tail = sum(comb(changed, each) for each in range(min(pairs.lost, pairs.gained) + 1))
    return min(Fraction(1), Fraction(2 * tail, 2**changed))
