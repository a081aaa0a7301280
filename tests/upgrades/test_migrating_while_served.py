"""A migration never makes a counter wait: it waits for its tables two seconds, lets go, and tries again."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from carnet.gateways import schema
from tests.conftest import point_django_at
from tests.databases import TestDatabases
from tests.upgrades.releases import RELEASES, statements

pytestmark = pytest.mark.slow
# Far more than a statement may wait, on a machine however busy: the two sides of the comparison do not meet. A migration reaches its first
# lock some seconds after it began, four on such a machine: what is held, is held long past that.
HELD_SECONDS = 16.0
WAIT_MOST_SECONDS = 8.0


@pytest.fixture
def previous(django_db_setup: None, test_databases: TestDatabases, django_db_blocker, worker_id: str) -> Iterator[tuple[str, str]]:
    """A database of the latest release, not brought up to date yet: its name and its address."""
    from django.db import connections

    name = f"{test_databases.prefix}_{worker_id}_served"
    test_databases.drop(name)
    test_databases.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with psycopg.connect(test_databases.url(name)) as old:
        old.execute("GRANT USAGE, CREATE ON SCHEMA public TO carnet_redeemer")  # as on the server it came from
        old.execute(statements(RELEASES[-1]))  # type: ignore[arg-type]
    with django_db_blocker.unblock():
        shared = connections.settings["default"]["NAME"]
        point_django_at(name)
        try:
            yield name, test_databases.url(name)
        finally:
            point_django_at(shared)
            test_databases.drop(name)


def every_table(connection: psycopg.Connection) -> str:
    names = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return ", ".join(name for (name,) in names)


class Holder:
    """A long report: it read every table, and does not end its transaction until told."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address)
        self.connection.execute(f"LOCK TABLE {every_table(self.connection)} IN ACCESS SHARE MODE")  # type: ignore[arg-type]

    def let_go(self) -> None:
        self.connection.close()


class Counter(threading.Thread):
    """Somebody at a counter: reads every table, whichever the migration changes first, again and again, and knows the longest wait."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.stop, self.longest = address, threading.Event(), 0.0

    def run(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            reading = f"DO $$ BEGIN LOCK TABLE {every_table(connection)} IN ACCESS SHARE MODE; END $$"
            while not self.stop.is_set():
                began = time.monotonic()
                connection.execute(reading)  # type: ignore[arg-type]
                self.longest = max(self.longest, time.monotonic() - began)
                time.sleep(0.02)


def test_a_long_report_delays_the_migration_and_not_the_counter(previous: tuple[str, str]) -> None:
    name, address = previous
    assert schema.pending()
    holder, counter = Holder(address), Counter(address)
    counter.start()
    ending = threading.Timer(HELD_SECONDS, holder.let_go)
    ending.start()
    began = time.monotonic()
    try:
        schema.migrate(name)
    finally:
        ending.join()
        counter.stop.set()
        counter.join()
    assert time.monotonic() - began >= HELD_SECONDS - 1
    assert counter.longest < WAIT_MOST_SECONDS
    assert not schema.pending()


def test_without_a_limit_the_counter_waits_as_long_as_the_report(previous: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, address = previous
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.0)  # no limit: what PostgreSQL does by itself
    holder, counter = Holder(address), Counter(address)
    counter.start()
    ending = threading.Timer(HELD_SECONDS, holder.let_go)
    ending.start()
    try:
        schema.migrate(name)
    finally:
        ending.join()
        counter.stop.set()
        counter.join()
    assert counter.longest > WAIT_MOST_SECONDS


def test_it_says_so_when_the_tables_are_never_free(previous: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    name, address = previous
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.2)
    holder = Holder(address)
    before = len(schema.pending())
    try:
        with pytest.raises(schema.TablesBusy) as refused:
            schema.migrate(name, patience_seconds=0.5)
    finally:
        holder.let_go()
    assert "lock timeout" in str(refused.value.facts["reason"])
    assert 0 < len(schema.pending()) <= before
    schema.migrate(name)
    assert not schema.pending()
