"""Twenty kills at random moments, of the program or of its connections: what was acknowledged is there, nothing is there twice.

The drill `redemptions-killed` kills the whole server; here four threads spend at once, so that some are killed inside their commit.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.rules import IdempotencyInFlight
from carnet.redemption import operations
from carnet.redemption.models import Redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import redemption_number
from tests.factories.campaign import LATER, Campaign, campaign
from tests.house.rooms import ROOT
from tests.races.conftest import faults

pytestmark = pytest.mark.slow
KILLS = 20
PER_KILL_MAX = 60
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spender' ORDER BY random() LIMIT 2"


@dataclass
class Told:
    """What the killed program had written down, by rank."""

    tried: set[int] = field(default_factory=set)
    told: dict[int, str] = field(default_factory=dict)

    def read(self, line: str) -> bool:
        """Keep one line; true when it acknowledges a redemption."""
        word, *rest = line.split()
        if word == "tried":
            self.tried.add(int(rest[0]))
        elif word == "told":
            self.told[int(rest[0])] = rest[1]
        return word == "told"

    @property
    def unknown(self) -> set[int]:
        return self.tried - set(self.told)


def spend_and_kill(ready: Campaign, url: str, folder: Path, *, kills: int, honest: bool) -> Told:
    """Spend until `kills` kills were dealt: a kill of the program, then three of its connections, and again."""
    chance = random.Random(20261122)
    kept, dealt = Told(), 0
    while dealt < kills:
        first = max(kept.tried, default=-1) + 1
        orders = {
            "codes": {rank: ready.code(rank) for rank in range(first, first + 4 * PER_KILL_MAX)}, "organisation_id": ready.place_organisation_id,
            "place_id": ready.place_id, "at": LATER.isoformat(), "honest": honest,
        }  # fmt: skip
        path = folder / f"orders-{first}.json"
        path.write_text(json.dumps(orders), encoding="utf-8")
        dealt += _until_killed(path, url, kept, chance, kills - dealt)
    return kept


def _until_killed(path: Path, url: str, kept: Told, chance: random.Random, most: int) -> int:
    surroundings = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "carnet.settings.dev", "CARNET_DATABASE_URL": f"{url}&application_name=spender",
        "CARNET_KEYS_DIR": str(settings.KEYS_DIR), "CARNET_VAR_DIR": str(path.parent),
    }  # fmt: skip
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.races.spender", str(path)], cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    dealt, wait = 0, chance.randint(5, PER_KILL_MAX // 2)
    with psycopg.connect(url, autocommit=True) as server:
        for line in program.stdout:
            wait -= kept.read(line)
            if wait > 0:
                continue
            wait, dealt = chance.randint(5, PER_KILL_MAX // 2), dealt + 1
            time.sleep(chance.random() * 0.003)
            if dealt == most or dealt == 4:
                os.kill(program.pid, signal.SIGKILL)
                for rest in program.stdout:  # what was already written when it died
                    kept.read(rest)
                break
            server.execute(TERMINATE)
    program.stdout.close()
    assert program.wait() == -signal.SIGKILL
    return dealt


def numbers_kept(ready: Campaign) -> set[str]:
    with acting_as_everything(why="compare"):
        rows = Redemption.objects.filter(series_id=ready.series_id).order_by("voucher_id", "generation")
        return {redemption_number(series_id=row.series_id, voucher_id=row.voucher_id, generation=row.generation) for row in rows}


def try_again(ready: Campaign, rank: int) -> Redeemed:
    """What a till does after a cut: the same request under the same key, until it is answered."""
    asked = Asked(Item(code=ready.code(rank), service="mailbox", key=f"rank-{rank}"), ready.mediator)
    for _ in range(100):
        with acting_as(ready.mediator):
            (answer,) = operations.redeem_many(asked=[asked], at=LATER)
        if not isinstance(answer, IdempotencyInFlight):
            assert isinstance(answer, Redeemed), answer
            return answer
        time.sleep(0.05)
    raise AssertionError(f"the key of voucher {rank} never came free")


@pytest.fixture
def ready(committed_database: str) -> Any:
    with acting_as_everything(why="prepare a campaign"):
        return campaign(booklets=600)


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(ready: Campaign, committed_database: str, tmp_path: Path) -> None:
    kept = spend_and_kill(ready, committed_database, tmp_path, kills=KILLS, honest=True)
    assert len(kept.told) > 10 * KILLS / 2
    assert kept.unknown, "no kill fell on a redemption in flight: this run proves nothing"
    lost = set(kept.told.values()) - numbers_kept(ready)
    assert lost == set()
    # Each key again, known outcome or not: the same redemption, never a second one.
    again = {rank: try_again(ready, rank) for rank in sorted(kept.tried)}
    assert {rank: again[rank].number for rank in kept.told} == kept.told
    assert all(again[rank].repeated for rank in kept.told)
    assert len(numbers_kept(ready)) == len(kept.tried)
    assert faults() == []


def test_a_program_that_answers_before_the_commit_is_caught(ready: Campaign, committed_database: str, tmp_path: Path) -> None:
    """The negative control: the comparison above finds answers given for nothing."""
    kept = spend_and_kill(ready, committed_database, tmp_path, kills=4, honest=False)
    assert set(kept.told.values()) - numbers_kept(ready)
