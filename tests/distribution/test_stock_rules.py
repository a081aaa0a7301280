"""Proposals over any points: nobody is left short, parcels are worth one, and the end of the season sends everything back."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.distribution.rules import (
    COVER_DAYS,
    KEEP_MIN,
    PARCEL_MAX,
    PARCEL_MIN,
    RETURN_DAYS,
    SLEEP_DAYS,
    Explained,
    Gap,
    GapChanged,
    MoveKind,
    MoveState,
    Point,
    Proposal,
    TooManyReplacements,
    check_explains,
    check_replaceable,
    difference,
    is_asleep,
    keeps,
    move_state,
    pick,
    proposals,
    replacements_allowed,
    runs,
    runs_out,
    wanted,
)

DEPOT = 99


@st.composite
def _points(draw: st.DrawFn) -> list[Point]:
    desks = [
        Point(
            organisation_id=number,
            in_stock=draw(st.integers(0, 80)),
            arriving=draw(st.sampled_from([0, 0, 0, 5, 20])),
            leaving=draw(st.sampled_from([0, 0, 0, 5, 90])),
            given_vouchers=draw(st.sampled_from([0, 0, 3, 20, 60, 200])),
            booklet_size=5,
            observed_days=draw(st.integers(0, 60)),
            idle_days=draw(st.integers(0, 90)),
            requested=draw(st.sampled_from([0, 0, 0, 5, 30, 150])),
            wanted_in_days=draw(st.sampled_from([None, 0, 12])),
            area=draw(st.sampled_from(["44000", "44100", "35000", ""])),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    return [*desks, Point(DEPOT, draw(st.integers(0, 200)), is_depot=True, idle_days=3)]


def _given(found: list[Proposal]) -> Counter[int]:
    counted: Counter[int] = Counter()
    for each in found:
        counted[each.from_id] += each.booklet_count
    return counted


@given(_points(), st.integers(-10, 200))
def test_a_giver_is_never_left_short_and_never_receives(points: list[Point], left: int) -> None:
    found = proposals(points, depot_id=DEPOT, days_left=left)
    by_id = {each.organisation_id: each for each in points}
    for giver, count in _given(found).items():
        assert by_id[giver].at_hand - count >= keeps(by_id[giver], days_left=left)
    moved_to = {each.to_id for each in found if each.kind is not MoveKind.RETURN}
    assert not moved_to & set(_given(found))
    assert all(by_id[each].requested == 0 for each in _given(found))


@given(_points(), st.integers(-10, 200))
def test_every_parcel_is_worth_one_and_says_why(points: list[Point], left: int) -> None:
    for each in proposals(points, depot_id=DEPOT, days_left=left):
        least = 1 if each.kind is MoveKind.RETURN and left <= 0 else PARCEL_MIN
        assert each.booklet_count >= least
        assert each.kind is MoveKind.RETURN or each.booklet_count <= PARCEL_MAX
        assert each.from_id != each.to_id
        assert each.because.days_left == left
        assert (each.to_id == DEPOT) == (each.kind is MoveKind.RETURN)
        assert (each.from_id == DEPOT) == (each.kind is MoveKind.SUPPLY)


@given(_points(), st.integers(-10, 200), st.randoms())
def test_the_order_of_the_points_changes_nothing(points: list[Point], left: int, dice: object) -> None:
    shuffled = list(points)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert proposals(shuffled, depot_id=DEPOT, days_left=left) == proposals(points, depot_id=DEPOT, days_left=left)


@given(_points(), st.integers(-10, 200))
def test_near_the_end_what_will_not_be_given_goes_back(points: list[Point], left: int) -> None:
    returns = [each for each in proposals(points, depot_id=DEPOT, days_left=left) if each.kind is MoveKind.RETURN]
    if left > RETURN_DAYS:
        assert returns == []
    if left <= 0:
        free = {each.organisation_id: each for each in points if not each.is_depot and not each.requested and not each.arriving}
        assert {each.from_id: each.booklet_count for each in returns} == {i: each.at_hand for i, each in free.items() if each.at_hand}


def test_a_desk_that_sleeps_feeds_one_that_runs_out_before_the_depot() -> None:
    asleep = Point(1, in_stock=30, idle_days=62, area="44100")
    quick = Point(2, in_stock=2, given_vouchers=28 * 5, booklet_size=5, area="44000")
    assert is_asleep(asleep)
    assert not is_asleep(Point(1, in_stock=30, idle_days=SLEEP_DAYS - 1))
    assert runs_out(quick, days_left=90)
    assert quick.cover_days == 2
    first, second = proposals([asleep, quick, Point(DEPOT, 500, is_depot=True)], depot_id=DEPOT, days_left=90)
    assert (first.kind, first.from_id, first.to_id, first.booklet_count) == (MoveKind.TRANSFER, 1, 2, 30 - KEEP_MIN)
    assert (second.kind, second.booklet_count) == (MoveKind.SUPPLY, COVER_DAYS - 2 - 27)
    assert (first.because.giver_idle_days, first.because.receiver_cover_days) == (62, 2)


def test_a_desk_that_asks_is_served_though_nothing_went_there_yet() -> None:
    new = Point(3, in_stock=0, requested=12, wanted_in_days=4)
    (only,) = proposals([new, Point(4, 40, idle_days=45)], depot_id=DEPOT, days_left=60)
    assert (only.booklet_count, only.because.requested, only.because.wanted_in_days) == (12, 12, 4)


def test_a_pace_is_measured_over_a_week_at_least() -> None:
    assert Point(1, 10, given_vouchers=10, booklet_size=5, observed_days=1).weekly == 2
    assert Point(1, 10, given_vouchers=10, booklet_size=5, observed_days=300).weekly * 4 == 2


@given(st.sets(st.integers(1, 60), max_size=40), st.integers(1, 45))
def test_what_is_picked_is_there_and_lies_in_as_few_rows_as_can_be(ids: set[int], count: int) -> None:
    chosen = pick(ids, count=count)
    assert len(chosen) == min(count, len(ids))
    assert set(chosen) <= ids
    if any(last - first + 1 >= count for first, last in runs(ids)):
        assert len(runs(chosen)) <= 1


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40), max_size=3))
def test_runs_hold_each_booklet_once_and_cross_no_series(expected: set[int], scanned: set[int], cuts: set[int]) -> None:
    gap = difference(expected=expected, scanned=scanned)
    assert set(gap.missing) | (expected & scanned) == expected
    found = runs(gap.missing, cuts=cuts)
    assert [each for first, last in found for each in range(first, last + 1)] == list(gap.missing)
    assert not [cut for first, last in found for cut in cuts if first < cut <= last]
    check_explains([Explained(first, last, Gap.LOST) for first, last in found], missing=gap.missing)
    if found:
        with pytest.raises(GapChanged):
            check_explains([], missing=gap.missing)


def test_where_a_move_stands_follows_from_its_facts() -> None:
    facts = {"sent": False, "received": False, "ended": False, "declined": False, "missing": 0, "settled": 0}
    assert move_state(**facts) is MoveState.ASKED
    assert move_state(**facts | {"sent": True}) is MoveState.SENT
    assert move_state(**facts | {"sent": True, "received": True, "missing": 2, "settled": 1}) is MoveState.DIFFERENCE
    assert move_state(**facts | {"sent": True, "received": True, "missing": 2, "settled": 2}) is MoveState.RECEIVED
    assert move_state(**facts | {"ended": True, "declined": True}) is MoveState.DECLINED
    assert move_state(**facts | {"ended": True}) is MoveState.CANCELLED


def test_a_desk_replaces_few_and_the_operator_the_rest() -> None:
    facts = {"replaced_at": None, "was_given_for_another": False, "hand_over_count": 70}
    assert (replacements_allowed(0), replacements_allowed(70)) == (3, 7)
    check_replaceable(**facts, by_operator=False, replaced_count=6)
    with pytest.raises(TooManyReplacements):
        check_replaceable(**facts, by_operator=False, replaced_count=7)
    check_replaceable(**facts, by_operator=True, replaced_count=7)


def test_a_desk_that_may_not_hand_over_gives_and_receives_nothing() -> None:
    stopped = Point(organisation_id=7, in_stock=30, given_vouchers=40, booklet_size=5, requested=10, hands_over=False)
    assert (wanted(stopped, days_left=90), keeps(stopped, days_left=90), runs_out(stopped, days_left=90)) == (0, 0, False)
    assert wanted(replace(stopped, hands_over=True), days_left=90) == 10
