"""The State's part under the call of 2019: the six published cases, each bound, and where the text and the code differ."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding.rules import (
    CoFinancingCase,
    Component,
    OwnBudgetNotPositive,
    PovertyReading,
    Scale,
    TerritoryFigureWrong,
    state_part_2019,
    territory_percent,
    territory_points,
)
from carnet.funding.rules._state_2019 import MEANS, STATE_CEILING_CENTS

EPCI = CoFinancingCase(Scale.EPCI, 55_391, Fraction(103), Fraction("0.14"), 34_027_00, has_target_public=True)
EVERYTHING = {"is_structured": True, "has_hub": True, "is_joint": True, "has_european_money": True}
# (case, rate in percent, the State's euros): docs/sources/state-co-financing-2019.md#cases.
PUBLISHED = [
    (EPCI, 20, 8_507),
    (replace(EPCI, is_structured=True), 35, 18_322),
    (replace(EPCI, has_target_public=False), 0, 0),
    (replace(EPCI, scale=Scale.DEPARTMENT, is_structured=True), 39, 21_755),
    (replace(EPCI, scale=Scale.INTERDEPARTMENT, **EVERYTHING), 64, 60_492),
    (
        CoFinancingCase(
            Scale.REGION, 14_000_000, Fraction(400), Fraction("0.5"), 200_000_00, True, True, True, True, True
        ),
        65,
        371_429,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rate", "euros"), PUBLISHED)
def test_the_six_published_cases(case: CoFinancingCase, rate: int, euros: int) -> None:
    answer = state_part_2019(case)
    assert (answer.rate_percent, answer.state_cents) == (rate, euros * 100)
    assert answer.total_cents == case.own_budget_cents + answer.state_cents


def test_the_components_say_why() -> None:
    answer = state_part_2019(PUBLISHED[4][0])
    assert dict(answer.components) == {
        Component.TARGET_PUBLIC: 20, Component.STRUCTURED: 15, Component.TERRITORY: 4, Component.HUB: 5, Component.JOINT: 10,
        Component.EUROPE: 10,
    }  # fmt: skip
    assert (answer.population_points, answer.density_points, answer.poverty_points) == (0, 20, 0)
    assert state_part_2019(PUBLISHED[5][0]).population_points == state_part_2019(PUBLISHED[5][0]).poverty_points == 25


def test_passes_and_people_leave_a_tenth_for_fees() -> None:
    answer = state_part_2019(replace(EPCI, own_budget_cents=80_000_00))
    assert (answer.total_cents, answer.passes, answer.people) == (100_000_00, 9_000, 900)


@pytest.mark.parametrize(
    ("figure", "at_the_mean", "points"),
    [
        ("population", Fraction("1.0999"), 0), ("population", Fraction("1.1001"), 5), ("population", Fraction("1.2001"), 10),
        ("population", Fraction("1.4001"), 20), ("population", Fraction("1.5001"), 25), ("population", Fraction(3), 25),
        ("density", Fraction("0.51"), 0), ("density", Fraction("0.5"), 5), ("density", Fraction("0.4"), 10), ("density", Fraction("0.2"), 20),
        ("density", Fraction("0.1"), 25), ("density", Fraction("0.0001"), 25),
    ],
)  # fmt: skip
def test_points_step_by_tenths_of_the_mean(figure: str, at_the_mean: Fraction, points: int) -> None:
    means = MEANS[Scale.REGION]
    value = getattr(means, figure) * at_the_mean
    case = replace(EPCI, scale=Scale.REGION, population=4_000_000, density=means.density, poverty=means.poverty)
    case = replace(case, **{figure: round(value) if figure == "population" else value})
    assert territory_points(case)[("population", "density").index(figure)] == points


@pytest.mark.parametrize(
    ("gap", "by_code", "by_text"),
    [
        (Fraction("0.009"), 0, 0), (Fraction("0.01"), 0, 0), (Fraction("0.015"), 5, 5), (Fraction("0.02"), 0, 5), (Fraction("0.025"), 10, 5),
        (Fraction("0.045"), 20, 15), (Fraction("0.05"), 0, 15), (Fraction("0.0501"), 25, 15), (Fraction("0.08"), 25, 25),
    ],
)  # fmt: skip
def test_the_text_and_the_code_differ_on_poverty(gap: Fraction, by_code: int, by_text: int) -> None:
    """Two points above the mean: nothing by the code, whose bounds are strict; five points by the text."""
    case = replace(EPCI, poverty=MEANS[Scale.EPCI].poverty + gap)
    assert territory_points(case)[2] == by_code
    assert territory_points(case, reading=PovertyReading.TEXT)[2] == by_text


def test_points_become_a_bonus() -> None:
    assert [territory_percent(points) for points in (0, 5, 10, 15, 20, 25, 30, 75)] == [0, 2, 3, 3, 4, 4, 5, 5]


def test_the_state_never_gives_more_than_its_ceiling() -> None:
    answer = state_part_2019(replace(PUBLISHED[5][0], own_budget_cents=5_000_000_00))
    assert answer.is_capped
    assert (answer.state_cents, answer.total_cents) == (STATE_CEILING_CENTS, 6_200_000_00)


@pytest.mark.parametrize("wrong", [{"population": 0}, {"density": Fraction(0)}, {"poverty": Fraction("1.01")}, {"poverty": Fraction(-1)}])
def test_impossible_figures_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(TerritoryFigureWrong) as refused:
        state_part_2019(replace(EPCI, **wrong))  # type: ignore[arg-type]
    assert refused.value.facts["figure"] in wrong
    with pytest.raises(OwnBudgetNotPositive):
        state_part_2019(replace(EPCI, own_budget_cents=0))


@given(
    st.builds(
        CoFinancingCase, st.sampled_from(Scale), st.integers(1, 20_000_000), st.fractions(Fraction(1, 100), 30_000),
        st.fractions(0, 1), st.integers(1, 10_000_000_00), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    )
)  # fmt: skip
def test_whatever_the_project_the_parts_make_the_whole(case: CoFinancingCase) -> None:
    answer = state_part_2019(case)
    assert answer.rate_percent == sum(percent for _component, percent in answer.components) <= 65
    assert answer.total_cents == case.own_budget_cents + answer.state_cents
    assert answer.state_cents % 100 == 0
    assert 0 <= answer.state_cents <= STATE_CEILING_CENTS
    # The published rounding is to the euro: within half of one, unless the ceiling holds it.
    if not answer.is_capped:
        assert abs(answer.state_cents * (100 - answer.rate_percent) - case.own_budget_cents * answer.rate_percent) <= 50 * 100
