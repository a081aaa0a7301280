"""Eight structures want the last two seats of a training at the same instant: two have one, whatever forgets the lock.

The first test goes through the operation. The second takes its lock away and hides the seats others hold: only the table is left. The
control drops the two constraints as well, and the training is overbooked: the attack is real.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import psycopg
import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import start_of_day
from carnet.mandates import access
from carnet.mandates.models import HelperFile, Structure, TrainingSeat
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.operations.habilitation import _helpers, _trainings
from carnet.mandates.rules.habilitation import HelperSaid, Position, TrainingFull
from tests.factories.campaign import SYSTEM, organisation, programme
from tests.mandates.habilitation import Habilitation
from tests.races.conftest import Blows, hammer

pytestmark = pytest.mark.slow

NOW = start_of_day(date(2026, 3, 2)) + timedelta(hours=10)
STRUCTURES, SEATS = 8, 2


@pytest.fixture
def crowd(committed_database: str) -> Iterator[tuple[Habilitation, int, list[tuple[int, int]]]]:
    """A training of two seats, and eight helpers of eight structures."""
    operator_id = organisation("Opérateur", "OPERATOR")
    world = Habilitation(programme(operator_id, first_day=date(2026, 1, 5)), operator_id, NOW)
    helpers = []
    with acting_as_everything(why="eight structures"):
        for number in range(STRUCTURES):
            structure_id = organisation(f"Structure {number}", "HELPER")
            Structure.objects.create(
                organisation_id=structure_id, programme_id=world.programme_id, families=["papers"], admitted_at=NOW, request_id=uuid4()
            )
            said = HelperSaid("Sam Petit", f"sam{number}@example.org", "", Position.AGENT)
            row: HelperFile = _helpers.put_forward(structure_id, world.programme_id, said, SYSTEM, uuid4(), NOW)
            helpers.append((structure_id, row.id))
    yield world, world.planned(seats=SEATS), helpers


def rush(crowd: tuple[Habilitation, int, list[tuple[int, int]]]) -> Blows:
    world, session_id, helpers = crowd

    def attempt(number: int, _rank: int) -> bool:
        structure_id, helper_id = helpers[number]
        lead = world.member(structure_id, 950 + number)
        with acting_as(lead):
            try:
                operations.take_seat(session_id=session_id, helper_id=helper_id, **world.facts(lead))
            except TrainingFull:
                return False
        return True

    return hammer(attempt, threads=STRUCTURES, vouchers=1)


def seated(session_id: int) -> int:
    with acting_as_everything(why="count the seats"):
        return TrainingSeat.objects.filter(session_id=session_id, given_back_at=None).count()


def test_the_last_seats_go_to_as_many_helpers(crowd: tuple[Habilitation, int, list[tuple[int, int]]]) -> None:
    blows = rush(crowd)
    assert blows.errors == [] and len(blows.winners[0]) == seated(crowd[1]) == SEATS


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody, and everybody believes that the first seat is free."""
    seen = access.training
    monkeypatch.setattr(access, "training", lambda programme_id, session_id, lock: seen(programme_id, session_id))
    monkeypatch.setattr(_trainings, "_ranks", lambda _session_id: [])


def test_without_the_lock_the_table_itself_refuses(
    crowd: tuple[Habilitation, int, list[tuple[int, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_lock(monkeypatch)
    blows = rush(crowd)
    assert blows.errors == [] and len(blows.winners[0]) == seated(crowd[1]) == 1


def test_the_control_without_its_constraints_is_overbooked(
    crowd: tuple[Habilitation, int, list[tuple[int, int]]], committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(committed_database, autocommit=True) as owner:
        owner.execute("ALTER TABLE mandates_trainingseat DROP CONSTRAINT mandates_trainingseat_one_each")
    without_the_lock(monkeypatch)
    blows = rush(crowd)
    assert blows.errors == [] and seated(crowd[1]) == STRUCTURES > SEATS
