"""What the State bore of a programme under its call for projects of March 2019. Pure; exact fractions, whole cents.

Source: docs/sources/state-co-financing-2019.md. The rate is a sum of components, none above the others, and never more than 65 %:

    20 %  a target public is named (else nothing at all)        + 5 %  a hub is there
    15 %  the local actors are structured                       +10 %  joint with other buyers
    0, 2, 3, 4 or 5 %  how peopled, sparse and poor the territory is     +10 %  European money

*Text and code differ on poverty.* The text of the call measures a relative gap (a tenth poorer than the national mean, two tenths,
up to five); the State's own simulator measured a gap in points (one point above it, two, up to five), between strict bounds, so that
a gap of exactly 1, 2, 3, 4 or 5 points earns nothing. Both are computed; the published cases were answered by the code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from carnet.funding.rules._refusals import OwnBudgetNotPositive, TerritoryFigureWrong

STATE_CEILING_CENTS = 1_200_000_00
PASS_EUROS = 10
PASSES_A_PERSON = 10
FEES_PERCENT = 10


class Scale(StrEnum):
    """The scale of the buyer. A single commune was not eligible."""

    EPCI = "EPCI"
    DEPARTMENT = "DEPARTMENT"
    INTERDEPARTMENT = "INTERDEPARTMENT"
    REGION = "REGION"


class PovertyReading(StrEnum):
    """CODE: points above the national rate, as the State's simulator did. TEXT: a relative gap, as the call says."""

    CODE = "CODE"
    TEXT = "TEXT"


class Component(StrEnum):
    """What makes the rate."""

    TARGET_PUBLIC = "TARGET_PUBLIC"
    STRUCTURED = "STRUCTURED"
    TERRITORY = "TERRITORY"
    HUB = "HUB"
    JOINT = "JOINT"
    EUROPE = "EUROPE"


@dataclass(frozen=True, slots=True)
class Means:
    """The national means of one scale. Units: people, people per square kilometre, part of the people who are poor."""

    population: Fraction
    density: Fraction
    poverty: Fraction


_DEPARTMENTS = Means(Fraction("671549.916666667"), Fraction("563.91875"), Fraction("0.1479375"))
MEANS: dict[Scale, Means] = {
    Scale.EPCI: Means(Fraction("51944.0394842869"), Fraction("152.128767123287"), Fraction("0.136157937147462")),
    Scale.DEPARTMENT: _DEPARTMENTS,
    Scale.INTERDEPARTMENT: _DEPARTMENTS,
    Scale.REGION: Means(Fraction("4959137.84615385"), Fraction("171.161538461538"), Fraction("0.148230769230769")),
}
PERCENT = {Component.TARGET_PUBLIC: 20, Component.STRUCTURED: 15, Component.HUB: 5, Component.JOINT: 10, Component.EUROPE: 10}
POINTS = (5, 10, 15, 20, 25)


@dataclass(frozen=True, slots=True)
class CoFinancingCase:
    """A project as the call asks it. `own_budget_cents`: what the buyers bring themselves; `poverty`: 0.14 for 14 %."""

    scale: Scale
    population: int
    density: Fraction
    poverty: Fraction
    own_budget_cents: int
    has_target_public: bool
    is_structured: bool = False
    has_hub: bool = False
    is_joint: bool = False
    has_european_money: bool = False


@dataclass(frozen=True, slots=True)
class StatePart:
    """What the State would bear, and why. Units: whole percents, whole cents (the State's are whole euros)."""

    rate_percent: int
    components: tuple[tuple[Component, int], ...]
    population_points: int
    density_points: int
    poverty_points: int
    state_cents: int
    total_cents: int
    is_capped: bool
    passes: int
    people: int

    @property
    def portion(self) -> Fraction:
        """The rate, as a share of an agreement."""
        return Fraction(self.rate_percent, 100)


