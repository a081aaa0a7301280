"""What places owe back and how it comes back: for the operator, the auditor, and the place itself. Counted from rows, never kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Max, QuerySet, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import allowed, check_may
from carnet.redemption import queries as redemption
from carnet.settlement import access
from carnet.settlement.models import Claim, DebitNote, DebitNoteLine, Debt, Netting, RecoveryTerms
from carnet.settlement.rules.debts import ASK_AFTER_DAYS, DUE_WITHIN_DAYS, NoteState, PaperKind, ask_on, paper_number

DEBTS_SHOWN = 500


class DebtStep(StrEnum):
    """How far a debt is on its way back."""

    WAITS = "WAITS"
    KEPT = "KEPT"
    ASKED = "ASKED"
    BACK = "BACK"


@dataclass(frozen=True, slots=True)
class Terms:
    """When a programme asks for what is owed back, and how long it gives. `set_at` is None where nobody said."""

    ask_after_days: int
    due_within_days: int
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One voucher owed back: which, why, and how it comes back. Unit: whole cents.

    `claim_id`: the payment it is or was kept from; `note_id`: the debit note that asks for it.
    """

    id: int
    programme_id: int
    agreement_id: int
    organisation_id: int
    place_id: int
    dispute: str
    voucher_serial: str
    redeemed_at: datetime
    owed_at: datetime
    cents: int
    step: DebtStep
    claim_id: int | None
    note_id: int | None


@dataclass(frozen=True, slots=True)
class PlaceDebts:
    """All one organisation owes or owed back under one agreement. Unit: whole cents.

    `ledger_due_cents` is the ledger's own word; `ask_on` from when what waits may be asked for by a debit note, None when nothing
    waits. A place is told neither, nor the agreement's name.
    """

    programme_id: int
    programme: str
    agreement_id: int
    agreement: str
    organisation_id: int
    payee: str
    cents: int
    waiting_cents: int
    kept_cents: int
    asked_cents: int
    back_cents: int
    ledger_due_cents: int
    ask_on: date | None
    lines: tuple[DebtLine, ...]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One debit note in a list. Unit: whole cents."""

    id: int
    number: str
    programme_id: int
    programme: str
    agreement_id: int
    organisation_id: int
    payee: str
    cents: int
    issued_on: date
    due_on: date
    state: NoteState
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class NotePage:
    """One debit note, whole: what, when, how to pay, whom to telephone. Unit: whole cents."""

    line: NoteLine
    operator: str
    phone: str
    phone_hours: str
    holder: str
    iban: str
    bic: str
    reference: str
    told_by_id: int | None
    confirmed_by_id: int | None
    refused_reason: str
    withdrawn_reason: str
    is_simulated: bool
    debts: tuple[DebtLine, ...]


def recovery_terms(programme_id: int) -> Terms:
    """How a programme asks for what is owed back; what stands by itself where nobody said."""
    row = RecoveryTerms.objects.filter(programme_id=programme_id).order_by("-id").first()
    return Terms(row.ask_after_days, row.due_within_days, row.set_at) if row else Terms(ASK_AFTER_DAYS, DUE_WITHIN_DAYS, None)


def asked_from(debts: Sequence[Debt]) -> date:
    """From when debts of one organisation and agreement may be asked for: the oldest decides, since no claim repaid it."""
    oldest = debts[0]
    claimed_at = Claim.objects.filter(agreement_id=oldest.agreement_id, organisation_id=oldest.organisation_id).aggregate(
        latest=Max("created_at")
    )["latest"]
    ends = [each.accepted_until for each in ledger.series_list(agreement_id=oldest.agreement_id)]
    return ask_on(
        owed_on=legal_day(oldest.owed_at),
        claimed_on=legal_day(claimed_at) if claimed_at else None,
        ended_on=legal_day(max(ends)) if ends else None,
        ask_after_days=recovery_terms(oldest.programme_id).ask_after_days,
    )


def debts_of_places(*, actor: Actor, programme_ids: Iterable[int]) -> list[PlaceDebts]:
    """What each place owes back under each agreement of these programmes, those that owe most first. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    return _grouped(Debt.objects.filter(programme_id__in=list(programme_ids)), actor)


def own_debts(*, actor: Actor) -> list[PlaceDebts]:
    """What the actor's own organisation owes or owed back. Raises: NotAllowed."""
    check_may(actor, "settlement.see-own")
    return _grouped(Debt.objects.filter(organisation_id=actor.organisation_id or 0), None)


def debts_of_agreement(*, agreement_id: int) -> list[PlaceDebts]:
    """What places owe back under one agreement; no actor: for statements and reconciling with the ledger."""
    return _grouped(Debt.objects.filter(agreement_id=agreement_id), Actor.system("debts"))


def kept_from_claims(claim_ids: Collection[int]) -> dict[int, int]:
    """Cents kept from each of these claims, living nettings only."""
    rows = Netting.objects.filter(claim_id__in=list(claim_ids), undone_at=None).order_by("claim_id")
    return {claim_id: int(cents) for claim_id, cents in rows.values_list("claim_id").annotate(Sum("cents"))}


def debit_notes(*, actor: Actor, programme_ids: Iterable[int] | None = None) -> list[NoteLine]:
    """The debit notes of these programmes; without them, those asked of the actor's own organisation. Latest first. Raises: NotAllowed."""
    if programme_ids is None:
        check_may(actor, "settlement.see-own")
        rows = DebitNote.objects.filter(organisation_id=actor.organisation_id or 0)
    else:
        check_may(actor, "settlement.see")
        rows = DebitNote.objects.filter(programme_id__in=list(programme_ids))
    found = list(rows.order_by("-year", "-number")[:DEBTS_SHOWN])
    names = _names(row.organisation_id for row in found)
    return [_note(row, names) for row in found]


