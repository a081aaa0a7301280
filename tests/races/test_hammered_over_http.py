"""A small sample of the drill: sixteen tills at twelve vouchers over HTTP, both servers, and its negative control, in a process of its own."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from drills import DrillFailed
from drills.redemptions_hammered import Blows, checked
from tests.house.rooms import ROOT

pytestmark = pytest.mark.slow
PLAY = "import json; from drills import redemptions_hammered as drill; print(json.dumps(drill.play(clients=16, vouchers=12)))"


def test_each_voucher_is_spent_once_over_http_and_a_naive_redemption_is_caught(worker_id: str) -> None:
    surroundings = {**os.environ, "CARNET_TEST_NAME": os.environ.get("CARNET_TEST_NAME", "carnet"), "CARNET_TEST_APART": worker_id}
    done = subprocess.run(
        [sys.executable, "-c", PLAY], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    for server in ("site", "grouped"):
        assert figures[server]["201 new"] == 12
    assert figures["control_spent_more_than_once"] > 0


@pytest.mark.parametrize(
    ("new", "answers", "reason"),
    [
        ({1: ["A", "B"]}, {"201 new": 2}, "exactly once"),
        ({1: []}, {"409 voucher-already-redeemed": 2}, "exactly once"),
        ({1: ["A"]}, {"201 new": 1, "503 database-away": 1}, "nobody should be given"),
        ({1: ["A"]}, {"201 new": 1, "404 voucher-unknown": 1}, "unexpected"),
        ({1: ["A"]}, {"201 new": 1}, "not answered"),
    ],
)
def test_the_hammer_finds_what_should_not_be(new: dict[int, list[str]], answers: dict[str, int], reason: str) -> None:
    blows = Blows(new, {rank: set(numbers) for rank, numbers in new.items()}, Counter(answers))
    with pytest.raises(DrillFailed, match=reason):
        checked(blows, [1], clients=2)
