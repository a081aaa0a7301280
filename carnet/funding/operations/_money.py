"""Money received from funders, and mistakes withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access, queries
from carnet.funding.models import MoneyReceived
from carnet.funding.operations._funds import watch
from carnet.funding.rules import BankReferenceAlreadyRecorded, check_closing, check_receipt
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.notices import operations as notices
from carnet.parties.rules import ReasonMissing, check_allowed_now


@transaction.atomic
def record_money_received(
    *,
    agreement_id: int,
    funder_id: int,
    cents: int,
    received_on: date,
    bank_reference: str,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Record a funder's transfer, seen on the ring-fenced account, and move it in the ledger; return the receipt's id.

    Units:   whole cents; `received_on` is the bank's day.
    Raises:  NotAllowed, SecondFactorNeeded, AgreementUnknown, AgreementClosed, ReceiptNotPositive, BankReferenceMissing,
             BankReferenceAlreadyRecorded, ReceivedInFuture, FunderNotInAgreement, FunderPaysOnUse.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.record-payment", at)
    row = access.operated_agreement(actor, agreement_id, lock=True)
    repeated = MoneyReceived.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_closing(row.closed_at)
    shares = queries.agreement_for_order(agreement_id, at=at).version.shares
    check_receipt(
        funder_id=funder_id,
        cents=cents,
        received_on=received_on,
        bank_reference=bank_reference,
        shares=shares,
        today=legal_day(at),
    )
    _check_new(agreement_id, bank_reference.strip())
    receipt = MoneyReceived.objects.create(
        programme_id=row.programme_id,
        agreement=row,
        funder_id=funder_id,
        cents=cents,
        received_on=received_on,
        bank_reference=bank_reference.strip(),
        recorded_at=at,
        recorded_by_id=actor.person_id,
        request_id=request_id,
    )
    ledger.receive_money(
        programme_id=row.programme_id,
        agreement_id=row.id,
        funder_id=funder_id,
        cents=cents,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    facts = {"agreement": row.id, "funder": funder_id, "cents": cents, "received_on": received_on.isoformat()}
    _journal(actor, "funding.money-received", receipt, facts, request_id, at)
    notices.post(
        kind="funding.money-received",
        to_organisation_id=funder_id,
        context={
            "cents": cents,
            "received_on": received_on.isoformat(),
            "reference": receipt.bank_reference,
            "agreement": row.name,
            "programme": row.programme.name,
        },
        programme_id=row.programme_id,
        at=at,
    )
    watch(row, at=at)
    return receipt.id


@transaction.atomic
def withdraw_money_received(*, receipt_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take back money recorded by mistake: the receipt stays, marked, and the ledger gets the opposite movement.

    Refused once the money covers vouchers. Withdrawing again changes nothing.
    Raises: NotAllowed, SecondFactorNeeded, ReceiptUnknown, ReasonMissing, AgreementClosed, MoneyNotThere.
    """
    check_allowed_now(actor, "funding.record-payment", at)
    receipt = access.operated_receipt(actor, receipt_id)
    if receipt.withdrawn_at is not None:
        return
    if not reason.strip():
        raise ReasonMissing
    check_closing(receipt.agreement.closed_at)
    ledger.repay_unissued(
        programme_id=receipt.programme_id,
        agreement_id=receipt.agreement_id,
        funder_id=receipt.funder_id,
        cents=receipt.cents,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    receipt.withdrawn_at, receipt.withdrawn_by_id, receipt.withdrawn_reason = at, actor.person_id, reason.strip()[:200]
    receipt.save(update_fields=["withdrawn_at", "withdrawn_by_id", "withdrawn_reason"])
    facts = {"agreement": receipt.agreement_id, "funder": receipt.funder_id, "cents": receipt.cents}
    _journal(actor, "funding.receipt-withdrawn", receipt, facts, request_id, at)


def _check_new(agreement_id: int, bank_reference: str) -> None:
    # The agreement is locked: two people recording the same line of the bank's statement come here one after the other.
    first = MoneyReceived.objects.filter(agreement_id=agreement_id, bank_reference=bank_reference, withdrawn_at__isnull=True).first()
    if first is not None:
        raise BankReferenceAlreadyRecorded(reference=bank_reference, received_on=first.received_on, amount_cents=first.cents)


def _journal(actor: Actor, action: str, receipt: MoneyReceived, facts: Mapping[str, object], request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("receipt", receipt.id),
        facts=facts,
        programme_id=receipt.programme_id,
        organisation_id=receipt.funder_id,
        request_id=request_id,
        at=at,
    )
