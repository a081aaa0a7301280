"""What PostgreSQL does for one redemption among two hundred thousand vouchers: indexes only, one statement, no row that others share."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.redemption import access, operations
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from tests.conftest import point_django_at
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, Campaign, campaign

pytestmark = pytest.mark.slow
BOOKLETS = 40_000
SPENT_BEFORE = 2_000
# Tables that grow with vouchers or with redemptions. The others hold a handful of rows, which are read faster than any index.
HOT = {"ledger_voucher", "ledger_booklet", "ledger_movement", "redemption_redemption", "journal_line", "journal_answer"}
WORK = (
    "SELECT relname, COALESCE(seq_scan, 0), COALESCE(idx_scan, 0), n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
    " WHERE seq_scan > 0 OR idx_scan > 0 OR n_tup_ins + n_tup_upd + n_tup_del > 0"
)
Work = dict[str, tuple[int, int, int, int, int]]


@pytest.fixture(scope="module")
def grown(django_db_setup: None, test_databases: TestDatabases, django_db_blocker: Any, worker_id: str) -> Iterator[tuple[str, Campaign]]:
    """Two hundred thousand vouchers in hands, two thousand of them spent, and the server told how many: the name of their database."""
    name, shared = test_databases.clone(f"{worker_id}_grown"), connections.settings["default"]["NAME"]
    with django_db_blocker.unblock():
        point_django_at(name)
        with acting_as_everything(why="prepare a campaign"):
            ready = campaign(booklets=BOOKLETS)
        for first in range(0, SPENT_BEFORE, 50):
            redeem(ready, *range(first, first + 50))
        point_django_at(shared)
    with psycopg.connect(test_databases.url(name), autocommit=True) as owner:
        # Answers of other days: two thousand are few enough to be read whole, which is right, and tells nothing.
        owner.execute(
            "INSERT INTO journal_answer (organisation_id, key, body_digest, status, body, at) SELECT %s, 'old-' || n, '\\x00', 201, '{}', %s"
            " FROM generate_series(1, 100000) n",
            [ready.place_organisation_id, LATER],
        )
        owner.execute("VACUUM ANALYZE")
    yield name, ready
    test_databases.drop(name)


@pytest.fixture
def town(grown: tuple[str, Campaign], django_db_blocker: Any) -> Iterator[Campaign]:
    """Each test spends vouchers of its own, on a connection of its own."""
    name, ready = grown
    shared = connections.settings["default"]["NAME"]
    with django_db_blocker.unblock():
        point_django_at(name)
        try:
            yield ready
        finally:
            point_django_at(shared)


def redeem(ready: Campaign, *ranks: int) -> tuple[Work, list[str]]:
    """Spend vouchers as the API does; gives what the server did meanwhile, and the statements sent."""
    sent: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    asked = [Asked(Item(ready.code(rank), "mailbox", ready.place_id, key=f"plan-{rank}"), ready.mediator) for rank in ranks]
    with acting_as(ready.mediator):
        before = work()
        with connection.execute_wrapper(watch):
            answers = operations.redeem_many(asked=asked, at=LATER)
        after = work()
    assert all(isinstance(answer, Redeemed) for answer in answers), answers
    idle = (0, 0, 0, 0, 0)
    done = {table: tuple(now - was for now, was in zip(after[table], before.get(table, idle), strict=True)) for table in after}
    return {table: counts for table, counts in done.items() if counts != idle}, sent  # type: ignore[misc]


def work() -> Work:
    """What this transaction did to each table: scans of the whole, scans of an index, rows written, changed, taken away."""
    with connection.cursor() as cursor:
        cursor.execute(WORK)
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def test_a_redemption_is_one_statement_over_indexes_and_shares_no_row(town: Campaign) -> None:
    redeem(town, 5_000)  # what a process asks once and remembers: keys, the place's programmes, what is printed on the series
    for rank in range(5_001, 5_012):  # from the sixth on, the server may keep one plan for all
        done, sent = redeem(town, rank)
        assert len(sent) == 1, sent
        assert "redeem_many(" in sent[0]
        assert {table for table in HOT if done.get(table, (0,))[0] > 0} == set(), f"read from end to end: {done}"
        assert done["ledger_voucher"][1] >= 1
        changed = {table: counts[3] for table, counts in done.items() if counts[3]}
        assert changed == {"ledger_voucher": 1}, "a row that other redemptions share was changed"
        assert not any(counts[4] for counts in done.values())
        assert {table: done[table][2] for table in HOT & set(done) if done[table][2]} == {
            "redemption_redemption": 1, "ledger_movement": 1, "journal_line": 1, "journal_answer": 1,
        }  # fmt: skip


def test_a_group_reads_by_index_too(town: Campaign) -> None:
    redeem(town, *range(6_000, 6_016))
    done, sent = redeem(town, *range(6_016, 6_032))
    assert len(sent) == 1
    assert {table for table in HOT if done.get(table, (0,))[0] > 0} == set(), f"read from end to end: {done}"
    assert {table: counts[3] for table, counts in done.items() if counts[3]} == {"ledger_voucher": 16}


def test_a_plan_made_while_the_tables_were_empty_reads_no_more_as_they_fill(committed_database: str) -> None:
    """The plan is kept as long as the connection: nothing must be read whole because it was empty when the plan was made."""
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign(booklets=40)
    connections["default"].close()
    with psycopg.connect(committed_database, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")  # now the server knows them empty
    for rank in range(150):
        redeem(ready, rank)
    with acting_as(ready.mediator), connection.cursor() as cursor:
        before = rows_read(cursor)
        operations.redeem_many(asked=[Asked(Item(ready.code(150), "mailbox", ready.place_id, key="plan-150"), ready.mediator)], at=LATER)
        after = rows_read(cursor)
    read = {table: count - before.get(table, 0) for table, count in after.items() if count > before.get(table, 0)}
    connections["default"].close()
    assert read["ledger_voucher"] >= 1, "nothing was looked at"
    # The two accounts of a movement are read by the function, by their foreign keys and by the ring fence.
    assert {table: count for table, count in read.items() if count > (6 if table == "ledger_account" else 4)} == {}


def rows_read(cursor: Any) -> dict[str, int]:
    """Rows this transaction read from each table, by scans of the whole and by indexes."""
    cursor.execute("SELECT relname, COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables")
    return dict(cursor.fetchall())


def test_the_decision_is_planned_over_indexes(town: Campaign, grown: tuple[str, Campaign], test_databases: TestDatabases) -> None:
    """EXPLAIN of the statement that decides, in which the server unfolds the function."""
    (candidate,) = access.candidates(town.code(7_000), place_id=town.place_id, at=LATER)
    with psycopg.connect(test_databases.url(grown[0])) as owner:
        owner.execute("SET ROLE carnet_redeemer")
        row = owner.execute(
            "EXPLAIN (FORMAT JSON) SELECT * FROM redemption_evaluate(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY['mailbox'],"
            " ARRAY[1], ARRAY[%s]::bytea[], ARRAY[0]::bigint[], %s, %s)",
            [town.place_organisation_id, town.place_id, candidate.code_hash, LATER, LATER.date()],
        ).fetchone()
    assert row
    nodes = list(_nodes(row[0][0]["Plan"] if not isinstance(row[0], str) else json.loads(row[0])[0]["Plan"]))
    read = {node["Relation Name"]: node["Node Type"] for node in nodes if "Relation Name" in node}
    assert {"ledger_voucher", "ledger_booklet"} <= set(read), "the server no longer unfolds the function: nothing was looked at"
    assert {table: how for table, how in read.items() if table in HOT and not how.startswith("Index")} == {}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
