"""Twelve people type the same sheet at the same instant, and a gateway delivers the same message twelve times: each voucher is spent once."""

import threading

import pytest
from django.db import connections

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations
from carnet.redemption.operations import TextAnswer, TypedLine
from carnet.redemption.rules import SHEET_LINES
from tests.factories.campaign import LATER, Campaign, rid
from tests.races.conftest import faults, redeemed_count

pytestmark = pytest.mark.slow
HANDS = 12
NUMBER = "+33639980001"


def serial(ready: Campaign, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(ready.series_id)
        return ledger.serial_of_voucher(row, row.first_voucher_id + rank)


def at_once(act: object) -> list[object]:
    """What each hand was told, all starting together, each on its own connection."""
    start, told = threading.Barrier(HANDS, timeout=60), []

    def one() -> None:
        try:
            start.wait()
            told.append(act())  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - kept for the test to look at
            told.append(error)
        finally:
            connections["default"].close()

    hands = [threading.Thread(target=one) for _hand in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return told


def test_a_sheet_typed_by_twelve_people_at_once_is_spent_once(ready: Campaign) -> None:
    with acting_as(ready.mediator):
        (sheet,) = operations.open_sheets(place_id=ready.place_id, count=1, actor=ready.mediator, request_id=rid(), at=LATER)
    lines = [TypedLine(rank + 1, ready.code(rank), "mailbox", LATER.date(), serial(ready, rank)) for rank in range(SHEET_LINES)]

    def typed() -> list[str]:
        with acting_as(ready.mediator):
            told = operations.type_sheet(sheet_id=sheet.id, lines=lines, actor=ready.mediator, request_id=rid(), at=LATER)
        return [each.accepted.redemption_number if each.accepted else each.refusal.code for each in told]

    told = at_once(typed)
    assert len(told) == HANDS
    assert all(each == told[0] for each in told), told
    assert redeemed_count(ready) == SHEET_LINES
    assert faults() == []


def test_a_message_delivered_twelve_times_at_once_is_answered_once(ready: Campaign) -> None:
    sent: list[str] = []
    with acting_as(ready.mediator):
        telephone_id = operations.register_telephone(
            place_id=ready.place_id,
            number=NUMBER,
            language="fr",
            write=lambda digits: digits,
            actor=ready.mediator,
            request_id=rid(),
            at=LATER,
        )
        operations.send_texts(send=lambda _to, text, _reference: sent.append(text), at=LATER)
        operations.confirm_telephone(telephone_id=telephone_id, digits=sent.pop(), actor=ready.mediator, request_id=rid(), at=LATER)
    text = f"{serial(ready, 0)} {ready.code(0)} mail"

    def words(answer: TextAnswer) -> list[str]:
        return ["accepted" if answer.lines[0].redeemed else "refused"]

    told = at_once(lambda: operations.answer_text(message_id="once", sender=NUMBER, text=text, write=words, at=LATER))
    assert sorted(map(str, told)) == ["False"] * (HANDS - 1) + ["True"]
    at_once(lambda: operations.send_texts(send=lambda _to, text, _reference: sent.append(text), at=LATER))
    assert sent == ["accepted"]
    assert redeemed_count(ready) == 1
    assert faults() == []
