"""A place holds a voucher for a booked lesson: others wait, it takes it without the code, or gives it back; nothing is held for ever."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.redemption import operations, queries
from carnet.redemption.operations import Asked, Captured, Item
from carnet.redemption.queries import Redeemed, Reservation
from carnet.redemption.rules import (
    RESERVATION_DAYS_MAX,
    HeldBack,
    PlaceNotAccepted,
    ReservationEnded,
    ReservationInPast,
    ReservationTooLate,
    ReservationUnknown,
    ServiceNotAccepted,
    VoucherAlreadyRedeemed,
    VoucherReserved,
    VoucherUnknown,
    check_until,
    parse_reservation_number,
    reservation_state,
)
from tests.factories.campaign import LATER, SYSTEM, Campaign, accept, code_of_nobody, organisation, place, rid

LESSON = LATER + timedelta(days=6)
HOUR = timedelta(hours=1)

# --- The rules --------------------------------------------------------------------------------------------------------


@given(seconds=st.integers(-10_000, 60 * 24 * 3600), ends=st.none() | st.integers(1, 60 * 24 * 3600))
def test_a_voucher_is_held_ahead_not_too_long_and_never_past_its_end(seconds: int, ends: int | None) -> None:
    until = LATER + timedelta(seconds=seconds)
    accepted_until = None if ends is None else LATER + timedelta(seconds=ends)
    allowed = LATER < until <= min(LATER + timedelta(days=RESERVATION_DAYS_MAX), accepted_until or until)
    try:
        assert check_until(until, at=LATER, accepted_until=accepted_until) == until
        assert allowed
    except (ReservationInPast, ReservationTooLate):
        assert not allowed


@pytest.mark.parametrize("number", ["", "R", "12", "R-1", "r1", "R1 ", "R1\n", "R" + "9" * 19, "R١"])
def test_what_is_not_a_number_is_no_reservation(number: str) -> None:
    with pytest.raises(ReservationUnknown):
        parse_reservation_number(number)


# --- The operations ---------------------------------------------------------------------------------------------------


@pytest.fixture
def other(ready: Campaign) -> Actor:
    """Somebody at another organisation's place, under the same programme."""
    with acting_as_everything(why="another place"):
        organisation_id = organisation("Autre", "PLACE_OPERATOR")
        accept(place("Autre lieu", organisation_id), ready.programme_id)
    return Actor("person", "", person_id=77, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}))


def reserve(
    ready: Campaign, rank: int = 0, *, actor: Actor | None = None, until: datetime = LESSON, at: datetime = LATER, **changes: Any
) -> Reservation:
    who = actor or ready.mediator
    facts = {"code": ready.code(rank), "service": "mailbox", "request_id": rid(), **changes}
    with acting_as(who):
        answer = operations.reserve_quietly(until=until, actor=who, channel="SCREEN", at=at, **facts)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def spend(ready: Campaign, rank: int = 0, *, actor: Actor | None = None, at: datetime = LATER + HOUR) -> Redeemed:
    who = actor or ready.mediator
    with acting_as(who):
        (answer,) = operations.redeem_many(asked=[Asked(Item(ready.code(rank), "mailbox"), who, "SCREEN")], at=at)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def capture(ready: Campaign, number: str, *, actor: Actor | None = None, at: datetime = LATER + HOUR, **changes: Any) -> Redeemed:
    who = actor or ready.mediator
    with acting_as(who):
        return operations.capture(number=number, actor=who, channel="SCREEN", at=at, **{"request_id": rid(), **changes})


def release(ready: Campaign, number: str, *, actor: Actor | None = None, at: datetime = LATER + HOUR, **changes: Any) -> None:
    who = actor or ready.mediator
    with acting_as(who):
        operations.release(number=number, actor=who, at=at, **{"request_id": rid(), **changes})


def state(ready: Campaign, number: str, at: datetime = LATER + HOUR) -> str:
    with acting_as(ready.mediator):
        return queries.reservation_of(organisation_id=ready.place_organisation_id, number=number, at=at).state


def everything_adds_up() -> None:
    with acting_as_everything(why="verify"):
        assert ledger_queries.verify() == []
        assert queries.verify() == []


def test_a_held_voucher_waits_for_its_place(ready: Campaign, other: Actor) -> None:
    held = reserve(ready)
    assert (held.state, held.until, held.value_cents, held.place_id) == ("held", LESSON, 1000, ready.place_id)
    with pytest.raises(VoucherReserved) as refused:
        spend(ready, actor=other)
    assert refused.value.facts == {"reserved_until": LESSON}
    with pytest.raises(VoucherReserved):
        reserve(ready, actor=other)
    everything_adds_up()
    assert spend(ready).value_cents == 1000
    assert state(ready, held.number) == "captured"
    everything_adds_up()


