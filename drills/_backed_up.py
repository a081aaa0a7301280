"""An installation of a drill that is backed up while it lives: a cluster of its own, a shelf, an archive as a service runs it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed
from drills.redemptions_killed import program, run

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class BackedUp:
    """What is lived in, then restored. `public`: for whom backups are sealed."""

    folder: Path
    server: EmbeddedPostgres
    surroundings: dict[str, str]
    public: str

    @property
    def shelf(self) -> Path:
        return self.folder / "shelf"

    @property
    def keys_shelf(self) -> Path:
        return self.folder / "keys-shelf"

    @property
    def identity(self) -> Path:
        return self.folder / "private.key"

    def carnet(self, *words: str) -> str:
        return run(["carnet", *words], self.surroundings)


@contextlib.contextmanager
def installed() -> Iterator[BackedUp]:
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        run(["carnet", "init"], surroundings)
        public = run(["carnet", "backup", "keygen", str(folder / "private.key")], surroundings)
        yield BackedUp(folder, server, surroundings, public)
    finally:
        server.release()
        for kept in folder.glob("*/postgres.json"):
            shutil.rmtree(json.loads(kept.read_text())["home"], ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def archiving(ours: BackedUp, *, every: float = 1) -> Iterator[None]:
    """`carnet backup archive`, as a service runs it, until the block ends."""
    words = ["carnet", "backup", "archive", str(ours.shelf), "--recipient", ours.public, "--every", str(every)]
    with (ours.folder / "archive.log").open("w") as log:
        archive = subprocess.Popen(program(words), cwd=ROOT, env=ours.surroundings, stdout=log, stderr=log, start_new_session=True)
    try:
        until = time.monotonic() + 60
        while not any((ours.shelf / "wal").glob("*.age")):
            if time.monotonic() > until or archive.poll() is not None:
                raise DrillFailed(f"the archive did not begin: {(ours.folder / 'archive.log').read_text()[-300:]}")
            time.sleep(0.1)
        yield
    finally:
        archive.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            archive.wait(20)
        archive.kill()
        archive.wait()


def clock_of(ours: BackedUp) -> str:
    """The moment, as its cluster says it."""
    with psycopg.connect(ours.server.url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    return datetime.isoformat(row[0].astimezone(UTC))
