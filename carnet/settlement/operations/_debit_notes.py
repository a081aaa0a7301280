"""Debit notes: what no claim repaid is asked for; its payment is recorded by one person and confirmed by another."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import operations as ledger
from carnet.ledger.operations import PaidPart
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now, check_second_person, person_of
from carnet.settlement import access
from carnet.settlement.models import DebitNote, DebitNoteLine
from carnet.settlement.operations._debts import open_debts, record_accepted
from carnet.settlement.operations._numbers import take_numbers
from carnet.settlement.queries.debts import asked_from, recovery_terms
from carnet.settlement.rules import check_reason
from carnet.settlement.rules.debts import (
    DebitNoteReferenceUsed,
    NoteState,
    NothingToAskBack,
    PaperKind,
    check_may_ask,
    check_note_move,
    check_note_payment,
    paper_number,
)

TELL, CONFIRM = "settlement.prepare-payment", "settlement.approve-payment"


@transaction.atomic
def issue_debit_note(*, agreement_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Ask a place's organisation for all it still owes back under an agreement; return the note's id.

    From then on these debts are not kept from its payments any more: they are asked for once, in one way.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, AgreementUnknown, NothingToAskBack, DebitNoteTooEarly.
    Repeat:  the same request_id returns the first note.
    """
    check_allowed_now(actor, TELL, at)
    issued_by = person_of(actor, TELL)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    repeated = DebitNote.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    record_accepted(agreement.programme_id, actor, request_id, at)
    debts = list(open_debts(agreement_id, {organisation_id}))
    if not debts:
        raise NothingToAskBack()
    today = legal_day(at)
    check_may_ask(possible_on=asked_from(debts), today=today)
    fence, operator_id = funding.ring_fence(agreement_id), agreement.programme.operator_id
    (number,) = take_numbers(operator_id=operator_id, kind=PaperKind.DEBIT_NOTE, year=today.year)
    note = DebitNote.objects.create(
        operator_id=operator_id,
        year=today.year,
        number=number,
        programme_id=agreement.programme_id,
        agreement_id=agreement_id,
        organisation_id=organisation_id,
        cents=sum(debt.cents for debt in debts),
        holder=fence.holder,
        iban=fence.iban,
        bic=fence.bic,
        issued_on=today,
        due_on=today + timedelta(days=recovery_terms(agreement.programme_id).due_within_days),
        issued_by_id=issued_by,
        issued_at=at,
        request_id=request_id,
    )
    DebitNoteLine.objects.bulk_create(
        DebitNoteLine(note=note, debt=debt, programme_id=note.programme_id, organisation_id=organisation_id, cents=debt.cents)
        for debt in debts
    )
    _journal(actor, "settlement.debit-note-issued", note, request_id, at)
    notices.post(
        kind="settlement.debit-note",
        to_organisation_id=organisation_id,
        context={
            "programme": funding.programme(note.programme_id).name,
            "note": paper_number(kind=PaperKind.DEBIT_NOTE, year=note.year, number=note.number),
            "cents": note.cents,
            "due_on": note.due_on,
        },
        programme_id=note.programme_id,
        at=at,
    )
    return note.id


