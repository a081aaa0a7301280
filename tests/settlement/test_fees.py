"""Fees are stated in advance, invoiced apart without a gap, and never taken from a payment."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.settlement import operations, queries
from carnet.settlement.models import FeeInvoice
from carnet.settlement.rules import Fees, FeesTooSoon, InvoiceUnknown
from tests.factories.campaign import rid
from tests.settlement.conftest import APRIL, MAY, NOW, SPENT_AT, Payday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_adds_up")]

FEES = Fees(yearly_cents=24_00, per_voucher_cents=15, vat_basis_points=20_00, words="Ils paient le site.")


def _state(payday: Payday, at=NOW, days: int = 30) -> None:
    admin = payday.staff(600, "OPERATOR_ADMIN", at=at)
    with acting_as(admin):
        operations.state_fees(
            programme_id=payday.campaign.programme_id, fees=FEES, valid_from=legal_day(at) + timedelta(days=days), actor=admin,
            request_id=rid(), at=at,
        )  # fmt: skip


def _invoice(payday: Payday, at) -> list[str]:
    with acting_as(payday.treasurer(at)):
        return operations.invoice_fees(
            programme_id=payday.campaign.programme_id, until_on=legal_day(at) - timedelta(days=1), actor=payday.treasurer(at),
            request_id=rid(), at=at,
        )  # fmt: skip


def test_fees_are_invoiced_apart_and_face_value_is_paid_whole(payday: Payday) -> None:
    with pytest.raises(FeesTooSoon):
        _state(payday, days=29)
    _state(payday)
    payday.spend(3)
    payday.spend(2, second=True)
    payday.pay()
    assert payday.money().paid == 5000  # whole
    numbers = _invoice(payday, APRIL + timedelta(days=5))
    assert [number[-5:] for number in numbers] == ["00001", "00002"]
    assert _invoice(payday, APRIL + timedelta(days=5)) == []
    payday.spend(1, at=SPENT_AT + timedelta(days=30))
    payday.pay(at=MAY)
    (third,) = _invoice(payday, MAY + timedelta(days=5))
    assert third.endswith("00003")
    manager = payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER")
    with acting_as(manager):
        latest, first = queries.own_fee_invoices(actor=manager)
    assert (first.yearly_cents, first.vouchers_cents, first.vat_cents, first.total_cents) == (24_00, 45, 4_89, 29_34)
    assert (latest.yearly_cents, latest.vouchers_cents, latest.vat_cents, latest.total_cents) == (0, 15, 3, 18)  # the year, once
    stranger = payday.counter(payday.second_organisation_id, "PLACE_MANAGER")
    with acting_as(stranger), pytest.raises(InvoiceUnknown):
        queries.own_fee_invoice(actor=stranger, invoice_id=first.id)
    with acting_as_everything(why="count"):
        assert ledger.money(agreement_id=payday.agreement_id).total.paid == 6000
        with pytest.raises(DatabaseError), transaction.atomic():
            FeeInvoice.objects.all().delete()


def test_a_programme_without_fees_says_so_and_invoices_nothing(payday: Payday) -> None:
    payday.spend(1)
    payday.pay()
    assert _invoice(payday, APRIL + timedelta(days=5)) == []
    assert queries.fees_stated(programme_id=payday.campaign.programme_id, at=APRIL) == []
