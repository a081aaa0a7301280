"""Three PostgreSQL under Patroni on one host, each on an address of its own, from the templates of docs/operating/high-availability."""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from drills import DrillFailed

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "docs" / "operating" / "high-availability"
NEEDED = ("patroni:patroni", "etcd:etcd-server", "/usr/sbin/haproxy:haproxy", "/usr/sbin/pgbouncer:pgbouncer")
NEEDED_POSTGRES = "/usr/lib/postgresql/15/bin/postgres:postgresql-15"
NODES = {"one": "127.0.0.11", "two": "127.0.0.12", "three": "127.0.0.13"}
WEB, NETWORK = "127.0.0.14", "127.0.0.0/8"
POSTGRES, PATRONI, ETCD, WRITER, POOLER = 5432, 8008, 2379, 5000, 6432
USER = "postgres"


def check_possible() -> None:
    """Raises: DrillFailed, saying in one sentence what is missing."""
    if subprocess.run([ROOT / ".ci" / "system-packages", *NEEDED, NEEDED_POSTGRES], check=False).returncode:
        raise DrillFailed("patroni, etcd-server, pgbouncer, haproxy and postgresql-15 are needed: apt install them, then run this again")
    taken = [(address, port) for address in NODES.values() for port in (POSTGRES, PATRONI)]
    for address, port in [*taken, (NODES["one"], ETCD), (WEB, WRITER), (WEB, POOLER)]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                raise DrillFailed(f"{address}:{port} is taken by another program") from error


def rendered(template: str, /, **values: str) -> str:
    """A template with its values. Raises: KeyError, for one that is not given."""
    return string.Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)


