"""A media library that accepts vouchers, a desk, a stranger, and booklets in people's hands."""

from dataclasses import dataclass
from datetime import date, datetime, time

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.workshops import operations, queries
from carnet.workshops.models import Booking, Session
from carnet.workshops.rules import BookingState, Details, Plan
from tests.factories.campaign import NOW, Campaign, campaign, organisation, rid, series

DETAILS = Details(service="mailbox", title="Ma boîte mail", seats=2, waiting_seats=2, voucher_count=1)


@dataclass(frozen=True)
class Library:
    """Everything a test of workshops needs. `at` is Monday 2 March 2026, eleven in Paris."""

    campaign: Campaign
    other_desk_id: int
    serials: tuple[str, ...]  # of the booklets handed over
    sleeping_serial: str  # of one still in the cupboard
    at: datetime = NOW

    @property
    def manager(self) -> Actor:
        return person(self.campaign.place_organisation_id, "PLACE_MANAGER")

    @property
    def desk(self) -> Actor:
        return person(self.campaign.prescriber_id, "PRESCRIBER")

    @property
    def other_desk(self) -> Actor:
        return person(self.other_desk_id, "PRESCRIBER")

    def plan(self, first_on: date = date(2026, 3, 10), details: Details = DETAILS, **more: object) -> tuple[int, ...]:
        """Sessions planned by the place: one, unless told otherwise."""
        told = Plan(**({"first_on": first_on, "begins": time(14, 0), "minutes": 90} | more))  # type: ignore[arg-type]
        with acting_as(self.manager):
            done = operations.plan_workshop(
                place_id=self.campaign.place_id, plan=told, details=details, actor=self.manager, request_id=rid(), at=self.at
            )
        return done.session_ids

    def book(self, session_id: int, actor: Actor | None = None, *, at: datetime | None = None) -> operations.Booked:
        actor = actor or self.desk
        with acting_as(actor):
            return operations.book(session_id=session_id, actor=actor, request_id=rid(), at=at or self.at)

    def book_online(self, session_id: int, serial: str) -> operations.Booked:
        with acting_as(Actor.anonymous()):
            return operations.book_with_booklet(session_id=session_id, serial=serial, actor=Actor.anonymous(), request_id=rid(), at=self.at)

    def give_back(self, number: str, actor: Actor | None = None, *, at: datetime | None = None) -> None:
        with acting_as(actor or Actor.anonymous()):
            operations.give_back(number=number, actor=actor or Actor.anonymous(), request_id=rid(), at=at or self.at)

    def state(self, number: str) -> BookingState:
        with acting_as(Actor.anonymous()):
            return queries.booking(number, at=self.at)[0].state

    def session(self, session_id: int) -> queries.SessionView:
        return queries.session(session_id, at=self.at)


def person(organisation_id: int, role: str) -> Actor:
    return Actor(
        kind="person",
        label=role,
        person_id=organisation_id,
        organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}),
        roles=frozenset({role}),
    )


def make_library() -> Library:
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign(booklets=6)
        other = organisation("Mission locale", "PRESCRIBER")
        asleep = series(ready.programme_id, ready.agreement_id, ready.operator_id, booklets=1, activated=False, offset=30)
        given = ledger.series(ready.series_id)
        serials = tuple(ledger.serial_of_booklet(given, given.first_booklet_id + rank) for rank in range(6))
        sleeping = ledger.series(asleep)
        return Library(ready, other, serials, ledger.serial_of_booklet(sleeping, sleeping.first_booklet_id))


@pytest.fixture
def library(db: None) -> Library:
    return make_library()


def counts_hold(session_id: int) -> bool:
    """The counts a visitor sees are those of the bookings."""
    with acting_as_everything(why="count bookings"):
        row = Session.objects.get(id=session_id)
        booked, waiting = (Booking.objects.filter(session=row, state=state, passed_on_at=None).count() for state in ("BOOKED", "WAITING"))
    return (row.booked_count, row.waiting_count) == (booked, waiting)
