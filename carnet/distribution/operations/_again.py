"""A lesson that was missed, or that the place cancelled, booked again from the number on its slip, at any desk."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import LessonAgain, PlannedLesson
from carnet.distribution.queries._came import latest_of
from carnet.distribution.rules.reminders import LessonNotMissed
from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.workshops import operations as workshops
from carnet.workshops.operations import Booked
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState, EndedBy, SessionFull


def was_missed(found: BookingView, session: SessionView, *, at: datetime) -> bool:
    """Whether a lesson may be booked again: cancelled by its place, or over without the person known to have come, or given back."""
    if found.ended_by is EndedBy.SESSION or found.state is BookingState.ENDED:
        return True
    return session.starts_at <= at and found.came is not True


@transaction.atomic
def book_again(*, number: str, session_id: int, actor: Actor, request_id: UUID, at: datetime) -> Booked:
    """Book another lesson for whoever holds the slip of a missed one; the desk that booked the first sees that they are expected again.

    A slip already replaced leads to its latest booking. Repeat: the same request_id gives the first number again. Lock: the session.
    Raises: NotAllowed, BookingNumberMistyped, BookingUnknown, LessonNotMissed, and as `workshops.book`; SessionFull, rather than a waiting list.
    """
    access.check_may_hand_over(actor)
    desk_id = access.desk(actor)
    done = LessonAgain.objects.filter(request_id=request_id).first()
    if done is None:
        missed, session = latest_of(number, at=at)
        if not was_missed(missed, session, at=at):
            raise LessonNotMissed
    booked = workshops.book(session_id=session_id, actor=actor, request_id=request_id, at=at)
    if done is not None:
        return booked
    if booked.state is BookingState.WAITING:
        raise SessionFull(session=session_id)
    LessonAgain.objects.create(
        organisation_id=desk_id, desk_id=missed.desk_id, missed_booking_id=missed.id, booking_id=booked.id, booked_at=at,
        request_id=request_id,
    )  # fmt: skip
    _follow(missed.id, booked, at)
    journal.record(
        actor=actor, action="distribution.lesson-booked-again", subject=("booking", booked.id), facts={"missed": missed.id},
        organisation_id=desk_id, request_id=request_id, at=at,
    )  # fmt: skip
    return booked


def _follow(missed_id: int, booked: Booked, at: datetime) -> None:
    """The hand-over the first lesson was booked with keeps the new one: its reminder is that of the new day."""
    with acting_as_everything(why="the hand-over may be another desk's, and nothing of it is told"):
        planned = PlannedLesson.objects.filter(booking_id=missed_id).first()
        if planned is not None:
            PlannedLesson.objects.create(
                hand_over_id=planned.hand_over_id, programme_id=planned.programme_id, organisation_id=planned.organisation_id,
                booking_id=booked.id, session_id=booked.session_id, booked_at=at,
            )  # fmt: skip


def may_book_again(number: str, *, at: datetime) -> tuple[BookingView, SessionView, bool]:
    """What a slip's number leads to now: the latest booking, its lesson, and whether another may be booked instead.

    Raises: BookingNumberMistyped, BookingUnknown.
    """
    found, session = latest_of(number, at=at)
    return found, session, was_missed(found, session, at=at)
