"""The published index of digital fragility (2020), recomputed from its components, and put beside ours. Pure.

The index (La Mednum, ANSA, SGAR Occitanie) gives each IRIS four axes, each 100 where the reference is, two globals and one score:

    access = 2/3 information + 1/3 interfaces        skills = 1/3 administrative + 2/3 digital and school        score = (access + skills) / 2

These fractions are nowhere in the file: they were found in it. Its axes are written as whole numbers, so that a global may differ from ours by
half a point for its axes and half a point for itself, and the score, a mean of rounded globals, by half a point.
Source: docs/sources/need.md#fragility-2020. Its numbers stay out of Carnet: a file is read, compared, and not kept.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from carnet.planning.rules.need import ALARM_FROM, FEW_UNSCHOOLED, WEIGHT_MAX, NeedRefused, WeightsEmpty

ROUNDED_GLOBAL = 1.0
ROUNDED_SCORE = 0.5


class Axis(StrEnum):
    """One of the four published axes; the value is its column."""

    INFORMATION = "acces_information"
    INTERFACES = "acces_interfaces"
    ADMINISTRATIVE = "competences_administratives"
    SCHOOL = "competences_numeriques_scolaires"


ACCESS: Mapping[Axis, Fraction] = {Axis.INFORMATION: Fraction(2, 3), Axis.INTERFACES: Fraction(1, 3)}
SKILLS: Mapping[Axis, Fraction] = {Axis.ADMINISTRATIVE: Fraction(1, 3), Axis.SCHOOL: Fraction(2, 3)}
# Ours, on the same axes: the weights of the components each axis holds. Living alone and being young say little of what somebody can do
# online; age, diploma and poverty say much (docs/sources/need.md#weights).
OURS: Mapping[Axis, int] = {Axis.INFORMATION: 10, Axis.INTERFACES: 30, Axis.ADMINISTRATIVE: 5, Axis.SCHOOL: 55}
COLUMNS = (
    "code_iris",
    "nom_com",
    "nom_iris",
    *(each.value for each in Axis),
    "global_acces",
    "global_competences",
    "score_global",
    "population",
)


class FragilityUnreadable(NeedRefused):
    """Not a file of the published index. Facts: wanted."""

    code = "fragility-unreadable"


@dataclass(frozen=True, slots=True)
class Published:
    """One IRIS as the index was published; a number that is absent is None."""

    code: str
    commune: str
    name: str
    axes: Mapping[Axis, float]
    access: float
    skills: float
    score: float
    population: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest difference between what is published and what is recomputed, and the IRIS it is at."""

    largest: float
    at: str
    allowed: float

    @property
    def is_rounding(self) -> bool:
        """Whether writing whole numbers explains it."""
        return self.largest <= self.allowed + 1e-9


