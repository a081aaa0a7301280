"""Seats of a free space: booked by the place, a desk, a person with a booklet; never twice; closed hours respected; nobody seen."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from carnet.activities import operations, queries
from carnet.activities.models import SeatBooking
from carnet.activities.rules import (
    SeatGivenBack,
    SeatNotHeldYet,
    SeatsTaken,
    SpaceClosed,
    SpaceNotBookable,
    SpaceUnknown,
    StretchInvalid,
    StretchOver,
    StretchTooFar,
    TooManySeats,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties.rules import NotAllowed
from carnet.places.models import FreeSpace
from carnet.workshops.rules import BookingNumber, BookingUnknown, BookletNotGood, EndedBy
from tests.activities.conftest import TUESDAY, Space, paris
from tests.factories.campaign import rid

pytestmark = pytest.mark.django_db


def give_back(space: Space, number: str, actor: Actor | None = None, *, minutes_later: int = 0) -> None:
    who = actor or Actor.anonymous()
    with acting_as(who):
        operations.give_seat_back(number=number, actor=who, request_id=rid(), at=space.at + timedelta(minutes=minutes_later))


def note(space: Space, booking_id: int, came: bool | None, *, at_hour: int = 17) -> None:
    with acting_as(space.manager):
        operations.note_seat(booking_id=booking_id, came=came, actor=space.manager, request_id=rid(), at=paris(at_hour))


def test_three_ways_to_a_seat_and_the_fourth_finds_none(space: Space) -> None:
    by_phone = space.book(paris(16))
    at_the_desk = space.book(paris(16), actor=space.desk)
    online = space.book_online(paris(16), space.library.serials[0])
    assert {each.station for each in (by_phone, at_the_desk, online)} == {1, 2, 3}
    with pytest.raises(SeatsTaken):
        space.book(paris(16, 30))
    assert [(each.starts_at.hour, each.free) for each in space.seats().starts if each.starts_at.minute == 0] == [(15, 3), (16, 0), (17, 3)]


def test_a_machine_is_chosen_when_asked(space: Space) -> None:
    assert space.book(paris(16), machine="tablet").station == 2
    with pytest.raises(SeatsTaken):
        space.book(paris(16), machine="tablet")
    assert space.seats().machines == ("computer", "tablet", "own")


def test_asked_twice_it_is_one_seat(space: Space) -> None:
    request_id = rid()
    with acting_as(space.desk):
        first, second = (
            operations.book_seat(
                place_id=space.place_id, starts_at=paris(16), minutes=60, actor=space.desk, request_id=request_id, at=space.at
            )
            for _ in "ab"
        )
    assert first == second


def test_the_database_refuses_two_bookings_of_one_station(space: Space) -> None:
    space.book(paris(16))
    with acting_as(space.manager):
        row = SeatBooking.objects.get()
        row.pk, row.number, row.request_id, row.starts_at = None, "22222222", rid(), paris(16, 30)
        with pytest.raises(IntegrityError, match="activities_seat_held_once"), transaction.atomic():
            row.save(force_insert=True)
        row.starts_at, row.ends_at = paris(17), paris(18)  # half-open: the next may begin as the other ends
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("starts_at", "minutes", "refusal"),
    [
        (paris(17, 30), 60, SpaceClosed),  # past the closing hour
        (paris(14, day=TUESDAY + timedelta(days=5)), 60, SpaceClosed),  # a Sunday
        (paris(11, 30, day=TUESDAY + timedelta(days=1)), 60, SpaceClosed),  # over noon
        (paris(16, 10), 60, StretchInvalid),
        (paris(16), 45, StretchInvalid),
        (paris(14), 60, StretchOver),
        (paris(14, day=TUESDAY + timedelta(days=15)), 60, StretchTooFar),
    ],
)
def test_closed_hours_and_odd_stretches_are_refused(space: Space, starts_at: object, minutes: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        space.book(starts_at, minutes)  # type: ignore[arg-type]


def test_the_place_seats_whoever_is_there_in_the_half_hour_that_runs(space: Space) -> None:
    at = paris(15, 20)
    assert space.book(paris(15), at=at).starts_at == paris(15)
    with pytest.raises(StretchOver):
        space.book(paris(15), actor=space.desk, at=at)


def test_a_turn_lasts_what_the_space_says(space: Space) -> None:
    FreeSpace.objects.filter(place_id=space.place_id).update(minutes_max=60)
    assert space.seats().starts[0].minutes == (30, 60)
    with pytest.raises(StretchInvalid):
        space.book(paris(16), 90)


def test_where_one_does_not_book_one_does_not(space: Space) -> None:
    FreeSpace.objects.filter(place_id=space.place_id).update(is_bookable=False)
    with pytest.raises(SpaceNotBookable):
        space.book(paris(16))
    FreeSpace.objects.filter(place_id=space.place_id).update(closed_on=date(2026, 3, 1))
    with pytest.raises(SpaceUnknown):
        space.book(paris(16))


def test_a_booklet_has_three_seats_to_come_and_must_be_in_somebodys_hands(space: Space) -> None:
    serial = space.library.serials[0]
    for hour in (15, 16, 17):
        space.book_online(paris(hour, 30 if hour == 15 else 0), serial, 30)
    with pytest.raises(TooManySeats):
        space.book_online(paris(17, 30), serial, 30)
    for wrong in (space.library.sleeping_serial, "NM-C00000000-00"):
        with pytest.raises(BookletNotGood):
            space.book_online(paris(16), wrong)


def test_free_seats_now(space: Space) -> None:
    assert space.seats().free_now == 3
    space.book(paris(15), at=paris(15, 5))
    assert space.seats(at=paris(15, 10)).free_now == 2
    assert space.seats(at=paris(12, 30)).free_now is None  # closed at noon
    sunday = space.seats(TUESDAY + timedelta(days=5))
    assert (sunday.starts, sunday.next_open_on) == ((), TUESDAY + timedelta(days=7))


def test_whoever_holds_the_number_reads_the_seat_and_gives_it_back(space: Space) -> None:
    done = space.book(paris(16), actor=space.desk)
    with acting_as(Actor.anonymous()):
        assert SeatBooking.objects.count() == 0
        assert queries.seat(done.number).station == done.station
    give_back(space, done.number)
    give_back(space, done.number)
    with acting_as(Actor.anonymous()):
        found = queries.seat(done.number)
    assert (found.is_standing, found.ended_by) == (False, EndedBy.PERSON)
    assert space.book(paris(16)).station == done.station
    with acting_as(Actor.anonymous()), pytest.raises(BookingUnknown):
        queries.seat(BookingNumber.from_drawn(5).printed())


def test_a_seat_whose_hour_is_over_is_not_given_back(space: Space) -> None:
    done = space.book(paris(15, 30), 30)
    with pytest.raises(StretchOver):
        give_back(space, done.number, minutes_later=60)


def test_who_came_is_a_visit_told_once(space: Space) -> None:
    done = space.book(paris(16))
    with pytest.raises(SeatNotHeldYet):
        note(space, done.id, True, at_hour=15)
    note(space, done.id, True)
    note(space, done.id, True)
    (visit,) = space.month()
    assert (visit.told.minutes, visit.told.people_count, visit.told.day) == (60, 1, TUESDAY)
    note(space, done.id, False)
    assert space.month() == ()
    note(space, done.id, True)
    assert [each.revision for each in space.month()] == [2]
    other = space.book(paris(17))
    give_back(space, other.number, space.manager)
    with pytest.raises(SeatGivenBack):
        note(space, other.id, True)


def test_a_stranger_and_a_desk_see_what_is_theirs(space: Space) -> None:
    mine = space.book(paris(16))
    theirs = space.book(paris(16), actor=space.desk)
    with acting_as(space.stranger):
        assert queries.seats_booked(space.stranger, place_id=space.place_id, from_at=paris(8), until_at=paris(20)) == []
        for booking_id in (mine.id, theirs.id):
            with pytest.raises(BookingUnknown):
                operations.note_seat(booking_id=booking_id, came=True, actor=space.stranger, request_id=rid(), at=paris(17))
    with acting_as(space.desk):
        assert [each.id for each in queries.seats_of_desk(organisation_id=space.library.campaign.prescriber_id)] == [theirs.id]
        with pytest.raises(BookingUnknown):
            queries.seat_of_desk(organisation_id=space.library.campaign.prescriber_id, booking_id=mine.id)
        with pytest.raises(NotAllowed):
            queries.seats_booked(space.desk, place_id=space.place_id, from_at=paris(8), until_at=paris(20))
    with acting_as(space.manager):
        expected = queries.seats_booked(space.manager, place_id=space.place_id, from_at=paris(8), until_at=paris(20))
    assert [each.id for each in expected] == [mine.id, theirs.id]


def test_the_booklet_is_forgotten_thirty_days_later(space: Space) -> None:
    space.book_online(paris(16), space.library.serials[0])
    with acting_as_everything(why="forget"):
        assert operations.forget_seat_booklets(at=space.at + timedelta(days=29)) == 0
        assert operations.forget_seat_booklets(at=space.at + timedelta(days=31)) == 1
        assert SeatBooking.objects.get().booklet_id is None


def test_no_number_is_written_in_the_journal(space: Space) -> None:
    done = space.book(paris(16))
    with acting_as_everything(why="read the journal"), connection.cursor() as cursor:
        cursor.execute("SELECT facts::text, subject_id FROM journal_line WHERE action = 'activities.seat-booked'")
        ((facts, subject),) = cursor.fetchall()
    assert str(BookingNumber.parse(done.number)) not in facts + subject
