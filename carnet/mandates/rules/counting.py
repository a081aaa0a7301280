"""Mandates and uses in counts, for anybody: by month, by family, by département, by kind of structure. Pure, of nobody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class By(StrEnum):
    """What counts are cut by."""

    MONTH = "month"
    FAMILY = "family"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class MandateCounts:
    """What one programme's structures signed and did. Whole counts; a mandate of three families counts once a month, and in each family."""

    programme_id: int
    structures: int
    mandates: int
    uses: int
    people: int
    mandates_by: Mapping[By, Mapping[str, int]]
    uses_by: Mapping[By, Mapping[str, int]]


def month_of(day: date) -> str:
    """``2026-03``."""
    return f"{day.year}-{day.month:02d}"


def summed(counts: Mapping[int, int], keys: Mapping[int, str]) -> dict[str, int]:
    """Counts by organisation brought together under what each stands in (a département); "" when that is unknown."""
    found: Counter[str] = Counter()
    for organisation_id, count in counts.items():
        found[keys.get(organisation_id, "")] += count
    return dict(sorted(found.items()))
