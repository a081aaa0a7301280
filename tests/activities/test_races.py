"""Two people at the last station, two corrections of one activity, one workshop told twice: at the same instant, exactly one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connections

from carnet.activities import operations
from carnet.activities.models import Record, SeatBooking
from carnet.activities.rules import ActivityChanged, ActivityToldAlready, Kind, Origin, SeatsTaken
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.places.models import FreeSpace
from tests.activities.conftest import HELP, Space, make_space, paris
from tests.factories.campaign import rid
from tests.workshops.test_races import at_once

pytestmark = pytest.mark.slow
HOURS = (15, 16, 17)


@pytest.fixture
def space(committed_database: str) -> Iterator[Space]:
    yield make_space()
    connections["default"].close()


def test_two_desks_at_the_last_station_exactly_one_has_it(space: Space) -> None:
    FreeSpace.objects.filter(place_id=space.place_id).update(seats=1)
    for hour in HOURS:
        asked = [
            lambda hour=hour, who=who: space.book(paris(hour), actor=who, at=paris(14)) for who in (space.desk, space.library.other_desk)
        ]
        answers = at_once(*asked)
        assert sum(isinstance(each, SeatsTaken) for each in answers) == 1, answers
    with acting_as_everything(why="count"):
        assert SeatBooking.objects.count() == len(HOURS)


def test_two_corrections_at_once_leave_one_to_look_again(space: Space) -> None:
    done = space.record()

    def correct(minutes: int) -> object:
        told = replace(HELP, minutes=minutes)
        with acting_as(space.manager):
            return operations.correct(
                activity=done.activity, revision=0, told=told, actor=space.manager, request_id=rid(), at=space.at
            )  # fmt: skip

    answers = at_once(lambda: correct(60), lambda: correct(90))
    assert sum(isinstance(each, ActivityChanged) for each in answers) == 1, answers
    assert space.view(done.activity).revision == 1


def test_one_workshop_told_twice_at_once_is_told_once(space: Space) -> None:
    told = replace(HELP, kind=Kind.WORKSHOP)
    answers = at_once(*[lambda: space.record(told, origin=Origin.session(7))] * 2)
    assert sum(isinstance(each, ActivityToldAlready) for each in answers) == 1, answers
    with acting_as_everything(why="count"):
        assert Record.objects.count() == 1
