"""Bookings, for the place that gives the session, for the desk that asked, for whoever holds the number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.workshops import access
from carnet.workshops.models import Booking, Contact, Presence
from carnet.workshops.queries._sessions import SessionView, session
from carnet.workshops.rules import BookingNumber, BookingState, BookingUnknown, Channel, EndedBy, News, ToldBy

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class BookingView:
    """One seat. `place_in_line` counts from 1 among those who wait. `came`: None until noted."""

    id: int
    session_id: int
    number: str
    channel: Channel
    state: BookingState
    desk_id: int | None
    booked_at: datetime
    moved_up_at: datetime | None
    came: bool | None
    ended_at: datetime | None
    ended_by: EndedBy | None
    place_in_line: int = 0
    has_voucher: bool = False
    is_passed_on: bool = False  # absent, and somebody else has the seat

    @property
    def is_standing(self) -> bool:
        """It has a seat, or waits for one."""
        return self.state is not BookingState.ENDED


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """What became of the lessons a desk booked, of those whose session is over."""

    booked: int
    came: int
    absent: int
    given_back: int
    cancelled: int


def bookings_of_session(actor: Actor, session_id: int) -> list[BookingView]:
    """Who is expected at a session of one's own, in the order of asking, those who wait last. Raises: WorkshopSessionUnknown."""
    found = access.own_session(actor, session_id)
    rows = list(Booking.objects.filter(session=found).exclude(state=BookingState.ENDED).order_by("booked_at", "id"))
    with_voucher = set(Presence.objects.filter(session=found, booking__isnull=False).order_by("id").values_list("booking_id", flat=True))
    seated = [_view(row, has_voucher=row.id in with_voucher) for row in rows if row.state == BookingState.BOOKED]
    waiting = [row for row in rows if row.state == BookingState.WAITING]
    return seated + [_view(row, place_in_line=rank) for rank, row in enumerate(waiting, start=1)]


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who left a telephone and has news to hear. `told_by`: None until told."""

    booking_id: int
    number: str
    phone: str
    news: News
    told_by: ToldBy | None


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom a place tells of a session; `unreachable_count` people booked by the place or with a booklet, and left no number."""

    calls: tuple[Call, ...]
    unreachable_count: int


def calls_of(actor: Actor, session_id: int) -> Calls:
    """Whom to call about a session of one's own that was moved or cancelled, or where a seat was found. Raises: WorkshopSessionUnknown."""
    found = access.own_session(actor, session_id)
    rows = Contact.objects.filter(booking__session=found).exclude(news="").select_related("booking").order_by("booking__booked_at", "id")
    calls = tuple(
        Call(
            booking_id=row.booking_id,
            number=BookingNumber(row.booking.number).printed(),
            phone=access.phone_of(row),
            news=News(row.news),
            told_by=ToldBy(row.told_by) if row.told_by else None,
        )
        for row in rows
    )
    if found.cancelled_at is None:
        return Calls(calls, 0)
    silent = Booking.objects.filter(session=found, desk=None, ended_by=EndedBy.SESSION.value, contact=None)
    return Calls(calls, silent.count())


def has_phone(number: str) -> bool:
    """Whether a telephone was left with this booking, for whoever holds its number. Raises: BookingNumberMistyped, BookingUnknown."""
    found = access.booking(BookingNumber.parse(number))
    with access.at_the_place(found.session):
        return Contact.objects.filter(booking_id=found.id).exists()


def vouchers_at(actor: Actor, session_id: int) -> int:
    """How many vouchers were spent at a session of one's own. Raises: WorkshopSessionUnknown."""
    return Presence.objects.filter(session=access.own_session(actor, session_id)).count()


def booking(number: str, *, at: datetime) -> tuple[BookingView, SessionView]:
    """A booking by its number, and its session. Raises: BookingNumberMistyped, BookingUnknown."""
    found = access.booking(BookingNumber.parse(number))
    return _view(found, place_in_line=_place_in_line(found)), session(found.session_id, at=at)


def number_is_taken(number: BookingNumber) -> bool:
    """Whether a lesson has this number: seats of free spaces take none of those."""
    with access.presenting(number):
        return Booking.objects.filter(number=str(number)).exists()


