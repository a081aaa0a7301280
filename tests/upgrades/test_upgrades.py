"""From every released schema, with its data, to this one: nothing is lost, every sum still holds."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from carnet.gateways import schema
from carnet.gateways.database import acting_as_everything
from carnet.journal import queries as journal
from carnet.ledger import queries as ledger
from carnet.redemption import queries as redemption
from tests.conftest import point_django_at
from tests.databases import TestDatabases
from tests.upgrades.releases import HERE, RELEASES, statements


@pytest.fixture(params=RELEASES)
def upgraded(
    request: pytest.FixtureRequest, django_db_setup: None, test_databases: TestDatabases, django_db_blocker, worker_id: str
) -> Iterator[str]:
    """A database of that release, brought up to date."""
    from django.db import connections

    name = f"{test_databases.prefix}_{worker_id}_upgrade"
    test_databases.drop(name)
    test_databases.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with psycopg.connect(test_databases.url(name)) as old:
        old.execute("GRANT USAGE, CREATE ON SCHEMA public TO carnet_redeemer")  # as on the server it came from
        old.execute(statements(request.param))  # type: ignore[arg-type]
    with django_db_blocker.unblock():
        shared = connections.settings["default"]["NAME"]
        schema.migrate(name)
        point_django_at(name)
        try:
            yield request.param
        finally:
            point_django_at(shared)
            test_databases.drop(name)


def test_a_released_database_comes_up_to_date_with_its_sums(upgraded: str) -> None:
    expected = json.loads((HERE / f"{upgraded}.json").read_text(encoding="utf-8"))
    with acting_as_everything(why="compare with what the release wrote down"):
        assert ledger.counts().as_dict() == expected["vouchers"]
        table = ledger.money()
        # What a release did not know yet (money kept for connections, since 0.8.0) is nothing.
        assert table.total.as_dict() == dict.fromkeys(table.total.as_dict(), 0) | expected["money_cents"]
        assert sorted(money.funded for money in table.by_funder.values()) == sorted(each["funded"] for each in expected["by_funder"])
        assert ledger.verify() == []
        assert redemption.verify() == []
        assert journal.verify().breaks == ()


def test_there_is_a_release_to_upgrade_from() -> None:
    assert RELEASES
