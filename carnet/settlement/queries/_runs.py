"""What the operator's treasurer and approver look at: what waits, runs, the bank's files, closings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import AccountMissing, AccountWaiting, check_may
from carnet.redemption import queries as redemption
from carnet.settlement import access
from carnet.settlement.models import BankFile, Claim, Closing, CutOff, PaymentRun, Repayment, Transfer
from carnet.settlement.rules import ClaimState, ClosingState, RunState, TransferState, check_returned, latest_cut_off, masked

RUNS_SHOWN = 50
_OPEN = (RunState.PREPARED, RunState.APPROVED)


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
    prepared_by_id: int
    prepared_at: datetime
    approved_by_id: int | None
    approved_at: datetime | None
    is_written: bool
    sent_at: datetime | None
    settled_at: datetime | None


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
    """One payment run and all its transfers; the sums of each state add up to `line.cents`."""

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


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """One claim that waits, and for what."""

    claim_id: int
    organisation_id: int
    payee: str
    voucher_count: int
    cents: int
    reason: str
    since: datetime


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
class WaitingPayments:
    """What waits in one agreement, one step at a time."""

    agreement_id: int
    agreement: str
    programme_id: int
    programme: str
    ready_count: int
    ready_cents: int
    set_aside: tuple[SetAsideLine, ...]
    returned: tuple[ReturnedLine, ...]
    open_run: RunLine | None
    sent_runs: tuple[RunLine, ...]

    @property
    def is_quiet(self) -> bool:
        """Nothing to do."""
        return not (self.ready_count or self.set_aside or self.returned or self.open_run or self.sent_runs)


@dataclass(frozen=True, slots=True)
class PeriodToClaim:
    """A payment period that has ended, with redemptions that no claim gathers yet. `until` is its exclusive end."""

    programme_id: int
    programme: str
    until: datetime


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


@dataclass(frozen=True, slots=True)
class RepaymentLine:
    """What one funder gets, or got, back."""

    funder_id: int
    funder: str
    circulation_cents: int
    unissued_cents: int
    cents: int
    reference: str
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """One closing and what it gives back to each funder."""

    id: int
    agreement_id: int
    agreement: str
    programme_id: int
    state: ClosingState
    cents: int
    prepared_by_id: int
    prepared_at: datetime
    approved_by_id: int | None
    approved_at: datetime | None
    repaid_at: datetime | None
    cancelled_reason: str
    repayments: tuple[RepaymentLine, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """How long places waited: half of the vouchers were paid in `median_days` or less. None when none was paid."""

    median_days: int | None
    voucher_count: int


@dataclass(frozen=True, slots=True)
class AgreementTotals:
    """All that was claimed under an agreement, by step. Unit: whole cents."""

    claimed_cents: int
    paid_cents: int
    waiting_cents: int


def waiting_payments(*, actor: Actor, programme_ids: Iterable[int], at: datetime) -> list[WaitingPayments]:
    """What waits in each agreement of these programmes that the actor may read, oldest agreement first. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    agreements = funding.agreements(actor, list(programme_ids), at=at)
    return [_waiting(each.id, each.name, each.programme_id, each.programme_name, at) for each in agreements]


def periods_to_claim(*, programme_ids: Iterable[int], at: datetime) -> list[PeriodToClaim]:
    """Programmes whose latest ended period waits to be claimed. Asked of the latest cut-off only: no redemption is counted."""
    waiting: list[PeriodToClaim] = []
    for programme_id in sorted(programme_ids):
        rules = funding.rules_for_redemption(programme_id)
        undo_window = timedelta(minutes=rules.undo_window_minutes)
        until = latest_cut_off(at=at, frequency=rules.payment_frequency, undo_window=undo_window)
        drawn_until = CutOff.objects.filter(programme_id=programme_id).aggregate(latest=Max("until"))["latest"]
        if drawn_until is not None and drawn_until >= until:
            continue
        if redemption.any_between(programme_id=programme_id, since=drawn_until, until=until):
            waiting.append(PeriodToClaim(programme_id, rules.name, until))
    return waiting


def runs(*, actor: Actor, agreement_id: int) -> list[RunLine]:
    """The latest payment runs of an agreement. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    name = funding_access.seen_agreement(actor, agreement_id).name
    rows = PaymentRun.objects.filter(agreement_id=agreement_id).order_by("-id")[:RUNS_SHOWN]
    return [_run_line(row, name) for row in rows]


def run_page(*, actor: Actor, run_id: int) -> RunPage:
    """One payment run with its transfers, in order of claim. Raises: NotAllowed, RunUnknown."""
    row = access.seen_run(actor, run_id)
    transfers = list(Transfer.objects.filter(run=row).select_related("claim").order_by("claim_id"))
    names = _names(each.organisation_id for each in transfers)
    lines = tuple(_transfer_line(each, names) for each in transfers)

    def cents_of(*states: TransferState) -> int:
        return sum(line.cents for line in lines if line.state in states)

    return RunPage(
        line=_run_line(row, funding_access.seen_agreement(actor, row.agreement_id).name),
        message_id=row.message_id,
        debtor=row.debtor_name,
        debtor_masked_iban=masked(row.debtor_iban),
        file_sha256=bytes(row.file_digest).hex() if row.file_digest else "",
        cancelled_reason=row.cancelled_reason,
        paid_cents=cents_of(TransferState.PAID),
        waiting_cents=cents_of(TransferState.PENDING, TransferState.SENT),
        came_back_cents=cents_of(TransferState.RETURNED, TransferState.REPLACED),
        transfers=lines,
    )


def returned_transfer(*, actor: Actor, transfer_id: int, at: datetime) -> ReturnedLine:
    """One transfer that came back. Raises: NotAllowed, TransferUnknown, TransferNotReturned."""
    row = access.seen_transfer(actor, transfer_id)
    check_returned(TransferState(row.state))
    return _returned_line(row, _names([row.organisation_id]), at)


def bank_files(*, actor: Actor, agreement_id: int) -> list[BankFileLine]:
    """The bank's answers read for an agreement, the latest first. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    funding_access.seen_agreement(actor, agreement_id)
    fields = tuple(BankFileLine.__dataclass_fields__)
    rows = BankFile.objects.filter(agreement_id=agreement_id).order_by("-id")[:RUNS_SHOWN]
    return [BankFileLine(*(getattr(row, name) for name in fields)) for row in rows]