def debit_note(*, actor: Actor, note_id: int) -> NotePage:
    """One debit note, for whom it asks or for the operator. Raises: NotAllowed, DebitNoteUnknown."""
    reads_all = actor.kind == "system" or allowed(actor.roles, "settlement.see")
    check_may(actor, "settlement.see" if reads_all else "settlement.see-own")
    row = access.seen_debit_note(actor, note_id)
    programme = funding.programme(row.programme_id)
    debts = list(Debt.objects.filter(id__in=DebitNoteLine.objects.filter(note=row).values("debt_id")).order_by("id"))
    return NotePage(
        line=_note(row, _names([row.organisation_id])),
        operator=parties.organisation_name(row.operator_id),
        phone=programme.terms.phone,
        phone_hours=programme.terms.phone_hours,
        holder=row.holder,
        iban=row.iban,
        bic=row.bic,
        reference=row.reference,
        told_by_id=row.told_by_id,
        confirmed_by_id=row.confirmed_by_id,
        refused_reason=row.refused_reason,
        withdrawn_reason=row.withdrawn_reason,
        is_simulated=programme.is_simulated,
        debts=tuple(_lines(debts)),
    )


def _note(row: DebitNote, names: dict[int, str]) -> NoteLine:
    return NoteLine(
        id=row.id,
        number=paper_number(kind=PaperKind.DEBIT_NOTE, year=row.year, number=row.number),
        programme_id=row.programme_id,
        programme=funding.programme(row.programme_id).name,
        agreement_id=row.agreement_id,
        organisation_id=row.organisation_id,
        payee=names.get(row.organisation_id, ""),
        cents=row.cents,
        issued_on=row.issued_on,
        due_on=row.due_on,
        state=NoteState(row.state),
        paid_on=row.paid_on,
    )


def _grouped(rows: QuerySet[Debt], reader: Actor | None) -> list[PlaceDebts]:
    """Debts by agreement and organisation. `reader` is None for a place, which reads neither the agreement nor the ledger."""
    found: dict[tuple[int, int], list[Debt]] = {}
    for row in rows.order_by("id")[:DEBTS_SHOWN]:
        found.setdefault((row.agreement_id, row.organisation_id), []).append(row)
    names = _names(key[1] for key in found)
    lines = {each.id: each for each in _lines([row for group in found.values() for row in group])}
    groups = [_group(group, [lines[row.id] for row in group], names, reader) for group in found.values()]
    return sorted(groups, key=lambda each: (-(each.cents - each.back_cents), each.payee, each.agreement_id))


def _group(debts: Sequence[Debt], lines: Sequence[DebtLine], names: dict[int, str], reader: Actor | None) -> PlaceDebts:
    first = debts[0]

    def of(step: DebtStep) -> int:
        return sum(each.cents for each in lines if each.step is step)

    waiting = [debt for debt, line in zip(debts, lines, strict=True) if line.step is DebtStep.WAITS]
    due = ledger.PlaceDue()
    if reader is not None:
        due = ledger.due(agreement_id=first.agreement_id).get(first.organisation_id, due)
    return PlaceDebts(
        programme_id=first.programme_id,
        programme=funding.programme(first.programme_id).name,
        agreement_id=first.agreement_id,
        agreement=funding_access.seen_agreement(reader, first.agreement_id).name if reader else "",
        organisation_id=first.organisation_id,
        payee=names.get(first.organisation_id, ""),
        cents=sum(each.cents for each in lines),
        waiting_cents=of(DebtStep.WAITS),
        kept_cents=of(DebtStep.KEPT),
        asked_cents=of(DebtStep.ASKED),
        back_cents=of(DebtStep.BACK),
        ledger_due_cents=due.due_cents,
        ask_on=asked_from(waiting) if waiting and reader else None,
        lines=tuple(lines),
    )


def _lines(debts: Sequence[Debt]) -> list[DebtLine]:
    ids = [row.id for row in debts]
    kept = {row.debt_id: row for row in Netting.objects.filter(debt_id__in=ids, undone_at=None)}
    asked = {row.debt_id: row.note for row in DebitNoteLine.objects.filter(debt_id__in=ids, withdrawn_at=None).select_related("note")}
    return [_line(row, kept.get(row.id), asked.get(row.id)) for row in debts]


def _line(row: Debt, kept: Netting | None, note: DebitNote | None) -> DebtLine:
    if kept is not None:
        step = DebtStep.KEPT if kept.booked_at is None else DebtStep.BACK
    elif note is not None:
        step = DebtStep.BACK if note.state == NoteState.PAID else DebtStep.ASKED
    else:
        step = DebtStep.WAITS
    return DebtLine(
        id=row.id,
        programme_id=row.programme_id,
        agreement_id=row.agreement_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        dispute=row.dispute,
        voucher_serial=redemption.serial_of(row.series_id, row.voucher_id),
        redeemed_at=row.redeemed_at,
        owed_at=row.owed_at,
        cents=row.cents,
        step=step,
        claim_id=kept.claim_id if kept else None,
        note_id=note.id if note else None,
    )


def _names(organisation_ids: Iterable[int]) -> dict[int, str]:
    return {key: card.name for key, card in parties.organisations(set(organisation_ids)).items()}
