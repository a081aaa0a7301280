"""Somebody known everywhere is erased: then their name is looked for in tables, files, exports, the journal, an archive, and a restored backup.

Two people are given an account, a mandate, a household's telephone, a booklet by post, a complaint and a waiting letter. A base backup is taken,
with a copy of the keys, while the log is archived; the programme is exported. One of the two is erased by `carnet data erase`. Then:

- here, in the tables, what is sealed, the files and the export: the erased name is nowhere, the other in each place;
- the backups are restored to a moment **before** the erasure: the register is replayed, and the same is true there;
- the same backups without their register (the negative control): the search finds the name again where it was in clear, so it does look; and what
  was sealed under the person's own keys stays silent, since no copy of the keys holds them any more.
"""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed
from drills._backed_up import BackedUp, archiving, clock_of, installed
from drills.redemptions_killed import program, run

NAME = "erasure"
ROOT = Path(__file__).resolve().parents[1]
ERASED, KEPT = "Delphine Quatrefages", "Achille Montferrand"
# Account, complaint's words and letter in clear; mandate, address and complaint's contact sealed.
PLACES = 6


def play() -> dict[str, Any]:
    """Gives what was found where, and how long each took."""
    with installed() as ours, archiving(ours):
        told = made(ours)
        base(ours)
        figures = {"places_before": whole(ours.surroundings, ERASED, expected=PLACES, words=())}
        slug = slug_of(ours, told["programme"])
        moment = clock_of(ours)
        time.sleep(1.2)
        began = time.monotonic()
        (done,) = json.loads(ours.carnet("data", "erase", ERASED, "--yes", "--json"))
        figures |= {
            "erase_seconds": round(time.monotonic() - began, 2),
            "rows_erased": sum(each["outcome"] == "ERASED" for each in done["steps"]),
        }
        figures |= {"rows_kept_by_law": sum(each["outcome"] == "KEPT" for each in done["steps"]), "keys_destroyed": done["keys_destroyed"]}
        if not done["is_whole"] or done["keys_destroyed"] < 4:
            raise DrillFailed(f"the erasure is not whole: {done}")
        ours.carnet("export", slug, "--out", str(ours.folder / "export"))
        inside = ("--in", str(ours.folder / "export"))
        figures |= {"found_here": whole(ours.surroundings, ERASED, expected=0, words=inside)}
        figures |= {"other_found_here": whole(ours.surroundings, KEPT, expected=PLACES, words=inside)}
        base(ours)
        wait_for_the_log(ours)
        figures |= replayed(ours, moment)
        figures |= without_the_register(ours, moment)
    return figures


def made(ours: BackedUp) -> dict[str, Any]:
    """Two people, known everywhere."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "drills._somebody"],
        env=ours.surroundings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DrillFailed(f"nobody was made known: {done.stderr.strip()[-300:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def replayed(ours: BackedUp, moment: str) -> dict[str, Any]:
    """Restored to before the erasure, with the register: nothing comes back."""
    into = ours.folder / "again"
    began = time.monotonic()
    report = restored(ours, ours.shelf, into, moment, ours.keys_shelf)
    seconds = round(time.monotonic() - began, 1)
    again = report["erasures"]
    if again["erased"] < PLACES or again["broken_at"] is not None:
        raise DrillFailed(f"the restoration did not erase again: {again}")
    with served(ours, into) as surroundings:
        found = whole(surroundings, ERASED, expected=0, words=())
        other = whole(surroundings, KEPT, expected=PLACES, words=())
    return {"restore_seconds": seconds, "erased_again": again["erased"], "found_restored": found, "other_found_restored": other}


def without_the_register(ours: BackedUp, moment: str) -> dict[str, Any]:
    """The negative control: the same copy with no register. What was in clear is found; what was sealed says nothing."""
    bare, into = ours.folder / "bare", ours.folder / "before"
    shutil.copytree(ours.shelf, bare)
    (bare / "erasures.jsonl").unlink()
    first = sorted(ours.keys_shelf.glob("keys-*.tar.gz.age"))[0]
    report = restored(ours, bare, into, moment, first)
    if report["erasures"]["read"]:
        raise DrillFailed("the register was to be left out")
    with served(ours, into) as surroundings:
        answer = search(surroundings, ERASED)
        other = search(surroundings, KEPT)
    kinds = {kind: sum(each["kind"] == kind for each in answer["found"]) for kind in ("ROW", "SEALED")}
    if not kinds["ROW"] or kinds["SEALED"] or answer["closed"] < 4 or not any(each["kind"] == "SEALED" for each in other["found"]):
        raise DrillFailed(
            f"without its register a copy should show what was in clear and nothing sealed: {kinds}, {answer['closed']} closed"
        )
    return {"control_clear_rows_found": kinds["ROW"], "control_sealed_found": kinds["SEALED"], "control_sealed_silent": answer["closed"]}


def whole(surroundings: dict[str, str], name: str, *, expected: int, words: tuple[str, ...]) -> int:
    found = search(surroundings, name, *words)["found"]
    if len(found) != expected:
        raise DrillFailed(f"{name} is in {len(found)} places, not {expected}: {found}")
    return len(found)


def search(surroundings: dict[str, str], name: str, *words: str) -> dict[str, Any]:
    """What `carnet data search` answers: it ends with 1 when the name is somewhere."""
    done = subprocess.run(
        program(["carnet", "data", "search", name, *words, "--json"]),
        env=surroundings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise DrillFailed(f"the search failed: {done.stderr.strip()[-300:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if bool(answer["found"]) != (done.returncode == 1):
        raise DrillFailed("the search says one thing and ends as another")
    return answer


def restored(ours: BackedUp, shelf: Path, into: Path, moment: str, keys: Path) -> dict[str, Any]:
    words = [
        "restore",
        str(shelf),
        "--into",
        str(into),
        "--identity",
        str(ours.identity),
        "--keys-from",
        str(keys),
        "--to",
        moment,
        "--json",
    ]
    made: dict[str, Any] = json.loads(run(["carnet", *words], away(ours)))
    if made["verified"] is not True:
        raise DrillFailed("what was restored contradicts the ledger or the journal")
    return made


def away(ours: BackedUp) -> dict[str, str]:
    """Another machine: no database, another folder."""
    kept = {name: value for name, value in ours.surroundings.items() if name not in {"CARNET_DATABASE_URL", "CARNET_KEYS_DIR"}}
    return {**kept, "CARNET_VAR_DIR": str(ours.folder / "elsewhere")}


@contextlib.contextmanager
def served(ours: BackedUp, into: Path) -> Iterator[dict[str, str]]:
    server = EmbeddedPostgres(into)
    try:
        yield {**away(ours), "CARNET_VAR_DIR": str(into), "CARNET_DATABASE_URL": server.acquire()}
    finally:
        server.release()


def base(ours: BackedUp) -> None:
    ours.carnet("backup", str(ours.shelf), "--recipient", ours.public, "--keys-to", str(ours.keys_shelf), "--json")
    time.sleep(1.1)  # a base is named by its second


def wait_for_the_log(ours: BackedUp) -> None:
    """Until the archive holds what was written so far, so that both restorations may choose their moment."""
    with psycopg.connect(ours.server.address("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_switch_wal()")
    time.sleep(4)


def slug_of(ours: BackedUp, programme_id: int) -> str:
    with psycopg.connect(ours.server.url) as connection:
        row = connection.execute("SELECT slug FROM funding_programme WHERE id = %s", [programme_id]).fetchone()
    assert row is not None
    return str(row[0])
