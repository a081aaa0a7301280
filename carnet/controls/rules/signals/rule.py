"""What a rule is: what it looks for, in which unit, from which bound on, and why; what it noticed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from carnet.controls.rules.signals._words import ThresholdImpossible
from carnet.kernel.periods import add_months

# What facts may hold: numbers, days (ISO), words of our own, ids. Never a name nor a code.
Fact = int | str | Sequence[int] | Sequence[Mapping[str, int | str]]


class Span(StrEnum):
    """Over which legal days a rule looks at a time."""

    WEEK = "WEEK"  # Monday to Sunday
    MONTH = "MONTH"

    def first(self, day: date) -> date:
        """The first day of the period that holds `day`."""
        return day - timedelta(days=day.weekday()) if self is Span.WEEK else day.replace(day=1)

    def after(self, first: date) -> date:
        """The first day of the period that follows the one beginning on `first`."""
        return first + timedelta(weeks=1) if self is Span.WEEK else add_months(first, 1)


class Unit(StrEnum):
    """What a threshold counts."""

    PERCENT = "PERCENT"
    VOUCHERS = "VOUCHERS"
    BOOKLETS = "BOOKLETS"
    ITEMS = "ITEMS"
    ORGANISATIONS = "ORGANISATIONS"
    KILOMETRES = "KILOMETRES"
    TENTHS = "TENTHS"  # of a robust deviation


@dataclass(frozen=True, slots=True)
class About:
    """Which place, run by whom, over which legal days (half-open): what every rule's evidence is about."""

    place_id: int
    organisation_id: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a rule says of its evidence, when it says anything: facts in numbers, and what the vouchers concerned are worth."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    cents: int = 0


Evidence = TypeVar("Evidence", bound=About)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Evidence]):
    """One thing that is looked for. `judge` is pure: evidence and a threshold in, what is noticed or None out.

    `because` says why the usual threshold is what it is; `honest` what an honest explanation looks like; `source` where the rule comes from.
    Sentences here are for whoever reads the code and `docs/operating/controls.md`; screens have theirs (`carnet/web/design/signals.py`).
    """

    code: str
    span: Span
    unit: Unit
    usual: int
    least: int
    most: int
    looks_for: str
    because: str
    honest: str
    source: str
    judge: Callable[[Evidence, int], Noticed | None]
    # What lasts is told once, and again when it is not the same any more; `passing` names the facts that change each month and tell nothing anew.
    is_standing: bool = False
    passing: frozenset[str] = frozenset()

    def lasting(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts that make a standing signal another one when they change."""
        return {key: value for key, value in facts.items() if key not in self.passing}

    def check_threshold(self, threshold: int) -> int:
        """A threshold this rule can hold. Raises: ThresholdImpossible."""
        if not self.least <= threshold <= self.most:
            raise ThresholdImpossible(least=self.least, most=self.most)
        return threshold


def periods(span: Span, *, from_on: date, until_on: date) -> list[tuple[date, date]]:
    """The whole weeks or months within the days from `from_on` (moved back to the beginning of its period) to `until_on` (exclusive)."""
    found = []
    first = span.first(from_on)
    while (after := span.after(first)) <= until_on:
        found.append((first, after))
        first = after
    return found
