"""On the day, a seat left by an absent person goes to whoever waits and is there, or came to the door."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from carnet.gateways.database import acting_as
from carnet.workshops import operations, queries
from carnet.workshops.rules import BookingUnknown, NobodyAbsent, NotHeldYet, SessionFull, SessionOver
from tests.factories.campaign import rid
from tests.workshops.conftest import DETAILS, Library, counts_hold

pytestmark = pytest.mark.django_db
FREE = replace(DETAILS, voucher_count=0)


@pytest.fixture
def full(library: Library) -> int:
    """Two seats taken, two people waiting."""
    (session_id,) = library.plan(first_on=date(2026, 3, 10), details=FREE)
    for _each in range(4):
        library.book(session_id)
    return session_id


def at(library: Library, session_id: int, minutes: int) -> datetime:
    return library.session(session_id).starts_at + timedelta(minutes=minutes)


def list_of(library: Library, session_id: int) -> list[queries.BookingView]:
    with acting_as(library.manager):
        return queries.bookings_of_session(library.manager, session_id)


def note(library: Library, session_id: int, booking_id: int, came: bool | None, moment: datetime) -> None:
    with acting_as(library.manager):
        operations.note_attendance(
            session_id=session_id, booking_id=booking_id, came=came, actor=library.manager, request_id=rid(), at=moment
        )


def seat(library: Library, session_id: int, booking_id: int, moment: datetime) -> None:
    with acting_as(library.manager):
        operations.seat_waiting(session_id=session_id, booking_id=booking_id, actor=library.manager, request_id=rid(), at=moment)


def test_the_absent_persons_seat_goes_to_one_who_waits_and_is_there(library: Library, full: int) -> None:
    absent, there, waits, also_waits = list_of(library, full)
    moment = at(library, full, 10)
    with pytest.raises(NobodyAbsent):
        seat(library, full, waits.id, moment)
    note(library, full, absent.id, False, moment)
    note(library, full, there.id, True, moment)
    seat(library, full, also_waits.id, moment)
    seat(library, full, also_waits.id, moment)
    told = {each.id: each for each in list_of(library, full)}
    assert (told[absent.id].is_passed_on, told[absent.id].came) == (True, False)
    assert (told[also_waits.id].came, told[waits.id].came) == (True, None)
    view = library.session(full)
    assert (view.booked_count, view.waiting_count, view.came_count) == (2, 1, 2)
    assert counts_hold(full)
    with pytest.raises(NobodyAbsent):
        seat(library, full, waits.id, moment)
    with acting_as(library.desk):
        figures = queries.desk_figures(organisation_id=library.campaign.prescriber_id, since=library.at, at=moment + timedelta(days=1))
    assert (figures.came, figures.absent) == (2, 1)


def test_the_late_one_has_the_seat_again_only_if_one_is_left(library: Library, full: int) -> None:
    absent, there, waits, _also = list_of(library, full)
    moment = at(library, full, 10)
    note(library, full, absent.id, False, moment)
    seat(library, full, waits.id, moment)
    with pytest.raises(SessionFull):
        note(library, full, absent.id, True, moment)
    note(library, full, there.id, False, moment)
    assert counts_hold(full)


def test_whoever_comes_to_the_door_takes_an_absent_persons_seat(library: Library, full: int) -> None:
    absent = list_of(library, full)[0]
    moment = at(library, full, 15)
    with pytest.raises(SessionFull):
        library.book(full, library.manager, at=moment)
    note(library, full, absent.id, False, moment)
    library.book(full, library.manager, at=moment)
    assert library.session(full).booked_count == 2
    assert counts_hold(full)


def test_a_voucher_of_an_absent_persons_booklet_is_a_presence_and_the_seats_hold(library: Library) -> None:
    (session_id,) = library.plan(details=replace(DETAILS, seats=1))
    library.book_online(session_id, library.serials[0])
    library.book(session_id)
    (expected, waits) = list_of(library, session_id)
    moment = at(library, session_id, 10)
    note(library, session_id, expected.id, False, moment)
    seat(library, session_id, waits.id, moment)
    booklet_id = library_booklet(library)
    with acting_as(library.manager):
        operations.note_vouchers(session_id=session_id, spent=[operations.Spent("0-1-1", booklet_id)], actor=library.manager, at=moment)
        assert queries.vouchers_at(library.manager, session_id) == 1
    assert list_of(library, session_id)[0].is_passed_on
    assert counts_hold(session_id)


def library_booklet(library: Library) -> int:
    from carnet.gateways.database import acting_as_everything
    from carnet.ledger import queries as ledger

    with acting_as_everything(why="the booklet of a serial"):
        return ledger.booklet(library.serials[0]).id


def test_neither_the_day_before_nor_afterwards_nor_somebody_elses(library: Library, full: int) -> None:
    waits = list_of(library, full)[2]
    with pytest.raises(NotHeldYet):
        seat(library, full, waits.id, at(library, full, -60 * 24))
    with pytest.raises(SessionOver):
        seat(library, full, waits.id, library.session(full).ends_at)
    with pytest.raises(BookingUnknown):
        seat(library, full, 10**9, at(library, full, 5))
