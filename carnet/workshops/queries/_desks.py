"""What becomes of the lessons desks book: each desk's own, the median of all of them, and the next one of a booklet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Q, Sum

from carnet.gateways.database import acting_as_everything
from carnet.workshops.models import Booking, Session
from carnet.workshops.rules import BookingState

# A rate of fewer lessons says nothing; a median of fewer desks would say what one of them does.
NOTED_MIN = 5
DESKS_MIN = 5


@dataclass(frozen=True, slots=True)
class LessonBooked:
    """A seat at a lesson to come: which booking, when and where."""

    booking_id: int
    booklet_id: int | None
    starts_at: datetime
    place_name: str


def median_of_desks(*, desk_ids: Collection[int], since: datetime, at: datetime) -> Fraction | None:
    """Of the lessons each desk booked, the median share where the person came; None among too few desks. An exact fraction.

    Reads every desk's bookings, and says one figure of them all. Sessions that began between `since` and `at`, and were noted.
    """
    with acting_as_everything(why="one median of every desk of a programme, which names none"):
        rows = (
            Booking.objects.filter(desk_id__in=list(desk_ids), session__starts_at__gte=since, session__starts_at__lt=at, came__isnull=False)
            .values_list("desk_id")
            .annotate(noted=Count("id"), there=Count("id", filter=Q(came=True)))
            .order_by("desk_id")
        )
        rates = sorted(Fraction(there, noted) for _desk, noted, there in rows if noted >= NOTED_MIN)
    if len(rates) < DESKS_MIN:
        return None
    middle = len(rates) // 2
    return rates[middle] if len(rates) % 2 else (rates[middle - 1] + rates[middle]) / 2


def lessons_booked(*, booklet_ids: Collection[int], booking_ids: Collection[int], at: datetime) -> list[LessonBooked]:
    """The seats still to come of these booklets or bookings, the soonest first. Call it seeing everything."""
    rows = (
        Booking.objects.filter(Q(booklet_id__in=list(booklet_ids)) | Q(id__in=list(booking_ids)))
        .filter(state=BookingState.BOOKED, session__starts_at__gt=at, session__cancelled_at=None)
        .select_related("session__place")
        .order_by("session__starts_at", "id")
    )
    return [LessonBooked(row.id, row.booklet_id, row.session.starts_at, row.session.place.name) for row in rows]


@dataclass(frozen=True, slots=True)
class Expected:
    """The sessions of an organisation between two moments: how many stand, their seats, who booked, of whom nothing was noted."""

    sessions: int
    seats: int
    booked: int
    unknown: int


def expected_at(*, organisation_id: int, since: datetime, until: datetime) -> Expected:
    """What the sessions of an organisation's places hold between two moments. Sees what the caller sees."""
    sessions = Session.objects.filter(organisation_id=organisation_id, starts_at__gte=since, starts_at__lt=until, cancelled_at=None)
    found = sessions.aggregate(count=Count("id"), seats=Sum("seats"), booked=Sum("booked_count"))
    silent = Booking.objects.filter(session__in=sessions, state=BookingState.BOOKED, came__isnull=True)
    return Expected(found["count"], found["seats"] or 0, found["booked"] or 0, silent.count())
