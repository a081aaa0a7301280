"""Start, share and stop the server."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from carnet.gateways.embedded_postgres._leases import Lease, living, one_at_a_time
from carnet.gateways.embedded_postgres._placement import Placement, choose, make_folder
from carnet.gateways.embedded_postgres._processes import forget_the_dead, postmaster, wait_for_end
from carnet.gateways.embedded_postgres._refusals import ServerDidNotStart, ServerDidNotStop

OWNER_ROLE = "carnet_owner"
DATABASE = "carnet"
# Recovery of 200 MB of data was measured at 5.9 s on a slow disk; a large one after a power cut takes much longer.
START_SECONDS = 120.0
STOP_SECONDS = 60.0
# Durability is PostgreSQL's own default (fsync and synchronous_commit on): figures of the demonstration are those of a real server.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_wal_size": "2GB",
    # What a receiver of backups that went away may make the server keep: then its archive is lost, not the disk (`carnet doctor` says it).
    "max_slot_wal_keep_size": "8GB",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def shared_buffers(memory_bytes: int) -> int:
    """What the server keeps of its tables, in MB: an eighth of the memory, for the machine serves the site too, from 128 to 2,048.

    Source: PostgreSQL's manual, 19.4.1, says a quarter of a machine that does nothing else.
    """
    return max(128, min(2_048, memory_bytes // 8 // 1_048_576))


class EmbeddedPostgres:
    """The server of one project, shared by every process of the project that uses it.

    `settings` are PostgreSQL's, over ours; whoever starts the server decides.
    """

    def __init__(self, var_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.var_dir = var_dir.absolute()
        self.settings = dict(settings or {})
        self.lease: Lease | None = None
        self._placement: Placement | None = None

    @property
    def placement(self) -> Placement:
        if self._placement is None:
            self._placement = choose(self.var_dir)
        return self._placement

    @property
    def url(self) -> str:
        """The address of the project's database, signed in as the owner of its tables."""
        return self.address(DATABASE, OWNER_ROLE)

    def address(self, database: str, role: str) -> str:
        return f"postgresql://{role}@/{database}?{socket_query(host=str(self.placement.sockets))}"

    @property
    def users(self) -> Path:
        return self.var_dir / "postgres.users"

    def acquire(self) -> str:
        """Make sure the server answers, as one more of its users, and give the address of the database."""
        make_folder(self.var_dir)
        with one_at_a_time(self.var_dir / "postgres.lock"):
            placement = self.placement  # worked out, and its folders made, by one process at a time
            self.lease = Lease(self.users)
            try:
                if not (placement.data / "PG_VERSION").exists():
                    initialise(placement)
                start(placement, self.settings)
                self.prepare()
            except BaseException:
                self.leave()
                raise
        return self.url

    def release(self) -> None:
        """Stop using the server; it stops when nobody uses it any more."""
        with one_at_a_time(self.var_dir / "postgres.lock"):
            self.leave()

    def leave(self) -> None:
        if self.lease is None:
            return
        self.lease.end()
        self.lease = None
        if living(self.users) == 0:
            stop(self.placement)

    def prepare(self) -> None:
        """The login that owns the tables, without a superuser's powers, and its database; both only when missing."""
        with psycopg.connect(self.address("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER_ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(sql.Identifier(OWNER_ROLE)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)))


@contextmanager
def running(var_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Use the project's server for as long as the block lasts; gives the address of its database."""
    server = EmbeddedPostgres(var_dir, settings)
    url = server.acquire()
    try:
        yield url
    finally:
        server.release()


def initialise(placement: Placement) -> None:
    """Create the data. An initialisation that was killed is started again from nothing: it held no data yet."""
    # From 17 on PostgreSQL carries its own C.UTF-8; before, the system's is used. Sorting is the same everywhere, letters are Unicode's.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if placement.version >= 17 else ["--locale=C.UTF-8"]
    draft = placement.home / "data.new"
    placement.runner.run(["/bin/rm", "-rf", draft])
    done = placement.runner.run(
        [placement.binaries / "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--auth-local=trust", "--auth-host=reject", *locale],
        capture_output=True,
    )
    if done.returncode == 0:
        done = placement.runner.run(["/bin/mv", draft, placement.data], capture_output=True)
    if done.returncode:
        raise ServerDidNotStart(seconds=0, log=str(placement.log), reason=latest_line(done.stderr))


def start(placement: Placement, given: Mapping[str, str]) -> None:
    """Return once the server answers: it already ran, was starting or recovering, or is started now."""
    deadline = time.monotonic() + START_SECONDS
    reason = ""
    while time.monotonic() < deadline:
        answer = ping(placement)
        if answer is None:
            return
        if postmaster(placement.data) is not None:
            reason = answer
            time.sleep(0.1)  # starting, recovering, or stopping: its own time
            continue
        forget_the_dead(placement.data, placement.sockets)
        reason = launch(placement, given, seconds=max(1, int(deadline - time.monotonic())))
        if reason:
            time.sleep(0.5)  # orphans of a killed postmaster need a moment to notice and leave
    raise ServerDidNotStart(seconds=int(START_SECONDS), log=str(placement.log), reason=reason)


def launch(placement: Placement, given: Mapping[str, str], *, seconds: int) -> str:
    """Start a postmaster; gives the reason when it would not start."""
    ours = {**SERVER_SETTINGS, "shared_buffers": f"{shared_buffers(memory())}MB"}
    settings = {**ours, **given, "unix_socket_directories": str(placement.sockets)}
    options = " ".join(shlex.quote(f"--{name}={value}") for name, value in settings.items())
    command: list[str | Path] = [
        placement.binaries / "pg_ctl",
        "-D",
        placement.data,
        "-l",
        placement.log,
        "-w",
        "-t",
        str(seconds),
        "-o",
        options,
        "start",
    ]
    # Its output goes to the log: a pipe would stay open in the server, and waiting for its end would never end.
    done = placement.runner.run(command, timeout=seconds + 30, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "" if done.returncode == 0 else latest_line(placement.log.read_text(errors="replace") if placement.log.exists() else "")


def stop(placement: Placement) -> None:
    if postmaster(placement.data) is None:
        return
    command: list[str | Path] = [
        placement.binaries / "pg_ctl",
        "-D",
        placement.data,
        "-m",
        "fast",
        "-w",
        "-t",
        str(int(STOP_SECONDS)),
        "stop",
    ]
    placement.runner.run(command, timeout=STOP_SECONDS + 30, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not wait_for_end(placement.data, 5):
        raise ServerDidNotStop(seconds=int(STOP_SECONDS), log=str(placement.log))


def socket_query(**words: str) -> str:
    """The words of an address after its question mark. A space is %20: PostgreSQL reads a plus sign as itself."""
    return urlencode(words, quote_via=quote)


def ping(placement: Placement) -> str | None:
    """None when the server answers, else why not."""
    query = socket_query(host=str(placement.sockets), connect_timeout="5")
    try:
        psycopg.connect(f"postgresql://postgres@/postgres?{query}").close()
    except psycopg.OperationalError as error:
        return latest_line(str(error))
    return None


def latest_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