def test_it_is_taken_without_the_code_once(ready: Campaign) -> None:
    held = reserve(ready)
    request_id = rid()
    taken = capture(ready, held.number, request_id=request_id)
    again = capture(ready, held.number, request_id=request_id)
    assert (taken.voucher_serial, taken.service, taken.place_id) == (held.voucher_serial, "mailbox", ready.place_id)
    assert again.repeated and again.number == taken.number
    with pytest.raises(VoucherAlreadyRedeemed):
        capture(ready, held.number)
    everything_adds_up()


def test_several_are_taken_together_or_none(ready: Campaign) -> None:
    numbers = [reserve(ready, rank).number for rank in range(3)]
    release(ready, numbers[1])
    with acting_as(ready.mediator):
        answers = operations.capture_many(
            captures=[Captured(each) for each in numbers],
            together=True,
            actor=ready.mediator,
            channel="SCREEN",
            request_id=rid(),
            at=LATER + HOUR,
        )
    assert [type(each) for each in answers] == [HeldBack, ReservationEnded, HeldBack]
    with acting_as(ready.mediator):
        answers = operations.capture_many(
            captures=[Captured(each) for each in [*numbers, "R0"]], together=False, actor=ready.mediator, channel="SCREEN", request_id=rid(), at=LATER + HOUR
        )  # fmt: skip
    assert [type(each) for each in answers] == [Redeemed, ReservationEnded, Redeemed, ReservationUnknown]
    everything_adds_up()


def test_a_voucher_given_back_is_anybodys(ready: Campaign, other: Actor) -> None:
    held = reserve(ready)
    request_id = rid()
    release(ready, held.number, request_id=request_id)
    release(ready, held.number, request_id=request_id)
    with pytest.raises(ReservationEnded) as refused:
        release(ready, held.number)
    assert refused.value.facts["state"] == "released"
    with pytest.raises(ReservationEnded):
        capture(ready, held.number)
    assert spend(ready, actor=other).value_cents == 1000
    everything_adds_up()


def test_it_ends_by_its_time_and_the_last_instant_holds(ready: Campaign, other: Actor) -> None:
    first, second = reserve(ready, 0), reserve(ready, 1)
    with pytest.raises(VoucherReserved):
        spend(ready, 0, actor=other, at=LESSON - timedelta(microseconds=1))
    assert capture(ready, first.number, at=LESSON - timedelta(microseconds=1)).value_cents == 1000
    with pytest.raises(ReservationEnded) as refused:
        capture(ready, second.number, at=LESSON)
    assert refused.value.facts == {"state": "expired", "until": LESSON}
    assert spend(ready, 1, actor=other, at=LESSON).value_cents == 1000
    assert state(ready, second.number, LESSON + HOUR) == "expired"
    everything_adds_up()


def test_reserving_again_replaces_and_the_same_request_does_not(ready: Campaign) -> None:
    request_id = rid()
    first = reserve(ready, request_id=request_id)
    assert reserve(ready, request_id=request_id) == first
    later = reserve(ready, until=LESSON + timedelta(days=1))
    assert (state(ready, first.number), state(ready, later.number)) == ("replaced", "held")
    with pytest.raises(ReservationEnded):
        capture(ready, first.number)
    everything_adds_up()


def test_an_undone_redemption_frees_it(ready: Campaign, other: Actor) -> None:
    held = reserve(ready)
    taken = capture(ready, held.number)
    with acting_as(ready.mediator):
        operations.reverse(
            number=taken.number, reason="erreur", actor=ready.mediator, request_id=rid(), at=LATER + HOUR + timedelta(minutes=5)
        )
    assert state(ready, held.number) == "undone"
    with pytest.raises(ReservationEnded):
        capture(ready, held.number, at=LATER + 2 * HOUR)
    assert spend(ready, actor=other, at=LATER + 2 * HOUR).value_cents == 1000
    everything_adds_up()


@pytest.mark.parametrize("whole", [False, True])
def test_a_lost_voucher_ends_it(ready: Campaign, whole: bool) -> None:
    held = reserve(ready)
    with acting_as_everything(why="lost"):
        row = ledger_queries.series(ready.series_id)
        if whole:
            ledger.void_booklets(
                series_id=row.id, first_booklet_id=row.first_booklet_id, last_booklet_id=row.first_booklet_id, reason="volé",
                actor=SYSTEM, request_id=rid(), at=LATER,
            )  # fmt: skip
        else:
            ledger.void_vouchers(
                series_id=row.id, voucher_ids=[row.first_voucher_id], reason="perdu", actor=SYSTEM, request_id=rid(), at=LATER
            )
    assert state(ready, held.number) == "ended"
    with pytest.raises(ReservationEnded):
        capture(ready, held.number)
    with pytest.raises(ReservationEnded):
        release(ready, held.number)
    everything_adds_up()


