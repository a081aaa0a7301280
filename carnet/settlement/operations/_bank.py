"""Reading the bank's answers, and paying again what came back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, QuerySet

from carnet.funding import access as funding_access
from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.funding.operations import FoundBalance
from carnet.gateways.bank import reports
from carnet.gateways.bank.reports import BankReport, TransferStatus
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger.operations import PaidPart
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import AccountMissing, AccountWaiting, check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import BankFile, BankLine, Claim, ClaimLine, PaymentRun, Transfer
from carnet.settlement.operations import _debts
from carnet.settlement.operations._runs import tell_payees
from carnet.settlement.rules import (
    UNKNOWN_LINES_KEPT,
    AccountNotMended,
    BankFileAlreadyRead,
    BankFileOfAnotherPayment,
    ClaimState,
    RunState,
    TransferState,
    Verdict,
    check_account,
    check_returned,
    judge,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of the bank that changed nothing, and why. Unit: whole cents."""

    reference: str
    verdict: str
    cents: int | None
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class BankFileRead:
    """What one answer of the bank did."""

    bank_file_id: int
    message: str
    paid_count: int
    paid_cents: int
    came_back_count: int
    came_back_cents: int
    known_count: int
    remarks: tuple[Remark, ...]
    schema_checked: bool


@dataclass
class _Tally:
    """What has been done so far with one file."""

    paid: list[Transfer] = field(default_factory=list)
    came_back: list[Transfer] = field(default_factory=list)
    given_back: list[Transfer] = field(default_factory=list)
    known: int = 0
    remarks: list[Remark] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)


