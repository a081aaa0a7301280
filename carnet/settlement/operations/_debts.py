"""What places owe back: recorded once, kept from the next payments of the same agreement, undone with the payment it was kept from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger.operations import PaidPart
from carnet.parties.rules import check_allowed_now, person_of
from carnet.redemption import operations as redemption_operations
from carnet.redemption import queries as redemption
from carnet.redemption.queries import DisputeLine
from carnet.redemption.rules import DisputeOutcome, parse_redemption_number
from carnet.settlement import access
from carnet.settlement.models import Claim, ClaimLine, DebitNoteLine, Debt, Netting, PaymentRun, RecoveryTerms, Transfer
from carnet.settlement.operations._advices import advise_of_netting
from carnet.settlement.rules import ClaimState, TransferState
from carnet.settlement.rules.debts import Kept, Owed, check_recovery_terms, keep_from


@dataclass(frozen=True, slots=True)
class DebtRecorded:
    """One voucher a place owes back. Unit: whole cents."""

    debt_id: int
    organisation_id: int
    cents: int


@transaction.atomic
def decide_dispute(*, number: str, accepted: bool, reason: str = "", actor: Actor, request_id: UUID, at: datetime) -> DisputeOutcome:
    """Answer a dispute, and record at once what the place owes back when its redemption was claimed already.

    Raises and repeat: as redemption's `decide_dispute`.
    """
    outcome = redemption_operations.decide_dispute(
        number=number, accepted=accepted, reason=reason, actor=actor, request_id=request_id, at=at
    )
    if outcome is DisputeOutcome.TO_RECOVER:
        programme_id = redemption.dispute(number=number).programme_id
        access.lock_programme(programme_id)
        record_accepted(programme_id, actor, request_id, at)
    return outcome


@transaction.atomic
def record_debts(*, programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[DebtRecorded, ...]:
    """Record every accepted dispute of a programme that no debt holds yet. Asking again records nothing more.

    Raises: NotAllowed, ProgrammeUnknown.
    """
    check_allowed_now(actor, "settlement.check-claims", at)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    return record_accepted(programme_id, actor, request_id, at)


@transaction.atomic
def set_recovery_terms(
    *, programme_id: int, ask_after_days: int, due_within_days: int, actor: Actor, request_id: UUID, at: datetime
) -> None:
    """Say how long a programme waits for claims before it asks for what is owed back, and how long it gives to pay.

    Units: days. Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, ProgrammeUnknown, RecoveryTermsInvalid.
    """
    check_allowed_now(actor, "settlement.prepare-payment", at)
    set_by = person_of(actor, "settlement.prepare-payment")
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    check_recovery_terms(ask_after_days=ask_after_days, due_within_days=due_within_days)
    _row, is_new = RecoveryTerms.objects.get_or_create(
        request_id=request_id,
        defaults={
            "programme_id": programme_id,
            "ask_after_days": ask_after_days,
            "due_within_days": due_within_days,
            "set_by_id": set_by,
            "set_at": at,
        },
    )
    if is_new:
        journal.record(
            actor=actor,
            action="settlement.recovery-terms-set",
            subject=("programme", programme_id),
            facts={"ask_after_days": ask_after_days, "due_within_days": due_within_days},
            programme_id=programme_id,
            request_id=request_id,
            at=at,
        )


def record_accepted(programme_id: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[DebtRecorded, ...]:
    """Record the accepted disputes no debt holds yet, inside the caller's transaction and lock."""
    known = set(Debt.objects.filter(programme_id=programme_id).values_list("dispute", flat=True))
    fresh = [each.dispute for each in redemption.to_recover(programme_id=programme_id) if each.dispute not in known]
    return tuple(_record(redemption.dispute(number=number), actor, request_id, at) for number in fresh)


def _record(line: DisputeLine, actor: Actor, request_id: UUID, at: datetime) -> DebtRecorded:
    series_id, voucher_id, generation = parse_redemption_number(line.redemption)
    charged = ledger.charge_voucher(
        series_id=series_id,
        voucher_id=voucher_id,
        generation=generation,
        organisation_id=line.organisation_id,
        actor=actor,
        request_id=uuid5(request_id, line.number),
        at=at,
    )
    debt = Debt.objects.create(
        programme_id=line.programme_id,
        agreement_id=line.agreement_id,
        organisation_id=line.organisation_id,
        place_id=line.place_id,
        dispute=line.number,
        series_id=series_id,
        voucher_id=voucher_id,
        generation=generation,
        pattern=charged.pattern,
        cents=charged.cents,
        redeemed_at=line.redeemed_at,
        owed_at=at,
    )
    journal.record(
        actor=actor,
        action="settlement.debt-recorded",
        subject=("debt", debt.id),
        facts={"dispute": line.number, "agreement": line.agreement_id, "payee": line.organisation_id, "cents": charged.cents},
        programme_id=line.programme_id,
        request_id=request_id,
        at=at,
    )
    return DebtRecorded(debt.id, debt.organisation_id, debt.cents)


def open_debts(agreement_id: int, organisation_ids: Collection[int] | None = None) -> QuerySet[Debt]:
    """Debts of an agreement neither kept from a payment nor on a debit note, oldest first."""
    rows = Debt.objects.filter(agreement_id=agreement_id)
    if organisation_ids is not None:
        rows = rows.filter(organisation_id__in=organisation_ids)
    kept = Netting.objects.filter(agreement_id=agreement_id, undone_at=None).values("debt_id")
    asked = DebitNoteLine.objects.filter(note__agreement_id=agreement_id, withdrawn_at=None).values("debt_id")
    return rows.exclude(id__in=kept).exclude(id__in=asked).order_by("id")


