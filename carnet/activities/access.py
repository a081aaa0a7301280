"""The only ways from a number to an activity, a space, a seat; and whose rows the work of a seat may touch."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from carnet.activities.models import Record, SeatBooking
from carnet.activities.rules import ActivityPlaceRequired, ActivityUnknown, SpaceUnknown
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import NoMembership, check_may
from carnet.places import queries as places
from carnet.places.access import place as any_place
from carnet.places.queries import FreeSpaceView, PlaceSummary
from carnet.places.rules import PlaceNotYours
from carnet.workshops.access import presenting
from carnet.workshops.rules import BookingNumber, BookingUnknown, EndedBy
from carnet.workshops.rules import Channel as BookedBy


def check_may_see(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "activities.see")


def check_may_record(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "activities.record")


def check_may_book(actor: Actor) -> None:
    """Raises: NotAllowed."""
    check_may(actor, "activities.book-seat")


def asking_house(actor: Actor) -> int:
    """The organisation in whose name *did you do it yourself?* is asked. Raises: NotAllowed, NoMembership."""
    check_may(actor, "activities.ask-afterwards")
    if actor.organisation_id is None:
        raise NoMembership
    return actor.organisation_id


def own_place(actor: Actor, place_id: int | None, *, at: datetime) -> PlaceSummary:
    """An open place of the actor's organisation: the one named, a token's own, or the only one.

    Raises: PlaceNotYours, PlaceUnknown, ActivityPlaceRequired.
    """
    if place_id is None:
        found = own_places(actor, at=at)
        if len(found) == 1:
            return found[0]
        raise ActivityPlaceRequired(places=len(found))
    for each in places.summaries([place_id], at=at):
        is_open = each.ended_on is None or each.ended_on > legal_day(at)
        if is_open and each.operator_id is not None and each.operator_id == actor.organisation_id and actor.place_id in (None, place_id):
            return each
    raise PlaceNotYours(place_id=place_id, name=any_place(place_id).name)


def own_places(actor: Actor, *, at: datetime) -> tuple[PlaceSummary, ...]:
    """The open places of the actor's organisation; a token of one place has that one."""
    if actor.organisation_id is None:
        return ()
    found = places.places_of([actor.organisation_id], at=at)
    return tuple(each for each in found if actor.place_id in (None, each.place_id))


def standing() -> QuerySet[Record]:
    """The latest telling of each activity, withdrawn ones left out."""
    later = Record.objects.filter(activity=OuterRef("activity"), revision__gt=OuterRef("revision"))
    return Record.objects.filter(~Exists(later), is_withdrawn=False)


def latest_telling(actor: Actor, activity: UUID) -> Record:
    """The latest telling of an activity of the actor's organisation, withdrawn or not. Raises: ActivityUnknown."""
    rows = Record.objects.filter(activity=activity, organisation_id=actor.organisation_id or 0)
    if actor.place_id is not None:
        rows = rows.filter(place_id=actor.place_id)
    found = rows.order_by("-revision").first()
    if found is None:
        raise ActivityUnknown
    return found


@contextmanager
def for_figures(place_ids: Iterable[int], *, at: datetime) -> Iterator[None]:
    """Inside, the records of the organisations that run these places: to count them. Nothing but counts may leave."""
    found = places.summaries(place_ids, at=at)
    with acting_as(organisation_ids={each.operator_id for each in found if each.operator_id is not None}):
        yield


# --- seats ------------------------------------------------------------------------------------------------------------


def space(place_id: int, *, at: datetime) -> FreeSpaceView:
    """The free digital space of a place. Raises: PlaceUnknown, SpaceUnknown."""
    found = places.free_space_of(any_place(place_id).id, at=at)
    if found is None:
        raise SpaceUnknown(place=place_id)
    return found


def operator_of(place_id: int) -> int:
    """The organisation that runs a place; without one, nobody minds its seats. Raises: PlaceUnknown, SpaceUnknown."""
    operator_id = any_place(place_id).operator_id
    if operator_id is None:
        raise SpaceUnknown(place=place_id)
    return operator_id


@contextmanager
def at_the_space(organisation_id: int) -> Iterator[None]:
    """Inside, the bookings of the organisation that keeps the space: which stations are taken, whoever asks.

    Nothing of what is read here leaves but counts, and the booking that was asked about.
    """
    with acting_as(organisation_ids=[organisation_id]):
        yield


def seat(number: BookingNumber) -> SeatBooking:
    """The seat of this number, for whoever holds it. Raises: BookingUnknown."""
    with presenting(number):
        found = SeatBooking.objects.filter(number=str(number)).first()
    if found is None:
        raise BookingUnknown
    return found


def own_seat(actor: Actor, booking_id: int) -> SeatBooking:
    """A seat booked at a space of the actor's organisation. Raises: BookingUnknown."""
    found = SeatBooking.objects.filter(id=booking_id, organisation_id=actor.organisation_id or 0).first()
    if found is None:
        raise BookingUnknown
    return found


def side_of(actor: Actor, found: SeatBooking) -> EndedBy:
    """On whose side the actor stands before a booking: the place's, the desk's, or that of whoever holds the number."""
    if actor.organisation_id is not None and actor.organisation_id == found.organisation_id:
        return EndedBy.PLACE
    if actor.organisation_id is not None and actor.organisation_id == found.desk_id:
        return EndedBy.DESK
    return EndedBy.PERSON


def booked_by(actor: Actor, organisation_id: int) -> BookedBy:
    """How the actor books at a space of this organisation: the place for whoever calls or comes, a desk for the person there."""
    return BookedBy.PLACE if actor.organisation_id == organisation_id else BookedBy.DESK
