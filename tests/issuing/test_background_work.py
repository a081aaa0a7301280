"""Work in real processes with real commits: killed and run again, taken from the queue, asked for twice at once."""

import hashlib
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
from carnet.issuing.models import Job, Order, PrintFile
from carnet.issuing.rules import JobState
from carnet.jobs import issuing as background
from tests.factories.print_shops import openssl_opens, press
from tests.house.rooms import ROOT
from tests.issuing.conftest import Cast, gather
from tests.issuing.printing import shop_of

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
        # The address is on the approved proof: another one would be another edition.
        "CARNET_BASE_URL": "https://carnet.exemple.fr",
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


BOOKLETS_PRINTED = 2_600  # six chunks of files


def check_sealed(cast: Cast, job_id: int, folder: Path) -> None:
    """Each booklet is in one file of pages and one of data, each file is whole, and the press opens it: no hole, nothing twice."""
    with acting_as(cast.agent):
        files = list(PrintFile.objects.filter(job_id=job_id).order_by("name").values("name", "first_rank", "last_rank", "sha256"))
    for suffix in (".pdf.cms", ".csv.cms"):
        ranks = [rank for file in files if file["name"].endswith(suffix) for rank in range(file["first_rank"], file["last_rank"] + 1)]
        assert ranks == list(range(1, BOOKLETS_PRINTED + 1))
    on_disk = {path.name: path for path in folder.rglob("*.cms")}
    assert sorted(on_disk) == sorted(file["name"] for file in files)
    codes: list[str] = []
    for file in files:
        content = on_disk[file["name"]].read_bytes()
        assert hashlib.sha256(content).digest() == bytes(file["sha256"])
        if file["name"].endswith(".csv.cms"):
            lines = openssl_opens(content, press(), folder).decode("utf-8-sig").splitlines()
            codes += [line.split(";")[4] for line in lines[1:]]
    assert len(codes) == len(set(codes)) == BOOKLETS_PRINTED * 5


def test_printing_killed_without_warning_leaves_every_booklet_once(
    committed_database: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    cast = gather()
    shop = shop_of(cast)
    with acting_as(cast.agent):
        order_id = cast.drawn(booklet_count=BOOKLETS_PRINTED)
        job_id = operations.print_order(order_id=order_id, print_shop_id=shop.id, **cast.by(cast.agent))  # type: ignore[arg-type]
    # The press's key is good for years; the clock of the killed process is the real one.
    for turn in (1, 2):
        victim = subprocess.Popen(carnet("jobs", "run", "--json"), cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
        deadline, before = time.monotonic() + 120, done(cast, job_id)
        while done(cast, job_id) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.15 * turn)  # now in the middle of the next chunk
        victim.kill()
        victim.wait()
    assert 0 < done(cast, job_id) < BOOKLETS_PRINTED, "printing was not killed on its way"
    finished = subprocess.run(carnet("jobs", "run", "--json"), cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    assert json.loads(finished.stdout) == [{"job": job_id, "order": order_id, "kind": "PRINT", "state": "DONE"}]
    check_sealed(cast, job_id, tmp_path / "print")
    connection.close()


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
