"""The hot tables keep what a database spread over machines by series would ask; the plan that prepares one, played on plain PostgreSQL.

Source: docs/decisions/0005-ids-and-series-id.md and 0081. With CARNET_TEST_CITUS_URL naming the coordinator of a cluster, the last test
prepares a database there and spends vouchers on it; without it, it is skipped.
"""

import os
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from carnet.gateways import citus, schema
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption import queries
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from tests.factories.campaign import NOW, campaign
from tests.statements import HOT_TABLES

# What a cluster would answer, as far as one server can: it refuses what the measured one refuses.
STUBS = """
CREATE TABLE cluster_told (rank serial, what text, name text);
CREATE FUNCTION create_distributed_table(p_table text, p_key text, colocate_with text DEFAULT 'default') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = p_table::regclass AND i.indisunique AND NOT (
      SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = p_table::regclass AND a.attname = p_key) = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) THEN
    RAISE EXCEPTION 'cannot create constraint on "%"', p_table;
  END IF;
  IF EXISTS (SELECT 1 FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = p_table::regclass) THEN
    RAISE EXCEPTION 'referenced table must be a distributed table or a reference table';
  END IF;
  INSERT INTO cluster_told (what, name) VALUES ('spread', p_table);
END $$;
CREATE FUNCTION create_reference_table(p_table text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO cluster_told (what, name) VALUES ('copied', p_table) $$;
"""
BROKEN = {
    "C4": "CREATE UNIQUE INDEX ON ledger_booklet (holder_id, id)",
    "C6": "ALTER TABLE ledger_voucher ADD FOREIGN KEY (programme_id) REFERENCES parties_organisation (id) NOT VALID",
    "C7": "CREATE TABLE beside (series_id bigint, v bigint, g smallint, FOREIGN KEY (series_id, v, g) REFERENCES redemption_redemption)",
    "C9": "ALTER TABLE ledger_booklet ADD COLUMN number serial",
    "C10": "CREATE TRIGGER loud AFTER INSERT ON ledger_voucher EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "C11": "CREATE RULE quiet AS ON DELETE TO ledger_booklet DO INSTEAD NOTHING",
}


@pytest.fixture
def owner(committed_database: str) -> Iterator[str]:
    with schema.as_owner():
        yield committed_database


def test_the_hot_tables_could_be_spread_by_series(owner: str) -> None:
    assert citus.violations() == {}
    assert set(HOT_TABLES) <= set(citus.SPREAD)
    assert set(citus.SPREAD + citus.COPIED) <= set(connection.introspection.table_names())


def test_each_check_finds_what_it_is_for(owner: str) -> None:
    """A check that finds nothing in a broken schema proves nothing."""
    for check, statement in BROKEN.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert any(found.startswith(f"{check} ") for found in citus.violations()), check
            transaction.set_rollback(True)


def test_without_a_cluster_nothing_is_touched(owner: str) -> None:
    with pytest.raises(citus.ClusterMissing):
        citus.spread()
    assert any(column == ["id"] for column in _keys().values())


def test_the_plan_prepares_a_database_that_goes_on_as_before(committed_database: str) -> None:
    """Keys become (series, id), and the counter, the sums and the ledger's own verification notice nothing."""
    with acting_as_everything(why="a campaign before the change"):
        ready = campaign(booklets=4)
    _spend(ready, 0)
    with schema.as_owner(), connection.cursor() as cursor:
        cursor.execute(STUBS)
        assert "C4 a uniqueness leaves the series out" in citus.violations(keys_changed=True)
        for step in citus.plan():
            # The settings are the cluster's own; a server without it takes any name with a dot.
            cursor.execute(step.statement)
        assert citus.violations(keys_changed=True) == {}
        cursor.execute("SELECT what, name FROM cluster_told ORDER BY rank")
        assert cursor.fetchall() == [("spread", name) for name in citus.SPREAD] + [("copied", name) for name in citus.COPIED]
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'ledger_movement'::regclass ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == ["ledger_movement_credit_fk", "ledger_movement_debit_fk"]
    _spend(ready, 1)
    with acting_as_everything(why="another campaign after the change"):
        later = campaign(booklets=2)
    _spend(later, 0)
    with acting_as_everything(why="everything is recomputed"):
        assert ledger.verify() == []
        assert queries.verify() == []


def test_what_a_cluster_would_still_refuse_is_read_from_the_functions(owner: str) -> None:
    found = {each.where: each.what for each in citus.remaining()}
    assert "redeem_many" in found
    assert any("look" in each.what for each in citus.remaining() if each.where == "redeem_many")


@pytest.mark.skipif(not os.environ.get("CARNET_TEST_CITUS_URL"), reason="CARNET_TEST_CITUS_URL names no coordinator")
def test_vouchers_are_spent_on_a_cluster(owner: str) -> None:
    citus.spread()
    with acting_as_everything(why="a campaign on a cluster"):
        ready = campaign(booklets=4)
    _spend(ready, 0)
    with acting_as_everything(why="everything is recomputed"):
        assert ledger.verify() == []


def _spend(ready, rank: int) -> None:
    actor = ready.mediator
    item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id, key=None, attended_on=None)
    (answer,) = redemption.redeem_many(asked=[Asked(item, actor, "SCREEN")], at=NOW)
    assert isinstance(answer, Redeemed), answer


def _keys() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        return {table: connection.introspection.get_primary_key_columns(cursor, table) for table in citus.SPREAD}
