"""What an allotment is worth, how the other methods share, and every guarantee counted again. No solver here."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.planning.rules.allotment import (
    Breach,
    Demand,
    Desk,
    Flow,
    Guarantee,
    Guarantees,
    Method,
    Prices,
    Problem,
    ProblemWrong,
    Site,
    Way,
    allotted,
    by_formula,
    check,
    covered,
    formula_shares,
    head_shares,
    kept_by,
    payable_everywhere,
    per_head,
    steps,
    worth,
)
from tests.planning.allotments import LINEAR, problems, two_towns


def test_the_first_booklets_of_a_commune_are_worth_more_than_the_last() -> None:
    problem = two_towns()
    bourg, hameau = problem.demands
    # Forty booklets for 160 people in need: the equal part of the village is fifteen, of the town twenty-five.
    assert [(step.booklets, step.each) for step in steps(problem, hameau)] == [
        (7, 160 * 100),
        (1, 160 * 175 // 2),  # the eighth is half in each tranche
        (7, 160 * 75),
        (7, 160 * 50),
        (1, 160 * 85 // 2),
        (7, 160 * 35),
        (15, 160 * 25),
        (15, 160 * 15),
    ]
    assert sum(step.booklets for step in steps(problem, bourg)) == bourg.people
    assert covered(problem, {"44002": 8}) == 7 * 16000 + 14000
    assert covered(problem, {"44002": 1000}) == covered(problem, {"44002": 60}), "nobody is in need twice"
    assert worth(problem, 500, 30) == 470


@settings(max_examples=60, deadline=None)
@given(people=st.lists(st.integers(0, 5000), min_size=1, max_size=6), budget=st.integers(1, 20_000))
def test_what_booklets_are_worth_never_rises(people: list[int], budget: int) -> None:
    demands = tuple(Demand(str(rank), "", count * 6, count, 100) for rank, count in enumerate(people))
    problem = Problem(demands, (), (), (), (), Guarantees(booklets=budget), Prices(5000))
    for demand in demands:
        found = steps(problem, demand)
        assert sum(step.booklets for step in found) == demand.people
        assert [step.each for step in found] == sorted((step.each for step in found), reverse=True)
        assert all(step.booklets > 0 for step in found)


def test_per_head_follows_inhabitants_and_not_need() -> None:
    problem = two_towns()
    assert head_shares(problem) == {"44001": 30, "44002": 10}
    assert per_head(problem).by_commune() == {"44001": 30, "44002": 10}
    assert per_head(problem).cents == 40 * 5000


def test_the_formula_gives_ten_to_each_commune_then_follows_priority_publics() -> None:
    problem = two_towns()
    # Twenty fixed; the other twenty in proportion to 100 x 10 % and 60 x 40 % people of priority publics.
    assert formula_shares(problem, 10) == {"44001": 10 + 6, "44002": 10 + 14}
    assert formula_shares(problem, 10, {"44001": 1, "44002": 3}) == {"44001": 15, "44002": 25}
    assert formula_shares(problem, 30) == {"44001": 20, "44002": 20}, "the fixed part is what everybody can have"
    assert by_formula(problem).booklets == 40


@settings(max_examples=80, deadline=None)
@given(problem=problems())
def test_both_other_methods_share_every_booklet_and_say_which_are_idle(problem: Problem) -> None:
    for found in (per_head(problem), by_formula(problem)):
        shared = found.booklets + found.idle_booklets
        if any(each.population for each in problem.demands) and sum(each.people for each in problem.demands):
            assert shared in (payable_everywhere(problem), 0) or found.method is Method.FORMULA
        assert shared <= payable_everywhere(problem)
        not_kept = {each.guarantee for each in check(problem, found)}
        assert not_kept <= {Guarantee.FLOOR, Guarantee.PRIORITY, Guarantee.DESK_MINIMUM}
        assert sum(found.by_desk().values()) == sum(found.by_site().values()) == sum(found.by_commune().values()) == found.booklets


def test_booklets_without_a_seat_or_a_desk_within_reach_are_idle() -> None:
    problem = two_towns(sites=(Site("place", "Médiathèque", "44001", 35),))
    assert per_head(problem).idle == {"44001": 5}, "the village, more in need, was served first"
    far = two_towns(Guarantees(budget_cents=40 * 5000, minutes_max=15))
    assert per_head(far).idle == {"44002": 10}
    assert far.reached() == {"44001"}


def test_a_parcel_is_paid_for_each_desk() -> None:
    problem = two_towns(Guarantees(budget_cents=40 * 5000), Prices(5000, 1200))
    assert payable_everywhere(problem) == 39
    assert per_head(problem).cents == 39 * 5000 + 1200


BROKEN = {
    Guarantee.BUDGET: (Guarantees(budget_cents=9 * 5000), Breach(Guarantee.BUDGET, "", 50000, 45000)),
    Guarantee.BOOKLETS: (Guarantees(booklets=9), Breach(Guarantee.BOOKLETS, "", 10, 9)),
    Guarantee.FLOOR: (Guarantees(booklets=10, floor=5), Breach(Guarantee.FLOOR, "44002", 4, 5)),
    Guarantee.PRIORITY: (Guarantees(booklets=10, priority_permille=500), Breach(Guarantee.PRIORITY, "", 220, 500)),
    Guarantee.TRAVEL: (Guarantees(booklets=10, minutes_max=19), Breach(Guarantee.TRAVEL, "44002", 20, 19)),
    Guarantee.DESK_MINIMUM: (Guarantees(booklets=10, desk_minimum=11), Breach(Guarantee.DESK_MINIMUM, "desk", 10, 11)),
    Guarantee.SEATS: (Guarantees(booklets=10), Breach(Guarantee.SEATS, "place", 10, 8)),
    Guarantee.DESK_MAXIMUM: (Guarantees(booklets=10), Breach(Guarantee.DESK_MAXIMUM, "desk", 10, 7)),
}


@pytest.mark.parametrize("guarantee", list(Guarantee))
def test_each_guarantee_broken_is_named_with_its_figures(guarantee: Guarantee) -> None:
    asked, expected = BROKEN[guarantee]
    changes: dict[str, object] = {}
    if guarantee is Guarantee.SEATS:
        changes["sites"] = (Site("place", "Médiathèque", "44001", 8),)
    if guarantee is Guarantee.DESK_MAXIMUM:
        changes["desks"] = (Desk("desk", "Guichet", "44001", 7),)
    problem = two_towns(asked, **changes)
    flows = [Flow("desk", "44001", 6, 5), Flow("desk", "44002", 4, 20)]
    found = allotted(problem, Method.OPTIMAL, flows, [replace(each, point="place") for each in flows])
    assert expected in check(problem, found)
    assert not kept_by(problem, found)[guarantee]
    freer = problem.relaxed(asked.without(guarantee), 10)
    assert guarantee not in {each.guarantee for each in check(freer, found)}


def test_a_desk_known_for_its_public_counts_as_it_is_known() -> None:
    mission = two_towns(Guarantees(booklets=10, priority_permille=900), desks=(Desk("desk", "Mission locale", "44001", None, 900),))
    flows = [Flow("desk", "44001", 10, 5)]
    assert not check(mission, allotted(mission, Method.OPTIMAL, flows, [replace(flows[0], point="place")]))


def test_what_is_handed_over_and_not_used_is_seen() -> None:
    problem = two_towns()
    found = allotted(problem, Method.OPTIMAL, [Flow("desk", "44001", 3, 5)], [Flow("place", "44001", 2, 5)])
    assert Breach(Guarantee.SEATS, "44001", 2, 3) in check(problem, found)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"guarantees": Guarantees()}, "no-limit"),
        ({"guarantees": Guarantees(booklets=-1)}, "guarantee"),
        ({"guarantees": Guarantees(booklets=1, priority_permille=1001)}, "guarantee"),
        ({"prices": Prices(0)}, "guarantee"),
        ({"demands": (Demand("44001", "", 1, -1, 1), Demand("44002", "", 1, 1, 1))}, "commune"),
        ({"desks": (Desk("desk", "", "44001"), Desk("desk", "", "44001"))}, "desk"),
        ({"sites": (Site("place", "", "44001", -1),)}, "place"),
        ({"to_desks": (Way("44003", "desk", 5),)}, "way-to-desk"),
        ({"to_sites": (Way("44001", "place", 5), Way("44001", "place", 6))}, "way-to-place"),
        ({"tranches": ()}, "tranches"),
        ({"tranches": (*LINEAR, *LINEAR)}, "tranches"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, object], what: str) -> None:
    with pytest.raises(ProblemWrong) as refused:
        two_towns(**changes)  # type: ignore[arg-type]
    assert refused.value.facts["what"] == what
