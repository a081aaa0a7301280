"""The score of need: components that stay visible, weights that anyone may change, unknowns that are never zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.observatory.rules.indicators import Indicator, Known
from carnet.observatory.rules.reach import Told
from carnet.planning.rules.need import (
    KNOWN_LEAST,
    POINTS_MAX,
    USUAL_WEIGHTS,
    Basis,
    Component,
    Doubt,
    Share,
    WeightOutOfBounds,
    Weights,
    WeightsEmpty,
    compared,
    doubt,
    points,
    pulls,
    references,
    score,
)
from carnet.planning.rules.shares import alternatives, from_commune, ratio, shares

MAYBE = st.none() | st.floats(0, POINTS_MAX)
POINTS = st.dictionaries(st.sampled_from(Component), MAYBE)
WEIGHTS = st.dictionaries(st.sampled_from(Component), st.integers(0, 100)).filter(lambda found: any(found.values())).map(Weights)
ALL_USUAL = dict.fromkeys(Component, 100.0)


def told(value: str | None, known: Known = Known.VALUE) -> Told:
    return Told(None if value is None else Decimal(value), known, "INSEE")


def test_usual_weights_make_a_hundred_and_name_every_component() -> None:
    assert sum(USUAL_WEIGHTS.values()) == 100
    assert set(USUAL_WEIGHTS) == set(Component)
    assert Weights.usual().is_usual
    assert Weights({each: weight * 2 for each, weight in USUAL_WEIGHTS.items() if weight < 50}).is_usual
    assert not Weights({Component.SENIORS: 1}).is_usual


@pytest.mark.parametrize("value", [-1, 101])
def test_a_weight_is_from_nought_to_a_hundred(value: int) -> None:
    with pytest.raises(WeightOutOfBounds) as refused:
        Weights({Component.POVERTY: value})
    assert refused.value.facts == {"component": "POVERTY", "value": value, "most": 100}


def test_weights_that_are_all_nought_weigh_nothing() -> None:
    with pytest.raises(WeightsEmpty):
        Weights(dict.fromkeys(Component, 0))


def test_points_compare_with_the_reference_and_stop_at_three_times() -> None:
    assert points(12.0, 10.0) == pytest.approx(120)
    assert points(90.0, 10.0) == POINTS_MAX
    assert points(0.0, 10.0) == 0
    assert points(None, 10.0) is None
    assert points(12.0, None) is None
    assert points(12.0, 0.0) is None


def test_a_place_like_its_reference_has_a_hundred() -> None:
    found = score(ALL_USUAL, Weights.usual())
    assert (found.value, found.low, found.high, found.known_part) == (
        pytest.approx(100), pytest.approx(100), pytest.approx(100), pytest.approx(1),
    )  # fmt: skip


def test_what_is_unknown_is_no_zero_and_bounds_the_score() -> None:
    without_poverty = {**ALL_USUAL, Component.POVERTY: None}
    found = score(without_poverty, Weights.usual())
    assert found.value == pytest.approx(100), "an unknown counted as zero would pull it down to 80"
    assert (found.low, found.high) == (pytest.approx(90), pytest.approx(120))
    assert found.known_part == pytest.approx(0.8)


def test_under_half_of_the_weights_there_is_no_score() -> None:
    seniors_only = score({Component.SENIORS: 150.0}, Weights.usual())
    assert seniors_only.value is None
    assert score({Component.SENIORS: 150.0, Component.UNSCHOOLED: 150.0}, Weights.usual()).value == pytest.approx(150)


@given(POINTS, WEIGHTS)
def test_a_score_stays_between_its_bounds_and_its_points(found: dict[Component, float | None], weights: Weights) -> None:
    result = score(found, weights)
    assert result.low <= result.high + 1e-9
    assert 0 <= result.known_part <= 1
    if result.value is None:
        assert result.known_part < KNOWN_LEAST
        return
    known = [value for component, value in found.items() if value is not None and weights.of(component)]
    assert min(known) - 1e-6 <= result.value <= max(known) + 1e-6


@given(POINTS, WEIGHTS, st.integers(2, 5))
def test_only_the_proportions_of_weights_matter(found: dict[Component, float | None], weights: Weights, times: int) -> None:
    smaller = Weights({each: weight // times for each, weight in weights.by_component.items() if weight // times} or {Component.SENIORS: 1})
    larger = Weights({each: weight * times for each, weight in smaller.by_component.items()})
    first, second = score(found, smaller).value, score(found, larger).value
    assert (first is None) == (second is None)
    assert first is None or first == pytest.approx(second)


@given(POINTS, WEIGHTS)
def test_the_pulls_of_a_place_and_a_hundred_make_its_score(found: dict[Component, float | None], weights: Weights) -> None:
    result = score(found, weights)
    if result.value is not None:
        assert 100 + sum(each.pull for each in pulls(found, weights)) == pytest.approx(result.value)


def test_the_reference_counts_people_and_leaves_the_unknown_out() -> None:
    def place(value: float | None) -> dict[Component, tuple[Share, ...]]:
        return {Component.SENIORS: (Share(value, Known.VALUE if value is not None else Known.SECRET, 2019),)}

    found = references([(1000, place(10.0)), (3000, place(30.0)), (9000, place(None))])
    assert found == {(Component.SENIORS, Basis.USUAL): pytest.approx(25)}
    values = compared({Component.SENIORS: Share(30.0, Known.VALUE)}, found)
    assert values[Component.SENIORS].points == pytest.approx(120)
    assert values[Component.POVERTY].known is Known.MISSING
    assert set(values) == set(Component), "what nobody told is there, and unknown"


def test_a_share_is_compared_with_one_of_its_own_kind() -> None:
    commune = (Share(7.0, Known.VALUE, 2020), Share(35.0, Known.VALUE, 2020, basis=Basis.ALL_AGES))
    found = references([(1000, {Component.ALONE: commune})])
    centre = compared({Component.ALONE: Share(70.0, Known.VALUE, 2020, basis=Basis.ALL_AGES)}, found)
    assert centre[Component.ALONE].points == pytest.approx(200), "70 % of households against 35 %, never against 7 % of people"
    only_old = references([(1000, {Component.ALONE: commune[:1]})])
    assert compared({Component.ALONE: Share(70.0, Known.VALUE, basis=Basis.ALL_AGES)}, only_old)[Component.ALONE].points is None


def test_numerator_and_denominator_are_of_one_vintage() -> None:
    figures = {
        Indicator.POP: {2019: told("1000"), 2020: told("1100")},
        Indicator.POP65P: {2019: told("200")},
    }
    found = ratio(figures, [Indicator.POP65P], Indicator.POP)
    assert (found.value, found.vintage, found.source) == (pytest.approx(20), 2019, "INSEE")


def test_a_secret_stays_a_secret_and_an_empty_whole_says_nothing() -> None:
    secret = ratio(
        {Indicator.MEN: {2019: told("10")}, Indicator.MENPSEUL: {2019: told(None, Known.SECRET)}}, [Indicator.MENPSEUL], Indicator.MEN
    )
    assert (secret.value, secret.known) == (None, Known.SECRET)
    assert (
        ratio({Indicator.MEN: {2019: told("0")}, Indicator.MENPSEUL: {2019: told("0")}}, [Indicator.MENPSEUL], Indicator.MEN).value is None
    )


def test_living_alone_counts_the_old_first_and_everybody_for_want_of_them() -> None:
    everybody = {Indicator.MEN: {2019: told("500")}, Indicator.MENPSEUL: {2019: told("300")}}
    rough = shares(alternatives(everybody, {}))[Component.ALONE]
    assert (rough.value, rough.basis) == (pytest.approx(60), Basis.ALL_AGES)
    older = {
        **everybody, Indicator.POP: {2019: told("1000")},
        Indicator.POP5579_PSEUL: {2019: told("30")}, Indicator.POP80P_PSEUL: {2019: told("20")},
    }  # fmt: skip
    usual = shares(alternatives(older, {}))[Component.ALONE]
    assert (usual.value, usual.basis) == (pytest.approx(5), Basis.USUAL)


def test_a_neighbourhood_borrows_from_its_commune_and_says_so_but_never_a_secret() -> None:
    commune = {Component.POVERTY: Share(14.0, Known.VALUE, 2021, "INSEE"), Component.SENIORS: Share(20.0, Known.VALUE, 2019, "INSEE")}
    found = from_commune({Component.POVERTY: Share(None, Known.SECRET, 2021), Component.ALONE: Share(9.0, Known.VALUE, 2019)}, commune)
    assert found[Component.POVERTY].value is None
    assert (found[Component.SENIORS].value, found[Component.SENIORS].is_lent) == (20.0, True)
    assert not found[Component.ALONE].is_lent


def test_a_wealthy_centre_is_doubted_and_a_poor_one_is_not() -> None:
    centre = {Component.UNSCHOOLED: 36.0, Component.POVERTY: 104.0, Component.ALONE: 250.0}
    assert doubt(centre, 120.0) is Doubt.WEALTHY_CENTRE
    assert doubt({**centre, Component.POVERTY: 180.0}, 120.0) is None
    assert doubt({**centre, Component.UNSCHOOLED: 120.0}, 120.0) is None
    assert doubt(centre, 95.0) is None
    assert doubt({**centre, Component.UNSCHOOLED: None}, 120.0) is None
