"""A random sample that anybody can draw again: from a seed that is said, over a list that is said, with nothing but SHA-256.

The rule, in ten lines of Python, is printed in every evidence pack (``verify.py``) and in docs/decisions/0042-follow-one-euro.md.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from carnet.settlement.rules._refusals import SettlementRefused

SAMPLE_MOST = 500
SEED_MOST = 80
# It is written in the journal and in file names: no room for a name, a sentence, or a line that looks like another.
_SEED = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,78}[A-Za-z0-9])?")


class Strata(StrEnum):
    """By what a sample is spread."""

    NONE = "none"
    PLACE = "place"
    MONTH = "month"


class Weight(StrEnum):
    """What a stratum weighs when the sample is spread: its vouchers, or its cents."""

    COUNT = "count"
    CENTS = "cents"


class SampleInvalid(SettlementRefused):
    """A seed that is empty or too long, a size out of bounds, or a cut still to come. Facts: field, most."""

    code: ClassVar[str] = "sample-invalid"


@dataclass(frozen=True, slots=True)
class SampleTerms:
    """Everything that decides a sample. `until`: only what was spent, and not undone, before this instant (aware, exclusive)."""

    programme_id: int
    seed: str
    until: datetime
    size: int
    strata: Strata = Strata.NONE
    weight: Weight = Weight.COUNT


@dataclass(frozen=True, slots=True)
class Unit:
    """One redemption that may be drawn: its public number, its stratum (a place's number or a month; empty for none), its cents."""

    number: str
    stratum: str
    cents: int


def check_terms(terms: SampleTerms, *, at: datetime) -> SampleTerms:
    """The terms, if a sample can be drawn by them at `at`. Raises: SampleInvalid."""
    if not _SEED.fullmatch(terms.seed):
        raise SampleInvalid(field="seed", most=SEED_MOST)
    if not 0 < terms.size <= SAMPLE_MOST:
        raise SampleInvalid(field="size", most=SAMPLE_MOST)
    if terms.until > at:
        raise SampleInvalid(field="until", most=0)
    return terms


def rank_of(seed: str, number: str) -> str:
    """Where a redemption falls: the SHA-256 of the seed, a line feed and its number, in hexadecimal. The smallest are drawn."""
    return hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest()


def digest_of_units(units: Iterable[Unit]) -> str:
    """The fingerprint of a list: SHA-256 of its lines ``number;stratum;cents``, sorted, each ended by a line feed."""
    lines = sorted(f"{unit.number};{unit.stratum};{unit.cents}\n" for unit in units)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def draw(units: Sequence[Unit], *, seed: str, size: int, weight: Weight = Weight.COUNT) -> list[Unit]:
    """`size` units (all when there are fewer), in the order of their rank. The same list, seed and size give the same sample.

    Each stratum has its part of the size, by its number of vouchers or its cents: the whole part first, then one more to the largest
    remainders (the stratum that reads first, between equals). A stratum never gives more than it has; what it lacks goes to the others.
    """
    ranked: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: (rank_of(seed, unit.number), unit.number)):
        ranked.setdefault(unit.stratum, []).append(unit)
    drawn: list[Unit] = []
    left = min(size, len(units))
    while left:
        wide = {name: _weigh(rows, weight) for name, rows in sorted(ranked.items()) if rows}
        for name, count in _spread(left, wide).items():
            drawn += ranked[name][:count]
            ranked[name] = ranked[name][count:]
        left = min(size, len(units)) - len(drawn)
    return sorted(drawn, key=lambda unit: (rank_of(seed, unit.number), unit.number))


def _weigh(rows: Sequence[Unit], weight: Weight) -> int:
    return len(rows) if weight is Weight.COUNT else sum(unit.cents for unit in rows)


def _spread(size: int, weights: dict[str, int]) -> dict[str, int]:
    """Share `size` over strata by whole numbers: floors, then the largest remainders."""
    total = sum(weights.values())
    parts = {name: size * weight // total for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(size * weights[name] % total), name))
    for name in by_remainder[: size - sum(parts.values())]:
        parts[name] += 1
    return parts
