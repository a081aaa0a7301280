"""Two people press the same button at the same instant: it is done once, and the other is told why not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.settlement.models import BankFile, Claim, ClaimLine, PaymentRun, Transfer
from carnet.settlement.rules import BankFileAlreadyRead, NothingToPay, RunAlreadyOpen, SettlementRefused
from tests.settlement.conftest import APRIL, RING_FENCED, make_payday

pytestmark = pytest.mark.slow


def both(act: Callable[[], Any]) -> tuple[list[Any], list[SettlementRefused]]:
    """The same act by two people at once: what was done, and what was refused."""
    start = Barrier(2)

    def one() -> Any:
        start.wait()
        try:
            return act()
        except SettlementRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        answers = [future.result() for future in [people.submit(one), people.submit(one)]]
    refused = [answer for answer in answers if isinstance(answer, SettlementRefused)]
    return [answer for answer in answers if answer not in refused], refused


def test_nothing_is_claimed_prepared_or_confirmed_twice(committed_database: str) -> None:
    payday = make_payday()
    payday.spend(5)
    payday.spend(3, second=True)

    drawn, _none = both(payday.claim)
    assert sorted(each.voucher_count for each in drawn) == [0, 8]

    prepared, refused = both(payday.prepare)
    assert len(prepared) == len(refused) == 1
    assert isinstance(refused[0], RunAlreadyOpen | NothingToPay)

    content = payday.send(prepared[0].run_id)
    payday.bank.receive(content, at=APRIL)
    statement = payday.bank.statement(RING_FENCED, at=APRIL)
    read, refused = both(lambda: payday.read(statement))
    assert [each.paid_cents for each in read] == [8000]
    assert isinstance(refused[0], BankFileAlreadyRead)

    assert payday.money().paid == 8000
    with acting_as_everything(why="count"):
        assert (ClaimLine.objects.count(), Claim.objects.count(), Transfer.objects.count()) == (8, 2, 2)
        assert (PaymentRun.objects.count(), BankFile.objects.count()) == (1, 1)
        assert ledger.verify() == []
