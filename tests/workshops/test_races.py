"""Two people at the last seat at the same instant: exactly one has it. And what happens when the lock is taken away."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import IntegrityError, connections

from carnet.gateways.database import acting_as_everything
from carnet.kernel.refusals import Refusal
from carnet.workshops import access
from carnet.workshops.models import Booking, Session
from carnet.workshops.rules import BookingState, SessionFull
from tests.workshops.conftest import DETAILS, Library, counts_hold, make_library

pytestmark = pytest.mark.slow
ROUNDS = 8


@pytest.fixture
def library(committed_database: str) -> Iterator[Library]:
    yield make_library()
    connections["default"].close()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act came to, on its own connection, all let go together."""
    start = threading.Barrier(len(acts), timeout=30)
    found: list[object] = [None] * len(acts)

    def run(rank: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            found[rank] = act()
        except (Refusal, IntegrityError) as refusal:
            found[rank] = refusal
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def seated(session_id: int) -> int:
    with acting_as_everything(why="count the seats taken"):
        return Booking.objects.filter(session_id=session_id, state=BookingState.BOOKED).count()


def last_seat(library: Library) -> tuple[int, list[object]]:
    (session_id,) = library.plan(details=replace(DETAILS, seats=1, waiting_seats=0))
    asked = at_once(lambda: library.book(session_id), lambda: library.book(session_id, library.other_desk))
    return session_id, asked


def test_two_desks_at_the_last_seat_exactly_one_has_it(library: Library) -> None:
    for _ in range(ROUNDS):
        session_id, answers = last_seat(library)
        assert sum(isinstance(each, SessionFull) for each in answers) == 1, answers
        assert seated(session_id) == 1 and counts_hold(session_id)


def test_one_booklet_twice_at_once_has_one_seat(library: Library) -> None:
    (session_id,) = library.plan()
    answers = at_once(*[lambda: library.book_online(session_id, library.serials[0])] * 2)
    assert sum(isinstance(each, Exception) for each in answers) == 1, answers
    assert seated(session_id) == 1 and counts_hold(session_id)


def test_a_seat_given_back_while_another_asks_is_given_once(library: Library) -> None:
    for _ in range(ROUNDS):
        (session_id,) = library.plan(details=replace(DETAILS, seats=1, waiting_seats=2))
        first, waiting = library.book(session_id), library.book(session_id)
        at_once(lambda number=first.number: library.give_back(number), lambda place=session_id: library.book(place, library.other_desk))
        assert library.state(waiting.number) is BookingState.BOOKED, "whoever waited has it, not whoever came just then"
        assert seated(session_id) == 1 and counts_hold(session_id)


def without_the_lock(session_id: int) -> Session:
    return Session.objects.get(id=session_id)


def test_without_the_lock_the_database_refuses_the_second(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2, timeout=30)

    def both_have_looked(session_id: int) -> Session:
        found = without_the_lock(session_id)
        together.wait()
        return found

    monkeypatch.setattr(access, "session_locked", both_have_looked)
    session_id, answers = last_seat(library)
    assert sum(isinstance(each, IntegrityError) for each in answers) == 1, answers
    assert seated(session_id) == 1


def test_without_the_lock_and_the_constraint_both_sit_on_one_chair(
    library: Library, monkeypatch: pytest.MonkeyPatch, committed_database: str
) -> None:
    """The control: the two tests above would see it."""
    with psycopg.connect(committed_database, autocommit=True) as owner:
        owner.execute("ALTER TABLE workshops_session DROP CONSTRAINT workshops_session_never_overfull")
    together = threading.Barrier(2, timeout=30)

    def both_have_looked(session_id: int) -> Session:
        found = without_the_lock(session_id)
        together.wait()
        return found

    monkeypatch.setattr(access, "session_locked", both_have_looked)
    session_id, answers = last_seat(library)
    assert not any(isinstance(each, Exception) for each in answers)
    assert seated(session_id) == 2
