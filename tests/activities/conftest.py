"""A media library with a free digital space of three seats, open Tuesday to Saturday; a desk; a stranger; booklets in people's hands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from carnet.activities import operations, queries
from carnet.activities.rules import Kind, Origin, Told
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.places.models import FreeSpace, Place
from tests.factories.campaign import organisation, place, rid
from tests.workshops.conftest import Library, make_library, person

HOURS = "Tu-Sa 10:00-12:00,14:00-18:00"
TUESDAY = date(2026, 3, 10)
HELP = Told(Kind.ONE_TO_ONE, TUESDAY, 30, {"soixante_soixante_neuf": 1}, themes=("email",))


def paris(hour: int, minute: int = 0, *, day: date = TUESDAY) -> datetime:
    """A moment of the clock on the wall."""
    return datetime.combine(day, time(hour, minute), tzinfo=PARIS)


def open_space(place_id: int, *, seats: int = 3, minutes_max: int | None = None, is_bookable: bool = True) -> None:
    """Give a place a free digital space."""
    FreeSpace.objects.create(
        place_id=place_id,
        opening_hours=HOURS,
        seats=seats,
        machines={"computer": 1, "tablet": 1},
        has_printer=True,
        has_scanner=False,
        has_wifi=True,
        has_help=True,
        is_bookable=is_bookable,
        minutes_max=minutes_max,
    )


@dataclass(frozen=True)
class Space:
    """Everything a test of activities needs. `at` is Tuesday 10 March 2026, three in the afternoon in Paris."""

    library: Library
    stranger_organisation_id: int
    stranger_place_id: int
    at: datetime = field(default_factory=lambda: paris(15))

    @property
    def place_id(self) -> int:
        return self.library.campaign.place_id

    @property
    def manager(self) -> Actor:
        return self.library.manager

    @property
    def desk(self) -> Actor:
        return self.library.desk

    @property
    def stranger(self) -> Actor:
        return person(self.stranger_organisation_id, "PLACE_MANAGER")

    def record(self, told: Told = HELP, *, origin: Origin = operations.BY_HAND, at: datetime | None = None) -> operations.Recorded:
        with acting_as(self.manager):
            return operations.record(
                place_id=self.place_id, told=told, origin=origin, actor=self.manager, request_id=rid(), at=at or self.at
            )

    def tap(self, *, age_band: str = "", at: datetime | None = None) -> operations.Recorded:
        with acting_as(self.manager):
            return operations.note_visit(place_id=self.place_id, age_band=age_band, actor=self.manager, request_id=rid(), at=at or self.at)

    def view(self, activity: UUID) -> queries.ActivityView:
        with acting_as(self.manager):
            return queries.activity(self.manager, activity)

    def month(self) -> tuple[queries.ActivityView, ...]:
        with acting_as(self.manager):
            return queries.activities(self.manager, from_on=date(2026, 3, 1), until_on=date(2026, 4, 1))

    def figures(self) -> queries.Figures:
        with acting_as(self.manager):
            return queries.figures(self.manager, from_on=date(2026, 3, 1), until_on=date(2026, 4, 1))

    def book(
        self, starts_at: datetime, minutes: int = 60, *, actor: Actor | None = None, machine: str = "", at: datetime | None = None
    ) -> operations.SeatBooked:
        who = actor or self.manager
        with acting_as(who):
            return operations.book_seat(
                place_id=self.place_id, starts_at=starts_at, minutes=minutes, machine=machine, actor=who, request_id=rid(), at=at or self.at
            )

    def book_online(self, starts_at: datetime, serial: str, minutes: int = 60, *, at: datetime | None = None) -> operations.SeatBooked:
        visitor = Actor.anonymous()
        with acting_as(visitor):
            return operations.book_seat_with_booklet(
                place_id=self.place_id, starts_at=starts_at, minutes=minutes, serial=serial, actor=visitor, request_id=rid(),
                at=at or self.at,
            )  # fmt: skip

    def seats(self, day: date = TUESDAY, *, at: datetime | None = None) -> queries.SeatsOfDay:
        with acting_as(Actor.anonymous()):
            return queries.seats_of_day(self.place_id, day=day, at=at or self.at)


def make_space() -> Space:
    library = make_library()
    with acting_as_everything(why="a free space and a stranger"):
        stranger = organisation("Centre social", "PLACE_OPERATOR")
        stranger_place = place("Centre social des Lilas", stranger)
        open_space(library.campaign.place_id)
        open_space(stranger_place)
    Place.objects.filter(id=library.campaign.place_id).update(opening_hours="Mo-Sa 08:00-20:00")
    return Space(library, stranger, stranger_place)


@pytest.fixture(scope="module")
def lasting_space(django_db_setup: None, django_db_blocker: Any) -> Iterator[Space]:
    """A space that lasts a module, as a campaign does in tests/lasting.py. Ask for `space`."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            made = make_space()
            with django_db_blocker.block():
                yield made
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)


@pytest.fixture
def space(db: None, lasting_space: Space) -> Space:
    return lasting_space
