"""Two people press the same button at the same instant: it is done once, and the other is told why not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.settlement import operations
from carnet.settlement.models import BankFile, Claim, ClaimLine, PaymentRun, Transfer
from carnet.settlement.rules import BankFileAlreadyRead, NothingToPay, RunAlreadyOpen, SettlementRefused
from tests.factories.campaign import rid
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


def test_a_run_is_written_or_given_up_never_both(committed_database: str) -> None:
    payday = make_payday()
    payday.spend(2)
    payday.claim()
    run_id = payday.prepare().run_id
    with acting_as(payday.approver()):
        operations.approve_run(run_id=run_id, actor=payday.approver(), request_id=rid(), at=APRIL)
    turns = iter(("write", "give up"))

    def act() -> str:
        mine, actor = next(turns), payday.treasurer()
        with acting_as(actor):
            if mine == "write":
                operations.write_payment_file(run_id=run_id, actor=actor, request_id=rid(), at=APRIL)
            else:
                operations.cancel_run(run_id=run_id, reason="doute", actor=actor, request_id=rid(), at=APRIL)
        return mine

    (done,), refused = both(act)
    assert len(refused) == 1
    with acting_as_everything(why="look"):
        run, claim = PaymentRun.objects.get(id=run_id), Claim.objects.get()
        was_written = run.file_digest is not None
        assert (was_written, run.state, claim.state) == (
            (True, "APPROVED", "IN_PAYMENT") if done == "write" else (False, "CANCELLED", "READY")
        )
        assert ledger.verify() == []
