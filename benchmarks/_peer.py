"""A peer in processes and a database of its own: prepared once, worked in rounds, its work counted in its database afterwards."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import NotMeasured, _http, _server
from benchmarks._redemption import SECONDS

PROCESSES = 2
ROOT = _server.ROOT
PYTHON = ROOT / ".venv" / "bench" / "bin" / "python"
SPACING = 10_000_000


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """A database with nothing in it on the server that is measured; gives its address."""
    database = f"test_{os.environ.get('CARNET_TEST_NAME', 'bench')}_peer_{name}"
    with psycopg.connect(_server.address(), autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        described = owner.info
        try:
            host = f"host={described.host}&port={described.port}"
            secret = f":{described.password}" if described.password else ""
            yield f"postgresql://{described.user}{secret}@/{database}?{host}"
        finally:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def surroundings(name: str, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PEER": name,
        "PEER_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "benchmarks._peers.settings",
        "PYTHONWARNINGS": "ignore",
    }


def asked(python: object, name: str, url: str, *words: str) -> Any:
    """What a command of the peer answers. Raises: NotMeasured."""
    command = [str(python), "-m", "benchmarks._peers", name, *words]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(name, url), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured((done.stderr.strip().splitlines() or ["no reason given"])[-1][:200])
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def called(name: str) -> Iterator[Callable[[], float]]:
    """Rounds of a peer called directly, without HTTP, by two processes of four threads: more of them are no faster."""
    if not PYTHON.exists():
        raise NotMeasured("its packages (requirements-bench.txt) could not be installed here")
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(name))
        asked(PYTHON, name, url, "prepare")
        workers = [stack.enter_context(_worker(name, url, number)) for number in range(PROCESSES)]

        def work(seconds: float) -> tuple[float, int]:
            for worker in workers:
                assert worker.stdin
                worker.stdin.write(f"{seconds}\n")
                worker.stdin.flush()
            answers = [worker.stdout.readline().split() for worker in workers if worker.stdout]
            if not all(answers):
                raise RuntimeError(f"{name}: a process ended")
            return sum(float(done) / float(took) for done, took in answers), sum(int(done) for done, _took in answers)

        work(1)  # connections opened

        def one_round() -> float:
            before = asked(PYTHON, name, url, "count")
            measured, acknowledged = work(SECONDS)
            if asked(PYTHON, name, url, "count") - before < acknowledged:
                raise RuntimeError(f"{name} did less than it says")
            return measured

        yield one_round


@contextmanager
def _worker(name: str, url: str, number: int) -> Iterator["subprocess.Popen[str]"]:
    command = [str(PYTHON), "-m", "benchmarks._peers", name, "work", str(number * SPACING if name != "oscar" else number * 3_000)]
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings(name, url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as worker:
        try:
            yield worker
        finally:
            assert worker.stdin
            with warnings.catch_warnings():
                worker.stdin.close()
            worker.wait(20)


@contextmanager
def textbook() -> Iterator[Callable[[], float]]:
    """Rounds of the textbook's view over HTTP, under the same clients as ours."""
    vouchers = 60_000
    with empty_database("textbook") as url:
        facts = asked(sys.executable, "textbook", url, "prepare", str(vouchers))
        left = iter(range(vouchers))

        def requests(how_many: int) -> list[bytes]:
            ranks = [rank for rank, _ in zip(left, range(how_many), strict=False)]
            return [_http.request(f"{rank:018d}", None, facts["token"], f"bench-{rank}") for rank in ranks]

        command = [sys.executable, "-m", "benchmarks._peers.textbook.serve"]
        with _http.serving_program(command, surroundings("textbook", url)) as port:
            _http.rate(port, requests(2_000), seconds=2)

            def one_round() -> float:
                before = asked(sys.executable, "textbook", url, "count")
                measured, acknowledged = _http.answered(port, requests(7_500), seconds=SECONDS)
                if asked(sys.executable, "textbook", url, "count") - before < acknowledged:
                    raise RuntimeError("the textbook did less than it says")
                return measured

            yield one_round
