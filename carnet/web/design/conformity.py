"""What the audit grid says, counted as the law counts: the statement of accessibility and the words of every footer come from here.

Source: docs/sources/accessibility.md#statement: the RGAA's model of a statement. The rate is that of the criteria respected among those
that were checked and apply. Without an audit of every criterion the site is *not compliant*, whatever the rate.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

GRID: Final = Path(__file__).resolve().parent / "rgaa-4.1.2.toml"
PARTIAL_FROM_PERCENT: Final = 50
# Of the standard's thirteen themes: how many criteria each holds.
THEMES: Final = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}


class Status(StrEnum):
    CONFORM = "conform"
    NOT_CONFORM = "not-conform"
    NOT_APPLICABLE = "not-applicable"
    NOT_CHECKED = "not-checked"


class Compliance(StrEnum):
    """The three words the law knows."""

    NONE = "none"
    PARTIAL = "partial"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the grid, in our words, with what proves its status: tests (`file::name`) or "day : what was looked at"."""

    number: str
    status: Status
    words: dict[str, str]
    evidence: tuple[str, ...]

    @property
    def theme(self) -> int:
        return int(self.number.partition(".")[0])

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(each for each in self.evidence if "::" in each)


@dataclass(frozen=True, slots=True)
class Audit:
    """The grid counted."""

    criteria: tuple[Criterion, ...]

    def of(self, status: Status) -> list[Criterion]:
        return [each for each in self.criteria if each.status is status]

    @property
    def is_whole(self) -> bool:
        """Whether every criterion was checked."""
        return not self.of(Status.NOT_CHECKED)

    @property
    def judged(self) -> int:
        """Criteria that apply and were checked."""
        return len(self.of(Status.CONFORM)) + len(self.of(Status.NOT_CONFORM))

    @property
    def percent(self) -> int:
        """Of those, how many are respected, in whole per cent, never rounded up to a compliance it has not."""
        return len(self.of(Status.CONFORM)) * 100 // self.judged if self.judged else 0

    @property
    def compliance(self) -> Compliance:
        if not self.is_whole or self.percent < PARTIAL_FROM_PERCENT:
            return Compliance.NONE
        return Compliance.TOTAL if not self.of(Status.NOT_CONFORM) else Compliance.PARTIAL


def audit_of(lines: Iterable[dict[str, object]]) -> Audit:
    """The grid as it is written, held to its own shape. Raises: ValueError."""
    criteria = tuple(_criterion(line) for line in lines)
    wanted = [f"{theme}.{rank}" for theme, count in THEMES.items() for rank in range(1, count + 1)]
    if [each.number for each in criteria] != wanted:
        raise ValueError("the grid does not hold the 106 criteria, in order")
    return Audit(criteria)


def _criterion(line: dict[str, object]) -> Criterion:
    status = Status(str(line["status"]))
    found = line["evidence"]
    evidence = tuple(str(each) for each in found) if isinstance(found, list) else ()
    if bool(evidence) is (status is Status.NOT_CHECKED):
        raise ValueError(f"{line['number']}: a status needs its evidence, and what was not checked has none")
    return Criterion(str(line["number"]), status, {"fr": str(line["fr"]), "en": str(line["en"])}, evidence)


@cache
def audit() -> Audit:
    """The audit kept in this repository."""
    return audit_of(tomllib.loads(GRID.read_text(encoding="utf-8"))["criteria"])
