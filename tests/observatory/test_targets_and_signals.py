"""A pledge to a public, what is lacking, who can help, and what figures warn of: rules without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.ledger.rules import State
from carnet.observatory.rules import (
    SMALL_COUNT,
    DeskSoFar,
    Heading,
    PublicProgress,
    Signal,
    Watched,
    desks_that_help,
    heading_of,
    is_small,
    signals,
)

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=360)
QUIET = Watched(
    at=JANUARY + YEAR / 2, hand_over_from=JANUARY, hand_over_until=JANUARY + YEAR, is_closed=False, active_count=100, stock_count=50,
    funded_cents=100_000, to_hand_over_cents=50_000, missing_cents=0, late_count=0, is_public_behind=False,
)  # fmt: skip


@settings(deadline=None)
@given(target=st.integers(1, 10_000), yes=st.integers(0, 500), others=st.integers(0, 500), left=st.integers(0, 500))
def test_what_is_lacking_is_exactly_enough(target: int, yes: int, others: int, left: int) -> None:
    told = PublicProgress(target, yes + others, yes, 0, left)
    whole = yes + others + left

    def kept(more: int) -> bool:
        return (yes + more) * 10_000 >= target * whole

    assert kept(told.needed_count)
    assert told.needed_count == 0 or not kept(told.needed_count - 1)
    assert told.is_within_reach == (told.needed_count <= left)
    if left == 0 and yes + others:
        assert told.is_behind == (not told.is_within_reach)


def test_a_pledge_is_not_kept_by_rounding() -> None:
    told = PublicProgress(50_00, 201, 100, 60, 0)
    assert told.basis_points == 49_75
    assert told.is_behind
    assert told.unsaid_count == 41


def test_desks_that_meet_that_public_most_come_first_and_no_small_count_is_told() -> None:
    many = DeskSoFar(1, left_count=10, handed_count=50, yes_count=30, people_count=20, yes_people_count=12)
    most = DeskSoFar(2, left_count=5, handed_count=40, yes_count=32, people_count=20, yes_people_count=15)
    few = DeskSoFar(3, left_count=90, handed_count=10, yes_count=10, people_count=4, yes_people_count=4)
    empty = DeskSoFar(4, left_count=0, handed_count=60, yes_count=60, people_count=30, yes_people_count=30)
    new = DeskSoFar(5, left_count=7, handed_count=0, yes_count=0, people_count=0, yes_people_count=0)
    told = desks_that_help([many, most, few, empty, new])
    assert [(each.organisation_id, each.basis_points) for each in told] == [(2, 80_00), (1, 60_00), (3, None), (5, None)]


def test_no_desk_is_hidden_alone() -> None:
    """The total less the others would give it back."""
    shown = [DeskSoFar(key, 5, 50, 30, 20 + key, 10) for key in (1, 2, 3)]
    small = DeskSoFar(4, 5, 10, 5, 4, 2)
    told = {each.organisation_id: each.basis_points for each in desks_that_help([*shown, small])}
    assert {key for key, points in told.items() if points is None} == {1, 4}


def test_a_desk_where_everybody_is_of_that_public_does_not_say_so() -> None:
    """All of them: it would say it of each person who came there."""
    shown = [DeskSoFar(key, 5, 50, 30, 20 + key, 10) for key in (1, 2, 3)]
    all_of_them, nobody = DeskSoFar(4, 5, 60, 60, 30, 30), DeskSoFar(5, 5, 60, 0, 30, 0)
    told = {each.organisation_id: each.basis_points for each in desks_that_help([*shown, all_of_them, nobody])}
    assert told[4] is None and told[5] == 0


@settings(deadline=None)
@given(people=st.integers(0, 40), yes=st.integers(0, 40))
def test_a_part_is_told_only_of_enough_people_on_both_sides(people: int, yes: int) -> None:
    if yes <= people and not is_small(people, yes):
        assert people >= SMALL_COUNT
        assert yes == 0 or yes >= SMALL_COUNT
        assert people - yes == 0 or people - yes >= SMALL_COUNT


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"late_count": 1}, (Signal.PLACES_UNPAID,)),
        ({"late_count": 1, "is_closed": True, "missing_cents": 5}, (Signal.PLACES_UNPAID,)),
        ({"missing_cents": 1}, (Signal.MONEY_AWAITED,)),
        ({"stock_count": 74}, ()),
        ({"stock_count": 75}, (Signal.SLEEPING_STOCK,)),
        ({"stock_count": 75, "at": JANUARY - YEAR}, ()),
        ({"stock_count": 75, "at": JANUARY + 2 * YEAR}, ()),
        ({"is_public_behind": True}, (Signal.PUBLIC_BEHIND,)),
        ({"to_hand_over_cents": 10_000}, ()),
        ({"to_hand_over_cents": 9_999}, (Signal.FUNDS_LOW,)),
        ({"late_count": 2, "missing_cents": 1, "stock_count": 100}, (Signal.PLACES_UNPAID, Signal.MONEY_AWAITED, Signal.SLEEPING_STOCK)),
    ],
)
def test_what_is_late_is_said_the_most_pressing_first(change: dict[str, object], expected: tuple[Signal, ...]) -> None:
    assert signals(replace(QUIET, **change)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "active", "with_operator", "given_back", "expected"),
    [
        (State.IN_STOCK, True, True, False, Heading.AT_OPERATOR),
        (State.IN_STOCK, True, False, False, Heading.AT_DESKS),
        (State.IN_STOCK, False, False, False, Heading.UNISSUED),
        (State.VOID, False, False, False, Heading.UNISSUED),
        (State.HANDED_OVER, True, False, False, Heading.IN_HANDS),
        (State.REDEEMED, True, False, True, Heading.USED),
        (State.LAPSED, True, False, False, Heading.TO_RETURN),
        (State.VOID, True, True, False, Heading.TO_RETURN),
        (State.VOID, True, False, True, Heading.RETURNED),
    ],
)
def test_a_voucher_is_counted_where_it_is(state: State, active: bool, with_operator: bool, given_back: bool, expected: Heading) -> None:
    assert heading_of(state=state, is_active=active, with_operator=with_operator, is_given_back=given_back) is expected
