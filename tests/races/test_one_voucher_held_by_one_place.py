"""Several places want to hold the same voucher at the same instant, or one holds while another spends: one of them has it. And proof that it can fail."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.redemption import operations, queries
from carnet.redemption.operations import Asked, Item, SerialItem
from carnet.redemption.queries import Redeemed, Reservation
from carnet.redemption.rules import (
    WRONG_SECRETS_MAX,
    ReservationEnded,
    SerialLocked,
    TooManyAttempts,
    VoucherAlreadyRedeemed,
    VoucherReserved,
    VoucherUnknown,
)
from tests.factories.campaign import LATER, Campaign, accept, organisation, place, rid
from tests.races.conftest import faults, hammer, redeemed_count
from tests.redemption.test_serials import serial, wrong

pytestmark = pytest.mark.slow

LESSON = LATER + timedelta(days=3)
VOUCHERS = 20
PLACES = 12


@dataclass(frozen=True)
class Counters:
    """As many places of as many organisations, all under one programme."""

    ready: Campaign
    actors: list[Actor]

    def reserve(self, number: int, rank: int) -> object:
        actor = self.actors[number % len(self.actors)]
        with acting_as(actor):
            return operations.reserve_quietly(
                code=self.ready.code(rank), service="mailbox", until=LESSON, actor=actor, channel="SCREEN", request_id=rid(), at=LATER
            )

    def spend(self, number: int, rank: int) -> object:
        actor = self.actors[number % len(self.actors)]
        item = Item(code=self.ready.code(rank), service="mailbox", place_id=actor.place_id, key=f"{number}-{rank}")
        with acting_as(actor):
            (answer,) = operations.redeem_many(asked=[Asked(item, actor, "SCREEN")], at=LATER)
        return answer


@pytest.fixture
def counters(ready: Campaign) -> Counters:
    actors = []
    with acting_as_everything(why="places side by side"):
        for number in range(PLACES):
            organisation_id = organisation(f"Lieu {number}", "PLACE_OPERATOR")
            place_id = place(f"Lieu {number}", organisation_id)
            accept(place_id, ready.programme_id)
            actors.append(
                Actor(
                    "person",
                    "",
                    person_id=number,
                    organisation_id=organisation_id,
                    organisation_ids=frozenset({organisation_id}),
                    place_id=place_id,
                )
            )
    return Counters(ready, actors)


def test_each_voucher_is_held_by_one_place(counters: Counters) -> None:
    def attempt(number: int, rank: int) -> bool:
        answer = counters.reserve(number, rank)
        assert isinstance(answer, Reservation | VoucherReserved), answer
        return isinstance(answer, Reservation)

    blows = hammer(attempt, threads=PLACES, vouchers=VOUCHERS)
    assert blows.errors == []
    assert [len(threads) for threads in blows.winners.values()] == [1] * VOUCHERS
    assert faults() == []


def test_held_or_spent_never_both_by_two_places(counters: Counters) -> None:
    """Half reserve while the other half spend: whoever reserves first keeps the spenders out, whoever spends first ends it."""
    said: dict[int, list[object]] = {rank: [] for rank in range(VOUCHERS)}

    def attempt(number: int, rank: int) -> bool:
        answer = counters.reserve(number, rank) if number % 2 else counters.spend(number, rank)
        said[rank].append(answer)
        return isinstance(answer, Reservation | Redeemed)

    blows = hammer(attempt, threads=PLACES, vouchers=VOUCHERS)
    assert blows.errors == []
    assert [len(threads) for threads in blows.winners.values()] == [1] * VOUCHERS
    for answers in said.values():
        lost = {type(each) for each in answers if not isinstance(each, Reservation | Redeemed)}
        won = next(each for each in answers if isinstance(each, Reservation | Redeemed))
        assert lost == {VoucherReserved if isinstance(won, Reservation) else VoucherAlreadyRedeemed}
    assert faults() == []


def test_a_reservation_is_taken_once_or_given_back(counters: Counters) -> None:
    """The same place takes it twice, gives it back and spends it by its code, all at once."""
    actor = counters.actors[0]
    held = [counters.reserve(0, rank) for rank in range(VOUCHERS)]
    released: list[int] = []

    def attempt(number: int, rank: int) -> bool:
        reservation = held[rank]
        assert isinstance(reservation, Reservation)
        if number % 4 == 0:
            answer = counters.spend(0, rank) if number == 0 else None
            return isinstance(answer, Redeemed)
        with acting_as(actor):
            if number % 4 == 1:
                try:
                    operations.release(number=reservation.number, actor=actor, request_id=rid(), at=LATER)
                    released.append(rank)
                except ReservationEnded:
                    pass
                return False
            (answer,) = operations.capture_many(
                captures=[operations.Captured(reservation.number)],
                together=False,
                actor=actor,
                channel="SCREEN",
                request_id=rid(),
                at=LATER,
            )
        assert isinstance(answer, Redeemed | VoucherAlreadyRedeemed | ReservationEnded), answer
        return isinstance(answer, Redeemed)

    blows = hammer(attempt, threads=8, vouchers=VOUCHERS)
    assert blows.errors == []
    assert blows.spent_twice == []
    assert len(released) == len(set(released))
    assert redeemed_count(counters.ready) == sum(len(threads) for threads in blows.winners.values())
    assert faults() == []


def test_the_same_request_reserves_once(counters: Counters) -> None:
    requests = [rid() for _ in range(VOUCHERS)]
    numbers: dict[int, set[str]] = {rank: set() for rank in range(VOUCHERS)}
    actor = counters.actors[0]

    def attempt(_number: int, rank: int) -> bool:
        with acting_as(actor):
            answer = operations.reserve_quietly(
                code=counters.ready.code(rank),
                service="mailbox",
                until=LESSON,
                actor=actor,
                channel="SCREEN",
                request_id=requests[rank],
                at=LATER,
            )
        assert isinstance(answer, Reservation), answer
        numbers[rank].add(answer.number)
        return True

    assert hammer(attempt, threads=8, vouchers=VOUCHERS).errors == []
    assert [len(each) for each in numbers.values()] == [1] * VOUCHERS
    with acting_as(actor):
        assert len(queries.reservations_of(organisation_id=actor.organisation_id or 0, at=LATER)) == VOUCHERS
    assert faults() == []


def test_wrong_secrets_from_everywhere_at_once_are_five_and_no_more(counters: Counters) -> None:
    """No burst of connections gets a sixth wrong secret answered before the lock."""
    printed = [serial(counters.ready, rank) for rank in range(VOUCHERS)]
    told: dict[int, list[type]] = {rank: [] for rank in range(VOUCHERS)}

    def attempt(number: int, rank: int) -> bool:
        actor = counters.actors[number]
        item = SerialItem(printed[rank], wrong(1000 * rank + number), "mailbox", place_id=actor.place_id)
        with acting_as(actor):
            (answer,) = operations.redeem_with_serials(items=[item], together=False, actor=actor, channel="SMS", at=LATER)
        told[rank].append(type(answer))
        return False

    assert hammer(attempt, threads=PLACES, vouchers=VOUCHERS).errors == []
    for kinds in told.values():
        answered = [kind for kind in kinds if kind is not TooManyAttempts]
        assert answered.count(VoucherUnknown) == min(len(answered), WRONG_SECRETS_MAX)
        assert set(answered) <= {VoucherUnknown, SerialLocked}
    assert told[0].count(SerialLocked) == PLACES - WRONG_SECRETS_MAX


# --- The negative control ---------------------------------------------------------------------------------------------


def test_the_hammer_catches_a_naive_reservation(counters: Counters, committed_database: str) -> None:
    """Look whether it is free, then hold it, as a hurried program would: two places are told yes, and the verification says so."""
    own = threading.local()
    opened: list[psycopg.Connection[Any]] = []
    with psycopg.connect(committed_database) as looking:
        looking.execute("SET ROLE carnet_redeemer")
        found = looking.execute("SELECT min(id) FROM ledger_voucher WHERE series_id = %s", [counters.ready.series_id]).fetchone()
    assert found is not None
    first = found[0]

    def attempt(number: int, rank: int) -> bool:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(committed_database, autocommit=True, options="-c lock_timeout=30s")
            own.connection.execute("SET ROLE carnet_redeemer")
            opened.append(own.connection)
        voucher, actor = [counters.ready.series_id, first + rank], counters.actors[number]
        with own.connection.transaction():
            held = own.connection.execute("SELECT reserved_until FROM ledger_voucher WHERE series_id = %s AND id = %s", voucher).fetchone()[
                0
            ]
            if held is not None:
                return False
            own.connection.execute(
                "UPDATE ledger_voucher SET reserved_by_id = %s, reserved_until = %s WHERE series_id = %s AND id = %s",
                [actor.place_id, LESSON, *voucher],
            )
            own.connection.execute(
                "INSERT INTO redemption_reservation (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code, until,"
                " channel, request_id, at) VALUES (%s, %s, 0, %s, %s, %s, 'mailbox', %s, 'SCREEN', %s, %s)",
                [*voucher, counters.ready.programme_id, actor.organisation_id, actor.place_id, LESSON, rid(), LATER],
            )
        return True

    blows = hammer(attempt, threads=PLACES, vouchers=VOUCHERS)
    for each in opened:
        each.close()
    assert blows.errors == []
    assert blows.spent_twice, "a reservation that looks before it holds was not caught: this hammer proves nothing"
    assert faults(), "vouchers held twice were not named by the verification"
