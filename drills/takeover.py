"""An operator falls in the middle of a day: its programme is taken over on another machine, and the same paper is honoured.

Two installations, each with its PostgreSQL and its folder of keys. Vouchers are spent over HTTP on the first while its archive is written: a base,
then increments. Spending goes on after the last increment, a tablet accepts without network; then the first installation is killed and its folders
forgotten. The second takes over from the archive alone, is itself killed while it copies, and goes on. There the rest is spent: typed codes, QR codes,
the tablet's queue; the place brings its receipts; everybody is paid; the season is closed. At the end every answer that was ever given is looked
up: none is lost, none is there twice, and the money is the same to the cent on both sides.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from carnet.gateways.embedded_postgres._processes import postmaster
from drills import DrillFailed
from drills.redemptions_killed import ROOT, program, run, serving

NAME = "takeover"
VOUCHERS, SPENT_FIRST, IN_THE_GAP, OFFLINE = 40_000, 1_200, 120, 40
FIRST_NUMBER = 1_000_000_000
SPENDERS = 4


@dataclass
class Installation:
    """A PostgreSQL of its own (or a database of one that was given), a folder of its own, and the environment of its commands."""

    folder: Path
    server: EmbeddedPostgres | None
    surroundings: dict[str, str]

    def kill_database(self) -> None:
        """As a machine dies: nobody is told. A server that was given goes on: others may use it."""
        if self.server is not None:
            victim = postmaster(self.server.placement.data)
            assert victim is not None, "there was no database to kill"
            os.kill(victim, signal.SIGKILL)


@contextlib.contextmanager
def installation(name: str, url: str = "") -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix=f"carnet-drill-{name}-"))
    folder.chmod(0o755)
    server = None if url else EmbeddedPostgres(folder / "var")
    try:
        address = url if server is None else server.acquire()
        surroundings = {**os.environ, "CARNET_DATABASE_URL": address, "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        yield Installation(folder, server, surroundings)
    finally:
        if server is not None:
            with contextlib.suppress(Exception):
                server.release()
            shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def play(
    *,
    vouchers: int = VOUCHERS,
    spent_first: int = SPENT_FIRST,
    in_the_gap: int = IN_THE_GAP,
    offline: int = OFFLINE,
    killed: bool = True,
    databases: tuple[str, str] = ("", ""),
) -> dict[str, Any]:
    """Play it on that many vouchers; gives what each step took and weighed. `databases`: two that exist, empty, rather than two servers."""
    figures: dict[str, Any] = {"vouchers": vouchers}
    with tempfile.TemporaryDirectory(prefix="carnet-drill-kept-") as kept, installation("takes", databases[1]) as second:
        archive, key = Path(kept) / "archive", Path(kept) / "successor.key"
        with installation("falls", databases[0]) as first:
            told = _live(first, archive, key, vouchers, spent_first, in_the_gap, offline, figures)
        # The first installation is gone: its database, its keys, everything.
        _take_over(second, told, archive, key, figures, killed=killed)
        _honour_the_rest(second, told, vouchers, figures)
        _settle(second, told, figures)
    return figures


@dataclass
class Told:
    """Everything the first installation ever answered, as its place wrote it down."""

    described: str = ""
    token: str = ""
    codes: list[str] = field(default_factory=list)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    archived: int = 0
    gap: list[int] = field(default_factory=list)
    queue: dict[str, Any] = field(default_factory=dict)
    qr: dict[int, str] = field(default_factory=dict)
    money: dict[str, int] = field(default_factory=dict)
    next_rank: int = 0
    offline: int = 0
    operator: int = 0


def _live(
    first: Installation, archive: Path, key: Path, vouchers: int, spent_first: int, in_the_gap: int, offline: int, figures: dict[str, Any]
) -> Told:
    told, env = Told(), first.surroundings
    run(["carnet", "init"], env)
    told.described = run(["place", "prepare", str(vouchers // 5)], env)
    run(["place", "equip", told.described, str(vouchers), str(first.folder / "till.json")], env)
    till = json.loads((first.folder / "till.json").read_text(encoding="ascii"))
    told.token, told.codes = till["token"], till["codes"]
    run(["carnet", "archive", "key", "new", str(key)], env)
    programme = str(json.loads(told.described)["programme_id"])
    export = ["carnet", "export", programme, "--out", str(archive), "--successor", f"{key}.pub", "--json"]
    queue = first.folder / "queue.json"
    _fallen(["device", told.described, str(spent_first + in_the_gap), str(offline), str(queue)], env)
    told.queue, told.offline = json.loads(queue.read_text(encoding="ascii")), offline
    told.qr = dict(
        enumerate(
            _fallen(["tokens", told.described, str(spent_first + in_the_gap + offline), "40"], env),
            start=spent_first + in_the_gap + offline,
        )
    )
    with serving(["serve", "--no-worker", "--workers", "2"], env) as port:
        part = spent_first // 3
        _spend(port, told, range(part))
        figures["base_seconds"] = _timed(lambda: run(export, env))
        increments: list[float] = []
        for number in (1, 2):
            spender = threading.Thread(target=_spend, args=(port, told, range(part * number, part * (number + 1))))
            spender.start()
            increments.append(_timed(lambda: run([*export, "--increment"], env)))
            spender.join()
        increments.append(_timed(lambda: run([*export, "--increment"], env)))
        told.archived = len(told.answers)
        told.gap = list(range(part * 3, part * 3 + in_the_gap))
        _spend(port, told, told.gap)
        told.next_rank = spent_first + in_the_gap
        told.money = _fallen(["counted", told.described], env)["money"]
        first.kill_database()
    figures |= {
        "spent_before": len(told.answers), "spent_after_the_last_increment": len(told.gap), "increment_seconds": increments,
        "archive_megabytes": round(sum(path.stat().st_size for path in archive.rglob("*") if path.is_file()) / 2**20, 1),
        "steps": sum(path.is_dir() for path in archive.iterdir()),
    }  # fmt: skip
    return told


def _take_over(second: Installation, told: Told, archive: Path, key: Path, figures: dict[str, Any], *, killed: bool) -> None:
    env = second.surroundings
    run(["carnet", "init", "--first-number", str(FIRST_NUMBER)], env)
    told.operator = _fallen(["operator"], env)["operator"]
    checked = json.loads(run(["carnet", "archive", "check", str(archive), "--json"], env))
    words = [
        "carnet",
        "takeover",
        str(archive),
        "--successor-key",
        str(key),
        "--fingerprint",
        checked["keys"][0]["fingerprint"],
        "--yes",
        "--json",
    ]
    figures["killed_while_copying"] = _kill_half_way(words, env) if killed else 0
    began = time.monotonic()
    taken = json.loads(run(words, env))
    figures |= {
        "takeover_seconds": round(time.monotonic() - began, 1), "rows_taken_over": sum(taken["rows"].values()),
        "owed_to_places_cents": taken["owed_cents"],
    }  # fmt: skip
    if taken["rows"]["ledger_voucher"] != figures["vouchers"]:
        raise DrillFailed(f"{taken['rows']['ledger_voucher']} vouchers came, of {figures['vouchers']}", figures=figures)


def _kill_half_way(words: list[str], env: dict[str, str]) -> int:
    """Kill -9 a takeover once it has begun to copy; how many rows it had copied."""
    import psycopg

    process = subprocess.Popen(program(words), env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    copied = 0
    with psycopg.connect(env["CARNET_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SET carnet.everything = 'on'")
        until = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < until:
            row = connection.execute("SELECT coalesce(sum(done_count), 0) FROM continuity_takeoverpart").fetchone()
            copied = int(row[0]) if row is not None else 0
            if copied:
                process.kill()
                break
            time.sleep(0.02)
    process.wait()
    return copied


def _honour_the_rest(second: Installation, told: Told, vouchers: int, figures: dict[str, Any]) -> None:
    env = second.surroundings
    with serving(["serve", "--no-worker", "--workers", "2"], env) as port:
        # What the tablet had accepted comes by itself.
        answered = _post(
            port, f"/api/v1/devices/{told.queue['device']}/uploads", told.queue["body"].encode(), {"Carnet-Signature": told.queue["seal"]}
        )
        states = [each["state"] for each in answered["answers"]]
        if set(states) != {"confirmed"}:
            raise DrillFailed(f"the tablet's queue was not honoured: {answered['answers'][:2]}", figures=figures)
        first = told.next_rank + told.offline
        for rank, token in told.qr.items():
            told.answers[rank] = _redeem(port, told, token, f"qr-{rank}")
        typed = range(first + len(told.qr), first + len(told.qr) + 200)
        _spend(port, told, typed)
        for rank in list(range(0, 20)):  # what was spent there is spent here
            refused = _redeem(port, told, told.codes[rank], f"again-{rank}")
            if refused.get("code") != "voucher-already-redeemed":
                raise DrillFailed(f"voucher {rank} was spent twice", figures=figures)
    receipts = second.folder / "receipts.txt"
    receipts.write_text("\n".join(told.answers[rank]["receipt"] for rank in told.gap[:500]), encoding="ascii")
    said = json.loads(run(["carnet", "takeover", "receipts", str(receipts), "--not-undone", "--json"], env))
    again = json.loads(run(["carnet", "takeover", "receipts", str(receipts), "--not-undone", "--json"], env))
    outcomes = [each["outcome"] for each in said]
    if set(outcomes) - {"written", "known"} or [each["outcome"] for each in again] != outcomes:
        raise DrillFailed(f"receipts were refused: {[each for each in said if each['sentence']][:2]}", figures=figures)
    figures |= {
        "offline_honoured": len(states),
        "qr_honoured": len(told.qr),
        "typed_honoured": len(typed),
        "receipts_honoured": outcomes.count("written"),
    }


def _settle(second: Installation, told: Told, figures: dict[str, Any]) -> None:
    env = second.surroundings
    now = _fallen(["counted", told.described], env)
    acknowledged = {each["id"] for each in told.answers.values()}
    lost = acknowledged - set(now["numbers"])
    if lost:
        raise DrillFailed(f"{len(lost)} acknowledged redemptions are lost: {sorted(lost)[:5]}", figures=figures)
    if len(now["numbers"]) != len(set(now["numbers"])) or len(now["numbers"]) != len(acknowledged) + told.offline:
        raise DrillFailed(f"{len(now['numbers'])} redemptions for {len(acknowledged) + told.offline} answers", figures=figures)
    if now["money"]["funded"] != told.money["funded"]:
        raise DrillFailed(f"the funders' money changed: {told.money['funded']} cents there, {now['money']['funded']} here", figures=figures)
    figures |= {"lost": 0, "doubled": 0, "redemptions": len(now["numbers"]), "channels": now["channels"]}
    figures |= _fallen(["pay", told.described, str(told.operator)], env)
    closed = _fallen(["counted", told.described], env)["money"]
    expected = len(now["numbers"]) * 1000
    if closed["paid"] != expected or closed["paid"] + closed["returned"] != closed["funded"] or closed["owed"] or closed["in_circulation"]:
        raise DrillFailed(f"after closing, {closed}", figures=figures)
    for words in (["ledger", "verify"], ["journal", "verify"]):
        run(["carnet", *words], env)
    figures["money_cents"] = closed


def _spend(port: int, told: Told, ranks: "range | list[int]") -> None:
    """Spend these vouchers by their codes, several at once, and write down each answer. Raises: DrillFailed."""
    waiting, faults, lock = list(ranks), [], threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not waiting or faults:
                    return
                rank = waiting.pop()
            answer = _redeem(port, told, told.codes[rank], f"spend-{rank}")
            with lock:
                if "receipt" in answer:
                    told.answers[rank] = answer
                else:
                    faults.append(answer)

    workers = [threading.Thread(target=work) for _ in range(SPENDERS)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    if faults:
        raise DrillFailed(f"a voucher was refused: {faults[0]}")


def _redeem(port: int, told: Told, code: str, key: str) -> dict[str, Any]:
    body = json.dumps({"code": code, "service": "mailbox"}).encode()
    return _post(port, "/api/v1/redemptions", body, {"Authorization": f"Bearer {told.token}", "Idempotency-Key": key})


def _post(port: int, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return dict(json.loads(line.getresponse().read()))
    finally:
        line.close()


def _fallen(words: list[str], env: dict[str, str]) -> Any:
    done = subprocess.run([sys.executable, "-m", "drills._fallen", *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{words[0]}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _timed(act: Any) -> float:
    began = time.monotonic()
    act()
    return round(time.monotonic() - began, 2)
