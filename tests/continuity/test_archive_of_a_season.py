"""The archive of the season kept with the last release, which has something of everything: whole, and without anybody."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from carnet.continuity.operations.archives._copying import Moment
from carnet.continuity.rules.tables import BY_NAME
from carnet.gateways import programme_archives, schema
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from tests.conftest import point_django_at
from tests.continuity.archived import everything, faults, state, step
from tests.databases import TestDatabases
from tests.house.test_archives import personal
from tests.upgrades.releases import RELEASES, statements

pytestmark = pytest.mark.slow
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def season(django_db_setup: None, test_databases: TestDatabases, django_db_blocker: Any, worker_id: str) -> Iterator[str]:
    """A database of the last release, with its rows, brought up to date."""
    from django.db import connections

    name = f"{test_databases.prefix}_{worker_id}_archived"
    test_databases.drop(name)
    test_databases.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with psycopg.connect(test_databases.url(name)) as old:
        old.execute("GRANT USAGE, CREATE ON SCHEMA public TO carnet_redeemer")
        old.execute(statements(RELEASES[-1]))  # type: ignore[arg-type]
    with django_db_blocker.unblock():
        shared = connections.settings["default"]["NAME"]
        schema.migrate(name)
        point_django_at(name)
        try:
            yield test_databases.url(name)
        finally:
            point_django_at(shared)
            test_databases.drop(name)


@pytest.fixture(scope="module")
def archive(season: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the programme that has the most vouchers."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("season")
    with override_settings(KEYS_DIR=folder / "keys"):
        programme_id = asked("SELECT programme_id FROM ledger_series GROUP BY 1 ORDER BY sum(voucher_count) DESC LIMIT 1")[0][0]
        key_ring().create_programme_keys(programme_id)
        step(programme_id, folder / "kept", at=AT)
    return folder / "kept"


def asked(question: str) -> list[tuple[Any, ...]]:
    with acting_as_everything(why="look at every row"), connection.cursor() as cursor:
        cursor.execute(f"{question} /* fan-out: a test looks at every row */")
        return list(cursor.fetchall())


def test_the_season_is_there_and_every_seal_holds(archive: Path) -> None:
    assert faults(archive) == []
    found = state(archive)
    programme_id = programme_archives.open_archive(archive).base.manifest.programme.id
    for table in ("ledger_voucher", "ledger_movement", "redemption_redemption", "settlement_claimline", "journal_line"):
        # The line about the base itself came after it.
        beside = " AND action <> 'continuity.archive'" if table == "journal_line" else ""
        (count,) = asked(f"SELECT count(*) FROM {table} WHERE programme_id = {programme_id}{beside}")[0]
        assert len(found.get(table, {})) == count > 0, table


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", letters).split())


def test_nothing_anybody_said_or_is_called_is_in_the_archive(archive: Path) -> None:
    content = everything(archive).decode("utf-8", "replace")
    found = []
    looked = 0
    # An account in the name of an organisation says nobody's; the bank writes it in capitals, without accents, seventy letters at most.
    organisations = {plain(name) for (name,) in asked("SELECT name FROM parties_organisation")}
    columns = [*personal(), ("places_place", "phone"), ("account_emailaddress", "email"), ("workshops_contact", "sealed_phone")]
    for table, column in sorted(set(columns)):
        for (value,) in asked(f"SELECT DISTINCT {column}::text FROM {table} WHERE {column} IS NOT NULL"):
            # What is too short to be anybody's (a language, a state) is said by other columns too.
            if len(value.strip()) < 6 or value in ("[]", "{}"):
                continue
            looked += 1
            if value in content and not any(plain(value) in name for name in organisations):
                found.append((table, column, value))
    (emails,) = asked("SELECT array_agg(DISTINCT each) FROM places_place, unnest(emails) AS each")[0]
    found += [("places_place", "emails", each) for each in emails or [] if each in content]
    assert looked > 20
    assert found == []


def test_every_row_that_a_row_names_is_there_too(archive: Path) -> None:
    """Whoever loads the archive meets no reference that leads nowhere, except to people."""
    links = asked(
        """
        SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.confrelid <> 'parties_person'::regclass
        """
    )
    found = {name: cells_of(archive, name) for name in BY_NAME}
    lost = []
    for table, column, target in links:
        if table not in BY_NAME or column in BY_NAME[table].blanks:
            continue
        named = {row[column] for row in found[table] if row[column]}
        there = {row["id"] for row in found[target]} if target in BY_NAME else set()
        if named - there:
            lost.append((table, column, target, sorted(named - there)[:3]))
    assert lost == []


def cells_of(archive: Path, table: str) -> list[dict[str, str]]:
    import csv
    import io

    base = programme_archives.open_archive(archive).base
    if base.manifest.table(table) is None:
        return []
    with programme_archives.stream(base, table) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def test_every_organisation_a_row_names_is_there_too(archive: Path) -> None:
    """Hot rows name organisations by plain numbers: holders, places' organisations, desks."""
    there = {row["id"] for row in cells_of(archive, "parties_organisation")}
    lost = []
    for table in BY_NAME:
        for row in cells_of(archive, table):
            for column, value in row.items():
                if (
                    column
                    in (
                        "organisation_id",
                        "holder_id",
                        "from_holder_id",
                        "to_holder_id",
                        "in_transit_to_id",
                        "funder_id",
                    )
                    and value not in ("", "0")
                    and value not in there
                ):
                    lost.append((table, column, value))
    assert sorted(set(lost)) == []


def test_a_snapshot_says_which_database_it_is_of(season: str) -> None:
    from carnet.continuity.operations.archives._copying import one_moment

    with one_moment() as moment:
        assert isinstance(moment, Moment)
        cluster, timeline, database = moment.system.split("/")
        assert (int(cluster) > 0, len(timeline), int(database) > 0) == (True, 8, True)
        assert moment.schema["ledger"] >= "0005"