class Cluster:
    """One etcd, three nodes; `haproxy` and `pgbouncer` of a web machine when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passwords = {
            f"{who}_password": secrets.token_hex(12) for who in ("superuser", "replication", "rewind", "owner", "site")
        }  # fmt: skip
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._memory: Path | None = None
        self._account = pwd.getpwnam(USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        # The votes have a disk of their own in production; here three databases would share it with them.
        if Path("/dev/shm").is_dir():  # noqa: S108 - a folder of a drawn name in it
            self._memory = Path(tempfile.mkdtemp(prefix="carnet-drill-etcd-", dir="/dev/shm"))
            shutil.chown(self._memory, self._account.pw_uid, self._account.pw_gid)

    # --- Making it ------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Everything, until a writer has a synchronous replica; then its logins and its database."""
        etcd = self._memory or self._own("etcd")
        told = rendered("etcd", name="one", data=str(etcd), address=NODES["one"])
        lines = [line for line in told.splitlines() if line and not line.startswith("#")]
        self._run("etcd", ["/usr/bin/etcd"], more=dict(line.split("=", 1) for line in lines) | {"ETCD_LOGGER": "zap"})
        self._until("etcd answers", lambda: _json(f"http://{NODES['one']}:{ETCD}/health")["health"] == "true")
        for name in NODES:
            self.begin(name)
        self.settled(seconds=120)
        sql = rendered("logins.sql", **{name: self.passwords[name] for name in ("owner_password", "site_password")})
        with psycopg.connect(self.address(self.leader(), "postgres", "superuser"), autocommit=True) as connection:
            for statement in "\n".join(line for line in sql.splitlines() if not line.startswith("--")).split(";"):
                if statement.strip():
                    connection.execute(statement)

    def begin(self, name: str) -> None:
        """Patroni of this node, which starts its PostgreSQL, or makes it."""
        written = self.folder / f"{name}.yml"
        self._write(
            written,
            rendered(
                "patroni.yml", name=name, address=NODES[name], etcd=f"{NODES['one']}:{ETCD}", network=NETWORK,
                data=str(self._data(name)), run=str(self._own(f"run-{name}")),
                **{each: self.passwords[each] for each in ("superuser_password", "replication_password", "rewind_password")},
            ),
        )  # fmt: skip
        self._run(f"patroni-{name}", ["/usr/bin/patroni", str(written)])

    def pooler(self) -> str:
        """HAProxy and PgBouncer of a web machine; the address served processes take."""
        places = {"address": WEB, **NODES}
        self._write(self.folder / "haproxy.cfg", rendered("haproxy.cfg", **places))
        self._write(self.folder / "userlist.txt", f'"carnet_site" "{self.passwords["site_password"]}"\n')
        self._write(self.folder / "pgbouncer.ini", rendered("pgbouncer.ini", address=WEB, userlist=str(self.folder / "userlist.txt")))
        self._run("haproxy", ["/usr/sbin/haproxy", "-db", "-f", str(self.folder / "haproxy.cfg")])
        self._run("pgbouncer", ["/usr/sbin/pgbouncer", str(self.folder / "pgbouncer.ini")])
        url = self.settings()["CARNET_DATABASE_POOLER_URL"]
        self._until("PgBouncer reaches the writer", lambda: _answers(url))
        return url

    def settings(self) -> dict[str, str]:
        """What the template tells Carnet."""
        passwords = {each: self.passwords[each] for each in ("owner_password", "site_password")}
        lines = rendered("carnet.env", address=WEB, **NODES, **passwords).splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    # --- Looking at it --------------------------------------------------------------------------------------------------------------

    def members(self) -> list[dict[str, Any]]:
        """As the first node that answers sees them."""
        for address in NODES.values():
            with contextlib.suppress(OSError, ValueError):
                return list(_json(f"http://{address}:{PATRONI}/cluster")["members"])
        return []

    def leader(self) -> str:
        """The node that writes; nothing while there is none."""
        return next((each["name"] for each in self.members() if each["role"] == "leader" and each["state"] == "running"), "")

    def synchronous(self) -> str:
        return next((each["name"] for each in self.members() if each["role"] == "sync_standby"), "")

    def settled(self, *, seconds: float = 90, nodes: Sequence[str] = tuple(NODES)) -> float:
        """Wait until these nodes run, one of them writing and one of them synchronous; how long that took."""

        def whole() -> bool:
            members = {each["name"]: each for each in self.members() if each["state"] in ("running", "streaming")}
            roles = [members[name]["role"] for name in nodes if name in members]
            leader = next((each for each in members.values() if each["role"] == "leader"), None)
            same = leader is not None and all(each.get("timeline") == leader.get("timeline") for each in members.values())
            return same and len(roles) == len(nodes) and "leader" in roles and "sync_standby" in roles

        return self._until(f"{', '.join(nodes)} run together", whole, seconds=seconds)

    def address(self, name: str, database: str = "carnet", who: str = "owner") -> str:
        login = {"owner": "carnet_owner", "superuser": "postgres"}[who]
        return f"postgresql://{login}:{self.passwords[f'{who}_password']}@{NODES[name]}:{POSTGRES}/{database}"

    def log(self, name: str, lines: int = 15) -> str:
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    # --- Doing it harm --------------------------------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        """-9, all at once: its Patroni, its PostgreSQL and every process of it, as when a machine stops."""
        patroni = self._running.pop(f"patroni-{name}")
        postmaster = int((self._data(name) / "postmaster.pid").read_text(encoding="ascii").split()[0])
        for process in (patroni.pid, postmaster, *_children(postmaster)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        patroni.wait()

    def switch(self, *, to: str) -> None:
        words = ["switchover", "carnet", "--master", self.leader(), "--candidate", to, "--force"]
        done = subprocess.run(
            ["/usr/bin/patronictl", "-c", str(self.folder / f"{to}.yml"), *words],
            env=self._surroundings(), cwd="/", capture_output=True, text=True, check=False, user=self._account.pw_uid,
        )  # fmt: skip
        if done.returncode:
            raise DrillFailed(f"patronictl switchover: {(done.stderr or done.stdout).strip().splitlines()[-1]}")

    def stop(self) -> None:
        """Only what was started here, by its number."""
        nodes = [name for name in self._running if name.startswith("patroni")]
        for group in (nodes, [name for name in self._running if name not in nodes]):  # etcd after those who ask it
            for name in group:
                self._running[name].terminate()
            for name in group:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._running[name].wait(20)
                self._running[name].kill()
                self._running[name].wait()
        for name in NODES:
            with contextlib.suppress(OSError, ValueError, IndexError):
                postmaster = int((self._data(name) / "postmaster.pid").read_text(encoding="ascii").split()[0])
                for process in (postmaster, *_children(postmaster)):
                    os.kill(process, signal.SIGKILL)
        self._running.clear()
        if self._memory is not None:
            shutil.rmtree(self._memory, ignore_errors=True)

    # --- Its processes --------------------------------------------------------------------------------------------------------------

    def _run(self, name: str, words: Sequence[str], *, more: dict[str, str] | None = None) -> None:
        with open(self.folder / f"{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                words, env=self._surroundings() | (more or {}), cwd="/", stdout=log, stderr=log, start_new_session=True,
                user=self._account.pw_uid, group=self._account.pw_gid, extra_groups=[] if os.geteuid() == 0 else None,
            )  # fmt: skip

    def _surroundings(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def _data(self, name: str) -> Path:
        return self._own(f"node-{name}") / "data"

    def _own(self, name: str) -> Path:
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir(mode=0o700)
            shutil.chown(folder, self._account.pw_uid, self._account.pw_gid)
        return folder

    def _write(self, path: Path, content: str) -> None:
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        shutil.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _until(self, what: str, holds: Callable[[], bool], *, seconds: float = 60) -> float:
        began = time.monotonic()
        while True:
            with contextlib.suppress(OSError, ValueError, KeyError, psycopg.Error):
                if holds():
                    return time.monotonic() - began
            ended = [name for name, process in self._running.items() if process.poll() is not None]
            if ended or time.monotonic() - began > seconds:
                why = f"{ended[0]} ended: {self.log(ended[0], 2)}" if ended else f"not within {seconds:.0f} seconds: {self.members()}"
                raise DrillFailed(f"waiting until {what}: {why}")
            time.sleep(0.1)


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Made from nothing in that folder; every process of it is gone at the end."""
    folder.mkdir(mode=0o755, exist_ok=True)
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    return []


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - an address of this drill
        return json.loads(answer.read())


def _answers(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=2, prepare_threshold=None) as connection:
        return connection.execute("SELECT 1").fetchone() is not None
