"""Kill -9 during redemptions: PostgreSQL itself, or the process that serves. No acknowledged redemption is lost, none is doubled.

A place spends vouchers one after the other, each under its own idempotency key, and writes down every answer it was given. At a moment
drawn at random the server, or the place's own process, is killed without warning. Everything starts again; the voucher in flight is
spent again under the same key, as a till would. At the end every answer written down is compared with the database.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from carnet.gateways.embedded_postgres._processes import postmaster
from drills import DrillFailed

NAME = "redemptions-killed"
ROOT = Path(__file__).resolve().parents[1]
VOUCHERS_PER_ROUND = 150


def play(*, rounds: int = 12, seed: int = 1) -> dict[str, Any]:
    """Kill `rounds` times, the server and the place in turn; the moments follow from `seed`."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings["DJANGO_SETTINGS_MODULE"] = "carnet.settings.dev"
        run(["carnet", "init"], surroundings)
        booklets = str(rounds * VOUCHERS_PER_ROUND // 5 + 1)
        place = run(["place", "prepare", booklets], surroundings)
        answers: dict[int, str] = {}
        recoveries: list[float] = []
        for number in range(rounds):
            kill_server = number % 2 == 0
            spend_until_killed(
                server, place, answers, surroundings, after=chance.randint(10, VOUCHERS_PER_ROUND - 20), kill_server=kill_server
            )
            started = time.monotonic()
            neighbour = EmbeddedPostgres(folder / "var")
            neighbour.acquire()
            recoveries.append(time.monotonic() - started)
            neighbour.release()
        return {"kills": rounds, **compared(place, answers, surroundings), "slowest_recovery_seconds": round(max(recoveries), 2)}
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def spend_until_killed(
    server: EmbeddedPostgres, place: str, answers: dict[int, str], surroundings: dict[str, str], *, after: int, kill_server: bool
) -> None:
    """Spend from the voucher that follows the last answer, and kill once `after` more answers were given."""
    first = max(answers, default=-1) + 1
    spender = subprocess.Popen(
        program(["place", "spend", place, str(first)]),
        env=surroundings, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert spender.stdout
    given = 0
    for line in spender.stdout:
        rank, number = line.split()
        answers[int(rank)] = number
        given += 1
        if given == after:
            victim = postmaster(server.placement.data) if kill_server else spender.pid
            if victim is None:
                raise DrillFailed("there was no server to kill")
            os.kill(victim, signal.SIGKILL)
    spender.stdout.close()
    spender.wait()
    if given < after:
        raise DrillFailed(f"the place stopped by itself after {given} answers")


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
    if len(unanswered) > 1:  # only the very last one may have been in flight: every other was asked again
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
