"""A plan of evaluation, written before its results: what is compared, who waits, how the draw is done, what is measured, how it is tested.

A plan is a TOML file; its digest names it. Source of what a plan must say: docs/sources/evaluation.md#plans.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from carnet.observatory.rules.evaluations._refusals import PlanWrong

SIZE_MAX = 2_000_000
UNITS_MAX = 50_000
DRAWS_LEAST, DRAWS_MOST = 999, 99_999
STEPS_MAX = 24
_TEXT_MAX = 300
Word = TypeVar("Word", bound=StrEnum)
_KEYS = frozenset(
    {"name", "question", "design", "level", "outcome", "higher_is_better", "seed", "seed_source", "treated", "steps", "draws", "units",
     "covariates", "coarsening", "matching", "caliper", "first_period"}
)  # fmt: skip


class Design(StrEnum):
    """What is compared with what. The first two are drawn; the others are only observed."""

    WAITING_LIST = "waiting_list"
    STEPPED_WEDGE = "stepped_wedge"
    MATCHED = "matched"
    DIFFERENCES = "difference_in_differences"

    @property
    def is_drawn(self) -> bool:
        """Whether chance alone decides who begins first."""
        return self in (Design.WAITING_LIST, Design.STEPPED_WEDGE)


class Level(StrEnum):
    """What is drawn, or compared."""

    PEOPLE = "people"
    POINTS = "points"
    COMMUNES = "communes"


class Matching(StrEnum):
    """How those who came are compared with those who did not."""

    COARSENED = "coarsened"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Unit:
    """One of what is drawn: a person's number, a point, a commune. `stratum`: the draw is done within."""

    id: str
    stratum: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, read. `treated`: of each stratum, how many in a hundred begin first; `draws`: of the test; `digest`: SHA-256 of the file.

    `coarsening`: for a covariate, the bounds of its bands; `caliper`: the farthest a match may be, in standard deviations.
    """

    name: str
    question: str
    design: Design
    level: Level
    outcome: str
    higher_is_better: bool
    digest: str
    seed: str
    seed_source: str
    treated: int
    steps: int
    draws: int
    units: tuple[Unit, ...]
    covariates: tuple[str, ...]
    coarsening: Mapping[str, tuple[float, ...]]
    matching: Matching
    caliper: float
    first_period: str


def digest_of(content: bytes) -> str:
    """The name of a plan: the SHA-256 of its file, as anybody can compute it (`sha256sum`)."""
    return hashlib.sha256(content).hexdigest()


def read_plan(content: bytes) -> Plan:
    """Read a plan. Raises: PlanWrong, with the first thing that is wrong."""
    if len(content) > SIZE_MAX:
        raise PlanWrong(what=f"> {SIZE_MAX}")
    try:
        said: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise PlanWrong(what=str(wrong)[:200]) from None
    if unknown := sorted(said.keys() - _KEYS):
        raise PlanWrong(what=unknown[0])
    design = _one_of(Design, said, "design")
    plan = Plan(
        name=_text(said, "name"),
        question=_text(said, "question"),
        design=design,
        level=_one_of(Level, said, "level", Level.PEOPLE),
        outcome=_text(said, "outcome"),
        higher_is_better=_flag(said, "higher_is_better", True),
        digest=digest_of(content),
        seed=_text(said, "seed", needed=design.is_drawn),
        seed_source=_text(said, "seed_source", needed=False),
        treated=_whole(said, "treated", 50, 1, 99),
        steps=_whole(said, "steps", 4, 2, STEPS_MAX),
        draws=_whole(said, "draws", 9_999, DRAWS_LEAST, DRAWS_MOST),
        units=_units(said.get("units", []), needed=design.is_drawn),
        covariates=_names(said.get("covariates", [])),
        coarsening=_coarsening(said.get("coarsening", {})),
        matching=_one_of(Matching, said, "matching", Matching.COARSENED),
        caliper=_caliper(said.get("caliper", 0.25)),
        first_period=_text(said, "first_period", needed=design is Design.DIFFERENCES),
    )
    _check_whole(plan)
    return plan


def _check_whole(plan: Plan) -> None:
    if plan.design is Design.MATCHED and not plan.covariates:
        raise PlanWrong(what="covariates")
    if unknown := sorted(set(plan.coarsening) - set(plan.covariates)):
        raise PlanWrong(what=f"coarsening.{unknown[0]}")
    if plan.design is Design.STEPPED_WEDGE and len(plan.units) < plan.steps:
        raise PlanWrong(what="steps")


def _text(said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = said.get(name, "")
    if not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > _TEXT_MAX or (needed and not str(value).strip()):
        raise PlanWrong(what=name)
    return str(value).strip()


def _flag(said: Mapping[str, Any], name: str, default: bool) -> bool:
    value = said.get(name, default)
    if not isinstance(value, bool):
        raise PlanWrong(what=name)
    return value


def _whole(said: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = said.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise PlanWrong(what=f"{name} ({least}-{most})")
    return value


def _one_of(words: type[Word], said: Mapping[str, Any], name: str, default: Word | None = None) -> Word:
    value = said.get(name, default)
    if value not in set(words):
        raise PlanWrong(what=f"{name} : {', '.join(words)}")
    return words(value)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(each, str) or not each.strip() for each in value) or len(set(value)) != len(value):
        raise PlanWrong(what="covariates")
    return tuple(value)


def _coarsening(value: Any) -> dict[str, tuple[float, ...]]:
    if not isinstance(value, dict):
        raise PlanWrong(what="coarsening")
    for name, bounds in value.items():
        if not isinstance(bounds, list) or any(not isinstance(each, (int, float)) for each in bounds) or sorted(set(bounds)) != bounds:
            raise PlanWrong(what=f"coarsening.{name}")
    return {name: tuple(float(each) for each in bounds) for name, bounds in value.items()}


def _caliper(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= 10:
        raise PlanWrong(what="caliper")
    return float(value)


def _units(value: Any, *, needed: bool) -> tuple[Unit, ...]:
    """Identifiers, or tables of an identifier and its stratum; each once."""
    if not isinstance(value, list) or (needed and len(value) < 2) or len(value) > UNITS_MAX:
        raise PlanWrong(what="units")
    units: list[Unit] = []
    for each in value:
        told = each if isinstance(each, dict) else {"id": each}
        name, stratum = told.get("id"), told.get("stratum", "")
        if not isinstance(name, (str, int)) or isinstance(name, bool) or not str(name).strip() or not isinstance(stratum, (str, int)):
            raise PlanWrong(what="units")
        units.append(Unit(str(name).strip(), str(stratum)))
    if len({unit.id for unit in units}) != len(units):
        raise PlanWrong(what="units")
    return tuple(units)
