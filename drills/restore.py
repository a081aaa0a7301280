"""The server dies for good while vouchers are spent: how long to be back on another place, and what was lost.

A site with its own PostgreSQL serves tills over HTTP. The archive is received beside, a base backup is taken while they spend. At one moment
every till is held still: what they had been told by then is written down. Then the database is killed, its folder forgotten, and the backups
alone are restored, with the private key, into two new places: one to the end, one to that moment. Every answer the tills were given is looked
up in both. To the end, what was acknowledged in the last second may be missing, and how much was is measured; to the moment, exactly what had been
acknowledged is there. The ledger, the journal and its seals must hold in both.

Then, with the archive named as a synchronous standby, the same again: nothing acknowledged may be lost at all.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from carnet.gateways.embedded_postgres._processes import postmaster
from drills import DrillFailed
from drills._backed_up import BackedUp, archiving, clock_of, installed
from drills._till import Tills
from drills.redemptions_killed import program, run, serving

NAME = "restore"
ROOT = Path(__file__).resolve().parents[1]
TILLS = 8
EVERY_SECONDS = 1.0
# Stated in docs/operating/backups.md: what is archived at the latest `every` seconds after it is written, and the time to write it down.
LOSS_MOST_SECONDS = 2 * EVERY_SECONDS
RESTORE_MOST_SECONDS = 3600.0


@dataclass
class Source(BackedUp):
    """The installation that will be lost."""

    place: str
    till: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)


def play(*, seconds: float = 20.0, vouchers: int = 12_000, with_synchronous: bool = True) -> dict[str, Any]:
    """Spend for that long on either side of the moment; gives how long each way back took, and what it lost."""
    figures: dict[str, Any] = {}
    with source(vouchers) as ours, archiving(ours, every=EVERY_SECONDS):
        with serving(["serve", "--no-worker", "--workers", "2"], ours.surroundings) as port:
            began = time.monotonic()
            with tills(ours, port, slice(0, vouchers // 2)) as first:
                time.sleep(seconds / 2)
                figures |= base_taken(ours)
                time.sleep(seconds / 2)
            before = dict(first.told.answers)
            moment = clock_of(ours)
            time.sleep(0.2)
            with tills(ours, port, slice(vouchers // 2, vouchers)) as second:
                time.sleep(seconds / 2)
                killed_at = kill(ours)  # while they spend
                second.stop()
            after = {rank + vouchers // 2: number for rank, number in second.told.answers.items()}
        figures |= {"redemptions_a_second": round((len(before) + len(after)) / (time.monotonic() - began), 1)}
        time.sleep(EVERY_SECONDS / 2)
        figures |= to_the_end(ours, before | after, second, killed_at)
        figures |= to_the_moment(ours, moment, before, after)
        figures |= refusals(ours)
    if with_synchronous:
        figures |= without_any_loss(seconds, vouchers // 2)
    return figures


def to_the_end(ours: Source, answers: dict[int, str], spenders: "Held", killed_at: float) -> dict[str, Any]:
    made, seconds = restored(ours, ours.folder / "end")
    kept = kept_in(ours, ours.folder / "end")
    lost = sorted(number for number in answers.values() if kept.get(number) != 1)
    moments = {number: at for at, number in spenders.moments}
    latest_lost = max((killed_at - moments[number] for number in lost if number in moments), default=0.0)
    if latest_lost > LOSS_MOST_SECONDS:
        raise DrillFailed(f"a redemption acknowledged {latest_lost:.2f} seconds before the server's death is lost")
    if len(lost) > sum(killed_at - at <= LOSS_MOST_SECONDS for at, _ in spenders.moments):
        raise DrillFailed(f"{len(lost)} redemptions are lost, more than were made in the last {LOSS_MOST_SECONDS} seconds")
    return {
        "acknowledged": len(answers), "restore_seconds": round(seconds, 2), "of_which_proving": made["verified_in_seconds"],
        "lost_redemptions": len(lost), "lost_seconds": round(latest_lost, 2), "ledger_and_journal_hold": made["verified"],
    }  # fmt: skip


def to_the_moment(ours: Source, moment: str, before: dict[int, str], after: dict[int, str]) -> dict[str, Any]:
    made, seconds = restored(ours, ours.folder / "moment", "--to", moment)
    kept = kept_in(ours, ours.folder / "moment")
    if set(kept) != set(before.values()):
        missing, beyond = set(before.values()) - set(kept), set(kept) - set(before.values())
        raise DrillFailed(f"at {moment}: {len(missing)} missing, {len(beyond)} that came later ({len(beyond & set(after.values()))} known)")
    if made["redemptions"] != len(before):
        raise DrillFailed(f"the restoration counts {made['redemptions']} redemptions, {len(before)} had been acknowledged")
    return {"to_a_moment_seconds": round(seconds, 2), "to_a_moment_redemptions": len(kept), "to_a_moment_exact": True}


def refusals(ours: Source) -> dict[str, Any]:
    """A key that is not the one, a place that is taken: each says so and leaves nothing."""
    other = ours.folder / "other.key"
    carnet(["backup", "keygen", str(other)], ours)
    for words in (
        ["--identity", str(other), "--into", str(ours.folder / "never")],
        ["--identity", str(ours.identity), "--into", str(ours.folder / "end")],
    ):
        done = subprocess.run(
            program(["carnet", "restore", str(ours.shelf), *words]), env=away(ours), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode != 1 or len(done.stderr.strip().splitlines()) != 1 or (ours.folder / "never").exists():
            raise DrillFailed(f"a restoration that cannot be was not refused well: {done.returncode} {done.stderr.strip()[-200:]}")
    return {"refused_well": 2}


def without_any_loss(seconds: float, vouchers: int) -> dict[str, Any]:
    """The archive as a synchronous standby: a redemption is acknowledged once its log is in the archive."""
    with source(vouchers) as ours, archiving(ours, every=0):
        base_taken(ours)
        with psycopg.connect(ours.server.address("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'carnet_backup'")
            connection.execute("SELECT pg_reload_conf()")
        with (
            serving(["serve", "--no-worker", "--workers", "2"], ours.surroundings) as port,
            tills(ours, port, slice(0, vouchers)) as spenders,
        ):
            began = time.monotonic()
            time.sleep(seconds / 2)
            kill(ours)
            spenders.stop()
            rate = len(spenders.told.answers) / (time.monotonic() - began)
        restored(ours, ours.folder / "end")
        kept = kept_in(ours, ours.folder / "end")
        lost = [number for number in spenders.told.answers.values() if kept.get(number) != 1]
        if lost:
            raise DrillFailed(f"synchronous, {len(lost)} acknowledged redemptions are lost")
        return {
            "synchronous_acknowledged": len(spenders.told.answers),
            "synchronous_lost": 0,
            "synchronous_redemptions_a_second": round(rate, 1),
        }


class Held(Tills):
    """Tills that write down when they were answered, and do not insist once the server is gone."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self.moments: list[tuple[float, str]] = []
        self.gone = False

    def stop(self) -> None:
        self.gone = True
        self._stop.set()

    def _spend(self, port: int, rank: int) -> None:
        from drills._till import post

        until = time.monotonic() + 30
        while time.monotonic() < until and not self.gone:
            status, answer, _ = post(port, self._codes[rank], f"till-{self._codes[rank]}", self._token)
            if status == 201:
                with self._lock:
                    self.told.answers[rank] = answer["id"]
                    self.moments.append((time.monotonic(), answer["id"]))
                return
            if status and status < 500 and answer.get("code") != "idempotency-in-flight":
                self.told.wrong.append(f"voucher {rank}: {status} {answer.get('code')}")
                return
            time.sleep(0.1)


