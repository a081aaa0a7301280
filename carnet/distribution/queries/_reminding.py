"""Calls and letters a desk has to make, and who asked to be reminded: shown to that desk only."""

from dataclasses import dataclass
from datetime import date, datetime

from carnet.distribution import access
from carnet.distribution.models import Reminder, ReminderContact
from carnet.distribution.rules.reminders import ContactChannel, ReminderKind
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.ledger import queries as ledger

LIST_MAX = 200


@dataclass(frozen=True, slots=True)
class ReminderToMake:
    """One call or letter. `reach`: the number as people write it, or the lines of an address. `said_on`: the last day, included."""

    id: int
    programme_id: int
    kind: ReminderKind
    channel: ContactChannel
    language: str
    reach: str
    serial: str
    left_count: int
    said_on: date
    lesson_at: datetime | None
    lesson_place: str
    due_on: date
    tried_count: int


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whether, and how, the person of a hand-over is reminded; never the number."""

    id: int
    channel: ContactChannel
    consented_at: datetime


@dataclass(frozen=True, slots=True)
class MayBeAsked:
    """A contact that agreed to be asked, and the vouchers its person was given: whole booklets, or some vouchers. Never the number."""

    contact_id: int
    series_id: int
    first_booklet_id: int
    last_booklet_id: int
    voucher_ids: tuple[int, ...]


def contacts_to_ask(programme_id: int, *, asked_before: date, after_id: int = 0, limit: int = LIST_MAX) -> list[MayBeAsked]:
    """Contacts of a programme that agreed to be asked, and were not since `asked_before`. Call it seeing everything."""
    rows = ReminderContact.objects.filter(programme_id=programme_id, ended_at=None, question_consented_at__isnull=False, id__gt=after_id)
    rows = rows.exclude(asked_on__gt=asked_before).select_related("hand_over").order_by("id")[:limit]
    return [
        MayBeAsked(row.id, given.series_id, given.first_booklet_id, given.last_booklet_id, tuple(given.voucher_ids))
        for row in rows
        for given in [row.hand_over]
    ]


def reminders_to_make(actor: Actor, *, channel: ContactChannel | None = None) -> list[ReminderToMake]:
    """The calls and letters the actor's desk has to make, the lessons first, then the oldest. Raises: NotAllowed."""
    access.check_may_remind(actor)
    rows = Reminder.objects.filter(organisation_id=actor.organisation_id or 0, done_at=None).select_related("contact__hand_over")
    if channel is not None:
        rows = rows.filter(channel=channel)
    # FIRST_LESSON is not the first of its kinds in any alphabet: a lesson of tomorrow is told before the rest.
    ordered = sorted(rows.order_by("due_on", "id")[:LIST_MAX], key=lambda row: (row.kind != ReminderKind.FIRST_LESSON, row.due_on, row.id))
    return [_to_make(row) for row in ordered]


def reminders_waiting(*, organisation_id: int) -> tuple[int, int]:
    """How many calls and how many letters a desk has to make."""
    rows = Reminder.objects.filter(organisation_id=organisation_id, done_at=None)
    calls = rows.filter(channel=ContactChannel.CALL).count()
    return calls, rows.count() - calls


def contact_of(hand_over_id: int) -> ContactView | None:
    """How the person of a hand-over of the reader's desk is reminded, or None."""
    row = ReminderContact.objects.filter(hand_over_id=hand_over_id, ended_at=None).first()
    return ContactView(row.id, ContactChannel(row.channel), row.consented_at) if row else None


def _to_make(row: Reminder) -> ReminderToMake:
    told = access.unsealed(row.contact)
    channel = ContactChannel(row.channel)
    given = row.contact.hand_over
    return ReminderToMake(
        id=row.id,
        programme_id=row.programme_id,
        kind=ReminderKind(row.kind),
        channel=channel,
        language=row.contact.language,
        reach=told if channel is ContactChannel.LETTER else PhoneNumber(told).printed(),
        serial=ledger.serial_of_booklet(ledger.series(given.series_id), given.first_booklet_id),
        left_count=row.left_count,
        said_on=row.said_on,
        lesson_at=row.lesson_at,
        lesson_place=row.lesson_place,
        due_on=row.due_on,
        tried_count=row.tried_count,
    )
