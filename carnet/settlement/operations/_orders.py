"""What a public accountant says of payment orders: read from the list given back, or typed for one of them."""

import hashlib
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.gateways.bank import accountant
from carnet.gateways.bank.reports import BankReport, TransferOutcome, TransferStatus
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import BankFile, Transfer
from carnet.settlement.operations._bank import BankFileRead, believe, read_before
from carnet.settlement.queries.channels import channel_of_run
from carnet.settlement.rules import TransferState, judge
from carnet.settlement.rules.channels import (
    NOTE_MAX,
    ORDER_NUMBER_MAX,
    REJECTED_ORDER,
    check_channel,
    check_order_answer,
    check_order_open,
)


@transaction.atomic
def import_order_answers(*, agreement_id: int, content: bytes | BinaryIO, actor: Actor, request_id: UUID, at: datetime) -> BankFileRead:
    """Read the list of payment orders as the accountant gave it back: paid under a number and on a day, or rejected and why.

    Found and followed as a bank's lines are: by reference, amount and, where the list names it, account.
    Raises:  NotAllowed, SecondFactorNeeded, AgreementUnknown, BankFileAlreadyRead, and the gateway's: BankFileEmpty,
             BankFileTooLarge, BankFilePacked, BankFileEncodingUnknown, BankFileMalformed.
    Repeat:  the same request_id returns the first answer; the same bytes under another one are refused.
    """
    check_allowed_now(actor, "settlement.read-bank-file", at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    report = accountant.read(content)
    access.lock_programme(agreement.programme_id)
    repeated = BankFile.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return read_before(repeated)
    return believe(report, agreement_id=agreement_id, programme_id=agreement.programme_id, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def record_order_answer(
    *,
    transfer_id: int,
    number: str = "",
    paid_on: date | None = None,
    reason: str = "",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> BankFileRead:
    """Write down what the accountant said of one payment order: its number and the day it was paid, or why it was rejected.

    Raises:  NotAllowed, SecondFactorNeeded, TransferUnknown, RunOfAnotherChannel, OrderAnswerIncomplete, OrderAnsweredInFuture,
             OrderAlreadyAnswered.
    Repeat:  the same request_id returns the first answer.
    """
    check_allowed_now(actor, "settlement.read-bank-file", at)
    transfer = access.operated_transfer(actor, transfer_id)
    repeated = BankFile.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return read_before(repeated)
    check_channel(channel_of_run(transfer.run_id, transfer.agreement_id), by_orders=True)
    check_order_answer(number=number, paid_on=paid_on, reason=reason, today=legal_day(at))
    outcome = TransferOutcome.REJECTED if reason.strip() else TransferOutcome.PAID
    verdict = judge(state=TransferState(transfer.state), owed_cents=transfer.cents, outcome=outcome.value, told_cents=transfer.cents)
    check_order_open(verdict, state=transfer.state)
    report = _report_of_one(transfer, number.strip(), paid_on, reason.strip(), outcome)
    return believe(
        report, agreement_id=transfer.agreement_id, programme_id=transfer.programme_id, actor=actor, request_id=request_id, at=at
    )


def _report_of_one(transfer: Transfer, number: str, paid_on: date | None, reason: str, outcome: TransferOutcome) -> BankReport:
    said = f"{transfer.end_to_end_id}\x1f{number}\x1f{paid_on or ''}\x1f{reason}".encode()
    status = TransferStatus(
        end_to_end_id=transfer.end_to_end_id,
        status=outcome,
        reason_code=REJECTED_ORDER if reason else "",
        cents=transfer.cents,
        account_iban=None,
        booked_on=paid_on,
        order_number=number[:ORDER_NUMBER_MAX],
        note=reason[:NOTE_MAX],
    )
    return BankReport(
        message=accountant.MESSAGE,
        report_id=number[:35],
        answers=None,
        account_ibans=(),
        transfers=(status,),
        whole_file=None,
        others=(),
        bad=(),
        not_final=0,
        schema_checked=True,
        digest=hashlib.sha256(said).digest(),
        size_bytes=len(said),
    )