def noted_at_sessions(redemptions: Collection[str]) -> set[str]:
    """Which of these redemptions, by their numbers, were noted as spent at a session. Those the actor may see."""
    return set(Presence.objects.filter(redemption__in=list(redemptions)).order_by("id").values_list("redemption", flat=True))


def _place_in_line(found: Booking) -> int:
    if found.state != BookingState.WAITING:
        return 0
    with access.at_the_place(found.session):
        earlier = Q(booked_at__lt=found.booked_at) | Q(booked_at=found.booked_at, id__lt=found.id)
        return 1 + Booking.objects.filter(earlier, session_id=found.session_id, state=BookingState.WAITING).count()


def bookings_of_desk(*, organisation_id: int, limit: int = SHOWN_MAX, at: datetime) -> list[tuple[BookingView, SessionView]]:
    """What a desk booked, the latest lessons first."""
    rows = Booking.objects.select_related("session").filter(desk_id=organisation_id).order_by("-session__starts_at", "-id")[:limit]
    sessions: dict[int, SessionView] = {}
    found = []
    for row in rows:
        if row.session_id not in sessions:
            sessions[row.session_id] = session(row.session_id, at=at)
        found.append((_view(row), sessions[row.session_id]))
    return found


def bookings_told(*, booklet_id: int, booking_ids: Collection[int] = (), at: datetime) -> list[tuple[BookingView, SessionView]]:
    """The lessons booked with one booklet's number, and these ones, the first first.

    For whoever keeps the booklet's programme and already sees the booklet and the hand-over they were booked with: check that first.
    """
    with acting_as_everything(why="the lessons of one booklet may be at any place, booked by any desk"):
        wanted = Q(booklet_id=booklet_id) | Q(id__in=list(booking_ids))
        rows = list(Booking.objects.filter(wanted).order_by("session__starts_at", "id")[:SHOWN_MAX])
    return [(_view(row, place_in_line=_place_in_line(row)), session(row.session_id, at=at)) for row in rows]


def booking_of_desk(*, organisation_id: int, booking_id: int, at: datetime) -> tuple[BookingView, SessionView]:
    """One booking a desk made, to print its slip again. Raises: BookingUnknown."""
    row = Booking.objects.select_related("session").filter(id=booking_id, desk_id=organisation_id).first()
    if row is None:
        raise BookingUnknown
    return _view(row, place_in_line=_place_in_line(row)), session(row.session_id, at=at)


def bookings_named(booking_ids: Collection[int], *, at: datetime) -> list[tuple[BookingView, SessionView]]:
    """These bookings, of one's desk or one's place, in the order they were made, each with its session; others are left out."""
    rows = Booking.objects.select_related("session").filter(id__in=list(booking_ids)).order_by("id")
    return [(_view(row, place_in_line=_place_in_line(row)), session(row.session_id, at=at)) for row in rows]


def desk_figures(*, organisation_id: int, since: datetime, at: datetime) -> DeskFigures:
    """What became of the lessons a desk booked, for sessions that began between `since` and `at`."""
    rows = Booking.objects.filter(desk_id=organisation_id, session__starts_at__gte=since, session__starts_at__lt=at)
    found = rows.aggregate(
        booked=Count("id"),
        there=Count("id", filter=Q(came=True)),
        absent=Count("id", filter=Q(came=False)),
        given_back=Count("id", filter=Q(state=BookingState.ENDED) & ~Q(ended_by=EndedBy.SESSION)),
        cancelled=Count("id", filter=Q(ended_by=EndedBy.SESSION)),
    )
    return DeskFigures(found["booked"], found["there"], found["absent"], found["given_back"], found["cancelled"])


def _view(row: Booking, *, place_in_line: int = 0, has_voucher: bool = False) -> BookingView:
    return BookingView(
        id=row.id,
        session_id=row.session_id,
        number=BookingNumber(row.number).printed(),
        channel=Channel(row.channel),
        state=BookingState(row.state),
        desk_id=row.desk_id,
        booked_at=row.booked_at,
        moved_up_at=row.moved_up_at,
        came=row.came,
        ended_at=row.ended_at,
        ended_by=EndedBy(row.ended_by) if row.ended_by else None,
        place_in_line=place_in_line,
        has_voucher=has_voucher,
        is_passed_on=row.passed_on_at is not None,
    )
