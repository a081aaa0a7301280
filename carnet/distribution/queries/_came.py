"""Came or did not come: what a desk's bookings became, its first figure, and the median of its programmes' desks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from carnet.distribution.models import LessonAgain, ProgrammePrescriber
from carnet.gateways.database import acting_as_everything
from carnet.workshops import queries as workshops
from carnet.workshops.queries import BookingView, DeskFigures, SessionView
from carnet.workshops.rules import BookingState, EndedBy

CAME_DAYS = 90
# A lesson missed longer ago than this is not called back about.
MISSED_DAYS = 30


@dataclass(frozen=True, slots=True)
class FirstFigure:
    """Of the first lessons a desk booked in CAME_DAYS and that were noted: how many came; and the median of the desks, if it may be said."""

    own: DeskFigures
    median: Fraction | None

    @property
    def noted(self) -> int:
        """How many lessons it is known of whether the person came."""
        return self.own.came + self.own.absent


@dataclass(frozen=True, slots=True)
class Became:
    """One lesson a desk booked and what became of it. `is_again`: another was booked instead."""

    booking: BookingView
    session: SessionView
    is_missed: bool
    is_again: bool


def first_figure(*, organisation_id: int, at: datetime) -> FirstFigure:
    """The first figure of a desk. Sees only its own bookings; the median of the others is one figure, which names none."""
    since = at - timedelta(days=CAME_DAYS)
    own = workshops.desk_figures(organisation_id=organisation_id, since=since, at=at)
    with acting_as_everything(why="which desks take part in the same programmes; none is told"):
        programmes = ProgrammePrescriber.objects.filter(organisation_id=organisation_id).values("programme_id")
        desks = set(
            ProgrammePrescriber.objects.filter(programme_id__in=programmes).order_by("id").values_list("organisation_id", flat=True)
        )
    return FirstFigure(own, workshops.median_of_desks(desk_ids=desks, since=since, at=at))


def lessons_of_desk(*, organisation_id: int, at: datetime, limit: int = 200) -> list[Became]:
    """What a desk booked and what became of each, the latest lessons first."""
    found = workshops.bookings_of_desk(organisation_id=organisation_id, limit=limit, at=at)
    again = set(
        LessonAgain.objects.filter(missed_booking_id__in=[each.id for each, _session in found])
        .order_by("id")
        .values_list("missed_booking_id", flat=True)
    )
    return [Became(each, session, is_missed(each, session, at=at), each.id in again) for each, session in found]


def to_book_again(*, organisation_id: int, at: datetime) -> list[Became]:
    """The lessons of the last MISSED_DAYS that somebody missed, or whose place cancelled, and that nobody booked again."""
    since = at - timedelta(days=MISSED_DAYS)
    found = lessons_of_desk(organisation_id=organisation_id, at=at)
    return [each for each in found if each.is_missed and not each.is_again and each.session.starts_at >= since]


def is_missed(found: BookingView, session: SessionView, *, at: datetime) -> bool:
    """Whether it is known that the person was not taught: absent, or cancelled by the place. Not yet noted is not missed."""
    return found.ended_by is EndedBy.SESSION or (found.state is BookingState.BOOKED and found.came is False and session.starts_at <= at)


def latest_of(number: str, *, at: datetime) -> tuple[BookingView, SessionView]:
    """The booking a slip's number leads to: itself, or the one made instead of it, and so on.

    Raises: BookingNumberMistyped, BookingUnknown.
    """
    found, session = workshops.booking(number, at=at)
    with acting_as_everything(why="the slip may have been replaced at any desk"):
        seen = {found.id}
        while True:
            following = LessonAgain.objects.filter(missed_booking_id=found.id).values_list("booking_id", flat=True).first()
            if following is None or following in seen:
                return found, session
            seen.add(following)
            ((found, session),) = workshops.bookings_named([following], at=at)
