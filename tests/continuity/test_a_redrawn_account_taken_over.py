"""An account redrawn between two steps of an archive: its lines are copied again, and a successor reads the same accounts, to the cent."""

from pathlib import Path
from typing import Any

import pytest

from carnet.cli.verification import ledger_faults
from carnet.continuity.rules.tables import BY_NAME
from carnet.gateways.database import acting_as_everything
from carnet.settlement.models import Claim, ClaimLine
from tests.continuity.archived import state
from tests.continuity.two import Two, successor_operator, two_installations
from tests.databases import TestDatabases
from tests.settlement.conftest import APRIL, SPENT_AT, make_payday
from tests.settlement.test_cases import DAY, open_one

pytestmark = pytest.mark.slow


@pytest.fixture
def two(test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path: Path) -> Any:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_redrawn", tmp_path) as both:
        yield both


def accounts() -> list[tuple[str, int, int]]:
    """State, cents, and how many lines of each account, in order."""
    with acting_as_everything(why="compare"):
        return [
            (each.state, each.cents, ClaimLine.objects.filter(claim=each).count()) for each in Claim.objects.order_by("id")
        ]  # fmt: skip


def test_its_lines_are_copied_again_and_come_to_the_successor(two: Two) -> None:
    with two.at(two.first):
        payday = make_payday()
        payday.spend(3)
        payday.spend(2, at=SPENT_AT + 4 * DAY)
        payday.claim()
        two.kept(payday.campaign, at=APRIL)
        before = state(two.archive)["settlement_claimline"]
        open_one(payday, hold_cents=30_00, at=APRIL)
        payday.prepare()
        here = accounts()
        assert [cents for _state, cents, _lines in here] == [50_00, 20_00, 30_00]
        two.kept(payday.campaign, at=APRIL + DAY)
        after = state(two.archive)["settlement_claimline"]
        assert before.keys() == after.keys()
        assert before != after, "what moved is in the increment"
    with two.at(two.second):
        two.taken(successor_operator(), at=APRIL + 2 * DAY)
        assert ledger_faults() == []
        there = accounts()
    assert [each[1:] for each in there] == [each[1:] for each in here]
    assert there[0][0] == "REDRAWN"
    assert BY_NAME["settlement_claimline"].key == ("id",)
