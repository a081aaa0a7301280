"""The hot tables keep what a database spread over machines by series would ask, checked on plain PostgreSQL.

Django keeps plain ids, so primary keys are the one thing left to change that day. Source: docs/decisions/0005-ids-and-series-id.md.
"""

import pytest
from django.db import connection

from tests.statements import HOT_TABLES

pytestmark = pytest.mark.django_db

CHECKS = {
    "C1 a hot row does not say which series it is of": """
        SELECT h.relname FROM hot h LEFT JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id' AND NOT a.attisdropped
        WHERE a.attnum IS NULL OR NOT a.attnotnull OR a.attgenerated <> ''""",
    "C2 series_id has not one type everywhere": """
        SELECT string_agg(h.relname, ', ') FROM hot h JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id'
        HAVING count(DISTINCT a.atttypid) > 1""",
    "C3 no primary key": "SELECT relname FROM hot h WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = h.oid AND i.indisprimary)",
    "C4 a uniqueness that matters leaves the series out": """
        SELECT i.indexrelid::regclass::text FROM hot h JOIN pg_index i ON i.indrelid = h.oid
        JOIN pg_attribute a ON a.attrelid = h.oid AND a.attname = 'series_id'
        WHERE (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary AND NOT a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])""",
    "C6 a hot row holds a foreign key to a table that could not be copied everywhere": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.conrelid
        WHERE c.contype = 'f' AND c.confrelid <> 'ledger_account'::regclass""",
    "C7 a row that is not hot holds a foreign key to a hot one": """
        SELECT c.conname FROM pg_constraint c JOIN hot h ON h.oid = c.confrelid WHERE c.contype = 'f'""",
    "C9 a number drawn by the database that is not a bigint": """
        SELECT h.relname || '.' || a.attname FROM hot h JOIN pg_attribute a ON a.attrelid = h.oid AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%') AND a.atttypid <> 'bigint'::regtype""",
    "C10 a trigger that acts": """
        SELECT t.tgname FROM pg_trigger t JOIN hot h ON h.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgname NOT IN ('carnet_append_only', 'carnet_no_truncate') AND t.tgname NOT LIKE '%%\\_guard'""",
    "C11 a rule or an inheritance": """
        SELECT h.relname FROM hot h WHERE EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = h.oid)
        OR EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = h.oid AND p.relkind = 'r')""",
}


def test_the_hot_tables_exist() -> None:
    assert sorted(set(HOT_TABLES) & set(connection.introspection.table_names())) == sorted(HOT_TABLES)


@pytest.mark.parametrize("broken", CHECKS)
def test_the_hot_tables_could_be_spread_by_series(broken: str) -> None:
    with connection.cursor() as cursor:
        hot = "WITH hot AS (SELECT oid, relname FROM pg_class WHERE relname = ANY(%s) AND relkind IN ('r', 'p'))"
        cursor.execute(f"{hot} {CHECKS[broken]}", [list(HOT_TABLES)])
        found = [row[0] for row in cursor.fetchall() if row[0]]
    assert found == [], broken
