"""Payment runs and the bank's files, as the operator's treasurer and approver look at them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import AccountMissing, AccountWaiting, check_may
from carnet.settlement import access
from carnet.settlement.models import BankFile, PaymentRun, Transfer
from carnet.settlement.rules import RunState, TransferState, check_returned, masked

RUNS_SHOWN = 50


OPEN = (RunState.PREPARED, RunState.APPROVED)


@dataclass(frozen=True, slots=True)
class RunLine:
    """One payment run in a list. Unit: whole cents."""

    id: int
    agreement_id: int
    agreement: str
    programme_id: int
    state: RunState
    execute_on: date
    transfer_count: int
    cents: int
    prepared_by_id: int | None
    prepared_at: datetime
    controlled_by_id: int | None
    controlled_at: datetime | None
    people_needed: int
    approved_by_id: int | None
    approved_at: datetime | None
    is_written: bool
    released_at: datetime | None
    sent_at: datetime | None
    settled_at: datetime | None
    stopped_from: RunState | None
    stopped_by_id: int | None
    stopped_at: datetime | None
    stopped_reason: str


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One transfer of a run; its account is masked."""

    id: int
    claim_id: int
    organisation_id: int
    payee: str
    holder: str
    masked_iban: str
    cents: int
    voucher_count: int
    attempt: int
    state: TransferState
    reason_code: str
    booked_on: date | None
    returned_on: date | None
    end_to_end_id: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One payment run and all its transfers; the sums of each state add up to `line.cents`. `voices`: who approved so far."""

    line: RunLine
    message_id: str
    debtor: str
    debtor_masked_iban: str
    file_sha256: str
    cancelled_reason: str
    paid_cents: int
    waiting_cents: int
    came_back_cents: int
    transfers: tuple[TransferLine, ...]
    voices: tuple[parties.VoiceLine, ...]


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """One transfer that came back. `is_mended`: another account can be paid instead."""

    transfer_id: int
    agreement_id: int
    claim_id: int
    organisation_id: int
    payee: str
    cents: int
    reason_code: str
    returned_on: date | None
    masked_iban: str
    is_mended: bool


@dataclass(frozen=True, slots=True)
class BankFileLine:
    """One answer of the bank that was read."""

    id: int
    message: str
    report_id: str
    read_at: datetime
    read_by_id: int | None
    paid_count: int
    paid_cents: int
    came_back_count: int
    came_back_cents: int
    known_count: int
    remark_count: int
    schema_checked: bool


def runs(*, actor: Actor, agreement_id: int) -> list[RunLine]:
    """The latest payment runs of an agreement. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    name = funding_access.seen_agreement(actor, agreement_id).name
    rows = PaymentRun.objects.filter(agreement_id=agreement_id).order_by("-id")[:RUNS_SHOWN]
    return [run_line(row, name) for row in rows]


def run_page(*, actor: Actor, run_id: int) -> RunPage:
    """One payment run with its transfers, in order of claim. Raises: NotAllowed, RunUnknown."""
    row = access.seen_run(actor, run_id)
    transfers = list(Transfer.objects.filter(run=row).select_related("claim").order_by("claim_id"))
    names = organisation_names(each.organisation_id for each in transfers)
    lines = tuple(_transfer_line(each, names) for each in transfers)

    def cents_of(*states: TransferState) -> int:
        return sum(line.cents for line in lines if line.state in states)

    return RunPage(
        line=run_line(row, funding_access.seen_agreement(actor, row.agreement_id).name),
        message_id=row.message_id,
        debtor=row.debtor_name,
        debtor_masked_iban=masked(row.debtor_iban),
        file_sha256=bytes(row.file_digest).hex() if row.file_digest else "",
        cancelled_reason=row.cancelled_reason,
        paid_cents=cents_of(TransferState.PAID),
        waiting_cents=cents_of(TransferState.PENDING, TransferState.SENT),
        came_back_cents=cents_of(TransferState.RETURNED, TransferState.REPLACED),
        transfers=lines,
        voices=tuple(parties.voices_of(row.approval_id)) if row.approval_id else (),
    )


def returned_transfer(*, actor: Actor, transfer_id: int, at: datetime) -> ReturnedLine:
    """One transfer that came back. Raises: NotAllowed, TransferUnknown, TransferNotReturned."""
    row = access.seen_transfer(actor, transfer_id)
    check_returned(TransferState(row.state))
    return returned_line(row, organisation_names([row.organisation_id]), at)


def bank_files(*, actor: Actor, agreement_id: int) -> list[BankFileLine]:
    """The bank's answers read for an agreement, the latest first. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    funding_access.seen_agreement(actor, agreement_id)
    fields = tuple(BankFileLine.__dataclass_fields__)
    rows = BankFile.objects.filter(agreement_id=agreement_id).order_by("-id")[:RUNS_SHOWN]
    return [BankFileLine(*(getattr(row, name) for name in fields)) for row in rows]


def sent(rows: QuerySet[PaymentRun]) -> QuerySet[PaymentRun]:
    """Runs whose orders went to the bank."""
    return rows.filter(state=RunState.SENT).order_by("id")


def returned_line(row: Transfer, names: dict[int, str], at: datetime) -> ReturnedLine:
    """A transfer the bank sent back, and why."""
    try:
        is_mended = parties.payable_account(organisation_id=row.organisation_id, at=at).iban != row.creditor_iban
    except (AccountMissing, AccountWaiting):
        is_mended = False
    return ReturnedLine(
        transfer_id=row.id,
        agreement_id=row.agreement_id,
        claim_id=row.claim_id,
        organisation_id=row.organisation_id,
        payee=names.get(row.organisation_id, ""),
        cents=row.cents,
        reason_code=row.reason_code,
        returned_on=row.returned_on,
        masked_iban=masked(row.creditor_iban),
        is_mended=is_mended,
    )


def run_line(row: PaymentRun, agreement: str) -> RunLine:
    """A run as a line of a list."""
    return RunLine(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=agreement,
        programme_id=row.programme_id,
        state=RunState(row.state),
        execute_on=row.execute_on,
        transfer_count=row.transfer_count,
        cents=row.total_cents,
        prepared_by_id=row.prepared_by_id,
        prepared_at=row.prepared_at,
        controlled_by_id=row.controlled_by_id,
        controlled_at=row.controlled_at,
        people_needed=row.people_needed,
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        is_written=row.file_digest is not None,
        released_at=row.released_at,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
        stopped_from=RunState(row.stopped_from) if row.state == RunState.STOPPED else None,
        stopped_by_id=row.stopped_by_id,
        stopped_at=row.stopped_at,
        stopped_reason=row.stopped_reason,
    )


def _transfer_line(row: Transfer, names: dict[int, str]) -> TransferLine:
    return TransferLine(
        id=row.id,
        claim_id=row.claim_id,
        organisation_id=row.organisation_id,
        payee=names.get(row.organisation_id, ""),
        holder=row.creditor_name,
        masked_iban=masked(row.creditor_iban),
        cents=row.cents,
        voucher_count=row.claim.voucher_count,
        attempt=row.attempt,
        state=TransferState(row.state),
        reason_code=row.reason_code,
        booked_on=row.booked_on,
        returned_on=row.returned_on,
        end_to_end_id=row.end_to_end_id,
    )


def organisation_names(organisation_ids: Iterable[int]) -> dict[int, str]:
    """The name of each payee."""
    return {key: card.name for key, card in parties.organisations(set(organisation_ids)).items()}
