"""How often a rule was right, and how surely. Source: docs/sources/confidence-intervals.md#wilson."""

from dataclasses import dataclass
from math import sqrt

_Z_95 = 1.959963984540054  # the 97.5th percentile of the normal law


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What became of the signals of one rule. `in_cases` counts those whose case is not decided; `waiting` those nobody sorted."""

    rule: str
    noticed: int = 0
    waiting: int = 0
    set_aside: int = 0
    in_cases: int = 0
    confirmed: int = 0
    honest: int = 0
    sloppy: int = 0

    @property
    def ended(self) -> int:
        """Signals somebody looked into to the end: set aside, or decided."""
        return self.set_aside + self.confirmed + self.honest + self.sloppy

    @property
    def precision(self) -> "Share | None":
        """Of those looked into to the end, the share that was fraud, with its interval; None while there is none."""
        return share_of(self.confirmed, self.ended)


@dataclass(frozen=True, slots=True)
class Share:
    """A share in thousandths, between `low` and `high` nineteen times out of twenty."""

    thousandths: int
    low: int
    high: int


def share_of(count: int, total: int) -> Share | None:
    """Wilson's score interval of `count` in `total`, in thousandths, rounded outwards; None of nothing."""
    if total == 0:
        return None
    share, square = count / total, _Z_95 * _Z_95
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _Z_95 * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(
        round(share * 1000),
        0 if count == 0 else int(low * 1000),
        1000 if count == total else min(1000, -int(-high * 1000 // 1)),
    )
