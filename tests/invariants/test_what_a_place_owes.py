"""Whatever happens to its payments, a place receives the face value of its claims less what it owes, and the funders bear exactly that."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.settlement import operations, queries
from carnet.settlement.models import Claim, Debt, Netting, Transfer
from carnet.settlement.rules import NothingToPay
from tests.factories.campaign import rid
from tests.settlement.conftest import RING_FENCED, SPENT_AT, make_payday
from tests.settlement.test_debts import bank_paid, mistake

pytestmark = pytest.mark.django_db
STEPS = st.lists(st.sampled_from(["spend", "spend at the other", "mistake", "pay", "pay", "return", "give up"]), min_size=4, max_size=9)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_paid_and_kept_are_the_face_value_and_the_funders_bear_it(db: None, steps: list[str]) -> None:
    with transaction.atomic():
        _live(steps)
        transaction.set_rollback(True)


def _live(steps: list[str]) -> None:
    payday = make_payday()
    spent = payday.spend(2) + payday.spend(1, second=True)
    at = SPENT_AT
    for step in [*steps, "pay", "pay"]:
        at += timedelta(days=35)
        if step.startswith("spend"):
            spent += payday.spend(2, second="other" in step, at=at)
        elif step == "mistake" and spent and spent[0].redeemed_at < at - timedelta(days=2):
            mistake(payday, spent.pop(0).number, at=at)
        elif step == "return":
            _send_back(payday, at)
        else:
            _pay(payday, at, gives_up=step == "give up")
        _adds_up(payday)


def _pay(payday, at, *, gives_up: bool) -> None:
    try:
        payday.claim(at=at)
        run = payday.prepare(at=at)
    except NothingToPay:
        return
    if gives_up:
        approver = payday.approver(at)
        with acting_as(approver):
            operations.cancel_run(run_id=run.run_id, reason="non", actor=approver, request_id=rid(), at=at)
        return
    content = payday.send(run.run_id, at=at)
    payday.read(payday.bank.receive(content, at=at), at=at)
    payday.read(payday.bank.statement(RING_FENCED, at=at), at=at)


def _send_back(payday, at) -> None:
    with acting_as_everything(why="which"):
        transfer = Transfer.objects.filter(state="PAID", agreement_id=payday.agreement_id).order_by("-id").first()
    if transfer is None:
        return
    payday.bank.send_back(transfer.end_to_end_id)
    payday.read(payday.bank.statement(RING_FENCED, at=at), at=at)
    treasurer = payday.treasurer(at)
    with acting_as(treasurer):
        operations.repay_returned(transfer_id=transfer.id, same_account=True, actor=treasurer, request_id=rid(), at=at)


def _adds_up(payday) -> None:
    with acting_as_everything(why="count"):
        own = {"agreement_id": payday.agreement_id}
        paid = sum(Claim.objects.filter(**own, state="PAID").values_list("cents", flat=True))
        sent = sum(Transfer.objects.filter(**own, state="PAID").values_list("cents", flat=True))
        booked = Netting.objects.filter(**own, undone_at=None, booked_at__isnull=False)
        kept = sum(booked.values_list("cents", flat=True))
        assert sent + kept == paid
        assert all(each.debt.organisation_id == each.claim.organisation_id for each in booked.select_related("debt", "claim"))
        due = ledger.due(agreement_id=payday.agreement_id)
        assert sum(each.charged_cents for each in due.values()) == sum(Debt.objects.filter(**own).values_list("cents", flat=True))
        assert sum(each.recovered_cents for each in due.values()) == kept
        table = ledger.money(agreement_id=payday.agreement_id)
        assert table.total.balanced
        assert sum(each.paid for each in table.by_funder.values()) == table.total.paid == sent
        if RING_FENCED in payday.bank._balance:
            assert bank_paid(payday) == sent
        assert ledger.verify() == []
        assert queries.verify() == []
