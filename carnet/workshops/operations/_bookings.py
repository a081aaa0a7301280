"""A seat asked for, and given back."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber
from carnet.workshops import access
from carnet.workshops.models import Booking, Session
from carnet.workshops.operations._contacts import erase_phones, keep_phone
from carnet.workshops.operations._seats import free_a_seat, move_up, shift
from carnet.workshops.rules import (
    BOOKINGS_PER_BOOKLET_MAX,
    AlreadyBooked,
    BookingNumber,
    BookingState,
    Channel,
    SessionNotOnline,
    SessionOver,
    TooManyBookings,
    phone_left,
    state_of_new_booking,
)


@dataclass(frozen=True, slots=True)
class Booked:
    """What is told of a booking just made: its number, and whether it has a seat or waits."""

    id: int
    number: str
    state: BookingState
    session_id: int


@transaction.atomic
def book(*, session_id: int, actor: Actor, request_id: UUID, at: datetime, phone: str = "") -> Booked:
    """Book a seat for somebody in front of the desk, or on the telephone with the place. Nobody is named.

    Full, and with a waiting list, the booking waits. The place may still add whoever comes to the door, on the seat of somebody
    noted absent if need be. `phone`: left to be told of a change, if the person wishes.
    Repeat: the same request_id gives the first number again. Lock: the session.
    Raises: NotAllowed, WorkshopSessionUnknown, SessionCancelled, SessionOver, SessionFull, PhoneNumberInvalid.
    """
    access.check_may_book(actor)
    given = phone_left(phone)
    found = access.session_locked(session_id)
    channel = access.channel_of(actor, found)
    desk_id = actor.organisation_id if channel is Channel.DESK else None
    with access.at_the_place(found):
        first = Booking.objects.filter(request_id=request_id, session=found).first()
        row = first or _take(found, channel=channel, desk_id=desk_id, booklet_id=None, request_id=request_id, at=at)
        if first is None:
            _keep(row, given, "fr", at=at)
            _journal("workshops.booked", row, actor=actor, request_id=request_id, at=at)
    return _booked(row)


@transaction.atomic
def book_with_booklet(
    *, session_id: int, serial: str, actor: Actor, request_id: UUID, at: datetime, phone: str = "", language: str = "fr"
) -> Booked:
    """Book a seat with the number printed on a booklet: no account, no name. The door throttles whoever tries numbers.

    Repeat: the same request_id gives the first number again. Lock: the session.
    Raises: WorkshopSessionUnknown, SessionNotOnline, BookletNotGood, AlreadyBooked, TooManyBookings, SessionCancelled,
    SessionOver, SessionFull, PhoneNumberInvalid.
    """
    given = phone_left(phone)
    booklet_id = access.booklet_in_hands(serial, at=at)
    found = access.session_locked(session_id)
    if not found.is_online:
        raise SessionNotOnline(session=session_id)
    with access.at_the_place(found):
        first = Booking.objects.filter(request_id=request_id, session=found, booklet_id=booklet_id).first()
        if first is not None:
            return _booked(first)
        if Booking.objects.filter(session=found, booklet_id=booklet_id).exclude(state=BookingState.ENDED).exists():
            raise AlreadyBooked(session=session_id)
        _check_not_too_many(booklet_id, at=at)
        row = _take(found, channel=Channel.PUBLIC, desk_id=None, booklet_id=booklet_id, request_id=request_id, at=at)
        _keep(row, given, language, at=at)
        _journal("workshops.booked", row, actor=actor, request_id=request_id, at=at)
    return _booked(row)


def _keep(row: Booking, phone: PhoneNumber | None, language: str, *, at: datetime) -> None:
    if phone is not None:
        keep_phone(row, phone, language=language, at=at)


def _check_not_too_many(booklet_id: int, *, at: datetime) -> None:
    with acting_as_everything(why="the lessons of one booklet may be at any place"):
        rows = Booking.objects.filter(booklet_id=booklet_id, session__starts_at__gt=at).exclude(state=BookingState.ENDED)
        if rows.count() >= BOOKINGS_PER_BOOKLET_MAX:
            raise TooManyBookings(bookings_max=BOOKINGS_PER_BOOKLET_MAX)


def _take(found: Session, *, channel: Channel, desk_id: int | None, booklet_id: int | None, request_id: UUID, at: datetime) -> Booking:
    if channel is Channel.PLACE and found.starts_at <= at < found.ends_at:
        free_a_seat(found, at=at)
    state = state_of_new_booking(
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        cancelled_at=found.cancelled_at,
        seats=found.seats,
        booked=found.booked_count,
        waiting_seats=found.waiting_seats,
        waiting=found.waiting_count,
        by_place=channel is Channel.PLACE,
        at=at,
    )
    row = Booking.objects.create(
        session=found,
        organisation_id=found.organisation_id,
        desk_id=desk_id,
        number=str(_drawn()),
        channel=channel.value,
        state=state.value,
        booklet_id=booklet_id,
        booked_at=at,
        request_id=request_id,
    )
    shift(found, booked=int(state is BookingState.BOOKED), waiting=int(state is BookingState.WAITING))
    return row


def _drawn() -> BookingNumber:
    """A number nobody has."""
    while True:
        number = BookingNumber.from_drawn(secrets.randbelow(BookingNumber.DRAWN_MAX))
        with access.presenting(number):
            if not Booking.objects.filter(number=str(number)).exists():
                return number


@transaction.atomic
def give_back(*, number: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a seat back, by its number, until the session begins: whoever waits first has it at once.

    A booking that is over already is left as it is. Lock: the session.
    Raises: BookingNumberMistyped, BookingUnknown, SessionOver.
    """
    seen = access.booking(BookingNumber.parse(number))
    found = access.session_locked(seen.session_id)
    with access.at_the_place(found):
        row = Booking.objects.get(id=seen.id)
        if row.state == BookingState.ENDED:
            return
        if at >= found.starts_at:
            raise SessionOver(starts_at=found.starts_at)
        was_waiting = row.state == BookingState.WAITING
        row.state, row.came, row.ended_at = BookingState.ENDED.value, None, at
        row.ended_by = access.side_of(actor, row).value
        row.save(update_fields=["state", "came", "ended_at", "ended_by"])
        shift(found, booked=0 if was_waiting else -1, waiting=-1 if was_waiting else 0)
        erase_phones([row.id])
        move_up(found, at=at)
        _journal("workshops.given-back", row, actor=actor, request_id=request_id, at=at)


def _journal(action: str, row: Booking, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    # The number stays out: it opens the booking to whoever reads it.
    journal.record(
        actor=actor,
        action=action,
        subject=("session", row.session_id),
        facts={"booking": row.id, "channel": row.channel, "state": row.state},
        organisation_id=row.organisation_id,
        request_id=request_id,
        at=at,
    )


def _booked(row: Booking) -> Booked:
    return Booked(row.id, BookingNumber(row.number).printed(), BookingState(row.state), row.session_id)
