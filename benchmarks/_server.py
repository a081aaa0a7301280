"""The PostgreSQL that is measured: that it is durable, what processor time it used, how long its disk takes to keep a block."""

import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
TICKS = os.sysconf("SC_CLK_TCK")
BLOCK = os.urandom(8192)
FSYNCS = 150


class NotDurable(Exception):
    """This server may lose what it acknowledged: no figure of it is worth anything."""


def address() -> str:
    return os.environ["CARNET_DATABASE_URL"]


def durable(url: str | None = None) -> str:
    """What the server says of itself, as one of its connections sees it. Raises: NotDurable."""
    with psycopg.connect(url or address()) as connection:

        def setting(name: str) -> str:
            (value,) = connection.execute("SELECT current_setting(%s)", [name]).fetchone() or ("",)
            return str(value)

        off = [name for name in DURABLE if setting(name) != "on"]
        if off:
            raise NotDurable(f"{', '.join(off)} is not on: nothing is measured on a server that may lose what it acknowledged")
        told = ", ".join(f"{name} {setting(name)}" for name in (*DURABLE, "shared_buffers", "max_wal_size"))
        return f"PostgreSQL {setting('server_version')}: {told}; {os.cpu_count()} processors."


def postmaster(url: str | None = None) -> int:
    """The process every connection of the server is a child of."""
    with psycopg.connect(url or address()) as connection:
        backend = connection.info.backend_pid
        if not Path(f"/proc/{backend}/stat").exists():
            raise RuntimeError("PostgreSQL is on another machine: its processor time cannot be read from here")
        return int(_fields(backend)[1])


def _fields(process: int) -> list[str]:
    # The second field is a name in parentheses, and may hold spaces.
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()


def processor_seconds(server: int) -> float:
    """User and system time of the server and all its children, ended ones included."""
    fields = _fields(server)
    ticks = sum(int(each) for each in fields[11:15])  # its own, and its ended children's
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = _fields(int(entry.name))
                if int(fields[1]) == server:
                    ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def fsync_folder(server: int) -> Path:
    """A folder on the filesystem of the server's data, that we may write in."""
    with contextlib.suppress(OSError):
        data = Path(os.readlink(f"/proc/{server}/cwd"))
        if os.access(data.parent, os.W_OK) and data.parent.stat().st_dev == data.stat().st_dev:
            return data.parent
    (ROOT / "var").mkdir(exist_ok=True)
    return ROOT / "var"


def fsync_seconds(folder: Path) -> float:
    """The median time to write 8 kB over themselves and wait for the disk (fdatasync), as `pg_test_fsync` measures it."""
    with tempfile.TemporaryFile(dir=folder) as file:
        os.pwrite(file.fileno(), BLOCK, 0)
        os.fsync(file.fileno())
        took = []
        for _ in range(FSYNCS):
            began = time.perf_counter()
            os.pwrite(file.fileno(), BLOCK, 0)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)
