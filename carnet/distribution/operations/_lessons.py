"""The first lesson, booked with the hand-over or right after it: the vouchers are given whatever becomes of the seat."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import HandOver, PlannedLesson
from carnet.distribution.operations._handing import HandedOver, hand_over
from carnet.distribution.rules import BOOKED_LESSONS_MAX, HandOverItem, HandOverUnknown, TooManyLessons
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.workshops import operations as workshops
from carnet.workshops.operations import Booked
from carnet.workshops.rules import BookingState, SessionFull, WorkshopsRefused, phone_left


@dataclass(frozen=True, slots=True)
class Given:
    """A hand-over and the lesson booked with it. `refusal`: why there is none, though one was asked."""

    handed_over: HandedOver
    booked: Booked | None
    refusal: WorkshopsRefused | None = None


@transaction.atomic
def hand_over_and_book(*, item: HandOverItem, session_id: int, phone: str = "", actor: Actor, at: datetime) -> Given:
    """Hand over to one person and book a lesson for it. Full meanwhile, or cancelled: the vouchers are given all the same.

    `phone`: left with the booking to be told of a change, if the person wishes. A number that is none refuses everything.
    Repeat: the same item's request_id gives the first hand-over again, and the first booking at that session.
    Raises: as `hand_over_many`; PhoneNumberInvalid.
    """
    phone_left(phone)
    done = hand_over(item=item, actor=actor, at=at)
    try:
        with transaction.atomic():
            booked = book_lesson(
                hand_over_id=done.id, session_id=session_id, phone=phone, actor=actor,
                request_id=uuid5(item.request_id, f"lesson {session_id}"), at=at,
            )  # fmt: skip
    except WorkshopsRefused as refusal:
        return Given(done, None, refusal)
    return Given(done, booked)


@transaction.atomic
def book_lesson(*, hand_over_id: int, session_id: int, phone: str = "", actor: Actor, request_id: UUID, at: datetime) -> Booked:
    """Book a seat at a lesson for the person of a hand-over of one's own desk: a seat, never a rank on a waiting list.

    Repeat: the same request_id gives the first number again. Lock: the session.
    Raises: NotAllowed, HandOverUnknown, TooManyLessons, WorkshopSessionUnknown, SessionCancelled, SessionOver, SessionFull,
    PhoneNumberInvalid.
    """
    access.check_may_hand_over(actor)
    given = access.hand_over(hand_over_id)
    if not access.acts_for(actor, given.organisation_id):
        raise HandOverUnknown(hand_over=hand_over_id)
    before = list(PlannedLesson.objects.filter(hand_over=given).order_by("id").values_list("booking_id", flat=True))
    booked = workshops.book(session_id=session_id, phone=phone, actor=actor, request_id=request_id, at=at)
    if booked.id in before:
        return booked
    if booked.state is BookingState.WAITING:
        raise SessionFull(session=session_id)
    if len(before) >= BOOKED_LESSONS_MAX:
        raise TooManyLessons(most=BOOKED_LESSONS_MAX)
    _note(given, booked, actor=actor, request_id=request_id, at=at)
    return booked


def _note(given: HandOver, booked: Booked, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    PlannedLesson.objects.create(
        hand_over=given,
        programme_id=given.programme_id,
        organisation_id=given.organisation_id,
        booking_id=booked.id,
        session_id=booked.session_id,
        booked_at=at,
    )
    journal.record(
        actor=actor,
        action="distribution.lesson-booked",
        subject=("hand-over", given.id),
        facts={"booking": booked.id, "session": booked.session_id, "state": booked.state.value},
        programme_id=given.programme_id,
        organisation_id=given.organisation_id,
        request_id=request_id,
        at=at,
    )
