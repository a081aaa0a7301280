"""Upgraded while it serves: the previous release's code goes on redeeming, during and after the migrations of this one.

The code of the release is taken from the history (the commit that kept its schema), the database is that release's, with its data. Its own
`carnet serve` answers tills over HTTP; `carnet migrate` of today runs on the same database, while a long report holds every table for a while,
as reports do. Then today's code serves beside, then alone: the exchange of processes one by one. Every answer is compared with the database, every
refusal and every wait is counted, and the sums the release wrote down must still be there.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from benchmarks._http import free_port, wait_until_it_answers
from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed
from drills._till import Tills
from tests.upgrades.releases import HERE, RELEASES, migrations, statements

NAME = "upgrade"
ROOT = Path(__file__).resolve().parents[1]
TILLS = 6
HELD_SECONDS = 5.0
# A statement of a migration waits two seconds for its table, whoever comes behind waits with it; then it works, alone, for a moment.
PAUSE_MOST_SECONDS = 6.0


def play(*, releases: Sequence[str] = RELEASES[-1:], seconds: float = 6.0, vouchers: int = 20_000) -> dict[str, Any]:
    """The previous release by default: it is the one an upgrade without a stop is promised from."""
    figures: dict[str, Any] = {"from": list(releases)}
    for release in releases:
        found = upgraded(release, seconds=seconds, vouchers=vouchers)
        figures |= found if len(releases) == 1 else {f"{release} {name}": value for name, value in found.items()}
    return figures


def upgraded(release: str, *, seconds: float, vouchers: int) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        old = code_of(release, folder / "code")
        address = server.acquire()
        surroundings = {**os.environ, "CARNET_DATABASE_URL": address, "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        prepare(server, release)
        ask(old, ["carnet", "migrate"], surroundings)  # the release says so itself: nothing to do
        place = ask(old, ["place", "prepare", str(vouchers // 5)], surroundings)
        ask(old, ["place", "equip", place, str(vouchers), str(folder / "till.json")], surroundings)
        till = json.loads((folder / "till.json").read_text(encoding="ascii"))
        with (
            served(old, surroundings) as old_port,
            Timed([old_port], codes=till["codes"], token=till["token"], how_many=TILLS, pause_seconds=0.05) as tills,
        ):
            time.sleep(seconds / 2)
            migrating = migrate_beside_a_report(server, surroundings)
            before = len(tills.told.answers)
            time.sleep(seconds / 2)  # the previous code, on the new tables
            after = len(tills.told.answers) - before
            with served(ROOT, surroundings) as new_port:
                tills.ports.append(new_port)  # both at once, as while processes are replaced
                time.sleep(seconds / 2)
                tills.ports.remove(old_port)
                time.sleep(seconds / 2)
                tills.end()
        if tills.told.wrong:
            raise DrillFailed(f"from {release}: {len(tills.told.wrong)} tills were refused: {tills.told.wrong[:3]}")
        if not after:
            raise DrillFailed(f"from {release}: the previous code redeems no more on the new tables")
        longest = max(wait for _, wait in tills.waits)
        if longest > PAUSE_MOST_SECONDS:
            raise DrillFailed(f"from {release}: a till waited {longest:.1f} seconds")
        return {
            "migrations": migrating[0],
            "migrate_seconds": migrating[1],
            "refused": 0,
            "asked_again": tills.told.unknown,
            "longest_wait_seconds": round(longest, 2),
            "by_the_previous_code_afterwards": after,
            **compared(place, tills.told.answers, release, surroundings),
        }
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def code_of(release: str, folder: Path) -> Path:
    """That release's code: the commit that kept its schema, or the one before it if the next version was opened in the same commit."""
    asked = ["git", "log", "--diff-filter=A", "--format=%H", "--", f"tests/upgrades/{release}.json"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    commits = found.stdout.split()
    if not commits:
        raise DrillFailed(f"the code of {release} is not in the history (a shallow clone?)")
    commit = next(each for each in (commits[-1], f"{commits[-1]}^") if migrations_of(each) <= {name for _, name in migrations(release)})
    folder.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    if (ROOT / "node_modules").exists():
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def migrations_of(commit: str) -> set[str]:
    """The names of the migrations in that commit."""
    listed = subprocess.run(["git", "ls-tree", "-r", "--name-only", commit, "carnet"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [Path(line) for line in listed.stdout.splitlines()]
    return {each.stem for each in paths if each.parent.name == "migrations" and each.suffix == ".py" and each.stem[0].isdigit()}


def prepare(server: EmbeddedPostgres, release: str) -> None:
    """The database as that release left it, with the roles its server had."""
    with psycopg.connect(server.address("postgres", "postgres"), autocommit=True) as connection:
        for role, rights in {"carnet_app": "NOLOGIN", "carnet_redeemer": "NOLOGIN"}.items():
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(f"CREATE ROLE {role} {rights}")  # type: ignore[arg-type]
            connection.execute(f"GRANT {role} TO carnet_owner WITH ADMIN OPTION")  # type: ignore[arg-type]
    with psycopg.connect(server.url) as old:
        old.execute("GRANT USAGE, CREATE ON SCHEMA public TO carnet_redeemer")
        old.execute(statements(release))  # type: ignore[arg-type]
    go_beyond_the_seals(server)


def go_beyond_the_seals(server: EmbeddedPostgres) -> None:
    """Use up transaction numbers until those of the release's sealed rows are past, as they are in the database that it really ran on."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE passed (number int)")
        while True:
            row = connection.execute(
                "SELECT max(to_xid) - pg_current_xact_id()::text::bigint FROM journal_block, set_config('carnet.everything', 'on', true)"
            ).fetchone()
            if row is None or row[0] is None or row[0] < 0:
                return
            # A block with an exception handler is a subtransaction: it takes a number as soon as it writes.
            connection.execute(
                "DO $$ BEGIN FOR _ IN 1 .. 20000 LOOP"
                " BEGIN INSERT INTO passed VALUES (1); RAISE EXCEPTION 'passed'; EXCEPTION WHEN raise_exception THEN NULL; END;"
                " END LOOP; END $$"
            )


def migrate_beside_a_report(server: EmbeddedPostgres, surroundings: dict[str, str]) -> tuple[int, float]:
    """`carnet migrate` of today, while a transaction that read every table stays open; how many steps, how long."""
    report = psycopg.connect(server.url)
    names = report.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
    report.execute(f"LOCK TABLE {', '.join(name for (name,) in names)} IN ACCESS SHARE MODE")  # type: ignore[arg-type]
    done = threading.Timer(HELD_SECONDS, report.close)
    done.start()
    began = time.monotonic()
    try:
        told = json.loads(ask(ROOT, ["carnet", "migrate", "--json"], surroundings))
    finally:
        done.join()
    if not told["migrated"]:
        raise DrillFailed("there was nothing to migrate")
    return len(told["migrated"]), round(time.monotonic() - began, 2)


def compared(place: str, answers: dict[int, str], release: str, surroundings: dict[str, str]) -> dict[str, int]:
    """Every answer against the database, by today's code; then the ledger, the journal, and the release's own sums."""
    kept: dict[str, int] = json.loads(ask(ROOT, ["place", "count", place], surroundings))
    lost = [number for number in answers.values() if kept.get(number) != 1]
    if lost or set(kept) != set(answers.values()):
        raise DrillFailed(f"from {release}: {len(lost)} lost, {len(set(kept) - set(answers.values()))} nobody was told of")
    for words in (["ledger", "verify"], ["journal", "verify"]):
        ask(ROOT, ["carnet", *words], surroundings)
    expected = json.loads((HERE / f"{release}.json").read_text(encoding="utf-8"))
    with psycopg.connect(surroundings["CARNET_DATABASE_URL"], options="-c carnet.everything=on") as connection:
        row = connection.execute("SELECT count(*) FROM redemption_redemption").fetchone()
    if row is None or row[0] < expected["vouchers"]["redeemed"] + len(answers):
        raise DrillFailed(f"from {release}: redemptions of before the upgrade are missing")
    return {"acknowledged": len(answers), "lost": 0}


class Timed(Tills):
    """Tills that may be sent to other servers while they work, and that know how long each answer took to come."""

    def __init__(self, ports: Sequence[int], **options: Any) -> None:
        self.ports: list[int] = list(ports)
        self.waits: list[tuple[float, float]] = []
        super().__init__(ports, **options)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _spend(self, port: int, rank: int) -> None:
        began = time.monotonic()
        super()._spend(self.ports[rank % len(self.ports)], rank)
        self.waits.append((began, time.monotonic() - began))


@contextlib.contextmanager
def served(code: Path, surroundings: dict[str, str]) -> Iterator[int]:
    """`carnet serve` of that code, until the block ends."""
    port = free_port()
    command = program(["carnet", "serve", "--no-worker", "--port", str(port)])
    site = subprocess.Popen(
        command,
        cwd=code,
        env={**surroundings, "PYTHONPATH": str(code)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_it_answers(port, site)
        yield port
    finally:
        for blow in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(site.pid, blow)
            with contextlib.suppress(subprocess.TimeoutExpired):
                site.wait(10)


def program(words: list[str]) -> list[str]:
    if words[0] == "carnet":
        return [sys.executable, "-c", "from carnet.cli.main import run; run()", *words[1:]]
    return [sys.executable, "-m", "drills._place", *words[1:]]


def ask(code: Path, words: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(
        program(words), cwd=code, env={**surroundings, "PYTHONPATH": str(code)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[:2])}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return done.stdout.strip()
