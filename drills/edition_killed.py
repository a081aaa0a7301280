"""Kill -9 while an edition of a million is drawn, then while its files are made. It goes on each time; nothing is there twice, nothing is missing.

The work is done by `carnet jobs run`, as the worker of a site does it. It is killed without warning, at moments drawn at random, and started
again. At the end the edition is compared with what one run without a break draws from the same seed: every code, every number, every file.
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
from drills import DrillFailed

NAME = "edition-killed"
ROOT = Path(__file__).resolve().parents[1]
BOOKLETS, PRINTED, KILLS = 200_000, 5_000, 12
# From the start of a command to its first chunk: a kill before that proves nothing.
BEGINS_SECONDS = 60.0


def play(*, booklets: int = BOOKLETS, printed: int = PRINTED, kills: int = KILLS, seed: int = 1) -> dict[str, Any]:
    """Draw and print an edition of that many booklets, killed that many times in all, half of them in each work."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        run([*command("init")], surroundings)
        edition = told(["ask", str(booklets)], surroundings)
        drawing = worked(edition, booklets * 5, kills - kills // 2, chance, surroundings)
        if printed:
            edition = told(["pages", json.dumps(edition), str(printed)], surroundings)
            printing = worked(edition, printed, kills // 2, chance, surroundings)
        found = told(["look", json.dumps(edition)], surroundings)
        return {
            **found, "kills": len(drawing) - 1 + (len(printing) - 1 if printed else 0),
            "drawn_when_killed": drawing[:-1], "printed_when_killed": printing[:-1] if printed else [],
        }  # fmt: skip
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def worked(edition: dict[str, Any], total: int, kills: int, chance: random.Random, surroundings: dict[str, str]) -> list[int]:
    """Do what waits, killed on the way; gives how far it was after each kill, and at the end."""
    stops = sorted(chance.sample(range(1, 100), kills))
    reached: list[int] = []
    for percent in stops:
        process = subprocess.Popen(command("jobs", "run", "--json"), cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
        killed = await_moment(process, edition, total * percent // 100, surroundings)
        process.wait()
        time.sleep(chance.uniform(0, 0.3))
        done = how_far(edition, surroundings)
        if killed and done > total:
            raise DrillFailed(f"{done} of {total} were done")
        if killed:
            reached.append(done)
        if done == total:
            break
    run(command("jobs", "run", "--json"), surroundings)
    reached.append(how_far(edition, surroundings))
    if reached[-1] != total:
        raise DrillFailed(f"{reached[-1]} of {total} were done when no work was left")
    return reached


def await_moment(process: "subprocess.Popen[bytes]", edition: dict[str, Any], wanted: int, surroundings: dict[str, str]) -> bool:
    """Kill it once that much is done; whether it had not ended by itself."""
    until = time.monotonic() + BEGINS_SECONDS + 600
    while process.poll() is None:
        if how_far(edition, surroundings) >= wanted:
            process.send_signal(signal.SIGKILL)
            return True
        if time.monotonic() > until:
            process.kill()
            raise DrillFailed(f"the work did not get to {wanted}")
        time.sleep(0.05)
    return False


def how_far(edition: dict[str, Any], surroundings: dict[str, str]) -> int:
    """What the latest work of the order says it has done."""
    import psycopg

    with psycopg.connect(surroundings["CARNET_DATABASE_URL"]) as reader:
        reader.execute("SET LOCAL carnet.everything = 'on'")
        row = reader.execute("SELECT done FROM issuing_job WHERE order_id = %s ORDER BY id DESC LIMIT 1", [edition["order"]]).fetchone()
    assert row is not None, "its work was asked for"
    return int(row[0])


def told(words: list[str], surroundings: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run([sys.executable, "-m", "drills._edition", *words], surroundings))
    if "failed" in found:
        raise DrillFailed(found["failed"])
    return found


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from carnet.cli.main import run; run()", *words]


def run(words: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[-3:])[:80]}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][-300:]}")
    return done.stdout