@transaction.atomic
def record_note_payment(*, note_id: int, cents: int, reference: str, paid_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that the bank received a debit note's money: its whole amount, under the bank's reference. Another person confirms.

    Units:   whole cents.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, DebitNoteUnknown, DebitNoteNotInState, DebitNotePaymentDiffers,
             DebitNoteReferenceMissing, DebitNoteReferenceUsed, DebitNotePaymentFuture.
    Repeat:  the same person saying the same again changes nothing.
    """
    check_allowed_now(actor, TELL, at)
    told_by = person_of(actor, TELL)
    note = access.operated_debit_note(actor, note_id)
    reference = check_note_payment(asked_cents=note.cents, told_cents=cents, reference=reference, paid_on=paid_on, today=legal_day(at))
    if note.state == NoteState.PAYMENT_TOLD and (note.told_by_id, note.reference, note.paid_on) == (told_by, reference, paid_on):
        return
    check_note_move(state=NoteState(note.state), to=NoteState.PAYMENT_TOLD)
    other = DebitNote.objects.filter(agreement_id=note.agreement_id, reference=reference).exclude(id=note.id).first()
    if other is not None:
        raise DebitNoteReferenceUsed(number=paper_number(kind=PaperKind.DEBIT_NOTE, year=other.year, number=other.number))
    note.state, note.reference, note.paid_on = NoteState.PAYMENT_TOLD.value, reference, paid_on
    note.told_by_id, note.told_at = told_by, at
    note.save(update_fields=["state", "reference", "paid_on", "told_by_id", "told_at"])
    _journal(actor, "settlement.debit-note-payment-told", note, request_id, at)


@transaction.atomic
def confirm_note_payment(*, note_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person saw the same line of the bank: the place owes nothing of it any more, and each funder's share is back.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, DebitNoteUnknown, DebitNoteNotInState, SamePerson.
    """
    check_allowed_now(actor, CONFIRM, at)
    confirmed_by = person_of(actor, CONFIRM)
    note = access.operated_debit_note(actor, note_id)
    if note.state == NoteState.PAID and note.confirmed_by_id == confirmed_by:
        return
    check_note_move(state=NoteState(note.state), to=NoteState.PAID)
    assert note.told_by_id is not None, "somebody told it"
    check_second_person(requested_by=note.told_by_id, decided_by=confirmed_by, action=CONFIRM)
    for line in DebitNoteLine.objects.filter(note=note).select_related("debt").order_by("id"):
        part = PaidPart(line.debt.series_id, note.organisation_id, line.debt.pattern, 1, uuid5(note.request_id, f"debt-{line.debt_id}"))
        ledger.recover_due(part=part, actor=actor, at=at)
    note.state, note.confirmed_by_id, note.confirmed_at = NoteState.PAID.value, confirmed_by, at
    note.save(update_fields=["state", "confirmed_by_id", "confirmed_at"])
    _journal(actor, "settlement.debit-note-paid", note, request_id, at)
    notices.post(
        kind="settlement.debit-note-paid",
        to_organisation_id=note.organisation_id,
        context={"note": paper_number(kind=PaperKind.DEBIT_NOTE, year=note.year, number=note.number), "cents": note.cents},
        programme_id=note.programme_id,
        at=at,
    )


@transaction.atomic
def refuse_note_payment(*, note_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A second person does not find that line at the bank: the note waits to be paid again.

    Raises: NotAllowed, SecondFactorNeeded, DebitNoteUnknown, DebitNoteNotInState, ReasonMissing.
    """
    check_allowed_now(actor, CONFIRM, at)
    reason = check_reason(reason)
    note = access.operated_debit_note(actor, note_id)
    check_note_move(state=NoteState(note.state), to=NoteState.ISSUED)
    note.state, note.reference, note.paid_on, note.told_by_id, note.told_at = NoteState.ISSUED.value, "", None, None, None
    note.refused_reason = reason
    note.save(update_fields=["state", "reference", "paid_on", "told_by_id", "told_at", "refused_reason"])
    _journal(actor, "settlement.debit-note-payment-refused", note, request_id, at)


@transaction.atomic
def withdraw_debit_note(*, note_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a debit note back, its number kept: what it asked for is kept from the next payments again.

    Raises: NotAllowed, SecondFactorNeeded, DebitNoteUnknown, DebitNoteNotInState, ReasonMissing.
    """
    check_allowed_now(actor, TELL, at)
    reason = check_reason(reason)
    note = access.operated_debit_note(actor, note_id)
    if note.state == NoteState.WITHDRAWN:
        return
    check_note_move(state=NoteState(note.state), to=NoteState.WITHDRAWN)
    note.state, note.withdrawn_reason, note.withdrawn_at = NoteState.WITHDRAWN.value, reason, at
    note.save(update_fields=["state", "withdrawn_reason", "withdrawn_at"])
    DebitNoteLine.objects.filter(note=note).update(withdrawn_at=at)
    _journal(actor, "settlement.debit-note-withdrawn", note, request_id, at)
    notices.post(
        kind="settlement.debit-note-withdrawn",
        to_organisation_id=note.organisation_id,
        context={
            "note": paper_number(kind=PaperKind.DEBIT_NOTE, year=note.year, number=note.number),
            "cents": note.cents,
            "reason": reason,
        },
        programme_id=note.programme_id,
        at=at,
    )


def _journal(actor: Actor, action: str, note: DebitNote, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("debit-note", note.id),
        facts={
            "number": paper_number(kind=PaperKind.DEBIT_NOTE, year=note.year, number=note.number),
            "agreement": note.agreement_id,
            "payee": note.organisation_id,
            "cents": note.cents,
        },
        programme_id=note.programme_id,
        request_id=request_id,
        at=at,
    )
