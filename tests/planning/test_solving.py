"""The best allotment: the same as by trying everything, never worse than the others, and its proof."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from carnet.planning.queries import solving
from carnet.planning.rules.allotment import (
    Demand,
    Desk,
    Guarantee,
    Guarantees,
    GuaranteesContradict,
    Method,
    Prices,
    Problem,
    Progress,
    Site,
    Way,
    by_formula,
    check,
    per_head,
    worth,
)
from tests.planning.allotments import best_by_trying, problems, two_towns

SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(problem=problems())
def test_it_is_the_best_of_all_there_are(problem: Problem) -> None:
    expected = best_by_trying(problem)
    if expected is None:
        with pytest.raises(GuaranteesContradict):
            solving.solve(problem, gap=0.0, with_costs=False)
        return
    found = solving.solve(problem, gap=0.0, with_costs=False)
    assert check(problem, found.allotment) == ()
    assert found.worth == found.bound == worth(problem, expected.covered, expected.minutes)
    assert found.gap == 0.0
    assert found.is_proved


@SLOWLY
@given(problem=problems(only_shared=True))
def test_it_is_never_worse_than_the_others(problem: Problem) -> None:
    found = solving.solve(problem, gap=0.0, with_costs=False)
    for other in (per_head(problem), by_formula(problem), *(each.allotment for each in solving.compare(problem, found))):
        assert worth(problem, other.covered, other.minutes) <= found.worth
        assert not check(problem, other)
    best, heads, formula = solving.compare(problem, found)
    assert (best.allotment, best.worth) == (found.allotment, found.worth)
    # Routes sought by the solver are never worse than the nearest ones.
    assert heads.worth >= worth(problem, per_head(problem).covered, per_head(problem).minutes)
    assert formula.worth >= worth(problem, by_formula(problem).covered, by_formula(problem).minutes)


@SLOWLY
@given(problem=problems())
def test_guarantees_that_contradict_each_other_are_a_smallest_set(problem: Problem) -> None:
    refused = _refused(problem)
    if refused is None:
        return
    named = refused.facts["guarantees"]
    assert Guarantee.FLOOR in named
    assert refused.facts["short"]
    others = [each for each in problem.guarantees.asked() if each not in named]
    alone = problem.relaxed(problem.guarantees.without(*others), 6)
    assert _refused(alone), "they do contradict each other"
    for each in named:
        assert _refused(alone.relaxed(alone.guarantees.without(each), 6)) is None, f"without {each} the others can be kept"


def _refused(problem: Problem) -> GuaranteesContradict | None:
    try:
        solving.solve(problem, gap=0.0, with_costs=False)
    except GuaranteesContradict as refused:
        return refused
    return None


def grid() -> Problem:
    """Twenty-five communes, nine points, a parcel each, every guarantee asked for."""
    places = [(x, y) for x in range(5) for y in range(5)]
    demands = tuple(
        Demand(f"44{rank:03}", f"C{rank}", 400 + 313 * rank % 1700, 40 + 37 * rank % 90, 60 + 29 * rank % 100, (rank * 150) % 600)
        for rank in range(25)
    )
    points = places[::3]
    desks = tuple(Desk(f"d{rank}", f"D{rank}", "44000", 25 + 5 * rank) for rank in range(len(points)))
    sites = tuple(Site(f"s{rank}", f"S{rank}", "44000", 12 + 7 * rank % 19) for rank in range(len(points)))

    def ways(letter: str) -> Iterator[Way]:
        for rank, (x, y) in enumerate(places):
            for other, (right, up) in enumerate(points):
                yield Way(f"44{rank:03}", f"{letter}{other}", 3 + 9 * (abs(x - right) + abs(y - up)))

    asked = Guarantees(budget_cents=120 * 5200, floor=2, priority_permille=300, minutes_max=25, desk_minimum=6)
    return Problem(demands, desks, sites, tuple(ways("d")), tuple(ways("s")), asked, Prices(5200, 1200))


def test_the_same_problem_gives_the_same_allotment() -> None:
    problem = grid()
    turned = Problem(
        problem.demands[::-1], problem.desks[::-1], problem.sites[::-1], problem.to_desks[::-1], problem.to_sites[::-1],
        problem.guarantees, problem.prices,
    )  # fmt: skip
    first, second, third = (solving.solve(each, with_costs=False).allotment for each in (problem, problem, turned))
    assert first == second == third
    assert sum(first.by_desk().values()) == first.booklets > 100
    assert first.cents == first.booklets * 5200 + len(first.by_desk()) * 1200 <= 120 * 5200


def test_what_each_guarantee_costs_is_the_difference_of_two_plans() -> None:
    problem = grid()
    solved = solving.solve(problem, gap=0.0)
    assert solved.gap == 0.0
    assert [cost.guarantee for cost in solved.constraint_costs] == list(problem.guarantees.asked())
    for cost in solved.constraint_costs:
        freer = solving.relaxed(problem, cost.guarantee)
        assert freer is not None
        again = solving.solve(freer, gap=0.0, with_costs=False)
        assert cost.within == 0
        gained = cost.covered - problem.prices.minute * cost.minutes
        assert gained == again.worth - solved.worth >= 0
        assert cost.cents == again.allotment.cents - solved.allotment.cents
    by_name = {cost.guarantee: cost for cost in solved.constraint_costs}
    assert by_name[Guarantee.BUDGET].extended
    assert by_name[Guarantee.BUDGET].booklets > 0
    assert by_name[Guarantee.FLOOR].covered > 0


def test_a_floor_out_of_reach_contradicts_the_travel_limit_and_names_who_is_short() -> None:
    problem = two_towns(Guarantees(budget_cents=200 * 5000, floor=3, floor_everywhere=True, minutes_max=15))
    with pytest.raises(GuaranteesContradict) as refused:
        solving.solve(problem)
    assert refused.value.facts == {"guarantees": (Guarantee.FLOOR, Guarantee.TRAVEL), "short": {"44002": 3}}
    assert solving.solve(two_towns(Guarantees(budget_cents=200 * 5000, floor=3, minutes_max=15))).allotment.by_commune()["44001"] == 100


def test_a_floor_dearer_than_the_budget_contradicts_it() -> None:
    problem = two_towns(Guarantees(budget_cents=5 * 5000, floor=3, minutes_max=30))
    with pytest.raises(GuaranteesContradict) as refused:
        solving.solve(problem)
    assert refused.value.facts["guarantees"] == (Guarantee.BUDGET, Guarantee.FLOOR)
    assert sum(refused.value.facts["short"].values()) == 1


def test_the_search_tells_where_it_is_and_what_it_is_counting() -> None:
    told: list[Progress] = []
    solved = solving.solve(grid(), progress=told.append)
    assert {each.guarantee for each in told} == {None, *grid().guarantees.asked()}
    last = [each for each in told if each.guarantee is None][-1]
    assert (last.worth, last.bound) == (solved.worth, solved.bound)
    assert solved.version.startswith("HiGHS 1.")


def test_need_is_served_before_heads() -> None:
    found = solving.solve(two_towns())
    best, heads, formula = solving.compare(two_towns(), found)
    assert found.allotment.method is Method.OPTIMAL
    assert best.allotment.by_commune() == {"44001": 17, "44002": 23}
    assert heads.allotment.by_commune() == {"44001": 30, "44002": 10}
    assert best.allotment.covered > formula.allotment.covered > heads.allotment.covered