@transaction.atomic
def import_bank_file(*, agreement_id: int, content: bytes | BinaryIO, actor: Actor, request_id: UUID, at: datetime) -> BankFileRead:
    """Read one `pain.002` or `camt.053` about an agreement's account, and record what the bank says became of each transfer.

    A transfer is found by its reference and must have that amount and go to that account; what is unknown, different,
    contradictory or told twice changes nothing and is told. Booked out: the ledger's owed becomes paid. Come back after that: owed again.
    Units:   whole cents.
    Raises:  NotAllowed, SecondFactorNeeded, AgreementUnknown, BankFileAlreadyRead, BankFileOfAnotherAccount,
             BankFileOfAnotherPayment, and the gateway's: BankFileEmpty, BankFileTooLarge, BankFileHostile,
             BankFileEncodingUnknown, BankFileMalformed, BankFileWrongType, BankFilePacked.
    Repeat:  the same request_id returns the first answer; the same bytes under another one are refused.
    """
    check_allowed_now(actor, "settlement.read-bank-file", at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    report = reports.read(content)
    access.lock_programme(agreement.programme_id)
    repeated = BankFile.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return read_before(repeated)
    check_account(found=report.account_ibans, expected=funding.ring_fence(agreement_id).iban)
    return believe(report, agreement_id=agreement_id, programme_id=agreement.programme_id, actor=actor, request_id=request_id, at=at)


def believe(report: BankReport, *, agreement_id: int, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> BankFileRead:
    """Do what an answer says, line by line, under the programme's lock. Raises: BankFileAlreadyRead, BankFileOfAnotherPayment."""
    already = BankFile.objects.filter(agreement_id=agreement_id, digest=report.digest).first()
    if already is not None:
        raise BankFileAlreadyRead(read_at=already.read_at)
    tally = _follow(report, agreement_id, actor, at)
    row = BankFile.objects.create(
        programme_id=programme_id,
        agreement_id=agreement_id,
        digest=report.digest,
        message=report.message,
        report_id=report.report_id,
        size_bytes=report.size_bytes,
        paid_count=len(tally.paid),
        paid_cents=sum(transfer.cents for transfer in tally.paid),
        came_back_count=len(tally.came_back),
        came_back_cents=sum(transfer.cents for transfer in tally.came_back),
        known_count=tally.known,
        remark_count=len(tally.remarks),
        remarks=[[each.reference, each.verdict, each.cents, each.reason_code] for each in tally.remarks[:UNKNOWN_LINES_KEPT]],
        schema_checked=report.schema_checked,
        read_by_id=actor.person_id,
        read_at=at,
        request_id=request_id,
    )
    _keep_lines(row, tally.lines)
    _keep_balances(report, agreement_id=agreement_id, programme_id=programme_id, at=at)
    _settle_runs(agreement_id, at)
    tell_payees("settlement.transfer-paid", tally.paid, actor, request_id, at)
    tell_payees("settlement.transfer-returned", tally.came_back, actor, request_id, at)
    journal.record(
        actor=actor,
        action="settlement.bank-file-read",
        subject=("bank-file", row.id),
        facts={
            "agreement": agreement_id,
            "message": report.message,
            "sha256": report.digest.hex(),
            "paid_cents": row.paid_cents,
            "came_back_cents": row.came_back_cents,
            "remarks": row.remark_count,
        },
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return read_before(row)


def _keep_balances(report: BankReport, *, agreement_id: int, programme_id: int, at: datetime) -> None:
    """Keep what a statement says the agreement's account held at the close of its days."""
    expected = funding.ring_fence(agreement_id).iban
    found = [FoundBalance(each.day, each.cents, each.opening_cents) for each in report.balances if each.account_iban == expected]
    funding_operations.keep_balances(agreement_id=agreement_id, programme_id=programme_id, found=found, digest=report.digest, at=at)


@transaction.atomic
def repay_returned(*, transfer_id: int, same_account: bool = False, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Let a claim whose transfer came back wait for the next run again, once its account is mended; return the claim's id.

    The next run pays it by a new transfer, under a new reference. `same_account` says that a person checked that the
    account which failed is right after all (the bank's fault, an account reopened).
    Raises:  NotAllowed, SecondFactorNeeded, TransferUnknown, TransferNotReturned, AccountNotMended.
    """
    check_allowed_now(actor, "settlement.prepare-payment", at)
    transfer = access.operated_transfer(actor, transfer_id)
    if transfer.state == TransferState.REPLACED:
        return transfer.claim_id
    check_returned(TransferState(transfer.state))
    _check_mended(transfer, same_account=same_account, at=at)
    transfer.state = TransferState.REPLACED.value
    transfer.save(update_fields=["state"])
    claim = transfer.claim
    claim.state = ClaimState.READY.value
    claim.save(update_fields=["state"])
    journal.record(
        actor=actor,
        action="settlement.transfer-to-pay-again",
        subject=("transfer", transfer.id),
        facts={"claim": claim.id, "cents": transfer.cents, "same_account": same_account},
        programme_id=transfer.programme_id,
        request_id=request_id,
        at=at,
    )
    return claim.id


def _check_mended(transfer: Transfer, *, same_account: bool, at: datetime) -> None:
    try:
        account = parties.payable_account(organisation_id=transfer.organisation_id, at=at)
    except (AccountMissing, AccountWaiting) as refusal:
        raise AccountNotMended(reason=refusal.code) from None
    if account.iban == transfer.creditor_iban and not same_account:
        raise AccountNotMended(reason="same-account")


def _follow(report: BankReport, agreement_id: int, actor: Actor, at: datetime) -> _Tally:
    if report.answers is not None and not _runs_called(report.answers, agreement_id).exists():
        raise BankFileOfAnotherPayment(message_id=report.answers)
    lines = [*report.transfers, *_lines_of_whole_file(report, agreement_id)]
    known = {
        transfer.end_to_end_id: transfer
        for transfer in Transfer.objects.filter(
            agreement_id=agreement_id, end_to_end_id__in=[line.end_to_end_id for line in lines]
        ).select_related("claim", "run")
    }
    tally = _Tally()
    parts = _parts_by_claim([transfer.claim_id for transfer in known.values()])
    for line in lines:
        _apply(line, known.get(line.end_to_end_id), tally, at)
    for other in report.others:
        verdict = "PAYMENT_IN" if other.is_credit else Verdict.UNKNOWN.value
        tally.remarks.append(Remark(other.reference, verdict, other.cents))
        tally.lines.append(BankLine(reference=other.reference, verdict=verdict, cents=other.cents, booked_on=other.booked_on))
    for bad in report.bad:
        tally.remarks.append(Remark(bad.reference, bad.fault.value, None))
        tally.lines.append(BankLine(reference=bad.reference, verdict=bad.fault.value, note=bad.found))
    # One statement for the whole file; a transfer paid and sent back in the same file passes through both.
    ledger.pay_owed_many(parts=_parts_of(tally.paid, parts, "paid"), actor=actor, at=at)
    _debts.book_transfers(tally.paid, actor, at)
    ledger.unpay_owed_many(parts=_parts_of(tally.given_back, parts, "came back"), actor=actor, at=at)
    _debts.release_transfers(tally.came_back, actor, at)
    touched = {transfer.id: transfer for transfer in [*tally.paid, *tally.came_back]}.values()
    Transfer.objects.bulk_update(touched, ["state", "reason_code", "booked_on", "returned_on"], batch_size=2000)
    Claim.objects.bulk_update([transfer.claim for transfer in touched], ["state", "paid_on"], batch_size=2000)
    return tally


def _runs_called(message_id: str, agreement_id: int) -> QuerySet[PaymentRun]:
    return PaymentRun.objects.filter(agreement_id=agreement_id, message_id=message_id, sent_at__isnull=False)


def _lines_of_whole_file(report: BankReport, agreement_id: int) -> Iterator[TransferStatus]:
    """A file refused or settled at once says the same of each of its transfers."""
    if report.whole_file is None:
        return
    runs = _runs_called(report.whole_file.message_id, agreement_id)
    for reference in Transfer.objects.filter(run__in=runs).order_by("claim_id").values_list("end_to_end_id", flat=True):
        yield TransferStatus(
            end_to_end_id=reference,
            status=report.whole_file.status,
            reason_code=report.whole_file.reason_code,
            cents=None,
            account_iban=None,
            message_id=report.whole_file.message_id,
        )


Parts = dict[int, list[tuple[int, int, int]]]


def _parts_by_claim(claim_ids: Sequence[int]) -> Parts:
    """For each claim, how many vouchers of each series and share pattern it pays."""
    parts: Parts = {}
    rows = (
        ClaimLine.objects.filter(claim_id__in=claim_ids)
        .order_by("claim_id", "series_id", "pattern")
        .values_list("claim_id", "series_id", "pattern")
        .annotate(Count("id"))
    )
    for claim_id, series_id, pattern, quantity in rows:
        parts.setdefault(claim_id, []).append((series_id, pattern, quantity))
    return parts


def _apply(line: TransferStatus, transfer: Transfer | None, tally: _Tally, at: datetime) -> None:
    verdict = judge(
        state=TransferState(transfer.state) if transfer else None,
        owed_cents=transfer.cents if transfer else 0,
        outcome=line.status.value,
        told_cents=line.cents,
        told_iban=line.creditor_iban,
        known_ibans=(transfer.creditor_iban, transfer.run.debtor_iban) if transfer else (),
        is_repeated=(line.end_to_end_id, line.status.value) in tally.told,
    )
    tally.told.add((line.end_to_end_id, line.status.value))
    tally.lines.append(_line(line, transfer, verdict))
    if verdict is Verdict.ALREADY_KNOWN:
        tally.known += 1
        return
    if transfer is None or verdict not in (Verdict.PAY, Verdict.GIVE_BACK, Verdict.REFUSE):
        tally.remarks.append(Remark(line.end_to_end_id, verdict, line.cents, line.reason_code))
        return
    day = line.booked_on or legal_day(at)
    if verdict is Verdict.PAY:
        transfer.state, transfer.booked_on = TransferState.PAID.value, day
        transfer.claim.state, transfer.claim.paid_on = ClaimState.PAID.value, day
        tally.paid.append(transfer)
        return
    _came_back(transfer, line.reason_code, day, at)
    tally.came_back.append(transfer)
    if verdict is Verdict.GIVE_BACK:
        tally.given_back.append(transfer)


def _line(line: TransferStatus, transfer: Transfer | None, verdict: Verdict) -> BankLine:
    return BankLine(
        transfer=transfer,
        reference=line.end_to_end_id,
        verdict=verdict.value,
        cents=transfer.cents if transfer is not None and line.cents is None else line.cents,
        reason_code=line.reason_code[:10],
        booked_on=line.booked_on,
        order_number=line.order_number,
        note=line.note,
    )


def _keep_lines(row: BankFile, lines: Sequence[BankLine]) -> None:
    for rank, line in enumerate(lines, start=1):
        line.programme_id, line.agreement_id, line.bank_file, line.rank = row.programme_id, row.agreement_id, row, rank
        line.reference = line.reference[:140]
    BankLine.objects.bulk_create(lines, batch_size=2000)


def _came_back(transfer: Transfer, reason: str, day: date, at: datetime) -> None:
    transfer.state, transfer.reason_code, transfer.returned_on = TransferState.RETURNED.value, reason[:10], day
    transfer.claim.state, transfer.claim.paid_on = ClaimState.RETURNED.value, None
    notices.post(
        kind="settlement.payment-returned",
        to_organisation_id=transfer.organisation_id,
        context={"cents": transfer.cents, "reason_code": transfer.reason_code},
        programme_id=transfer.programme_id,
        at=at,
    )


def _parts_of(transfers: Sequence[Transfer], parts: Parts, what: str) -> list[PaidPart]:
    return [
        PaidPart(series_id, transfer.organisation_id, pattern, quantity, _ledger_request(transfer, what))
        for transfer in transfers
        for series_id, pattern, quantity in parts[transfer.claim_id]
    ]


def _ledger_request(transfer: Transfer, what: str) -> UUID:
    """The same fact about the same transfer is one movement, whichever file tells it."""
    return uuid5(uuid5(transfer.run.request_id, transfer.end_to_end_id), what)


def _settle_runs(agreement_id: int, at: datetime) -> None:
    unsettled = Transfer.objects.filter(agreement_id=agreement_id, state__in=[TransferState.PENDING, TransferState.SENT]).values("run_id")
    PaymentRun.objects.filter(agreement_id=agreement_id, state=RunState.SENT).exclude(id__in=unsettled).update(
        state=RunState.SETTLED, settled_at=at
    )


def read_before(row: BankFile) -> BankFileRead:
    """What an answer already read did."""
    remarks: list[Any] = row.remarks
    return BankFileRead(
        bank_file_id=row.id,
        message=row.message,
        paid_count=row.paid_count,
        paid_cents=row.paid_cents,
        came_back_count=row.came_back_count,
        came_back_cents=row.came_back_cents,
        known_count=row.known_count,
        remarks=tuple(Remark(*each) for each in remarks),
        schema_checked=row.schema_checked,
    )
