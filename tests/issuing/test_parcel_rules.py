"""Runs of booklets, and what becomes of a box: no booklet lost or counted twice, whatever is told of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.issuing.rules import parcels as rules
from carnet.issuing.rules.parcels import Ending, GapKind, Outcome, ParcelFacts, ParcelState, Run, common, count, counted, merged, minus

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
runs = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=8,
)
box = st.tuples(st.integers(1, 40), st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def each_of(some: "list[Run] | tuple[Run, ...]") -> set[int]:
    return {each for first, last in some for each in range(first, last + 1)}


@given(runs, runs)
def test_runs_are_sets(one: list[Run], other: list[Run]) -> None:
    assert each_of(merged(one)) == each_of(one)
    assert each_of(minus(one, other)) == each_of(one) - each_of(other)
    assert each_of(common(one, other)) == each_of(one) & each_of(other)
    assert count(one) == len(each_of(one))
    assert rules.apart(one, other) == [run for run in one if not each_of([run]) & each_of(other)]
    for found in (merged(one), minus(one, other), common(one, other)):
        assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


@given(box, runs, runs)
def test_a_count_divides_the_box_exactly(run: Run, seen: list[Run], damaged: list[Run]) -> None:
    parts = counted(run, seen=seen, damaged=damaged)
    assert sum(count(each) for each in parts) == count([run])
    assert each_of([each for part in parts for each in part]) == each_of([run])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(box, runs, runs, st.lists(st.tuples(runs, st.sampled_from(Outcome)), max_size=5))
def test_whatever_is_told_and_settled_each_booklet_is_in_one_place(
    run: Run, seen: list[Run], damaged: list[Run], said: list[tuple[list[Run], Outcome]]
) -> None:
    _whole, spoiled, missing = counted(run, seen=seen, damaged=damaged)
    gaps = tuple((GapKind.DAMAGED, each) for each in spoiled) + tuple((GapKind.MISSING, each) for each in missing)
    settled: list[tuple[Outcome, Run]] = []
    for chosen, outcome in said:
        facts = ParcelFacts(run, SENT, Ending.RECEIVED, gaps, tuple(settled))
        settled += [(outcome, each) for each in common(facts.open_gaps, chosen)]
    facts = ParcelFacts(run, SENT, Ending.RECEIVED, gaps, tuple(settled))
    away = [each for outcome, each in settled if outcome is not Outcome.ARRIVED]
    places = [each_of(facts.arrived), each_of(facts.on_the_way), each_of(away)]
    assert set().union(*places) == each_of([run])
    assert sum(len(each) for each in places) == count([run])
    assert (facts.state is ParcelState.SHORT) == bool(facts.on_the_way)


def test_where_a_box_stands() -> None:
    run, gone = (1, 10), ((GapKind.MISSING, (1, 10)),)
    two = ((GapKind.MISSING, (4, 5)),)
    told = {
        ParcelFacts(run): ParcelState.PACKED,
        ParcelFacts(run, None, Ending.UNPACKED): ParcelState.UNPACKED,
        ParcelFacts(run, SENT): ParcelState.SENT,
        ParcelFacts(run, SENT, Ending.RECEIVED): ParcelState.RECEIVED,
        ParcelFacts(run, SENT, Ending.RECEIVED, two): ParcelState.SHORT,
        ParcelFacts(run, SENT, Ending.RECEIVED, two, ((Outcome.BACK, (4, 4)),)): ParcelState.SHORT,
        ParcelFacts(run, SENT, Ending.RECEIVED, two, ((Outcome.BACK, (4, 5)),)): ParcelState.SETTLED,
        ParcelFacts(run, SENT, Ending.GONE, gone): ParcelState.MISSING,
        ParcelFacts(run, SENT, Ending.GONE, gone, ((Outcome.LOST, run),)): ParcelState.SETTLED,
    }
    assert {facts: facts.state for facts in told} == told


def test_what_cannot_be_told_of_a_box() -> None:
    with pytest.raises(rules.NotInParcel):
        rules.check_within((9, 11), (1, 10))
    assert rules.check_within((9, 3), (1, 10)) == (3, 9)
    rules.check_ends((10, 1), (1, 10))
    with pytest.raises(rules.EndsDiffer):
        rules.check_ends((1, 9), (1, 10))
    with pytest.raises(rules.ParcelNotNow):
        rules.check_state(ParcelState.RECEIVED, ParcelState.SENT)
    for outcome, kind in ((Outcome.LOST, GapKind.DAMAGED), (Outcome.STOLEN, GapKind.DAMAGED), (Outcome.DAMAGED, GapKind.MISSING)):
        with pytest.raises(rules.OutcomeUnfit):
            rules.check_outcome(outcome, [kind])


def test_boxes_are_full_then_hold_the_rest() -> None:
    assert rules.boxes_of(250, per_box=100) == [100, 100, 50]
    assert rules.boxes_of(200, per_box=100) == [100, 100]
    assert rules.is_late(SENT, at=SENT + timedelta(days=7))
    assert not rules.is_late(SENT, at=SENT + timedelta(days=7) - timedelta(seconds=1))
