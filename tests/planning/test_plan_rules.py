"""What a plan may be asked, how it is kept, what may become an order; without a database nor a solver."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from carnet.places.rules.travel import Density
from carnet.planning.rules import plan_results
from carnet.planning.rules.allotment import (
    Compared,
    ConstraintCost,
    Demand,
    Desk,
    Guarantee,
    Method,
    Problem,
    Site,
    Solved,
    by_formula,
    check,
    per_head,
)
from carnet.planning.rules.plan_ground import (
    MINUTES_MAX,
    NEAREST_MAX,
    Added,
    Asked,
    Ground,
    Owner,
    digest_of,
    measured,
    problem_of,
    read_asked,
    read_ground,
    ways,
    written_asked,
    written_ground,
)
from carnet.planning.rules.plans import (
    LEASE,
    VERSIONS_MAX,
    Destination,
    PlanAlreadyOrdered,
    PlanNameMissing,
    PlanNotDone,
    PlanNothingToOrder,
    PlanNotKept,
    PlanOverBudget,
    PlanTooManyVersions,
    VersionState,
    check_another,
    check_answered,
    check_name,
    check_orderable,
    may_take,
)
from carnet.planning.rules.travel import Mode, matrix
from tests.factories.campaign import NOW

NANTES, REZE, FAR = (47.2184, -1.5536), (47.1906, -1.5490), (47.7170, -1.3760)


def ground(**more: object) -> Ground:
    """Two communes side by side, one an hour away; a desk in the first, one in the last; a place in the first."""
    made = Ground(
        demands=(
            Demand("44109", "Nantes", 320_000, 3_000, 110, 200),
            Demand("44143", "Rezé", 42_000, 400, 90, 150),
            Demand("44036", "Châteaubriant", 12_000, 200, 130, 300),
        ),
        desks=(Desk("p1", "Maison de quartier", "44109"), Desk("o2", "Mairie", "44036", priority_permille=400)),
        sites=(Site("l1", "Médiathèque", "44109", 500),),
        points={"44109": NANTES, "44143": REZE, "44036": FAR, "p1": NANTES, "o2": FAR, "l1": NANTES},
        settings={"44109": Density.DENSE, "44143": Density.MIDDLING, "44036": Density.RURAL},
        owners={"p1": Owner(7, 1), "o2": Owner(8, None)},
        booklet_cents=5_000,
        unplaced=("Sans adresse",),
        unknown=("44143",),
        yardstick=100,
    )
    return measured(replace(made, **more))  # type: ignore[arg-type]


ASKED = Asked(budget_cents=500_000, floor=2, minutes_max=30)


class TestGround:
    def test_minutes_are_those_of_the_one_method(self) -> None:
        made = ground()
        minutes = {(way.commune, way.point): way.minutes for way in made.to_desks}
        expected = matrix([FAR], [NANTES], mode=Mode.CAR, settings=[Density.RURAL])[0][0]
        assert minutes["44036", "p1"] == round(expected)
        assert minutes["44109", "p1"] < minutes["44143", "p1"] < minutes["44036", "p1"]

    def test_only_the_nearest_points_are_looked_at(self) -> None:
        made = ground()
        codes = [f"x{rank}" for rank in range(NEAREST_MAX + 5)]
        crowded = replace(made, points={**made.points, **{code: (47.2184 + rank / 1e4, -1.5536) for rank, code in enumerate(codes)}})
        found = [way.point for way in ways(crowded, codes) if way.commune == "44109"]
        assert found == codes[:NEAREST_MAX]
        assert all(way.minutes <= MINUTES_MAX for way in ways(crowded, codes))

    def test_what_is_kept_is_read_again_as_it_was(self) -> None:
        made = ground()
        kept = json.loads(json.dumps(written_ground(made)))
        assert read_ground(kept) == made
        asked = replace(ASKED, closed=("p1",), added=(Added("44036", 40),))
        again = json.loads(json.dumps(written_asked(asked)))
        assert read_asked(again) == asked
        assert digest_of(kept, again) == digest_of(dict(reversed(kept.items())), again)
        assert digest_of(kept, again) != digest_of(kept, written_asked(ASKED))

    def test_a_closed_point_is_gone_with_its_ways_and_a_new_place_has_its_own(self) -> None:
        problem = problem_of(ground(), replace(ASKED, closed=("p1", "nobody"), added=(Added("44036", 40),)))
        assert [each.code for each in problem.desks] == ["o2"]
        assert {way.point for way in problem.to_desks} == {"o2"}
        assert [(each.code, each.commune, each.booklets) for each in problem.sites] == [("l1", "44109", 500), ("new-1", "44036", 40)]
        assert next(way.minutes for way in problem.to_sites if (way.commune, way.point) == ("44036", "new-1")) <= 5

    def test_a_place_added_where_nobody_is_known_is_left_out(self) -> None:
        assert [each.code for each in problem_of(ground(), replace(ASKED, added=(Added("99999", 40),))).sites] == ["l1"]

    def test_what_is_asked_becomes_guarantees(self) -> None:
        problem = problem_of(ground(), replace(ASKED, priority_percent=25, desk_minimum=5, desk_maximum=60))
        asked = problem.guarantees
        assert (asked.budget_cents, asked.floor, asked.priority_permille, asked.minutes_max) == (500_000, 2, 250, 30)
        assert (asked.desk_minimum, {each.maximum for each in problem.desks}) == (5, {60})
        assert (problem.prices.booklet_cents, problem.yardstick) == (5_000, 100)
        assert Guarantee.DESK_MAXIMUM not in problem_of(ground(), ASKED).guarantees.asked()

    def test_a_commune_without_a_point_keeps_its_people(self) -> None:
        made = ground()
        lost = replace(made, points={code: point for code, point in made.points.items() if code != "44143"})
        lost = measured(replace(lost, settings={code: each for code, each in made.settings.items() if code != "44143"}))
        assert read_ground(json.loads(json.dumps(written_ground(lost)))) == lost
        assert not [way for way in lost.to_desks if way.commune == "44143"]


def compared(problem: Problem) -> dict[Method, Compared]:
    made = {Method.PER_HEAD: per_head(problem), Method.FORMULA: by_formula(problem)}
    return {method: Compared(each, check(problem, each), 7) for method, each in made.items()}


class TestResults:
    def test_an_answer_is_read_again_as_it_was(self) -> None:
        problem = problem_of(ground(), ASKED)
        others = compared(problem)
        best = replace(others[Method.PER_HEAD].allotment, method=Method.OPTIMAL, gap=0.0001)
        cost = ConstraintCost(Guarantee.FLOOR, False, 12, -3, 500, 1, 2)
        solved = Solved(best, 10, 11, 0.0001, 1.25, True, (cost,), "HiGHS 1")
        answer = plan_results.answered(solved, {**others, Method.OPTIMAL: Compared(best, (), 10)})
        assert plan_results.read(json.loads(json.dumps(plan_results.written(answer)))) == answer

    def test_figures_are_counted_from_the_flows(self) -> None:
        problem = problem_of(ground(), ASKED)
        made = per_head(problem)
        told = plan_results.outcome(problem, made)
        trips = [(each.booklets, each.minutes) for each in (*made.handed, *made.taught)]
        assert told.booklets + told.idle == 100
        assert told.cents == 100 * 5_000
        assert told.trip_tenths == round(10 * sum(count * minutes for count, minutes in trips) / sum(count for count, _minutes in trips))
        assert told.without == sum(1 for each in problem.demands if not made.by_commune().get(each.code))
        assert told.far == 0

    def test_a_difference_is_one_answer_less_the_other(self) -> None:
        problem = problem_of(ground(), ASKED)
        before = plan_results.outcome(problem, per_head(problem))
        wider = problem_of(ground(), replace(ASKED, minutes_max=None))
        after = plan_results.outcome(wider, per_head(wider))
        change = plan_results.difference(after, before)
        assert change.booklets == after.booklets - before.booklets > 0
        assert change.covered == after.covered - before.covered > 0
        assert change.idle < 0


class TestLife:
    def test_a_name_is_asked_for_and_tidied(self) -> None:
        assert check_name("  Automne   2026 ") == "Automne 2026"
        with pytest.raises(PlanNameMissing):
            check_name("  ")

    def test_a_plan_has_a_maximum_of_versions(self) -> None:
        check_another(VERSIONS_MAX - 1)
        with pytest.raises(PlanTooManyVersions):
            check_another(VERSIONS_MAX)

    def test_a_version_is_taken_once_or_after_whoever_had_it_is_gone(self) -> None:
        assert may_take(VersionState.WAITING, None, NOW)
        assert not may_take(VersionState.RUNNING, NOW, NOW + LEASE - timedelta(seconds=1))
        assert may_take(VersionState.RUNNING, NOW, NOW + LEASE)
        assert not may_take(VersionState.DONE, None, NOW)
        assert not may_take(VersionState.FAILED, None, NOW)

    @pytest.mark.parametrize("state", set(VersionState) - {VersionState.DONE})
    def test_only_an_answer_is_kept(self, state: VersionState) -> None:
        check_answered(VersionState.DONE)
        with pytest.raises(PlanNotDone):
            check_answered(state)


class TestOrdering:
    SENT = (Destination(7, 1, 60), Destination(8, None, 40))

    def test_an_order_is_the_sum_of_its_destinations_and_never_passes_the_budget(self) -> None:
        fine = {"is_kept": True, "booklet_cents": 5_000, "standing": None}
        assert check_orderable(self.SENT, budget_cents=500_000, **fine) == 100  # type: ignore[arg-type]
        with pytest.raises(PlanOverBudget) as refused:
            check_orderable(self.SENT, budget_cents=499_999, **fine)  # type: ignore[arg-type]
        assert refused.value.facts == {"needed_cents": 500_000, "budget_cents": 499_999}

    def test_a_version_is_kept_before_it_is_ordered_and_ordered_once(self) -> None:
        with pytest.raises(PlanNotKept):
            check_orderable(self.SENT, is_kept=False, booklet_cents=1, budget_cents=1_000, standing=None)
        with pytest.raises(PlanAlreadyOrdered):
            check_orderable(self.SENT, is_kept=True, booklet_cents=1, budget_cents=1_000, standing=3)
        with pytest.raises(PlanNothingToOrder):
            check_orderable((), is_kept=True, booklet_cents=1, budget_cents=1_000, standing=None)
