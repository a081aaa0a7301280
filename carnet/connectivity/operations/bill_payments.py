"""Paying what was agreed: the bank's file, its answer, and what landlords pay in. File = bill = ledger = bank, counted at every step."""

import hashlib
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from carnet.connectivity.access.bills import operated_bill
from carnet.connectivity.models import Bill, LandlordPayment
from carnet.connectivity.operations._bill_books import pay_in_ledger, remittance_of, unpay_in_ledger
from carnet.connectivity.operations._bill_steps import SUBJECT, in_state, lock_bills
from carnet.connectivity.operations._notes import note
from carnet.connectivity.queries.bills import landlord_accounts, reference_of
from carnet.connectivity.rules import BankSaysOtherwise, BillNotInState, BillState, PaymentMoreThanDue, bank_verdict, landlord_split
from carnet.funding import access as funding_access
from carnet.funding import operations as funding
from carnet.funding.operations import FoundBalance
from carnet.gateways.bank import payments, reports
from carnet.gateways.bank.reports import BankReport, TransferStatus
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger.operations import ConnectionBook
from carnet.ledger.rules import check_positive
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def payment_file(*, bill_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[str, bytes]:
    """The `pain.001` of an agreed bill: its name and its bytes, the same whenever it is taken out.

    Raises: NotAllowed, SecondFactorNeeded, BillUnknown, BillNotInState, and the gateway's PaymentFileInvalid.
    """
    check_allowed_now(actor, "connectivity.prepare-bill", at)
    bill = operated_bill(actor, bill_id)
    in_state(bill, BillState.AGREED, BillState.SENT, BillState.PAID)
    if not bill.pay_cents:
        raise BillNotInState(state=bill.state)
    content = payments.to_bytes(_payment(bill))
    digest = hashlib.sha256(content).digest()
    if bill.file_digest is None:
        bill.file_digest, bill.file_written_at = digest, at
        bill.save(update_fields=["file_digest", "file_written_at"])
        note("bill-file-written", (SUBJECT, bill.id), bill.programme_id, {"cents": bill.pay_cents, "sha256": digest.hex()},
             actor=actor, request_id=request_id, at=at)  # fmt: skip
    assert bytes(bill.file_digest) == digest, "the same bill gives the same file"
    return f"{reference_of(bill)}.xml", content


@transaction.atomic
def mark_sent(*, bill_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that the file was given to the bank. Raises: NotAllowed, SecondFactorNeeded, BillUnknown, BillNotInState. Repeat: nothing more."""
    check_allowed_now(actor, "connectivity.prepare-bill", at)
    bill = operated_bill(actor, bill_id)
    if bill.state == BillState.SENT:
        return
    in_state(bill, BillState.AGREED)
    if bill.file_digest is None:
        raise BillNotInState(state=bill.state)
    bill.state, bill.sent_at = BillState.SENT.value, at
    bill.save(update_fields=["state", "sent_at"])
    note("bill-sent-to-bank", (SUBJECT, bill.id), bill.programme_id, {"cents": bill.pay_cents}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def read_bank_answer(*, bill_id: int, content: bytes | BinaryIO, actor: Actor, request_id: UUID, at: datetime) -> BillState:
    """Read a `pain.002` or `camt.053` and record what the bank says became of a bill's payment; return the bill's state.

    It must name this payment's reference, its amount and its account.
    Taken in, not booked yet: nothing changes. Booked: what was owed is paid. Come back after that: owed again.
    Raises: NotAllowed, SecondFactorNeeded, BillUnknown, BankSaysOtherwise, and the gateway's refusals of a file.
    Repeat: an answer already known changes nothing.
    """
    check_allowed_now(actor, "connectivity.prepare-bill", at)
    bill = operated_bill(actor, bill_id)
    lock_bills(bill.agreement_id)
    report = reports.read(content)
    for line in _lines_about(bill, report):
        _apply(bill, line, actor, request_id, at)
    found = [FoundBalance(each.day, each.cents, each.opening_cents) for each in report.balances if each.account_iban == bill.debtor_iban]
    funding.keep_balances(agreement_id=bill.agreement_id, programme_id=bill.programme_id, found=found, digest=report.digest, at=at)
    return BillState(bill.state)


@transaction.atomic
def record_landlord_payment(
    *, agreement_id: int, landlord_id: int, cents: int, received_on: date, reference: str = "", actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Record what the bank says a landlord paid in for its homes; return the payment's id.

    What it collected from its tenants is counted first: it was never its own. Never more than it owes.
    Raises: NotAllowed, SecondFactorNeeded, AgreementUnknown, AmountNotPositive, PaymentMoreThanDue. Repeat: the first payment's id.
    """
    check_allowed_now(actor, "connectivity.record-payment", at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    lock_bills(agreement_id)
    repeated = LandlordPayment.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    accounts = {each.landlord_id: each for each in landlord_accounts(actor=actor) if each.agreement_id == agreement_id}
    account = accounts.get(landlord_id)
    due = account.due_cents if account else 0
    if check_positive(cents) > due:
        raise PaymentMoreThanDue(due_cents=due)
    households_due = account.households_called_cents - account.households_paid_cents if account else 0
    own, households = landlord_split(cents, households_due_cents=households_due)
    row = LandlordPayment.objects.create(
        programme_id=agreement.programme_id, agreement_id=agreement_id, landlord_id=landlord_id, own_cents=own, households_cents=households,
        received_on=min(received_on, legal_day(at)), reference=reference.strip()[:60], recorded_by_id=actor.person_id, recorded_at=at,
        request_id=request_id,
    )  # fmt: skip
    ledger.receive_from_landlord(
        book=ConnectionBook(agreement.programme_id, agreement_id), landlord_id=landlord_id, own_cents=own, households_cents=households,
        actor=actor, request_id=request_id, at=at,
    )  # fmt: skip
    note("landlord-payment-recorded", ("landlord-payment", row.id), agreement.programme_id, {"landlord": landlord_id, "cents": cents},
         actor=actor, request_id=request_id, at=at)  # fmt: skip
    return row.id


def _payment(bill: Bill) -> payments.Payment:
    assert bill.execute_on is not None, "an agreed payment has its day"
    assert bill.decided_at is not None, "only an agreed payment is written"
    creditor = payments.Party(bill.creditor_name, bill.creditor_iban, bill.creditor_bic)
    return payments.Payment(
        message_id=reference_of(bill),
        # Not the moment of writing: the same bill gives the same bytes whenever it is taken out.
        created_at=bill.decided_at,
        execute_on=bill.execute_on,
        debtor=payments.Party(bill.debtor_name, bill.debtor_iban, bill.debtor_bic),
        transfers=(payments.CreditTransfer(reference_of(bill), creditor, bill.pay_cents, remittance_of(bill)),),
    )


def _lines_about(bill: Bill, report: BankReport) -> list[TransferStatus]:
    """What the answer says of this payment; nothing when it only took the file in. Raises: BankSaysOtherwise when it is of another."""
    called = reference_of(bill)
    lines = [line for line in report.transfers if line.end_to_end_id == called]
    whole = report.whole_file
    if not lines and whole is not None and whole.message_id == called:
        lines = [TransferStatus(called, whole.status, whole.reason_code, None, None, whole.message_id)]
    if not lines and report.answers != called:
        raise BankSaysOtherwise(verdict="UNKNOWN")
    return lines


def _apply(bill: Bill, line: TransferStatus, actor: Actor, request_id: UUID, at: datetime) -> None:
    verdict = bank_verdict(
        state=BillState(bill.state), cents=bill.pay_cents, ibans=(bill.creditor_iban, bill.debtor_iban), outcome=line.status.value,
        told_cents=line.cents, told_iban=line.creditor_iban,
    )  # fmt: skip
    if verdict == "KNOWN":
        return
    if verdict not in ("PAID", "RETURNED"):
        raise BankSaysOtherwise(verdict=verdict)
    day = line.booked_on or legal_day(at)
    if verdict == "PAID":
        bill.state, bill.booked_on = BillState.PAID.value, day
        pay_in_ledger(bill, actor, at)
    else:
        if bill.state == BillState.PAID:
            unpay_in_ledger(bill, actor, at)
        bill.state, bill.returned_on, bill.bank_reason = BillState.RETURNED.value, day, line.reason_code[:10]
    bill.save(update_fields=["state", "booked_on", "returned_on", "bank_reason"])
    what = "bill-paid" if verdict == "PAID" else "bill-payment-came-back"
    note(what, (SUBJECT, bill.id), bill.programme_id, {"cents": bill.pay_cents, "day": day}, actor=actor, request_id=request_id, at=at)
