"""Work in real processes with real commits: killed and run again, taken from the queue, asked for twice at once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.issuing import operations
from carnet.issuing.models import Job, Order
from carnet.issuing.rules import JobState
from carnet.jobs import issuing as background
from tests.house.rooms import ROOT
from tests.issuing.conftest import Cast, gather

pytestmark = pytest.mark.slow
VOUCHERS = 60_000  # six chunks


@pytest.fixture
def surroundings(committed_database: str, at_home: None, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "CARNET_DATABASE_URL": committed_database,
        "CARNET_VAR_DIR": str(tmp_path),
        "CARNET_KEYS_DIR": str(tmp_path / "keys"),
        "DJANGO_SETTINGS_MODULE": "carnet.settings.dev",
    }


@pytest.fixture
def approved(surroundings: dict[str, str]) -> Iterator[tuple[Cast, int]]:
    cast = gather()
    with acting_as(cast.agent):
        order_id = cast.approved(booklet_count=VOUCHERS // 5)
    yield cast, order_id
    connection.close()


def start_drawing(cast: Cast, order_id: int) -> int:
    with acting_as(cast.agent):
        return operations.draw_order(order_id=order_id, **cast.by(cast.agent))  # type: ignore[arg-type]


def carnet(*words: str) -> list[str]:
    return [sys.executable, "-c", "from carnet.cli.main import run; run()", *words]


def done(cast: Cast, job_id: int) -> int:
    with acting_as(cast.agent):
        return Job.objects.values_list("done", flat=True).get(id=job_id)


def check_whole(cast: Cast, order_id: int) -> None:
    """Every voucher is there once, under the hash of the code its rank has, and the order is drawn."""
    with acting_as(cast.agent):
        order = Order.objects.get(id=order_id)
        assert order.drawn_at is not None
        ring, last = key_ring(), VOUCHERS - 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(DISTINCT code_hash) FROM ledger_voucher WHERE series_id = %s", [order.series_id])
            assert cursor.fetchone() == (VOUCHERS, VOUCHERS)
            cursor.execute("SELECT code_hash FROM ledger_voucher WHERE series_id = %s ORDER BY id DESC LIMIT 1", [order.series_id])
            (kept,) = cursor.fetchone()
        (digits,) = operations.simulated_codes(order_id=order_id, ranks=range(last, last + 1), **cast.by(cast.agent))  # type: ignore[arg-type]
        assert bytes(kept) == ring.hash_code(cast.programme_id, 1, digits)


def test_a_draw_killed_without_warning_is_finished_by_the_command(approved: tuple[Cast, int], surroundings: dict[str, str]) -> None:
    cast, order_id = approved
    job_id = start_drawing(cast, order_id)
    victim = subprocess.Popen(carnet("jobs", "run", "--json"), cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while done(cast, job_id) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    victim.kill()
    victim.wait()
    assert 0 < done(cast, job_id) < VOUCHERS, "the draw was not killed on its way"
    finished = subprocess.run(carnet("jobs", "run", "--json"), cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    assert json.loads(finished.stdout) == [{"job": job_id, "order": order_id, "kind": "DRAW", "state": "DONE"}]
    check_whole(cast, order_id)
    again = subprocess.run(carnet("jobs", "run", "--json"), cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    assert json.loads(again.stdout) == []


def test_a_worker_takes_the_work_from_the_queue(approved: tuple[Cast, int], surroundings: dict[str, str]) -> None:
    cast, order_id = approved
    job_id = start_drawing(cast, order_id)
    background.enqueue(job_id=job_id, programme_id=cast.programme_id)
    worker = subprocess.Popen(carnet("jobs", "worker"), cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 90
        while done(cast, job_id) < VOUCHERS and time.monotonic() < deadline:
            assert worker.poll() is None, "the worker stopped by itself"
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(30)
    check_whole(cast, order_id)


def test_two_processes_on_one_draw_take_turns(approved: tuple[Cast, int]) -> None:
    cast, order_id = approved
    job_id = start_drawing(cast, order_id)
    states: list[JobState] = []

    def run() -> None:
        states.append(operations.run_job(job_id=job_id, programme_id=cast.programme_id, at=cast.at))
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [JobState.DONE, JobState.DONE]
    check_whole(cast, order_id)
