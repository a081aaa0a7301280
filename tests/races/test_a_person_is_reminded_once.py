"""Six timers look at the same contacts at the same instant: each person is written to once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from carnet.distribution import operations
from carnet.distribution.models import Reminder, ReminderContact
from carnet.distribution.operations import _reminding as reminding
from carnet.distribution.rules.reminders import ContactChannel
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import start_of_day
from carnet.notices.models import TextNotice
from tests.distribution.stock import LATER, Cupboards, make_cupboards

pytestmark = pytest.mark.slow
TIMERS, PEOPLE = 6, 5
# Thirty days and a few after the hand-overs, at ten in Paris, a day when people may be written to.
IDLE_AT = start_of_day((LATER + timedelta(days=32)).date()) + timedelta(hours=10)


@pytest.fixture
def cupboards(committed_database: str, settings: Any) -> Any:
    settings.SMS_GATEWAY = "double"
    with acting_as_everything(why="a campaign"):
        made = make_cupboards()
    desk = made.lead(made.slow_id)
    for rank in range(PEOPLE):
        given = made.give(made.slow_id, made.first + rank)
        with acting_as(desk):
            operations.leave_contact(
                hand_over_id=given, channel=ContactChannel.TEXT, phone=f"06 39 98 00 4{rank}", has_consented=True, actor=desk,
                request_id=uuid4(), at=LATER,
            )  # fmt: skip
    yield made
    connections["default"].close()


def at_once(act: Callable[[], Any]) -> list[Any]:
    """What each timer came to, all starting together, each on its own connection."""
    start, told = threading.Barrier(TIMERS, timeout=60), list[Any]()

    def one() -> None:
        try:
            start.wait()
            told.append(act())
        except IntegrityError as error:
            told.append(error)
        finally:
            connections["default"].close()

    timers = [threading.Thread(target=one) for _timer in range(TIMERS)]
    for timer in timers:
        timer.start()
    for timer in timers:
        timer.join()
    return told


def counts() -> tuple[int, int]:
    with acting_as_everything(why="count"):
        return Reminder.objects.count(), TextNotice.objects.count()


def test_timers_at_the_same_instant_write_to_each_person_once(cupboards: Cupboards) -> None:
    def look() -> operations.Looked:
        with acting_as_everything(why="the timer"):
            return operations.look_at_contacts(programme_id=cupboards.programme_id, request_id=uuid4(), at=IDLE_AT, limit=2)

    told = at_once(lambda: [look() for _each in range(3)])
    assert sum(each.sent for looks in told for each in looks) == PEOPLE
    assert counts() == (PEOPLE, PEOPLE)


def test_without_the_lock_each_would_write_and_the_database_refuses(cupboards: Cupboards, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: contacts read without their lock are due for every timer; only the constraint is left."""
    read, known = threading.Barrier(TIMERS, timeout=60), reminding.situations

    def known_to_all(*rows: Any, **options: Any) -> Any:
        found = known(*rows, **options)
        # Nobody writes before everybody has read that nobody wrote.
        read.wait()
        return found

    def look_unlocked() -> int:
        with acting_as_everything(why="the fault"), transaction.atomic():
            taken = list(ReminderContact.objects.filter(ended_at=None).order_by("id")[:1])
            return reminding._look(taken, cupboards.programme_id, is_to_remind=True, request_id=uuid4(), at=IDLE_AT).sent

    monkeypatch.setattr(reminding, "situations", known_to_all)
    told = at_once(look_unlocked)
    refused = [each for each in told if isinstance(each, IntegrityError)]
    assert len(refused) == TIMERS - 1, told
    assert [each for each in told if not isinstance(each, IntegrityError)] == [1], told
    assert counts() == (1, 1)
