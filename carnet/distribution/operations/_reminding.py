"""Reminders: a number left with consent, the reminders due today, what became of a call or a letter, and the number erased at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import Reminder, ReminderContact
from carnet.distribution.operations._notes import by, note
from carnet.distribution.queries._situations import Known, hands_of, situations
from carnet.distribution.rules import Kind
from carnet.distribution.rules.asking import waits_to_be_asked
from carnet.distribution.rules.reminders import (
    NO_ANSWER_MAX,
    STALE_DAYS,
    ContactChannel,
    ContactEnd,
    NothingToRemind,
    ReminderKind,
    ReminderOutcome,
    ReminderUnknown,
    checked_address,
    checked_consent,
    checked_phone,
    due,
    ending,
)
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties.rules import check_may
from carnet.workshops.rules import takes_texts

# What numbers are marked for: whoever writes STOP is found by it, and nobody else.
NUMBER = "telephone of reminders"
AT_ONCE = 200
TEXTS = {
    ReminderKind.FIRST_LESSON: "distribution.reminder-first-lesson",
    ReminderKind.IDLE: "distribution.reminder-idle",
    ReminderKind.EXPIRY: "distribution.reminder-expiry",
}
SYSTEM = Actor.system("reminders")


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a programme's contacts came to: how many were seen, written to, put on a desk's list, erased."""

    seen: int = 0
    sent: int = 0
    listed: int = 0
    ended: int = 0


