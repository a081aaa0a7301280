"""Boxes cover an order exactly, and what was spoiled is given again or not, whatever the numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.issuing.rules.packing import BoxSizeWrong, Destination, PackingQuantityWrong, PackingTooMany, boxes, even_split
from carnet.issuing.rules.print_shops import PrintKeyState, key_state, not_printed_again, ranks_in, seed_due_at, uncovered

DEPOT = Destination(1, "Dépôt", "", 0)
NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
runs = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 15)).map(lambda run: (run[0], run[0] + run[1])), max_size=8)


def desk(count: int) -> Destination:
    return Destination(2, "Guichet", "", count)


@given(st.lists(st.integers(1, 60), max_size=12), st.integers(0, 200), st.integers(1, 100))
def test_each_booklet_is_in_exactly_one_box(counts: list[int], rest: int, box_size: int) -> None:
    booklet_count = sum(counts) + rest
    destinations = [desk(count) for count in counts]
    found = boxes(destinations, booklet_count=booklet_count, depot=DEPOT, box_size=box_size)
    assert [rank for box in found for rank in range(box.first_rank, box.last_rank + 1)] == list(range(1, booklet_count + 1))
    assert [box.number for box in found] == list(range(1, len(found) + 1))
    assert all(1 <= box.booklet_count <= box_size for box in found)
    sent = [sum(box.booklet_count for box in found if box.destination is each) for each in destinations]
    assert sent == counts
    assert sum(box.booklet_count for box in found if box.destination is DEPOT) == rest


def test_what_cannot_be_packed() -> None:
    for refusal, destinations, size in (
        (PackingTooMany, [desk(6), desk(5)], 5), (PackingQuantityWrong, [desk(0)], 5), (BoxSizeWrong, [], 0), (BoxSizeWrong, [], 1_001),
    ):  # fmt: skip
        with pytest.raises(refusal):
            boxes(destinations, booklet_count=10, depot=DEPOT, box_size=size)


@given(st.integers(0, 10_000), st.integers(1, 300))
def test_an_even_split_loses_nothing(count: int, parts: int) -> None:
    shares = even_split(count, parts)
    assert (sum(shares), len(shares)) == (count, parts)
    assert max(shares) - min(shares) <= 1


@given(runs, st.integers(1, 30), st.integers(0, 30))
def test_what_no_file_covers_is_counted(covering: list[tuple[int, int]], first: int, more: int) -> None:
    wanted = range(first, first + more + 1)
    known = {rank for start, stop in covering for rank in range(start, stop + 1)}
    assert uncovered((first, first + more), covering) == len(set(wanted) - known)
    assert ranks_in(covering) == len(known)


def test_spoiled_booklets_wait_until_every_one_was_given_again() -> None:
    spoiled = [(3, 6, NOON)]
    before, after = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
    assert not_printed_again(spoiled, [(1, 500, before)]) == [(3, 6)]
    assert not_printed_again(spoiled, [(3, 4, after)]) == [(3, 6)]
    assert not_printed_again(spoiled, [(3, 4, after), (5, 9, after)]) == []


def test_a_key_is_good_between_its_dates_and_never_after_its_end() -> None:
    dates = {"valid_from": NOON, "valid_until": NOON + timedelta(days=1)}
    for approved, refused, ended, at, state in (
        (None, None, None, NOON, PrintKeyState.PROPOSED), (NOON, None, None, NOON, PrintKeyState.IN_FORCE),
        (NOON, None, None, NOON - timedelta(seconds=1), PrintKeyState.NOT_YET),
        (NOON, None, None, NOON + timedelta(days=1), PrintKeyState.EXPIRED), (NOON, None, NOON, NOON, PrintKeyState.ENDED),
        (None, NOON, None, NOON, PrintKeyState.REFUSED),
    ):  # fmt: skip
        assert key_state(approved_at=approved, refused_at=refused, ended_at=ended, at=at, **dates) is state
    assert seed_due_at(NOON, days=7) == NOON + timedelta(days=7)