@dataclass(frozen=True, slots=True)
class Compared:
    """One IRIS under both: the published score, ours, its rank in each (1 is the hardest), and whether the published one is doubtful."""

    row: Published
    ours: float
    published_rank: int
    own_rank: int

    @property
    def is_doubtful(self) -> bool:
        """The published score passes 110 where few people lack a diploma, and ours does not."""
        return self.row.score >= ALARM_FROM and self.row.axes[Axis.SCHOOL] <= FEW_UNSCHOOLED and self.ours < ALARM_FROM


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of a file. `faults`: numbers of lines left out. `agreement`: Spearman's rank correlation of the two scores, from -1 to 1.

    `alarms`: IRIS whose published score passes 110; `doubtful`: those of them where few lack a diploma and where ours does not pass 110;
    `missed`: those where ours passes 110 alone.
    """

    count: int
    faults: tuple[int, ...]
    access: Gap
    skills: Gap
    score: Gap
    agreement: float
    mean: float
    own_mean: float
    alarms: int
    doubtful: int
    missed: int
    rows: tuple[Compared, ...]

    @property
    def is_reproduced(self) -> bool:
        """Whether every number follows from its components, within rounding."""
        return self.count > 0 and all(each.is_rounding for each in (self.access, self.skills, self.score))


def recomputed(axes: Mapping[Axis, float]) -> tuple[float, float]:
    """The two globals, access and skills, from the four axes."""
    return _mean(axes, ACCESS), _mean(axes, SKILLS)


def own_score(axes: Mapping[Axis, float], weights: Mapping[Axis, int] = OURS) -> float:
    """Ours on the published axes. Raises: WeightsEmpty."""
    whole = sum(weights.values())
    if whole <= 0:
        raise WeightsEmpty
    return sum(weights[axis] * axes[axis] for axis in Axis) / whole


def reproduce(content: str, *, weights: Mapping[Axis, int] = OURS) -> Reproduction:
    """Recompute a whole file, and compare it with ours. A line that is not whole is told and left out. Raises: FragilityUnreadable, WeightsEmpty."""
    rows, faults = _read(content)
    gaps = {"access": Gap(0.0, "", ROUNDED_GLOBAL), "skills": Gap(0.0, "", ROUNDED_GLOBAL), "score": Gap(0.0, "", ROUNDED_SCORE)}
    for row in rows:
        access, skills = recomputed(row.axes)
        differences = {"access": row.access - access, "skills": row.skills - skills, "score": row.score - (row.access + row.skills) / 2}
        for name, difference in differences.items():
            if abs(difference) > gaps[name].largest:
                gaps[name] = Gap(abs(difference), row.code, gaps[name].allowed)
    compared = _compared(rows, weights)
    people = sum(row.population for row in rows) or 1.0
    return Reproduction(
        count=len(rows),
        faults=tuple(faults),
        access=gaps["access"],
        skills=gaps["skills"],
        score=gaps["score"],
        agreement=_agreement(compared),
        mean=sum(row.population * row.score for row in rows) / people,
        own_mean=sum(each.row.population * each.ours for each in compared) / people,
        alarms=sum(row.score >= ALARM_FROM for row in rows),
        doubtful=sum(each.is_doubtful for each in compared),
        missed=sum(each.row.score < ALARM_FROM <= each.ours for each in compared),
        rows=compared,
    )


def weights_of(text: str) -> dict[Axis, int]:
    """Four whole numbers, in the order of the axes, with commas. Raises: FragilityUnreadable, WeightsEmpty."""
    told = [each.strip() for each in text.split(",")]
    if len(told) != len(Axis) or not all(each.isdecimal() and len(each) < 10 and int(each) <= WEIGHT_MAX for each in told):
        raise FragilityUnreadable(wanted=", ".join(Axis))
    found = dict(zip(Axis, map(int, told), strict=True))
    if not any(found.values()):
        raise WeightsEmpty
    return found


def _mean(axes: Mapping[Axis, float], parts: Mapping[Axis, Fraction]) -> float:
    return sum(float(part) * axes[axis] for axis, part in parts.items())


def _read(content: str) -> tuple[list[Published], list[int]]:
    reader = csv.DictReader(io.StringIO(content, newline=""))
    rows, faults = [], []
    try:
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise FragilityUnreadable(wanted=", ".join(COLUMNS))
        for cells in reader:
            row = _row(cells)
            if row is None:
                faults.append(reader.line_num)
            else:
                rows.append(row)
    except csv.Error:  # a cell without end, or bytes that are no line
        raise FragilityUnreadable(wanted=", ".join(COLUMNS)) from None
    return rows, faults


def _row(cells: Mapping[str, str | None]) -> Published | None:
    try:
        numbers = {name: float(cells[name] or "") for name in COLUMNS[3:]}
    except ValueError:
        return None
    return Published(
        cells["code_iris"] or "", cells["nom_com"] or "", cells["nom_iris"] or "", {axis: numbers[axis.value] for axis in Axis},
        numbers["global_acces"], numbers["global_competences"], numbers["score_global"], numbers["population"],
    )  # fmt: skip


def _compared(rows: Sequence[Published], weights: Mapping[Axis, int]) -> tuple[Compared, ...]:
    own = [own_score(row.axes, weights) for row in rows]
    published_ranks = _ranks([row.score for row in rows])
    own_ranks = _ranks(own)
    return tuple(
        Compared(row, ours, round(rank), round(own_rank))
        for row, ours, rank, own_rank in zip(rows, own, published_ranks, own_ranks, strict=True)
    )


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, 1 for the largest; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda index: -values[index])
    ranks = [0.0] * len(values)
    for first, last in _ties([values[index] for index in order]):
        for position in range(first, last):
            ranks[order[position]] = (first + last + 1) / 2
    return ranks


def _ties(values: Sequence[float]) -> Iterator[tuple[int, int]]:
    first = 0
    for position in range(1, len(values) + 1):
        if position == len(values) or values[position] != values[first]:
            yield first, position
            first = position


def _agreement(compared: Sequence[Compared]) -> float:
    if len(compared) < 2:
        return 1.0
    ranks = [_ranks([each.row.score for each in compared]), _ranks([each.ours for each in compared])]
    middle = (len(compared) + 1) / 2
    one, other = ([rank - middle for rank in told] for told in ranks)
    spread = (sum(each * each for each in one) * sum(each * each for each in other)) ** 0.5
    return sum(a * b for a, b in zip(one, other, strict=True)) / spread if spread else 1.0