@transaction.atomic
def leave_contact(
    *,
    hand_over_id: int,
    channel: ContactChannel,
    phone: str = "",
    address: str = "",
    language: str = "fr",
    has_consented: bool,
    may_be_asked: bool = False,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Keep the number, or the address, of somebody given vouchers who wishes to be reminded; return the contact's id.

    `may_be_asked`: they also agreed to be asked by text, once in a while, whether a lesson took place.

    Sealed by the key ring; erased by `look_at_contacts`, `withdraw_contact` or `stop_by_number`. Left again, it takes the earlier one's place.
    Repeat: the same request_id gives the first contact. Lock: the hand-over's contact.
    Raises: NotAllowed, HandOverUnknown, ConsentMissing, PhoneNumberInvalid, AddressMissing, NothingToRemind.
    """
    access.check_may_remind(actor)
    repeated = ReminderContact.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    checked_consent(has_consented)
    given = access.own_hand_over(actor, hand_over_id)
    number = None if channel is ContactChannel.LETTER else checked_phone(phone)
    kept = checked_address(address) if number is None else str(number)
    hands = hands_of(given)
    today = legal_day(at)
    if given.kind == Kind.TAKEN_OUT or ending(hands, today=today) is not None:
        raise NothingToRemind
    for earlier in ReminderContact.objects.select_for_update(of=("self",)).filter(hand_over=given, ended_at=None).order_by("id"):
        _end(earlier, ContactEnd.WITHDRAWN, actor=actor, request_id=request_id, at=at)
    ring = key_ring()
    row = ReminderContact.objects.create(
        hand_over=given, programme_id=given.programme_id, organisation_id=given.organisation_id, channel=channel,
        language="en" if language == "en" else "fr", sealed=ring.seal_for(access.contact_person(request_id), access.contact_purpose(request_id), kept.encode()),
        number_mark=ring.mark(NUMBER, kept) if number is not None else None, consented_at=at,
        question_consented_at=at if may_be_asked and channel is ContactChannel.TEXT else None, left_count=hands.left,
        moved_on=legal_day(given.handed_over_at), request_id=request_id,
    )  # fmt: skip
    facts = {"hand_over": given.id, "channel": channel.value}
    note("contact-left", ("reminder-contact", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
    return row.id


@transaction.atomic
def withdraw_contact(*, serial: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Erase the number or address left with a booklet, by the booklet's number: at any desk, or by telephone with the operator.

    Answers the same whether or not one was left: a number on a cover tells nobody who is reminded.
    Raises: NotAllowed, SerialMistyped, BookletUnknown, VoucherSerialUnknown.
    """
    check_may(actor, "distribution.stop-reminders")
    with acting_as_everything(why="whoever says stop may stand at any desk of any programme"):
        booklet = ledger.booklet(serial)
        rows = ReminderContact.objects.select_for_update(of=("self",)).filter(
            ended_at=None, hand_over__series_id=booklet.series_id, hand_over__first_booklet_id__lte=booklet.id,
            hand_over__last_booklet_id__gte=booklet.id,
        )  # fmt: skip
        for row in rows.order_by("id"):
            _end(row, ContactEnd.WITHDRAWN, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def stop_by_number(*, number: PhoneNumber, request_id: UUID, at: datetime) -> int:
    """Erase a number wherever it was left, for whoever writes STOP from it; return how many contacts ended."""
    mark = key_ring().mark(NUMBER, str(number))
    with acting_as_everything(why="whoever writes STOP is of no tenant"):
        rows = list(ReminderContact.objects.select_for_update(of=("self",)).filter(number_mark=mark, ended_at=None).order_by("id"))
        for row in rows:
            _end(row, ContactEnd.WITHDRAWN, actor=SYSTEM, request_id=request_id, at=at)
    return len(rows)


@transaction.atomic
def look_at_contacts(*, programme_id: int, request_id: UUID, at: datetime, limit: int = AT_ONCE) -> Looked:
    """Look once today at some contacts of a programme: erase those that have served, remind those that are due. Call it seeing everything.

    A contact is looked at once a day, under its lock: whatever runs twice or is killed, nobody is written to twice. Outside the hours
    when a person may be written to, nothing is looked at. Call again until nothing is seen.
    """
    if not is_an_hour_to_write(at):
        return Looked()
    today = legal_day(at)
    rows = ReminderContact.objects.select_for_update(of=("self",), skip_locked=True).filter(programme_id=programme_id, ended_at=None)
    taken = list(rows.exclude(looked_on__gte=today).order_by("id")[:limit])
    return _look(taken, programme_id, is_to_remind=True, request_id=request_id, at=at) if taken else Looked()


@transaction.atomic
def forget_contacts(*, programme_id: int, after_id: int = 0, request_id: UUID, at: datetime, limit: int = AT_ONCE) -> tuple[int, int]:
    """Erase the contacts that have served, and drop calls and letters nobody made in time; return (ended, the last id looked at, 0 at the end).

    At any hour, also of a programme that has ended. Call it seeing everything, again until the id is 0.
    """
    rows = ReminderContact.objects.select_for_update(of=("self",)).filter(programme_id=programme_id, ended_at=None, id__gt=after_id)
    taken = list(rows.order_by("id")[:limit])
    if not taken:
        return 0, 0
    stale = Reminder.objects.filter(contact__in=taken, done_at=None, due_on__lt=legal_day(at) - timedelta(days=STALE_DAYS))
    stale.update(done_at=at, outcome=ReminderOutcome.STALE)
    return _look(taken, programme_id, is_to_remind=False, request_id=request_id, at=at).ended, taken[-1].id


def _look(taken: Sequence[ReminderContact], programme_id: int, *, is_to_remind: bool, request_id: UUID, at: datetime) -> Looked:
    programme, today = funding.programme(programme_id), legal_day(at)
    sent = listed = ended = 0
    for row, known in zip(taken, situations(taken, at=at), strict=True):
        reason = ending(known.situation.hands, today=today)
        has_consented = row.question_consented_at is not None
        waits = reason is not None and waits_to_be_asked(
            reason, has_consented=has_consented, asked_on=row.asked_on, moved_on=known.situation.moved_on, today=today
        )
        if reason is not None and not waits:
            _end(row, reason, actor=SYSTEM, request_id=request_id, at=at)
            ended += 1
            continue
        row.left_count, row.moved_on = known.situation.hands.left, known.situation.moved_on
        row.looked_on = today if is_to_remind else row.looked_on
        row.save(update_fields=["left_count", "moved_on", "looked_on"])
        kind = due(known.situation) if is_to_remind and not known.is_waiting else None
        if kind is not None:
            is_sent = _remind(row, kind, known, programme, today, request_id, at)
            sent, listed = sent + is_sent, listed + (not is_sent)
    return Looked(len(taken), sent, listed, ended)


def _remind(
    row: ReminderContact, kind: ReminderKind, known: Known, programme: ProgrammeFacts, today: date, request_id: UUID, at: datetime
) -> bool:
    """Make one reminder; whether it left by text. Without a gateway, or for a number that takes no text, the desk calls."""
    channel = ContactChannel(row.channel)
    number = access.unsealed(row) if channel is ContactChannel.TEXT else ""
    if channel is ContactChannel.TEXT and not (sms.is_offered() and takes_texts(number)):
        channel = ContactChannel.CALL
    is_sent = channel is ContactChannel.TEXT
    hands, lesson = known.situation.hands, known.lesson if kind is ReminderKind.FIRST_LESSON else None
    Reminder.objects.create(
        contact=row, programme_id=row.programme_id, organisation_id=row.organisation_id, kind=kind, channel=channel, due_on=today,
        left_count=hands.left, said_on=hands.said_on, lesson_at=lesson.starts_at if lesson else None,
        lesson_place=lesson.place_name[:200] if lesson else "", made_at=at, done_at=at if is_sent else None,
        outcome=ReminderOutcome.SENT if is_sent else "",
    )  # fmt: skip
    if is_sent:
        context = {
            "programme_id": programme.id, "programme": programme.name, "phone": programme.terms.phone, "left": hands.left,
            "said_on": hands.said_on, "lesson_at": lesson.starts_at if lesson else None, "place": lesson.place_name if lesson else "",
        }  # fmt: skip
        notices.post_text(kind=TEXTS[kind], to=number, language=row.language, context=context, by_day=True, at=at)
    facts = {"kind": kind.value, "channel": channel.value}
    note("reminded", ("reminder-contact", row.id), row.programme_id, row.organisation_id, facts, SYSTEM, request_id, at)
    return is_sent


@transaction.atomic
def note_reminder(*, reminder_id: int, outcome: ReminderOutcome, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say what became of a call (told, nobody answered, wrong number) or that a letter was posted. Said again, it changes nothing.

    Nobody twice: the call is dropped. A wrong number is erased at once. Lock: the contact.
    Raises: NotAllowed, ReminderUnknown.
    """
    row = access.own_reminder(actor, reminder_id)
    allowed = {
        ContactChannel.CALL: (ReminderOutcome.TOLD, ReminderOutcome.NO_ANSWER, ReminderOutcome.WRONG_NUMBER),
        ContactChannel.LETTER: (ReminderOutcome.POSTED,),
    }
    if outcome not in allowed.get(ContactChannel(row.channel), ()):
        raise ReminderUnknown
    if row.done_at is not None:
        return
    row.tried_count += 1
    if outcome is not ReminderOutcome.NO_ANSWER or row.tried_count >= NO_ANSWER_MAX:
        row.done_at, row.done_by_id, row.outcome = at, by(actor), outcome
    row.save(update_fields=["tried_count", "done_at", "done_by_id", "outcome"])
    facts = {"kind": row.kind, "outcome": outcome.value, "tries": row.tried_count}
    note("reminder-made", ("reminder", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
    if outcome is ReminderOutcome.WRONG_NUMBER:
        _end(row.contact, ContactEnd.WRONG_NUMBER, actor=actor, request_id=request_id, at=at)


def _end(row: ReminderContact, reason: ContactEnd, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Erase a locked contact, with whatever was still to be done about it."""
    row.sealed, row.number_mark, row.ended_at, row.ended_for, row.asked_on = None, None, at, reason.value, None
    row.save(update_fields=["sealed", "number_mark", "ended_at", "ended_for", "asked_on"])
    Reminder.objects.filter(contact=row, done_at=None).update(done_at=at, outcome=ReminderOutcome.ENDED)
    note(
        "contact-erased", ("reminder-contact", row.id), row.programme_id, row.organisation_id, {"why": reason.value}, actor, request_id, at
    )


def read_number(text: str) -> PhoneNumber | None:
    """The number a text message came from, or None when it is nobody's."""
    try:
        return checked_phone(text)
    except PhoneNumberInvalid:
        return None
