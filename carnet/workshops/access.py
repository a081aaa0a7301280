"""The only ways from a number to a session, a booking, a booklet; and whose rows the work of a booking may touch."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SerialMistyped
from carnet.ledger import queries as ledger
from carnet.ledger.rules import BookletUnknown, State, VoucherSerialUnknown
from carnet.parties.rules import allowed, check_may
from carnet.workshops.models import Booking, Contact, Session
from carnet.workshops.rules import BookingNumber, BookingUnknown, BookletNotGood, Channel, EndedBy, WorkshopSessionUnknown


def check_may_manage(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "workshops.manage")


def check_may_book(actor: Actor) -> None:
    """At a desk, at the place, or on the telephone of an operator. Raises: NotAllowed."""
    by_phone = "workshops.book-by-phone"
    check_may(actor, by_phone if allowed(actor.roles, by_phone) else "workshops.book")


def session(session_id: int) -> Session:
    """Any session: they are public. Raises: WorkshopSessionUnknown."""
    found = Session.objects.select_related("workshop").filter(id=session_id).first()
    if found is None:
        raise WorkshopSessionUnknown(session=session_id)
    return found


def session_locked(session_id: int) -> Session:
    """A session whose seats are about to change. Every act on seats takes this lock first. Raises: WorkshopSessionUnknown."""
    found = Session.objects.select_for_update(of=("self",)).filter(id=session_id).first()
    if found is None:
        raise WorkshopSessionUnknown(session=session_id)
    return found


def own_session(actor: Actor, session_id: int, *, lock: bool = False) -> Session:
    """A session of the actor's own organisation. Raises: WorkshopSessionUnknown."""
    found = session_locked(session_id) if lock else session(session_id)
    if actor.organisation_id is None or found.organisation_id != actor.organisation_id:
        raise WorkshopSessionUnknown(session=session_id)
    return found


@contextmanager
def at_the_place(found: Session) -> Iterator[None]:
    """Inside, the bookings of the organisation that gives the session: a seat given back by one goes to another, whoever asked.

    Nothing of what is read here leaves an operation but the booking that was asked about.
    """
    with acting_as(organisation_ids=[found.organisation_id]):
        yield


@contextmanager
def presenting(number: BookingNumber) -> Iterator[None]:
    """Show the one booking that has this number, to whoever holds it (docs/decisions/0023-a-booking-is-a-number.md)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.booking', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.booking', %s, true)", [str(number)])
        yield
        cursor.execute("SELECT set_config('carnet.booking', %s, true)", [before])


def booking(number: BookingNumber) -> Booking:
    """The booking of this number, with its session. Raises: BookingUnknown."""
    with presenting(number):
        found = Booking.objects.select_related("session").filter(number=str(number)).first()
    if found is None:
        raise BookingUnknown
    return found


def contact_purpose(booking_id: int) -> str:
    """What the telephone of a booking is sealed for: another booking's row does not open it."""
    return f"telephone of booking {booking_id}"


def phone_of(contact: Contact) -> str:
    """The telephone somebody left, in international form."""
    return key_ring().unseal(contact_purpose(contact.booking_id), bytes(contact.sealed_phone)).decode()


def side_of(actor: Actor, found: Booking) -> EndedBy:
    """On whose side the actor stands before a booking: the place's, the desk's, or that of whoever holds the number."""
    if actor.organisation_id is not None and actor.organisation_id == found.organisation_id:
        return EndedBy.PLACE
    if actor.organisation_id is not None and actor.organisation_id == found.desk_id:
        return EndedBy.DESK
    return EndedBy.PERSON


def channel_of(actor: Actor, found: Session) -> Channel:
    """How the actor books at a session: the place for whoever calls or comes, a desk for the person in front of it."""
    return Channel.PLACE if actor.organisation_id == found.organisation_id else Channel.DESK


def booklet_in_hands(serial: str, *, at: datetime) -> int:
    """The booklet of a serial that a person holds: one voucher of it at least was given, and may still be spent.

    A serial gives no right, and nothing but yes or no is told of it. Raises: BookletNotGood.
    """
    with acting_as_everything(why="a visitor's booklet may be of any programme"):
        try:
            vouchers = ledger.vouchers_of_booklet(ledger.booklet(serial).id)
        except (BookletUnknown, VoucherSerialUnknown, SerialMistyped):
            raise BookletNotGood from None
    if not any(each.state is State.HANDED_OVER and each.active and at < each.accepted_until for each in vouchers):
        raise BookletNotGood
    return vouchers[0].booklet_id
