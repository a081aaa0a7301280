"""A seat of a free space asked for, given back, its person come."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.activities import access, queries
from carnet.activities.models import SeatBooking
from carnet.activities.operations._records import record, restore, withdraw
from carnet.activities.rules import (
    BOOKLET_KEPT,
    SEATS_PER_BOOKLET_MAX,
    Origin,
    SeatGivenBack,
    SpaceNotBookable,
    Stretch,
    StretchOver,
    TooManySeats,
    check_may_note,
    check_stretch,
    opened,
    station_for,
    stations,
    visit,
)
from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.places.access import open_places_locked
from carnet.places.queries import FreeSpaceView
from carnet.places.rules.opening import spans_of, zone_of
from carnet.workshops.access import booklet_in_hands, presenting
from carnet.workshops.queries import number_is_taken
from carnet.workshops.rules import BookingNumber, BookingState
from carnet.workshops.rules import Channel as BookedBy


@dataclass(frozen=True, slots=True)
class SeatBooked:
    """What is told of a seat just booked: its number, its station, its stretch."""

    id: int
    number: str
    place_id: int
    station: int
    starts_at: datetime
    ends_at: datetime


@transaction.atomic
def book_seat(
    *, place_id: int, starts_at: datetime, minutes: int, machine: str = "", actor: Actor, request_id: UUID, at: datetime
) -> SeatBooked:
    """Book a seat for somebody in front of a desk, or on the telephone with the place. Nobody is named.

    Units: `minutes` of the lengths the space offers, from a half hour on; `machine` a kind of the space's, or any.
    Repeat: the same request_id gives the first number again. Lock: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceEnded, SpaceUnknown, SpaceNotBookable, SeatsTaken, and as `check_stretch`.
    """
    access.check_may_book(actor)
    space, operator_id = _locked_space(place_id, at=at)
    channel = access.booked_by(actor, operator_id)
    wanted = Stretch(starts_at, starts_at + timedelta(minutes=minutes))
    with access.at_the_space(operator_id):
        first = SeatBooking.objects.filter(request_id=request_id, place_id=place_id).first()
        row = first or _take(space, operator_id, wanted, machine, channel=channel, actor=actor, request_id=request_id, at=at)
    return _booked(row)


@transaction.atomic
def book_seat_with_booklet(
    *, place_id: int, starts_at: datetime, minutes: int, machine: str = "", serial: str, actor: Actor, request_id: UUID, at: datetime
) -> SeatBooked:
    """Book a seat with the number printed on a booklet: no account, no name, no voucher. The door throttles whoever tries numbers.

    As `book_seat`; Raises also: BookletNotGood, TooManySeats.
    """
    booklet_id = booklet_in_hands(serial, at=at)
    space, operator_id = _locked_space(place_id, at=at)
    wanted = Stretch(starts_at, starts_at + timedelta(minutes=minutes))
    with access.at_the_space(operator_id):
        first = SeatBooking.objects.filter(request_id=request_id, place_id=place_id, booklet_id=booklet_id).first()
        if first is not None:
            return _booked(first)
    _check_not_too_many(booklet_id, at=at)
    with access.at_the_space(operator_id):
        row = _take(
            space, operator_id, wanted, machine, channel=BookedBy.PUBLIC, booklet_id=booklet_id, actor=actor, request_id=request_id, at=at
        )  # fmt: skip
    return _booked(row)


def _check_not_too_many(booklet_id: int, *, at: datetime) -> None:
    with acting_as_everything(why="the seats of one booklet may be at any space"):
        rows = SeatBooking.objects.filter(booklet_id=booklet_id, ends_at__gt=at, state=BookingState.BOOKED.value)
        if rows.count() >= SEATS_PER_BOOKLET_MAX:
            raise TooManySeats(seats_max=SEATS_PER_BOOKLET_MAX)


def _locked_space(place_id: int, *, at: datetime) -> tuple[FreeSpaceView, int]:
    open_places_locked([place_id], on=legal_day(at))
    space = access.space(place_id, at=at)
    if not space.is_bookable:
        raise SpaceNotBookable(place=place_id)
    return space, access.operator_of(place_id)


def _take(
    space: FreeSpaceView,
    operator_id: int,
    wanted: Stretch,
    machine: str,
    *,
    channel: BookedBy,
    booklet_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> SeatBooking:
    zone = zone_of(space.postcode)
    day = wanted.starts_at.astimezone(zone).date()
    stretches = opened(day, spans_of(space.opening_hours, day=day), zone=zone)
    check_stretch(
        wanted,
        open_stretches=stretches,
        minutes_max=space.minutes_max,
        by_place=channel is BookedBy.PLACE,
        today=at.astimezone(zone).date(),
        day=day,
        at=at,
    )
    machines = stations(seats=space.seats, machines=space.machines)
    row = SeatBooking.objects.create(
        place_id=space.place_id,
        organisation_id=operator_id,
        desk_id=actor.organisation_id if channel is BookedBy.DESK else None,
        station=station_for(wanted, held=queries.held_on(space.place_id, [wanted]), machines=machines, kind=machine),
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        number=str(_drawn()),
        channel=channel.value,
        state=BookingState.BOOKED.value,
        booklet_id=booklet_id,
        booked_at=at,
        request_id=request_id,
    )
    _journal("activities.seat-booked", row, actor=actor, request_id=request_id, at=at)
    return row


def _drawn() -> BookingNumber:
    """A number that neither a seat nor a lesson has: one page answers for both."""
    while True:
        number = BookingNumber.from_drawn(secrets.randbelow(BookingNumber.DRAWN_MAX))
        with presenting(number):
            if not SeatBooking.objects.filter(number=str(number)).exists() and not number_is_taken(number):
                return number


@transaction.atomic
def give_seat_back(*, number: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a seat back, by its number, until its stretch ends: it is free at once. Given back already, nothing happens.

    Lock: the place. Raises: BookingNumberMistyped, BookingUnknown, StretchOver.
    """
    seen = access.seat(BookingNumber.parse(number))
    open_places_locked([seen.place_id], on=legal_day(seen.booked_at))
    with access.at_the_space(seen.organisation_id):
        row = SeatBooking.objects.get(id=seen.id)
        if row.state == BookingState.ENDED:
            return
        if at >= row.ends_at or row.came:
            raise StretchOver(starts_at=row.starts_at)
        row.state, row.came, row.ended_at = BookingState.ENDED.value, None, at
        row.ended_by = access.side_of(actor, row).value
        row.save(update_fields=["state", "came", "ended_at", "ended_by"])
        _journal("activities.seat-given-back", row, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def note_seat(*, booking_id: int, came: bool | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that whoever booked a seat came, did not, or that it is not known after all. Who came is a visit, told once. Lock: the place.

    Raises: NotAllowed, BookingUnknown, SeatGivenBack, SeatNotHeldYet.
    """
    access.check_may_record(actor)
    seen = access.own_seat(actor, booking_id)
    open_places_locked([seen.place_id], on=legal_day(seen.booked_at))
    row = access.own_seat(actor, booking_id)
    if row.state == BookingState.ENDED:
        raise SeatGivenBack
    check_may_note(starts_at=row.starts_at, at=at)
    if row.came == came:
        return
    row.came = came
    row.save(update_fields=["came"])
    _tell_visit(row, came=came is True, actor=actor, request_id=request_id, at=at)
    _journal("activities.seat-noted", row, actor=actor, request_id=request_id, at=at)


def _tell_visit(row: SeatBooking, *, came: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    origin = Origin.seat(row.id)
    told = queries.told_from(actor, origin)
    minutes = int((row.ends_at - row.starts_at).total_seconds()) // 60
    if came and told is None:
        said = visit(day=legal_day(row.starts_at), minutes=minutes)
        record(place_id=row.place_id, told=said, origin=origin, actor=actor, request_id=request_id, at=at)
    elif told is not None and told.is_withdrawn is came:
        act = restore if came else withdraw
        act(activity=told.activity, revision=told.revision, actor=actor, request_id=request_id, at=at)


def forget_seat_booklets(*, at: datetime) -> int:
    """Forget which booklet a seat was booked with, thirty days after; return how many. Call it seeing everything."""
    rows = SeatBooking.objects.filter(ends_at__lt=at - BOOKLET_KEPT, booklet_id__isnull=False)
    return rows.update(booklet_id=None)


def _journal(action: str, row: SeatBooking, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    # The number stays out: it opens the booking to whoever reads it.
    journal.record(
        actor=actor,
        action=action,
        subject=("seat", row.id),
        facts={"place": row.place_id, "station": row.station, "channel": row.channel, "state": row.state, "came": row.came},
        organisation_id=row.organisation_id,
        request_id=request_id,
        at=at,
    )


def _booked(row: SeatBooking) -> SeatBooked:
    return SeatBooked(row.id, BookingNumber(row.number).printed(), row.place_id, row.station, row.starts_at, row.ends_at)
