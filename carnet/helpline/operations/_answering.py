"""The place is heard, whoever complains is told, and the complaint is closed by a named decision."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.funding.access import operated_programme
from carnet.gateways import sms
from carnet.gateways.database import acting_as
from carnet.helpline import access
from carnet.helpline.models import Complaint, ComplaintDelays
from carnet.helpline.operations._lines import add_line, is_said, note, with_the_filer, with_the_place
from carnet.helpline.rules import (
    AnswerMissing,
    ComplaintEmpty,
    ComplaintNumber,
    ComplaintState,
    Decision,
    PlaceNotNamed,
    Said,
    check_heard,
    check_hearing,
    check_standing,
    checked_delays,
    checked_words,
    is_email,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import check_may
from carnet.workshops.rules import takes_texts


@transaction.atomic
def ask_place(*, complaint_id: int, question: str, until_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Ask the place for its side, before a day (included). It reads the question, never the words of whoever complains. Lock: the complaint.

    Raises: NotAllowed, ComplaintUnknown, ComplaintClosed, PlaceNotNamed, AskedAlready, HearingDayInvalid, ComplaintEmpty, NirInText and
    the others of free text.
    """
    check_may(actor, "helpline.decide-complaint")
    row = access.kept_complaint(actor, complaint_id, lock=True)
    if is_said(request_id):
        return
    check_standing(ComplaintState(row.state), row.closed_at)
    if row.place_organisation_id is None:
        raise PlaceNotNamed
    words = checked_words(question, empty=ComplaintEmpty)
    check_hearing(until_on=until_on, asked_on=row.asked_until_on, heard_at=row.heard_at, at=at)
    row.asked_until_on, row.heard_at = until_on, None
    row.reader_ids = sorted({*row.reader_ids, row.place_organisation_id})
    row.save(update_fields=["asked_until_on", "heard_at", "reader_ids"])
    add_line(row, Said.ASKED, words, readers=with_the_place(row), actor=actor, request_id=request_id, at=at)
    notices.post(
        kind="helpline.place-asked",
        to_organisation_id=row.place_organisation_id,
        context={"place": row.place.name if row.place else "", "until_on": until_on.isoformat()},
        at=at,
    )
    note("place-asked", row, {"until_on": until_on.isoformat()}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def tell_our_side(*, complaint_id: int, said: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The place answers what it was asked, once; after its day too, until the complaint is closed. Lock: the complaint.

    Raises: NotAllowed, ComplaintUnknown, ComplaintClosed, HeardAlready, AnswerMissing, and those of free text.
    """
    check_may(actor, "helpline.be-heard")
    row = access.asked_complaint(actor, complaint_id, lock=True)
    if is_said(request_id):
        return
    check_standing(ComplaintState(row.state), row.closed_at)
    check_heard(asked_on=row.asked_until_on, heard_at=row.heard_at)
    words = checked_words(said, empty=AnswerMissing)
    row.heard_at = at
    row.save(update_fields=["heard_at"])
    add_line(row, Said.HEARD, words, readers=with_the_place(row), actor=actor, request_id=request_id, at=at)
    note("place-heard", row, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def tell_news(*, complaint_id: int, said: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Tell whoever complains how far it is. It stops no clock. Lock: the complaint.

    Raises: NotAllowed, ComplaintUnknown, ComplaintClosed, AnswerMissing, and those of free text.
    """
    check_may(actor, "helpline.decide-complaint")
    row = access.kept_complaint(actor, complaint_id, lock=True)
    if is_said(request_id):
        return
    check_standing(ComplaintState(row.state), row.closed_at)
    words = checked_words(said, empty=AnswerMissing)
    add_line(row, Said.NEWS, words, readers=with_the_filer(row), actor=actor, request_id=request_id, at=at)
    note("complaint-news", row, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def close_complaint(*, complaint_id: int, decision: Decision, answer: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Answer for good, in plain words, with a named decision. What was left to be answered by is used once and erased. Lock: the complaint.

    Raises: NotAllowed, ComplaintUnknown, ComplaintClosed, AnswerMissing, and those of free text.
    """
    check_may(actor, "helpline.decide-complaint")
    row = access.kept_complaint(actor, complaint_id, lock=True)
    if is_said(request_id):
        return
    check_standing(ComplaintState(row.state), row.closed_at)
    words = checked_words(answer, empty=AnswerMissing)
    contact, row.sealed_contact = access.contact_of(row), None
    row.state, row.decision = ComplaintState.CLOSED.value, decision.value
    row.closed_at, row.closed_by_id = at, actor.person_id
    row.save(update_fields=["sealed_contact", "state", "decision", "closed_at", "closed_by_id"])
    # A place that was never asked does not learn of a complaint by its end.
    readers = {*with_the_filer(row), *(with_the_place(row) if row.asked_until_on is not None else [])}
    add_line(row, Said.CLOSED, words, readers=readers, actor=actor, request_id=request_id, at=at)
    _tell_it_is_closed(row, contact, words, at)
    late = legal_day(at) > row.due_on
    note("complaint-closed", row, {"decision": decision.value, "is_late": late}, actor=actor, request_id=request_id, at=at)


def _tell_it_is_closed(row: Complaint, contact: str, answer: str, at: datetime) -> None:
    number = ComplaintNumber(row.number).printed()
    if is_email(contact):
        context = {"number": number, "answer": answer}
        notices.post(kind="helpline.complaint-closed", to_email=contact, language=row.language, context=context, at=at)
    elif contact and sms.is_offered() and takes_texts(contact):
        notices.post_text(kind="helpline.complaint-closed", to=contact, language=row.language, context={"number": number}, at=at)
    organisations = {row.filer_organisation_id, row.place_organisation_id if row.asked_until_on is not None else None}
    for organisation_id in sorted(each for each in organisations if each is not None and each not in row.operator_ids):
        notices.post(kind="helpline.complaint-decided", to_organisation_id=organisation_id, context={"number": number}, at=at)


def add_words(*, number: str, secret: str, said: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Whoever holds the number and its secret adds something, until the complaint is closed. Lock: the complaint.

    Raises: ComplaintNumberMistyped, ComplaintUnknown, ComplaintLocked, ComplaintClosed, ComplaintEmpty, and those of free text.
    """
    found = access.check_secret(ComplaintNumber.parse(number), secret)  # before the transaction: a wrong secret stays counted
    words = checked_words(said)
    with transaction.atomic(), acting_as(organisation_ids=found.operator_ids):
        row = Complaint.objects.select_for_update(of=("self",)).get(id=found.id)
        if is_said(request_id):
            return
        check_standing(ComplaintState(row.state), row.closed_at)
        add_line(row, Said.ADDED, words, readers=with_the_filer(row), actor=actor, request_id=request_id, at=at)
        note("complaint-added-to", row, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def set_delays(*, programme_id: int, days: dict[str, int], actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say how soon a programme answers, by kind of complaint, for those filed from now on. Locks: none, a row is added.

    Raises: NotAllowed, ProgrammeUnknown, DelayInvalid.
    """
    check_may(actor, "helpline.set-delays")
    operated_programme(actor, programme_id)
    chosen = checked_delays(days)
    _row, is_new = ComplaintDelays.objects.get_or_create(
        request_id=request_id, defaults={"programme_id": programme_id, "days": chosen, "set_at": at, "set_by_id": actor.person_id}
    )
    if is_new:
        journal.record(
            actor=actor,
            action="helpline.delays-set",
            subject=("programme", programme_id),
            facts=chosen,
            programme_id=programme_id,
            organisation_id=actor.organisation_id,
            request_id=request_id,
            at=at,
        )
