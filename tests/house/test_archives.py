"""Every table of the database is taken into archives, or left for a reason; no column about a person leaves unblanked."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from carnet.continuity.rules.tables import BY_NAME, GROWS, LEFT, SEALED, TAKEN, Own
from carnet.journal.rules import SEALED_TABLES

pytestmark = pytest.mark.django_db

# Columns that look like somebody's, and are an organisation's or a document's.
NOT_A_PERSON = {
    ("distribution_deskpoint", "phone"): "the telephone of a desk, printed on its papers",
    ("funding_programme", "phone"): "the programme's line, printed on every voucher",
    ("funding_programme", "phone_hours"): "the hours of that line",
    ("issuing_design", "phone"): "the programme's line, printed on every voucher",
    ("issuing_design", "phone_hours"): "the hours of that line",
    ("parties_apitoken", "secret_hash"): "what a place's machine proves: it goes on with the token it has",
    ("settlement_hold", "phone"): "the operator's telephone, told to the place",
    ("controls_case", "phone"): "the operator's telephone, told to the place",
}
LOOKS_PERSONAL = re.compile(r"email|phone|display_name|holder_name|sealed_(?!at$|by_id$)|_mark$|secret_hash")


def columns() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1
            """
        )
        return dict(cursor.fetchall())


def personal() -> list[tuple[str, str]]:
    """(table, column) of every list of personal columns."""
    found = []
    for app in apps.get_app_configs():
        for name in getattr(app.models_module, "PERSONAL_DATA", {}):
            model, _dot, column = name.partition(".")
            meta = apps.get_model(app.label, model)._meta
            found.append((meta.db_table, meta.get_field(column).column))
    return found


def test_every_table_is_taken_or_left_and_none_is_imagined() -> None:
    names = [table.name for table in TAKEN] + [table.name for table in LEFT]
    assert len(names) == len(set(names))
    there = set(columns())
    assert there - set(names) == set(), "say in carnet/continuity/rules/tables.py what an archive takes of these, or why nothing"
    assert set(names) - there == set(), "no such tables"
    assert all(table.why for table in LEFT)


def test_keys_scopes_and_blanks_name_columns_that_exist() -> None:
    there = columns()
    for table in TAKEN:
        mine = there[table.name]
        assert set(table.key) | set(table.blanks) <= set(mine), table.name
        if isinstance(table.scope, Own):
            assert table.scope.column in mine, table.name
        else:
            for ref in table.scope:
                assert ref.own in mine, table.name
                assert ref.column in there[ref.table], f"{table.name}: {ref}"


def test_keys_are_unique_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.indrelid::regclass::text, array_agg(a.attname::text ORDER BY a.attname) FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) WHERE i.indisprimary GROUP BY i.indrelid
            """
        )
        primary = dict(cursor.fetchall())
    assert {table.name: sorted(table.key) for table in TAKEN} == {table.name: primary[table.name] for table in TAKEN}


def test_what_only_grows_carries_its_transaction() -> None:
    there = columns()
    assert {name for name in BY_NAME if "xid" in there[name]} == GROWS
    # What people authorise is sealed too, and stays behind.
    assert set(SEALED) == set(SEALED_TABLES) - {"mandates_use"}
    assert set(SEALED) <= GROWS


def test_no_column_about_a_person_leaves_unblanked() -> None:
    leaving = [(table, column) for table, column in personal() if table in BY_NAME and column not in BY_NAME[table].blanks]
    assert leaving == []


def test_no_column_that_looks_personal_leaves_unblanked() -> None:
    there = columns()
    leaving = [
        (table.name, column)
        for table in TAKEN
        for column in there[table.name]
        if LOOKS_PERSONAL.search(column) and column not in table.blanks and (table.name, column) not in NOT_A_PERSON
    ]
    assert leaving == []


def test_rows_that_the_application_may_delete_are_sent_whole_or_never_deleted() -> None:
    """An increment says what was written, never what went: a table of which the code deletes rows has to shrink."""
    root = Path(__file__).resolve().parents[2] / "carnet"
    deleted = set()
    for path in root.rglob("*.py"):
        if "operations" not in path.as_posix() and "jobs" not in path.as_posix():
            continue
        text = path.read_text(encoding="utf-8")
        for model in apps.get_models():
            if not re.search(rf"\b{model.__name__}\.objects\.filter\(", text) or ".delete()" not in text:
                continue
            for line in text.splitlines():
                if f"{model.__name__}.objects" in line and ".delete()" in line:
                    deleted.add(model._meta.db_table)
    assert {name for name in deleted if name in BY_NAME} <= {table.name for table in TAKEN if table.shrinks}
