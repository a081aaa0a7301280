"""The migrated template database, made once for one state of the migrations, and its clones."""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from carnet.gateways import schema

ROOT = Path(__file__).resolve().parent.parent
DROP_SECONDS_MAX = 60
MIGRATING_PACKAGES = ("django", "django-allauth", "django-oauth-toolkit", "procrastinate")


class TestDatabases:
    """Names are `test_<CARNET_TEST_NAME>_<what>`: people sharing one server give themselves different names.

    A program that a test starts, and that makes databases too, is given CARNET_TEST_APART: other names, and the same template.
    """

    __test__ = False

    def __init__(self, described: dict[str, Any]) -> None:
        if described["ENGINE"] != "django.db.backends.postgresql":
            raise RuntimeError("No PostgreSQL address: give CARNET_DATABASE_URL, or run the tests through make test.")
        self.described = described
        name, apart = (re.sub(r"[^a-z0-9]", "", os.environ.get(key, "").lower()) for key in ("CARNET_TEST_NAME", "CARNET_TEST_APART"))
        self.shared = f"test_{name or 'carnet'}"
        self.prefix = f"{self.shared}_{apart}" if apart else self.shared
        self.server = psycopg.connect(self.url("postgres"), autocommit=True)

    def close(self) -> None:
        self.server.close()

    def url(self, name: str) -> str:
        """The address of one database of this server, signed in as the owner (the application takes its own role after connecting)."""
        query = {"host": self.described["HOST"]} if self.described["HOST"] else {}
        if self.described["PORT"]:
            query["port"] = str(self.described["PORT"])
        user = quote(self.described["USER"], safe="")
        if self.described["PASSWORD"]:
            user += ":" + quote(self.described["PASSWORD"], safe="")
        return f"postgresql://{user}@/{name}?{urlencode(query, quote_via=quote)}"

    def clone(self, what: str) -> str:
        """A fresh copy of the template: tables, functions, policies, and no row but those of migrations."""
        with self.one_at_a_time():
            template = self.template()
        name = f"{self.prefix}_{what}"
        self.drop(name)
        self.server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, waiting for the server's own cleaning (autovacuum) to leave it: only a superuser may send that away."""
        deadline = time.monotonic() + DROP_SECONDS_MAX
        while True:
            try:
                self.server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def template(self) -> str:
        """The name of the migrated database, migrated now if the migrations changed since the last run."""
        name = f"{self.shared}_template_{fingerprint()}"
        known = [row[0] for row in self.server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name])]
        if name in known:
            return name
        stale = self.server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{self.shared}_template_"])
        for (old,) in stale.fetchall():
            self.drop(old)
        draft = f"{name}_draft"
        self.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        schema.migrate(draft)
        self.server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
        return name

    @contextlib.contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Workers starting together wait for the first one to migrate."""
        with open(Path(tempfile.gettempdir()) / f"{self.shared}.{os.getuid()}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def fingerprint() -> str:
    """Changes when any migration, or any package that ships migrations, changes."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "carnet").glob("**/migrations/**/*")):
        if path.is_file() and path.suffix in {".py", ".sql"}:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    digest.update(" ".join(version(package) for package in MIGRATING_PACKAGES).encode())
    return digest.hexdigest()[:12]
