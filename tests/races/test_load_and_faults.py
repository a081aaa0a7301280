"""A small sample of the drills of load and faults, on one installation in a process of its own; and what makes them fail."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from drills import DrillFailed, faults, load
from drills._site import Answer
from tests.house.rooms import ROOT

pytestmark = pytest.mark.slow
PLAY = """
import json
from drills import faults, load
from drills._site import installation
with installation(vouchers=500) as site:
    with site.served():
        site.redeem_by_page()
        loaded = load.loaded(site, seconds=5, rate=6)
    gone = faults.database_gone(site, True).told()
    absurd = faults.webhook_receiver(site, True).told()
    site.verify()
print(json.dumps([loaded, gone, absurd]))
"""


def test_a_site_under_load_then_without_its_database_loses_nothing_and_says_what_to_do() -> None:
    surroundings = {name: value for name, value in os.environ.items() if name != "CARNET_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", PLAY], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded, gone, absurd = json.loads(done.stdout.splitlines()[-1])
    assert loaded["errors"] == {}
    assert loaded["redemptions"] > 10
    assert loaded["memory"]
    assert gone["ok"], gone
    assert absurd["ok"], absurd


def figures(**more: Any) -> dict[str, Any]:
    flat = {"growth_kb": 100.0}
    quiet = {"processors_of_all": 1.0, "processors_of_postgresql": 0.2, "processors_of_the_servers": 0.6, "processors": 2}
    return {"errors": {}, "redemption_ms": {"p95": 40.0}, "memory": {"site 1": flat}, **quiet, **more}


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (figures(errors={"check: 500": 1}), "errors under load"),
        (figures(redemption_ms={"p95": 201.0}), "200 promised"),
        (figures(memory={"site 1": {"growth_kb": 40_000.0}}), "not flat"),
    ],
)
def test_the_load_drill_fails_when_a_promise_is_not_held(measured: dict[str, Any], reason: str) -> None:
    load.judged(figures(), minutes=5)
    with pytest.raises(DrillFailed, match=reason) as failed:
        load.judged(measured, minutes=5)
    assert failed.value.figures == measured


def test_a_growing_process_is_seen_in_its_samples() -> None:
    grows = load._trend([(float(at), 100_000 + 50 * at) for at in range(300)])
    assert grows["growth_kb"] > 8_000
    assert grows["slope_kb_per_minute"] == pytest.approx(3_000)


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(503, b'{"code": "database-away"}', {"retry-after": "5"}, 0.2), 0),
        (Answer(500, b"Server Error", {}, 0.2), 3),
        (Answer(503, b'{"code": "database-away"}', {"retry-after": "5"}, 25.0), 1),
        (Answer(0, b"", {}, 30.0), 4),
    ],
)
def test_an_answer_that_says_nothing_is_a_fault(answer: Answer, wrong: int) -> None:
    looked = faults.Looked("x", "y")
    faults.is_told_clearly(looked, answer, codes=["database-away"], where="here")
    assert len(looked.wrong) == wrong
