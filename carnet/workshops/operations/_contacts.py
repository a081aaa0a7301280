"""The telephone a person chooses to leave: kept sealed, used to tell of a change, erased with the seat or the night after the lesson."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways import sms
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.notices import operations as notices
from carnet.workshops import access
from carnet.workshops.models import Booking, Contact, Session
from carnet.workshops.rules import (
    BookingEnded,
    BookingNumber,
    BookingState,
    BookingUnknown,
    News,
    SessionOver,
    ToldBy,
    phone_left,
    takes_texts,
)

KINDS = {News.SEAT: "workshops.seat-found", News.CHANGED: "workshops.session-changed", News.CANCELLED: "workshops.session-cancelled"}


@transaction.atomic
def leave_phone(*, number: str, phone: str, language: str = "fr", actor: Actor, request_id: UUID, at: datetime) -> None:
    """Leave a telephone to be told of a change, with the number of one's booking; an empty one takes it back. Lock: the session.

    Raises: BookingNumberMistyped, BookingUnknown, BookingEnded, SessionOver, PhoneNumberInvalid.
    """
    given = phone_left(phone)
    seen = access.booking(BookingNumber.parse(number))
    found = access.session_locked(seen.session_id)
    with access.at_the_place(found):
        row = Booking.objects.get(id=seen.id)
        if row.state == BookingState.ENDED:
            raise BookingEnded
        if at >= found.starts_at:
            raise SessionOver(starts_at=found.starts_at)
        if given is None:
            erase_phones([row.id])
        else:
            keep_phone(row, given, language=language, at=at)
        journal.record(
            actor=actor,
            action="workshops.phone-left" if given else "workshops.phone-taken-back",
            subject=("session", found.id),
            facts={"booking": row.id},
            organisation_id=found.organisation_id,
            request_id=request_id,
            at=at,
        )


def keep_phone(row: Booking, phone: PhoneNumber, *, language: str, at: datetime) -> None:
    """Keep a telephone beside a booking, sealed for it. Called among the bookings of its place."""
    Contact.objects.update_or_create(
        booking=row,
        defaults={
            "organisation_id": row.organisation_id,
            "sealed_phone": key_ring().seal(access.contact_purpose(row.id), str(phone).encode()),
            "language": language[:2] or "fr",
            "left_at": at,
        },
    )


def erase_phones(booking_ids: Iterable[int]) -> int:
    """Erase the telephones of these bookings; return how many. Called among the bookings of their place."""
    erased, _by_table = Contact.objects.filter(booking_id__in=list(booking_ids)).delete()
    return erased


def tell(found: Session, booking_ids: Iterable[int], news: News, facts: Mapping[str, object], *, at: datetime) -> None:
    """Tell whoever left a telephone: by a text message when this installation sends some, else the place is shown whom to call.

    Called with the session locked, among the bookings of its place.
    """
    rows = Contact.objects.filter(booking_id__in=list(booking_ids)).select_related("booking").order_by("id")
    for row in rows:
        row.news, row.told_at, row.told_by = news.value, None, ""
        phone = access.phone_of(row)
        if sms.is_offered() and takes_texts(phone):
            notices.post_text(
                kind=KINDS[news],
                to=phone,
                language=row.language,
                context={**facts, "number": BookingNumber(row.booking.number).printed()},
                at=at,
            )
            row.told_at, row.told_by = at, ToldBy.TEXT.value
        row.save(update_fields=["news", "told_at", "told_by"])


@transaction.atomic
def note_called(*, session_id: int, booking_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that the person of a booking was called. Saying it again changes nothing. Lock: the session.

    Raises: NotAllowed, WorkshopSessionUnknown, BookingUnknown.
    """
    access.check_may_manage(actor)
    found = access.own_session(actor, session_id, lock=True)
    with access.at_the_place(found):
        row = Contact.objects.filter(booking_id=booking_id, booking__session=found).exclude(news="").first()
        if row is None:
            raise BookingUnknown
        if row.told_at is not None:
            return
        row.told_at, row.told_by = at, ToldBy.CALL.value
        row.save(update_fields=["told_at", "told_by"])
        journal.record(
            actor=actor,
            action="workshops.person-called",
            subject=("session", found.id),
            facts={"booking": booking_id},
            organisation_id=found.organisation_id,
            request_id=request_id,
            at=at,
        )


def forget_phones(*, at: datetime) -> int:
    """Erase the telephones left for sessions that are over, cancelled ones included; return how many. Call it seeing everything."""
    erased, _by_table = Contact.objects.filter(booking__session__ends_at__lt=at).delete()
    return erased
