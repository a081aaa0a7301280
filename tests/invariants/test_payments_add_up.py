"""Invariants 7 and 9: the file, its claims, the ledger and the bank say one sum; and what would break it is found and named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from lxml import etree

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption.rules import UndoWindowClosed
from carnet.settlement import queries
from carnet.settlement.models import BankFile, Claim, PaymentRun
from tests.factories.campaign import SYSTEM, rid
from tests.settlement.conftest import APRIL, RING_FENCED, Payday, make_payday

pytestmark = pytest.mark.django_db
EVE = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)  # the last day of what is claimed on 1 April


@pytest.fixture
def paid() -> Payday:
    payday = make_payday()
    payday.spend(3)
    payday.spend(2, second=True)
    payday.pay()
    return payday


def test_the_file_its_claims_the_ledger_and_the_bank_say_one_sum() -> None:
    payday = make_payday()
    payday.spend(3)
    payday.spend(2, second=True)
    payday.claim()
    run = payday.prepare()
    content = payday.send(run.run_id)
    payday.read(payday.bank.receive(content, at=APRIL))
    payday.read(payday.bank.statement(RING_FENCED, at=APRIL))
    root = etree.fromstring(content)
    amounts = [round(float(each.text) * 100) for each in root.iter("{*}InstdAmt")]
    told = {each.text for each in root.iter("{*}CtrlSum")}
    assert (sorted(amounts), told) == ([2000, 3000], {"50.00"})
    with acting_as_everything(why="count"):
        claims = sum(Claim.objects.values_list("cents", flat=True))
        bank = sum(BankFile.objects.values_list("paid_cents", flat=True))
        assert PaymentRun.objects.get().total_cents == claims == bank == payday.money().paid == sum(amounts)
        assert queries.verify() == []


TAMPERED = {
    "a transfer said paid that is not": ("UPDATE settlement_transfer SET state = 'SENT' WHERE cents = 3000", "9 payments"),
    "a run of another total": ("UPDATE settlement_paymentrun SET total_cents = total_cents + 1", "9 payments"),
    "a transfer of another amount": ("UPDATE settlement_transfer SET cents = cents - 1 WHERE cents = 3000", "9 payments"),
    "a claim of another amount": ("UPDATE settlement_claim SET cents = cents + 1 WHERE cents = 3000", "9 payments"),
    "a line taken out of its claim": (
        "DELETE FROM settlement_claimline WHERE id = (SELECT min(id) FROM settlement_claimline)",
        "9 payments",
    ),
    "a bank that said another sum": ("UPDATE settlement_bankfile SET paid_cents = paid_cents + 1 WHERE paid_cents > 0", "9 payments"),
    "one person for both": (
        "ALTER TABLE settlement_paymentrun DROP CONSTRAINT settlement_run_two_people, DROP CONSTRAINT settlement_run_control_apart;"
        " UPDATE settlement_paymentrun SET approved_by_id = prepared_by_id",
        "7 two people",
    ),
}


@pytest.mark.parametrize(("statement", "invariant"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_breaks_it_is_found_and_named(paid: Payday, statement: str, invariant: str) -> None:
    tables = ("settlement_transfer", "settlement_paymentrun", "settlement_claim", "settlement_claimline", "settlement_bankfile")
    with acting_as_everything(why="tamper, then verify"):
        assert queries.verify() == []
        with connection.cursor() as cursor:
            # As the owner of the tables, every trigger off: only the rows are left to tell.
            cursor.execute("SELECT set_config('role', session_user, true)")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for each in statement.split(";"):
                cursor.execute(each)
        faults = queries.verify()
    assert invariant in {fault.invariant for fault in faults}, faults
    assert all(fault.where and fault.what for fault in faults)


def test_a_claimed_redemption_is_not_undone_even_when_the_window_is_made_longer() -> None:
    payday = make_payday()
    made = payday.spend(1, at=EVE)[0]
    payday.claim(at=EVE + timedelta(days=1))
    with acting_as_everything(why="a longer window"):
        terms = funding_queries.programme(payday.campaign.programme_id).terms
        funding.change_programme(
            programme_id=payday.campaign.programme_id,
            terms=replace(terms, undo_window_minutes=7 * 24 * 60),
            actor=SYSTEM,
            request_id=rid(),
            at=APRIL,
        )
    counter = payday.counter(payday.campaign.place_organisation_id)
    with acting_as(counter), pytest.raises(UndoWindowClosed):
        redemption.reverse(number=made.number, reason="erreur", actor=counter, request_id=rid(), at=EVE + timedelta(days=3))
    with acting_as_everything(why="verify"):
        assert ledger.counts(series_id=payday.campaign.series_id).redeemed == 1
        assert ledger.verify() == [] and queries.verify() == []