@contextlib.contextmanager
def tills(ours: Source, port: int, which: slice) -> Iterator[Held]:
    held = Held([port], codes=ours.till["codes"][which], token=ours.till["token"], how_many=TILLS, pause_seconds=0.05)
    with held:
        yield held
    if held.told.wrong:
        raise DrillFailed(f"{len(held.told.wrong)} answers were wrong: {held.told.wrong[:3]}")


@contextlib.contextmanager
def source(vouchers: int) -> Iterator[Source]:
    with installed() as ours:
        place = run(["place", "prepare", str(vouchers // 5 + 1)], ours.surroundings)
        run(["place", "equip", place, str(vouchers), str(ours.folder / "till.json")], ours.surroundings)
        till = json.loads((ours.folder / "till.json").read_text(encoding="ascii"))
        yield Source(ours.folder, ours.server, ours.surroundings, ours.public, place, till)


def base_taken(ours: Source) -> dict[str, Any]:
    words = ["backup", str(ours.shelf), "--recipient", ours.public, "--keys-to", str(ours.folder / "keys-shelf"), "--json"]
    taken = json.loads(carnet(words, ours))
    return {"base_seconds": taken["seconds"], "base_bytes": taken["bytes"]}


def kill(ours: Source) -> float:
    """Kill -9 the database, and never start it again."""
    victim = postmaster(ours.server.placement.data)
    if victim is None:
        raise DrillFailed("there was no database to kill")
    os.kill(victim, signal.SIGKILL)
    return time.monotonic()


def away(ours: Source) -> dict[str, str]:
    """The surroundings of another machine: no database, another folder."""
    kept = {name: value for name, value in ours.surroundings.items() if name not in {"CARNET_DATABASE_URL", "CARNET_KEYS_DIR"}}
    return {**kept, "CARNET_VAR_DIR": str(ours.folder / "elsewhere")}


def restored(ours: Source, into: Path, *words: str) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    command = ["carnet", "restore", str(ours.shelf), "--into", str(into), "--identity", str(ours.identity), "--keys-from", str(ours.folder / "keys-shelf"),
               *words, "--json"]  # fmt: skip
    made: dict[str, Any] = json.loads(run(command, away(ours)))
    seconds = time.monotonic() - began
    if made["verified"] is not True:
        raise DrillFailed("what was restored contradicts the ledger or the journal")
    if seconds > RESTORE_MOST_SECONDS:
        raise DrillFailed(f"it took {seconds:.0f} seconds to be back")
    return made, seconds


def kept_in(ours: Source, into: Path) -> dict[str, int]:
    """What the restored installation holds, asked of it as it would serve: with its own server, and the keys that were restored."""
    server = EmbeddedPostgres(into)
    surroundings = {**away(ours), "CARNET_VAR_DIR": str(into), "CARNET_DATABASE_URL": server.acquire()}
    try:
        for words in (["ledger", "verify"], ["journal", "verify"]):
            run(["carnet", *words], surroundings)
        found: dict[str, int] = json.loads(run(["place", "count", ours.place], surroundings))
    finally:
        server.release()
    return found


def carnet(words: list[str], ours: Source) -> str:
    return run(["carnet", *words], ours.surroundings)