def state_part_2019(case: CoFinancingCase, *, reading: PovertyReading = PovertyReading.CODE) -> StatePart:
    """What the State would bear of a project under the call of 2019.

    The whole is what the buyers bring, divided by what the rate leaves them; the State's part of it is rounded to the euro and never
    more than 1,200,000 €: beyond, the whole is what the buyers bring and that ceiling. A tenth pays fees; a pass is 10 €, a person
    receives ten.

    Units:  whole cents; percents are whole.
    Raises: OwnBudgetNotPositive, TerritoryFigureWrong.
    Source: docs/sources/state-co-financing-2019.md#rate.
    """
    _check(case)
    points = territory_points(case, reading=reading)
    components = _components(case, sum(points)) if case.has_target_public else ()
    rate = sum(percent for _component, percent in components)
    whole = Fraction(case.own_budget_cents * 100, 100 - rate)
    state_cents = _to_the_euro(whole * rate / 100)
    is_capped = state_cents > STATE_CEILING_CENTS
    if is_capped:
        state_cents = STATE_CEILING_CENTS
        whole = Fraction(case.own_budget_cents + state_cents)
    for_passes = whole * (100 - FEES_PERCENT) / 100
    return StatePart(
        rate_percent=rate,
        components=components,
        population_points=points[0],
        density_points=points[1],
        poverty_points=points[2],
        state_cents=state_cents,
        total_cents=case.own_budget_cents + state_cents,
        is_capped=is_capped,
        passes=int(for_passes / (PASS_EUROS * 100)),
        people=int(for_passes / (PASS_EUROS * 100 * PASSES_A_PERSON)),
    )


def territory_points(case: CoFinancingCase, *, reading: PovertyReading = PovertyReading.CODE) -> tuple[int, int, int]:
    """Points for population, density and poverty, each 0 to 25, against the national means of the scale.

    Source: docs/sources/state-co-financing-2019.md#points.
    """
    means = MEANS[case.scale]
    above = case.population / means.population - 1
    sparse = case.density / means.density
    tenths = [Fraction(tenth, 10) for tenth in range(1, 6)]
    population = _points([lambda low=low: above >= low for low in tenths])  # type: ignore[misc]
    # Half the mean density or less: the sparser, the more points.
    density = _points([lambda low=low: 0 < sparse <= Fraction(6, 10) - low for low in tenths])  # type: ignore[misc]
    if reading is PovertyReading.TEXT:
        poorer = case.poverty / means.poverty - 1
        return population, density, _points([lambda low=low: poorer >= low for low in tenths])  # type: ignore[misc]
    return population, density, _strict_points((case.poverty - means.poverty) * 100)


def case_facts(case: CoFinancingCase) -> dict[str, str | int | bool]:
    """A case as plain values to keep; fractions are written exactly."""
    return {
        **asdict(case),
        "scale": case.scale.value,
        "density": str(case.density),
        "poverty": str(case.poverty),
    }


def case_of_facts(facts: Mapping[str, Any]) -> CoFinancingCase:
    """A kept case, as it was."""
    exact = {name: Fraction(facts[name]) for name in ("density", "poverty")}
    return CoFinancingCase(**{**facts, **exact, "scale": Scale(facts["scale"])})


def territory_percent(points: int) -> int:
    """The bonus of a territory: 1 to 9 points 2 %, 10 to 19 3 %, 20 to 29 4 %, from 30 on 5 %."""
    return 0 if points == 0 else min(5, 2 + points // 10)


def _points(steps: Sequence[Callable[[], bool]]) -> int:
    reached = sum(1 for step in steps if step())
    return POINTS[reached - 1] if reached else 0


def _strict_points(gap: Fraction) -> int:
    """Points of a poverty gap counted in points, as the simulator did: nothing on a bound."""
    if gap > 5:
        return POINTS[-1]
    return 0 if gap < 1 or gap.denominator == 1 else POINTS[int(gap) - 1]


def _components(case: CoFinancingCase, points: int) -> tuple[tuple[Component, int], ...]:
    holds = {
        Component.TARGET_PUBLIC: True,
        Component.STRUCTURED: case.is_structured,
        Component.HUB: case.has_hub,
        Component.JOINT: case.is_joint,
        Component.EUROPE: case.has_european_money,
    }
    percents = {component: PERCENT[component] for component, held in holds.items() if held} | {
        Component.TERRITORY: territory_percent(points)
    }
    return tuple((component, percents[component]) for component in Component if percents.get(component))


def _to_the_euro(cents: Fraction) -> int:
    return int(cents / 100 + Fraction(1, 2)) * 100


def _check(case: CoFinancingCase) -> None:
    if case.own_budget_cents <= 0:
        raise OwnBudgetNotPositive(cents=case.own_budget_cents)
    wrong = (("population", case.population <= 0), ("density", case.density <= 0), ("poverty", not 0 <= case.poverty <= 1))
    for name, is_wrong in wrong:
        if is_wrong:
            raise TerritoryFigureWrong(figure=name)