def closings(*, actor: Actor, agreement_id: int) -> list[ClosingPage]:
    """The closings of an agreement, the latest first. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    name = funding_access.seen_agreement(actor, agreement_id).name
    return [_closing(row, name) for row in Closing.objects.filter(agreement_id=agreement_id).order_by("-id")]


def closing_page(*, actor: Actor, closing_id: int) -> ClosingPage:
    """One closing. Raises: NotAllowed, ClosingUnknown."""
    row = access.seen_closing(actor, closing_id)
    return _closing(row, funding_access.seen_agreement(actor, row.agreement_id).name)


def delay_achieved(*, programme_id: int, since: date | None = None, until: date | None = None) -> Delay:
    """Median number of days between redemption and payment, of vouchers paid in `[since, until)`; no actor: a published figure."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY c.paid_on - (l.redeemed_at AT TIME ZONE 'Europe/Paris')::date), count(*)"
            " FROM settlement_claim c JOIN settlement_claimline l ON l.claim_id = c.id"
            " WHERE c.programme_id = %s AND c.state = 'PAID' AND (%s::date IS NULL OR c.paid_on >= %s) AND (%s::date IS NULL OR c.paid_on < %s)",
            [programme_id, since, since, until, until],
        )
        median, count = cursor.fetchone()
    return Delay(None if median is None else int(median), int(count))


def agreement_totals(*, agreement_id: int) -> AgreementTotals:
    """All that was claimed under an agreement, what was paid of it, what waits; no actor: for reconciling with the ledger."""
    sums = Claim.objects.filter(agreement_id=agreement_id).aggregate(
        claimed=Sum("cents"), paid=Sum("cents", filter=Q(state=ClaimState.PAID))
    )
    claimed, paid = int(sums["claimed"] or 0), int(sums["paid"] or 0)
    return AgreementTotals(claimed, paid, claimed - paid)


def _waiting(agreement_id: int, agreement: str, programme_id: int, programme: str, at: datetime) -> WaitingPayments:
    claims = Claim.objects.filter(agreement_id=agreement_id)
    ready = claims.filter(state=ClaimState.READY).aggregate(count=Count("id"), cents=Sum("cents"))
    set_aside = list(claims.filter(state=ClaimState.SET_ASIDE).order_by("set_aside_at", "id"))
    returned = list(Transfer.objects.filter(agreement_id=agreement_id, state=TransferState.RETURNED).order_by("returned_on", "id"))
    names = _names([*(each.organisation_id for each in set_aside), *(each.organisation_id for each in returned)])
    rows = PaymentRun.objects.filter(agreement_id=agreement_id)
    open_run = rows.filter(state__in=_OPEN).first()
    return WaitingPayments(
        agreement_id=agreement_id,
        agreement=agreement,
        programme_id=programme_id,
        programme=programme,
        ready_count=ready["count"],
        ready_cents=int(ready["cents"] or 0),
        set_aside=tuple(
            SetAsideLine(
                each.id,
                each.organisation_id,
                names.get(each.organisation_id, ""),
                each.voucher_count,
                each.cents,
                each.set_aside_reason,
                each.set_aside_at or each.created_at,
            )
            for each in set_aside
        ),
        returned=tuple(_returned_line(each, names, at) for each in returned),
        open_run=_run_line(open_run, agreement) if open_run else None,
        sent_runs=tuple(_run_line(row, agreement) for row in _sent(rows)),
    )


def _sent(rows: QuerySet[PaymentRun]) -> QuerySet[PaymentRun]:
    return rows.filter(state=RunState.SENT).order_by("id")


def _returned_line(row: Transfer, names: dict[int, str], at: datetime) -> ReturnedLine:
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


def _run_line(row: PaymentRun, agreement: str) -> RunLine:
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
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        is_written=row.file_digest is not None,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
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


def _closing(row: Closing, agreement: str) -> ClosingPage:
    repayments = list(Repayment.objects.filter(closing=row).order_by("funder_id"))
    names = _names(each.funder_id for each in repayments)
    return ClosingPage(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=agreement,
        programme_id=row.programme_id,
        state=ClosingState(row.state),
        cents=row.total_cents,
        prepared_by_id=row.prepared_by_id,
        prepared_at=row.prepared_at,
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        repaid_at=row.repaid_at,
        cancelled_reason=row.cancelled_reason,
        repayments=tuple(
            RepaymentLine(
                each.funder_id,
                names.get(each.funder_id, ""),
                each.circulation_cents,
                each.unissued_cents,
                each.circulation_cents + each.unissued_cents,
                each.reference,
                each.paid_on,
            )
            for each in repayments
        ),
    )


def _names(organisation_ids: Iterable[int]) -> dict[int, str]:
    return {key: card.name for key, card in parties.organisations(set(organisation_ids)).items()}
