"""Kill -9 during redemptions: the web workers of both servers, and PostgreSQL itself. Nothing acknowledged is lost, nothing is doubled.

Tills spend vouchers over HTTP, through the site and through the grouped-commit process, each under its own idempotency key, and write
down every answer they are given. At moments drawn at random a worker, or the database, is killed without warning, some of them in the
middle of a redemption. A till that was cut asks again under the same key, until it knows. At the end every answer written down is compared
with the database, which may hold nothing else; then the ledger and the journal are verified.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import _http
from carnet.gateways.embedded_postgres import EmbeddedPostgres
from carnet.gateways.embedded_postgres._processes import postmaster
from drills import DrillFailed
from drills._till import Tills

NAME = "redemptions-killed"
ROOT = Path(__file__).resolve().parents[1]
WORKER_KILLS, DATABASE_KILLS = 500, 50
WORKERS = 4
TILLS = 12
# granian takes a worker that dies twice in 5.5 s for one that cannot start, and gives up.
SPARED_SECONDS = 6.5
VOUCHERS_PER_KILL = 250
# And for the waits of a slow machine: tills go on spending until a worker that may be killed is back.
VOUCHERS_BESIDE = 4_000
SHOW_EVERY = 50


def play(
    *, worker_kills: int = WORKER_KILLS, database_kills: int = DATABASE_KILLS, workers: int = WORKERS, seed: int = 1
) -> dict[str, Any]:
    """Deal that many kills to servers of that many workers, in an order and at moments that follow from `seed`."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        run(["carnet", "init"], surroundings)
        vouchers = (worker_kills + database_kills) * VOUCHERS_PER_KILL + VOUCHERS_BESIDE
        place = run(["place", "prepare", str(vouchers // 5)], surroundings)
        run(["place", "equip", place, str(vouchers), str(folder / "till.json")], surroundings)
        till = json.loads((folder / "till.json").read_text(encoding="ascii"))
        blows = ["worker"] * worker_kills + ["database"] * database_kills
        chance.shuffle(blows)
        with contextlib.ExitStack() as stack:
            ports = [
                stack.enter_context(serving([*words, "--workers", str(workers)], surroundings))
                for words in (["serve", "--no-worker"], ["fast"])
            ]
            with Tills(ports, codes=till["codes"], token=till["token"], how_many=TILLS, pause_seconds=0.04) as tills:
                time.sleep(2)
                recoveries = deal(blows, ports, folder / "var", server, chance, tills)
                time.sleep(2)
        if tills.told.wrong:
            raise DrillFailed(f"{len(tills.told.wrong)} answers were wrong: {tills.told.wrong[:3]}")
        return {
            "worker_kills": worker_kills, "database_kills": database_kills, **compared(place, tills.told.answers, surroundings),
            "unknown_then_settled": tills.told.unknown, "of_which_already_done": tills.told.repeated,
            "slowest_recovery_seconds": round(max(recoveries, default=0.0), 2),
        }  # fmt: skip
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def serving(words: list[str], surroundings: dict[str, str]) -> Iterator[int]:
    with _http.serving_program(program(["carnet", *words]), surroundings) as port:
        yield port


def deal(blows: list[str], ports: list[int], var: Path, server: EmbeddedPostgres, chance: random.Random, tills: Tills) -> list[float]:
    """Each blow at a moment of its own; gives how long the database took to come back."""
    recoveries: list[float] = []
    born: dict[int, float] = {}
    for number, blow in enumerate(blows, start=1):
        time.sleep(chance.uniform(0.05, 0.6))
        if blow == "worker":
            kill_a_worker(ports, chance, born)
        else:
            victim = postmaster(server.placement.data)
            if victim is None:
                raise DrillFailed("there was no database to kill")
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            neighbour = EmbeddedPostgres(var)
            neighbour.acquire()
            recoveries.append(time.monotonic() - began)
            neighbour.release()
        if tills.told.wrong:
            break
        if number % SHOW_EVERY == 0:
            told = tills.told
            print(f"{number} kills of {len(blows)}: {len(told.answers)} answers, {told.unknown} had been unknown", flush=True)
    return recoveries


def kill_a_worker(ports: list[int], chance: random.Random, born: dict[int, float]) -> None:
    """Kill -9 one worker of one server, among those that lived long enough for their server not to give up."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = time.monotonic()
        known = [(port, worker) for port in ports for worker in workers_of(port)]
        for _port, worker in known:
            born.setdefault(worker, now)
        ripe = [worker for _port, worker in known if now - born[worker] > SPARED_SECONDS]
        if ripe:
            victim = chance.choice(ripe)
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                return
        time.sleep(0.1)
    raise DrillFailed("no worker came back within a minute")


def workers_of(port: int) -> list[int]:
    """The worker processes of the server that listens there: the children of the one that was started."""
    processes: dict[int, tuple[int, bytes]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text(errors="replace").rpartition(") ")[2].split()[1])
                processes[int(entry.name)] = (parent, (entry / "cmdline").read_bytes())
    ours = {pid for pid, (_parent, words) in processes.items() if words.endswith(f"\0--port\0{port}\0".encode())}
    return sorted(pid for pid in ours if processes[pid][0] in ours)


def compared(place: str, answers: dict[int, str], surroundings: dict[str, str]) -> dict[str, int]:
    """Every answer against the database, then the ledger against itself."""
    kept: dict[str, int] = json.loads(run(["place", "count", place], surroundings))
    lost = sorted(rank for rank, number in answers.items() if kept.get(number) != 1)
    doubled = sorted(number for number, count in kept.items() if count > 1)
    unanswered = set(kept) - set(answers.values())
    if lost:
        raise DrillFailed(f"{len(lost)} acknowledged redemptions are not in the database: vouchers {lost[:5]}")
    if doubled:
        raise DrillFailed(f"{len(doubled)} redemptions are there twice: {doubled[:5]}")
    if unanswered:  # every till asked again until it knew
        raise DrillFailed(f"{len(unanswered)} redemptions nobody was told of")
    for words in (["ledger", "verify"], ["journal", "verify"]):
        run(["carnet", *words], surroundings)
    return {"acknowledged": len(answers), "lost": 0, "doubled": 0}


def program(words: list[str]) -> list[str]:
    if words[0] == "carnet":
        return [sys.executable, "-c", "from carnet.cli.main import run; run()", *words[1:]]
    return [sys.executable, "-m", "drills._place", *words[1:]]


def run(words: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(program(words), env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[:2])}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return done.stdout.strip()
