"""Who came: a tap for each booking, or the vouchers spent at the session. And what is forgotten afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.workshops import access
from carnet.workshops.models import Booking, Presence, Session
from carnet.workshops.operations._seats import free_a_seat, shift, take_back
from carnet.workshops.rules import (
    BOOKLET_KEPT,
    BookingEnded,
    BookingState,
    BookingUnknown,
    NobodyAbsent,
    SessionFull,
    check_may_note,
    check_may_seat,
)


@dataclass(frozen=True, slots=True)
class Spent:
    """A voucher spent at a session: the number of its redemption, and its booklet."""

    redemption: str
    booklet_id: int


@transaction.atomic
def note_attendance(*, session_id: int, booking_id: int, came: bool | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that whoever holds a booking came, did not, or that it is not known after all. Lock: the session.

    An absent person whose seat was given to somebody else came after all only if a seat is left.
    Raises: NotAllowed, WorkshopSessionUnknown, BookingUnknown, BookingEnded, NotHeldYet, AttendanceClosed, SessionCancelled, SessionFull.
    """
    access.check_may_manage(actor)
    found = access.own_session(actor, session_id, lock=True)
    check_may_note(starts_at=found.starts_at, cancelled_at=found.cancelled_at, at=at)
    with access.at_the_place(found):
        row = Booking.objects.filter(id=booking_id, session=found).first()
        if row is None:
            raise BookingUnknown
        if row.state != BookingState.BOOKED:
            raise BookingEnded
        if row.came == came:
            return
        if row.passed_on_at is not None and not take_back(found, row):
            raise SessionFull(seats=found.seats)
        row.came = came
        row.save(update_fields=["came", "passed_on_at"])
        _recount(found)
    journal.record(
        actor=actor,
        action="workshops.attendance-noted",
        subject=("session", found.id),
        facts={"booking": row.id, "came": came},
        organisation_id=found.organisation_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def seat_waiting(*, session_id: int, booking_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a seat to somebody who waits and is there, on the day: one that is left, else that of somebody noted absent. It is a presence.

    Seated already: nothing changes. Lock: the session.
    Raises: NotAllowed, WorkshopSessionUnknown, BookingUnknown, BookingEnded, SessionCancelled, NotHeldYet, SessionOver, NobodyAbsent.
    """
    access.check_may_manage(actor)
    found = access.own_session(actor, session_id, lock=True)
    check_may_seat(starts_at=found.starts_at, ends_at=found.ends_at, cancelled_at=found.cancelled_at, at=at)
    with access.at_the_place(found):
        row = Booking.objects.filter(id=booking_id, session=found).first()
        if row is None:
            raise BookingUnknown
        if row.state == BookingState.ENDED:
            raise BookingEnded
        if row.state == BookingState.BOOKED:
            return
        if not free_a_seat(found, at=at):
            raise NobodyAbsent(seats=found.seats)
        row.state, row.moved_up_at, row.came = BookingState.BOOKED.value, at, True
        row.save(update_fields=["state", "moved_up_at", "came"])
        shift(found, booked=1, waiting=-1)
        _recount(found)
    journal.record(
        actor=actor,
        action="workshops.seated-on-the-day",
        subject=("session", found.id),
        facts={"booking": row.id},
        organisation_id=found.organisation_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def note_vouchers(*, session_id: int, spent: Sequence[Spent], actor: Actor, at: datetime) -> None:
    """Keep which vouchers were spent at a session, in the transaction that spends them; whoever booked with that booklet came.

    A redemption noted already stays where it was noted. The redemptions themselves are in the journal: no line is added.
    Lock: the session. Raises: WorkshopSessionUnknown.
    """
    found = access.own_session(actor, session_id, lock=True)
    with access.at_the_place(found):
        known = set(
            Presence.objects.filter(redemption__in=[each.redemption for each in spent]).order_by("id").values_list("redemption", flat=True)
        )
        for each in spent:
            if each.redemption in known:
                continue
            row = Booking.objects.filter(session=found, booklet_id=each.booklet_id, state=BookingState.BOOKED).first()
            if row is not None and row.passed_on_at is not None and not take_back(found, row):
                row = None  # somebody else has the seat; the voucher is spent all the same
            if row is not None and row.came is not True:
                row.came = True
                row.save(update_fields=["came", "passed_on_at"])
            Presence.objects.create(
                session=found, organisation_id=found.organisation_id, booking=row, redemption=each.redemption, noted_at=at
            )
        _recount(found)


@transaction.atomic
def forget_voucher(*, redemption: str, actor: Actor) -> None:
    """Take back the presence of a voucher whose redemption was undone, in that transaction. None noted: nothing happens."""
    noted = Presence.objects.filter(redemption=redemption, organisation_id=actor.organisation_id or 0).first()
    if noted is None:
        return
    found = access.session_locked(noted.session_id)
    with access.at_the_place(found):
        if noted.booking_id is not None:
            Booking.objects.filter(id=noted.booking_id).update(came=None)
        noted.delete()
        _recount(found)


def _recount(found: Session) -> None:
    """How many came: as many as were ticked, or as the vouchers spent say, whichever is more."""
    ticked = Booking.objects.filter(session=found, came=True).count()
    vouchers = Presence.objects.filter(session=found).count()
    found.came_count = max(ticked, -(-vouchers // max(1, found.voucher_count)))
    found.save(update_fields=["came_count"])


def forget_booklets(*, at: datetime) -> int:
    """Forget which booklet a booking was made with, thirty days after its session; return how many. Call it seeing everything."""
    old = Session.objects.filter(ends_at__lt=at - BOOKLET_KEPT).values("id")
    return Booking.objects.filter(session_id__in=old, booklet_id__isnull=False).update(booklet_id=None)
