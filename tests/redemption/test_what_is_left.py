"""What is left of a booklet, asked without account: a number and a secret together, the same answer to whatever is wrong, slowed on its own."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.rules import code_at
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import BookletSerial, CodeMistyped, SerialMistyped, VoucherSerial
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import State
from carnet.redemption import operations, queries
from carnet.redemption.models import Attempt, BalanceTry, SerialEvent
from carnet.redemption.operations import Item, Left, SerialItem
from carnet.redemption.rules import (
    BALANCE_ASKED_MAX,
    BALANCE_EVERYWHERE_MAX,
    BALANCE_LOWERED_BY,
    BALANCE_SECRETS_MAX,
    BALANCE_WRONG_MAX,
    WRONG_SECRETS_MAX,
    BalanceClosed,
    BalanceUnknown,
    Cheque,
    Holding,
    Tries,
    check_balance_tries,
    holdings,
    network_of,
)
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, rid, series

HERE = "203.0.113.9"

# --- The rules --------------------------------------------------------------------------------------------------------

cheques = st.lists(st.builds(Cheque, st.sampled_from(State), st.booleans(), st.sampled_from([NOW, LATER + timedelta(days=9)])), max_size=8)


@given(own=cheques)
def test_what_is_left_is_what_may_still_be_spent(own: list[Cheque]) -> None:
    found = holdings(own, at=LATER)
    good = [each for each in own if each.state is State.HANDED_OVER and each.is_active and each.accepted_until > LATER]
    assert found.left_count == len(good)
    assert (found.holding is Holding.LEFT) == bool(good)
    assert found.spent_count == sum(each.state is State.REDEEMED for each in own)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.9", " 203.0.113.9 "),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("nonsense", ""),
    ],
)
def test_one_home_is_one_source(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)
    assert network_of(one) != network_of("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("tries", "is_closed"),
    [
        (Tries(BALANCE_WRONG_MAX - 1, 20, 0, 0), False),
        (Tries(BALANCE_WRONG_MAX, 20, 0, 0), True),
        (Tries(0, BALANCE_ASKED_MAX, 0, 0), True),
        (Tries(0, 0, BALANCE_SECRETS_MAX, 0), True),
        (Tries(0, 0, 0, 100 * BALANCE_EVERYWHERE_MAX), False),  # whatever others do, somebody who has not tried is heard
        (Tries(BALANCE_WRONG_MAX // BALANCE_LOWERED_BY, 5, 0, BALANCE_EVERYWHERE_MAX), True),
    ],
)
def test_allowances(tries: Tries, is_closed: bool) -> None:
    if is_closed:
        with pytest.raises(BalanceClosed):
            check_balance_tries(tries)
    else:
        check_balance_tries(tries)


# --- The operation ----------------------------------------------------------------------------------------------------


def numbers(ready: Campaign, rank: int) -> tuple[str, str]:
    """The number of a voucher and that of its booklet, by the voucher's rank."""
    with acting_as_everything(why="read a serial"):
        row = ledger.series(ready.series_id)
    voucher = VoucherSerial(row.issuer_prefix, row.first_serial + rank)
    return voucher.printed(), BookletSerial(row.issuer_prefix, row.first_booklet_serial + rank // row.booklet_size).printed()


def ask(number: str, secret: str, *, address: str = HERE, at: Any = LATER) -> Left:
    """A stranger's question: no wall is open."""
    return operations.what_is_left(number=number, secret=secret, address=address, at=at)


def wrong(rank: int) -> str:
    return code_at(seed=b"wrong".ljust(32, b"."), rank=rank).digits


def test_a_number_and_any_secret_of_the_booklet_tell_what_is_left(ready: Campaign) -> None:
    voucher, cover = numbers(ready, 0)
    with acting_as(ready.mediator):
        operations.redeem(item=Item(ready.code(1), "mailbox"), actor=ready.mediator, channel="SCREEN", request_id=rid(), at=LATER)
    for number, secret in ((voucher, ready.code(0)), (voucher, ready.code(4)), (cover, ready.code(2)), (cover, ready.token(1))):
        told = ask(number, secret)
        assert (told.holding, told.left_count, told.spent_count, told.value_cents) == (Holding.LEFT, 4, 1, 1000)
    assert told.phone == "02 40 00 00 00"
    # It says nothing of where, when and by whom: nothing else is in the answer at all.
    assert set(Left.__dataclass_fields__) == {
        "programme_id", "programme", "phone", "holding", "left_count", "spent_count", "kept_count", "value_cents", "until",
    }  # fmt: skip


def test_nothing_is_looked_up_for_what_is_mistyped(ready: Campaign) -> None:
    voucher, _cover = numbers(ready, 0)
    with CaptureQueriesContext(connection) as asked:
        with pytest.raises(CodeMistyped):
            ask(voucher, "123 456")
        with pytest.raises(SerialMistyped):
            ask("TS-000000001-00", ready.code(0))
    assert len(asked) == 0
    assert BalanceTry.objects.count() == 0


def unlike(ready: Campaign) -> dict[str, tuple[str, str]]:
    """Each way of being wrong."""
    voucher, cover = numbers(ready, 0)
    forged = ready.token(0)[:-1] + ("A" if ready.token(0)[-1] != "A" else "B")
    return {
        "a secret of nobody": (voucher, wrong(0)),
        "another booklet's secret": (cover, ready.code(5)),
        "a number never printed": (VoucherSerial("ZZ", 4).printed(), ready.code(0)),
        "a number past the last": (VoucherSerial(voucher.split("-")[0], 900_000_000).printed(), ready.code(0)),
        "a cover never printed": (BookletSerial("ZZ", 4).printed(), wrong(1)),
        "a QR code nobody signed": (cover, forged),
    }


def test_whatever_is_wrong_is_answered_alike_through_the_same_statements(ready: Campaign) -> None:
    statements = set()
    for rank, (number, secret) in enumerate(unlike(ready).values()):
        with CaptureQueriesContext(connection) as asked, pytest.raises(BalanceUnknown) as refused:
            ask(number, secret, address=f"198.51.100.{rank}")
        if secret.isdigit():
            statements.add(tuple(re.sub(r'"s\d+_x\d+"', "", each["sql"]).split("(")[0][:60] for each in asked))
        assert (refused.value.code, refused.value.facts) == ("balance-unknown", {})
    assert len(statements) == 1
    assert BalanceTry.objects.filter(was_wrong=True).count() == len(unlike(ready))


def test_five_wrong_secrets_close_the_page_for_a_number_until_tomorrow_and_touch_nothing_else(ready: Campaign) -> None:
    voucher, _cover = numbers(ready, 0)
    for rank in range(BALANCE_SECRETS_MAX):
        for again in range(2 if rank == 0 else 1):  # the same wrong secret twice counts once
            with pytest.raises(BalanceUnknown):
                ask(voucher, wrong(rank), address=f"198.51.100.{rank}{again}")
    for secret in (wrong(99), ready.code(0)):
        with pytest.raises(BalanceClosed):
            ask(voucher, secret, address="198.51.100.77")
    # Neither the places' allowances, nor the lock of the serial where it is asked on paper, nor the voucher.
    with acting_as_everything(why="nothing of the counters was touched"):
        assert not SerialEvent.objects.exists()
        assert not Attempt.objects.exists()
    with acting_as(ready.mediator):
        items = [SerialItem(voucher, ready.code(0), "mailbox")]
        (spent,) = operations.redeem_with_serials(items=items, together=False, actor=ready.mediator, channel="PAPER", at=LATER)
    assert spent.voucher_serial == voucher  # type: ignore[union-attr]
    assert ask(voucher, ready.code(0), at=LATER + timedelta(days=1)).left_count == 4


def test_a_number_never_printed_closes_as_one_that_was(ready: Campaign) -> None:
    number = VoucherSerial("ZZ", 4).printed()
    for rank in range(BALANCE_SECRETS_MAX):
        with pytest.raises(BalanceUnknown):
            ask(number, wrong(rank), address=f"198.51.100.{rank}")
    with pytest.raises(BalanceClosed):
        ask(number, wrong(50), address="198.51.100.50")


def test_an_address_is_slowed_and_its_neighbour_is_not(ready: Campaign) -> None:
    for rank in range(BALANCE_WRONG_MAX):
        with pytest.raises(BalanceUnknown):
            ask(numbers(ready, rank)[0], wrong(rank))
    with pytest.raises(BalanceClosed):
        ask(numbers(ready, 15)[0], ready.code(15))
    assert ask(numbers(ready, 15)[0], ready.code(15), address="203.0.113.10").left_count == 5


def test_a_serial_locked_at_the_counters_is_closed_here_for_right_and_wrong_secrets(ready: Campaign) -> None:
    voucher, cover = numbers(ready, 0)
    with acting_as(ready.mediator):
        for rank in range(WRONG_SECRETS_MAX):
            items = [SerialItem(voucher, wrong(rank), "mailbox")]
            operations.redeem_with_serials(
                items=items, together=False, actor=replace(ready.mediator, person_id=rank + 1), channel="PAPER", at=LATER
            )
    for number in (voucher, cover, numbers(ready, 3)[0]):
        for secret in (ready.code(0), wrong(60)):
            with pytest.raises(BalanceClosed):
                ask(number, secret)
    assert ask(numbers(ready, 5)[0], ready.code(5)).left_count == 5


def test_what_was_not_given_and_what_was_blocked_are_said_plainly(ready: Campaign) -> None:
    with acting_as_everything(why="prepare a booklet still in a cupboard, and a blocked one"):
        waiting = series(ready.programme_id, ready.agreement_id, ready.operator_id, booklets=1, offset=500)
        row = ledger.series(waiting)
        first = ledger.series(ready.series_id).first_voucher_id
        ledger_writes.void_vouchers(
            series_id=ready.series_id, voucher_ids=range(first, first + 5), reason="LOST", holder_id=ready.prescriber_id, actor=SYSTEM,
            request_id=rid(), at=LATER,
        )  # fmt: skip
    code = replace(ready, series_id=waiting).code(500)
    told = ask(VoucherSerial(row.issuer_prefix, row.first_serial).printed(), code)
    assert (told.holding, told.left_count) == (Holding.NOT_GIVEN, 0)
    assert ask(numbers(ready, 0)[0], ready.code(0)).holding is Holding.BLOCKED
    end = ledger_end(ready)
    assert ask(numbers(ready, 5)[0], ready.code(5), at=end - timedelta(seconds=1)).until == end
    assert ask(numbers(ready, 5)[0], ready.code(5), at=end).holding is Holding.ENDED


def ledger_end(ready: Campaign) -> Any:
    with acting_as_everything(why="read the end of a series"):
        return ledger.series(ready.series_id).accepted_until


def test_each_of_two_people_is_told_of_the_vouchers_they_were_given(ready: Campaign) -> None:
    with acting_as_everything(why="give a booklet to two people"):
        parted = series(ready.programme_id, ready.agreement_id, ready.operator_id, booklets=1, offset=700)
        row = ledger.series(parted)
        ends: dict[str, Any] = {"series_id": parted, "first_booklet_id": row.first_booklet_id, "last_booklet_id": row.first_booklet_id}
        ledger_writes.ship_booklets(
            from_holder_id=ready.operator_id, to_holder_id=ready.prescriber_id, actor=SYSTEM, request_id=rid(), at=NOW, **ends
        )
        ledger_writes.receive_booklets(to_holder_id=ready.prescriber_id, actor=SYSTEM, request_id=rid(), at=NOW, **ends)
        distribution.join_programme(
            programme_id=ready.programme_id, organisation_id=ready.prescriber_id, actor=operator_of(ready), request_id=rid(), at=NOW
        )
    desk = desk_of(ready)
    with acting_as(desk):
        for ids in ((0, 1), (2, 3, 4)):
            chosen = tuple(row.first_voucher_id + each for each in ids)
            distribution.hand_over(item=HandOverItem(rid(), parted, voucher_ids=chosen), actor=desk, at=LATER)
    number = VoucherSerial(row.issuer_prefix, row.first_serial).printed()
    assert [ask(number, ready.code(700 + rank)).left_count for rank in (0, 1, 2, 4)] == [2, 2, 3, 3]


def desk_of(ready: Campaign) -> Actor:
    return Actor(
        "person", "desk", person_id=71, organisation_id=ready.prescriber_id, organisation_ids=frozenset({ready.prescriber_id}),
        roles=frozenset({"PRESCRIBER"}),
    )  # fmt: skip


def operator_of(ready: Campaign) -> Actor:
    return Actor(
        "person", "operator", person_id=72, organisation_id=ready.operator_id, organisation_ids=frozenset({ready.operator_id}),
        programme_ids=frozenset({ready.programme_id}), roles=frozenset({"OPERATOR_ADMIN"}),
    )  # fmt: skip


def test_tries_are_forgotten_and_name_nothing(ready: Campaign) -> None:
    voucher, _cover = numbers(ready, 0)
    ask(voucher, ready.code(0))
    ask(voucher, ready.code(0), at=LATER + timedelta(days=1))
    first, second = BalanceTry.objects.order_by("id")
    for column in ("address_mark", "number_mark", "secret_mark"):
        assert bytes(getattr(first, column)) != bytes(getattr(second, column))  # another day, another mark
    assert operations.forget_balance_tries(at=LATER + timedelta(days=2)) == 1
    assert queries.balance_guessing(at=LATER).today_count == 0


def test_the_item_of_a_counter_is_not_slowed_by_an_attack_on_the_page(ready: Campaign) -> None:
    mark = b"."
    BalanceTry.objects.bulk_create(
        BalanceTry(address_mark=bytes([rank % 256]) * 32, number_mark=mark, secret_mark=mark, was_wrong=True, at=LATER)
        for rank in range(BALANCE_EVERYWHERE_MAX)
    )
    found = queries.balance_guessing(at=LATER)
    assert (found.lately_count, found.is_pressing) == (BALANCE_EVERYWHERE_MAX, True)
    with acting_as(ready.mediator):
        asked = [operations.Asked(Item(wrong(rank), "mailbox"), replace(ready.mediator, person_id=5), "SCREEN") for rank in range(6)]
        answers = operations.redeem_many(asked=asked, at=LATER)
    assert {answer.code for answer in answers} == {"voucher-unknown"}  # type: ignore[union-attr]