def plan_keeping(agreement_id: int, claims: Sequence[Claim]) -> dict[int, list[Kept]]:
    """By claim, what will be kept from it."""
    debts = open_debts(agreement_id, {claim.organisation_id for claim in claims})
    planned: dict[int, list[Kept]] = {}
    for each in keep_from(claims=map(_owed, claims), debts=map(_owed, debts)):
        planned.setdefault(each.claim_id, []).append(each)
    return planned


def _owed(row: Claim | Debt) -> Owed:
    return Owed(row.id, row.agreement_id, row.organisation_id, row.cents)


def keep_whole_claims(agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Pay by what is owed back every waiting claim that it covers whole: no line of the bank is needed. Returns their number."""
    claims = list(Claim.objects.filter(agreement_id=agreement_id, state=ClaimState.READY).order_by("id"))
    planned = plan_keeping(agreement_id, claims) if claims else {}
    whole = [claim for claim in claims if sum(each.cents for each in planned.get(claim.id, ())) == claim.cents]
    for claim in whole:
        _keep_whole(claim, planned[claim.id], actor, request_id, at)
    return len(whole)


def _keep_whole(claim: Claim, kept: Sequence[Kept], actor: Actor, request_id: UUID, at: datetime) -> None:
    ledger.pay_owed_many(parts=_parts_of_claim(claim, uuid5(request_id, f"claim-{claim.id}")), actor=actor, at=at)
    rows = Netting.objects.bulk_create(_nettings(claim, kept, None, request_id, at))
    book(rows, actor, at)
    day = legal_day(at)
    claim.state, claim.paid_on = ClaimState.PAID.value, day
    claim.save(update_fields=["state", "paid_on"])
    advise_of_netting(claim, on=day, at=at)
    journal.record(
        actor=actor,
        action="settlement.claim-kept",
        subject=("claim", claim.id),
        facts={"cents": claim.cents, "debts": [each.debt_id for each in kept]},
        programme_id=claim.programme_id,
        request_id=request_id,
        at=at,
    )


def _parts_of_claim(claim: Claim, request_id: UUID) -> list[PaidPart]:
    rows = ClaimLine.objects.filter(claim=claim).order_by("series_id", "pattern").values_list("series_id", "pattern")
    return [
        PaidPart(series_id, claim.organisation_id, pattern, quantity, request_id)
        for series_id, pattern, quantity in rows.annotate(Count("id"))
    ]


def keep_from_transfers(transfers: Iterable[Transfer], planned: dict[int, list[Kept]], *, request_id: UUID, at: datetime) -> None:
    """Keep what was planned from each transfer of a run being prepared: booked when the bank confirms it."""
    Netting.objects.bulk_create(
        row for transfer in transfers for row in _nettings(transfer.claim, planned.get(transfer.claim_id, ()), transfer, request_id, at)
    )


def _nettings(claim: Claim, kept: Sequence[Kept], transfer: Transfer | None, request_id: UUID, at: datetime) -> list[Netting]:
    return [
        Netting(
            debt_id=each.debt_id,
            claim=claim,
            transfer=transfer,
            programme_id=claim.programme_id,
            agreement_id=claim.agreement_id,
            organisation_id=claim.organisation_id,
            cents=each.cents,
            kept_at=at,
            booked_at=at if transfer is None else None,
            request_id=uuid5(request_id, f"debt-{each.debt_id}-of-claim-{claim.id}"),
        )
        for each in kept
    ]


def kept_of_run(run: PaymentRun) -> int:
    """Cents kept from the transfers of a run, whatever became of them at the bank; not from those that left it before."""
    rows = Netting.objects.filter(transfer__run=run).exclude(transfer__state=TransferState.CANCELLED)
    return int(rows.aggregate(cents=Sum("cents"))["cents"] or 0)


def release_run(run: PaymentRun, at: datetime) -> None:
    """Undo what a run that is given up kept: the debts wait for the next payment again."""
    Netting.objects.filter(transfer__run=run, undone_at=None).update(undone_at=at)


def book_transfers(transfers: Sequence[Transfer], actor: Actor, at: datetime) -> None:
    """Write in the ledger what transfers the bank has just paid had kept."""
    rows = list(Netting.objects.filter(transfer__in=transfers, undone_at=None, booked_at=None).select_related("debt").order_by("id"))
    book(rows, actor, at)
    Netting.objects.filter(id__in=[row.id for row in rows]).update(booked_at=at)


def book(rows: Iterable[Netting], actor: Actor, at: datetime) -> None:
    """Write in the ledger that these debts were given back."""
    for row in rows:
        ledger.recover_due(part=_part(row, row.request_id), actor=actor, at=at)


def release_transfers(transfers: Sequence[Transfer], actor: Actor, at: datetime) -> None:
    """Undo what transfers that came back had kept; what the ledger had booked is owed again."""
    rows = list(Netting.objects.filter(transfer__in=transfers, undone_at=None).select_related("debt").order_by("id"))
    for row in rows:
        if row.booked_at is not None:
            ledger.reopen_due(part=_part(row, uuid5(row.request_id, "undone")), actor=actor, at=at)
    Netting.objects.filter(id__in=[row.id for row in rows]).update(undone_at=at)


def _part(row: Netting, request_id: UUID) -> PaidPart:
    return PaidPart(row.debt.series_id, row.organisation_id, row.debt.pattern, 1, request_id)
