"""Seats taken, given back and passed on. Called with the session locked, among the bookings of its place."""

from datetime import datetime

from django.db.models import F

from carnet.notices import operations as notices
from carnet.places import queries as places
from carnet.workshops.models import Booking, Session
from carnet.workshops.operations._contacts import tell
from carnet.workshops.rules import BookingNumber, BookingState, News, promotions


def shift(found: Session, *, booked: int = 0, waiting: int = 0) -> None:
    """Add to the counts, in the database itself: without the lock, the constraint would still refuse one seat too many."""
    if booked or waiting:
        Session.objects.filter(id=found.id).update(booked_count=F("booked_count") + booked, waiting_count=F("waiting_count") + waiting)
        found.booked_count += booked
        found.waiting_count += waiting


def move_up(found: Session, *, at: datetime) -> int:
    """Give the seats that are free to those who wait, the first to have asked first, and tell the desks that asked for them."""
    count = promotions(
        seats=found.seats, booked=found.booked_count, waiting=found.waiting_count, starts_at=found.starts_at, at=at
    )  # fmt: skip
    if not count:
        return 0
    rows = list(Booking.objects.filter(session=found, state=BookingState.WAITING).order_by("booked_at", "id")[:count])
    for row in rows:
        row.state, row.moved_up_at = BookingState.BOOKED.value, at
        row.save(update_fields=["state", "moved_up_at"])
        if row.desk_id is not None:
            notices.post(
                kind="workshops.seat-found",
                to_organisation_id=row.desk_id,
                context=told(found) | {"number": BookingNumber(row.number).printed()},
                at=at,
            )
    shift(found, booked=count, waiting=-count)
    tell(found, [row.id for row in rows], News.SEAT, told(found), at=at)
    return count


def free_a_seat(found: Session, *, at: datetime) -> bool:
    """Find a seat for somebody who is there: one that is left, else that of the first to have been noted absent. False: there is none."""
    if found.booked_count < found.seats:
        return True
    absent = (
        Booking.objects.filter(session=found, state=BookingState.BOOKED, came=False, passed_on_at=None).order_by("booked_at", "id").first()
    )
    if absent is None:
        return False
    absent.passed_on_at = at
    absent.save(update_fields=["passed_on_at"])
    shift(found, booked=-1)
    return True


def take_back(found: Session, row: Booking) -> bool:
    """Give a seat again to somebody noted absent whose seat was passed on. False: every seat is taken."""
    if found.booked_count >= found.seats:
        return False
    row.passed_on_at = None
    shift(found, booked=1)
    return True


def told(found: Session) -> dict[str, object]:
    """What a letter says of a session."""
    place = places.names_of([found.place_id])[found.place_id]
    return {"title": found.title, "place": place, "starts_at": found.starts_at.isoformat()}


def numbers_by_desk(found: Session) -> dict[int, list[str]]:
    """The numbers of the bookings that stand, for each desk that made them."""
    rows = Booking.objects.filter(session=found, desk_id__isnull=False).exclude(state=BookingState.ENDED).order_by("desk_id", "id")
    numbers: dict[int, list[str]] = {}
    for row in rows:
        assert row.desk_id is not None
        numbers.setdefault(row.desk_id, []).append(BookingNumber(row.number).printed())
    return numbers