def test_never_past_the_end_of_the_voucher(ready: Campaign) -> None:
    with acting_as_everything(why="dates"):
        ends_at = ledger_queries.series(ready.series_id).accepted_until
    at = ends_at - timedelta(days=2)
    with pytest.raises(ReservationTooLate) as refused:
        reserve(ready, at=at, until=ends_at + timedelta(microseconds=1))
    assert refused.value.facts["until_max"] == ends_at
    assert reserve(ready, at=at, until=ends_at).until == ends_at


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"until": LATER}, ReservationInPast),
        ({"until": LATER + timedelta(days=RESERVATION_DAYS_MAX, microseconds=1)}, ReservationTooLate),
        ({"code": "123"}, CodeMistyped),
        ({"code": code_of_nobody()}, VoucherUnknown),
        ({"service": "cv"}, ServiceNotAccepted),
        ({"place_id": 10**12}, PlaceNotAccepted),
    ],
)
def test_what_may_not_be_spent_may_not_be_reserved(ready: Campaign, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        reserve(ready, **changes)
    with acting_as(ready.mediator):
        assert queries.reservations_of(organisation_id=ready.place_organisation_id, at=LATER) == []


def test_a_spent_voucher_may_not_be_reserved(ready: Campaign) -> None:
    spend(ready, at=LATER)
    with pytest.raises(VoucherAlreadyRedeemed) as refused:
        reserve(ready, at=LATER + HOUR)
    assert refused.value.facts == {"redeemed_at": LATER, "place_id": ready.place_id}


def test_nobody_elses_reservation_is_told_taken_or_given_back(ready: Campaign, other: Actor) -> None:
    held = reserve(ready)
    for attempt in (capture, release):
        for actor in (other, replace(ready.mediator, place_id=ready.place_id + 1)):
            with pytest.raises(ReservationUnknown):
                attempt(ready, held.number, actor=actor)
    assert other.organisation_id is not None
    with acting_as(other):
        assert queries.reservations_of(organisation_id=other.organisation_id, at=LATER) == []
        with pytest.raises(ReservationUnknown):
            queries.reservation_of(organisation_id=other.organisation_id, number=held.number, at=LATER)
    with acting_as(ready.mediator):
        assert [each.number for each in queries.reservations_of(organisation_id=ready.place_organisation_id, at=LATER)] == [held.number]
        assert queries.reservations_of(organisation_id=ready.place_organisation_id, until=LESSON, at=LATER) == []


def test_the_verification_names_a_voucher_held_by_nobody_and_a_reservation_that_holds_nothing(ready: Campaign) -> None:
    held = reserve(ready)
    with acting_as_everything(why="break it"), connection.cursor() as cursor:
        row = ledger_queries.series(ready.series_id)
        cursor.execute(
            "UPDATE ledger_voucher SET reserved_by_id = %s, reserved_until = %s WHERE series_id = %s AND id = %s",
            [ready.place_id, LESSON, row.id, row.first_voucher_id + 1],
        )
        cursor.execute(
            "UPDATE ledger_voucher SET reserved_by_id = NULL, reserved_until = NULL WHERE series_id = %s AND id = %s",
            [row.id, row.first_voucher_id],
        )
        faults = [(fault.where, fault.what) for fault in queries.verify()]
    assert faults == [
        (f"voucher {row.id}-{row.first_voucher_id}", "a reservation and the voucher it holds disagree"),
        (f"voucher {row.id}-{row.first_voucher_id + 1}", "a reservation and the voucher it holds disagree"),
    ]
    assert held.state == "held"


def test_python_and_postgresql_say_alike_how_a_reservation_stands(ready: Campaign, other: Actor) -> None:
    """Every way one can end, at every instant around its end."""
    numbers = [reserve(ready, rank).number for rank in range(5)]
    capture(ready, numbers[1])
    release(ready, numbers[2])
    undone = capture(ready, numbers[3])
    with acting_as(ready.mediator):
        operations.reverse(number=undone.number, reason="erreur", actor=ready.mediator, request_id=rid(), at=LATER + HOUR)
    spend(ready, 4, actor=other, at=LESSON)
    facts: dict[int, dict[str, Any]] = {
        0: {},
        1: {"redeemed_at": LATER + HOUR, "redeemed_place_id": ready.place_id},
        2: {"end": "released"},
        3: {"redeemed_at": LATER + HOUR, "redeemed_place_id": ready.place_id, "reversed_at": LATER + HOUR},
        4: {"redeemed_at": LESSON, "redeemed_place_id": ready.place_id + 1},
    }
    nothing = {"end": None, "redeemed_at": None, "redeemed_place_id": None, "reversed_at": None, "is_dead": False}
    for at in (LESSON - timedelta(microseconds=1), LESSON, LESSON + timedelta(microseconds=1)):
        for rank, number in enumerate(numbers):
            said = reservation_state(until=LESSON, place_id=ready.place_id, at=at, **{**nothing, **facts[rank]})  # type: ignore[arg-type]
            assert state(ready, number, at) == said, (rank, at)
