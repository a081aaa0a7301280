"""Every column that can hold words, an address, a number or bytes is declared: about people, with its reasons, or of nobody, after a look."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from carnet.gateways.database import acting_as_everything
from carnet.privacy.queries import writing
from carnet.privacy.queries.mapping import data_map, declared, processings
from carnet.privacy.rules.erasing import BY_TABLE, ERASURES, KEPT, KEPT_BY_TABLE
from carnet.privacy.rules.periods import PERIODS
from carnet.privacy.rules.reading import SEALED_COLUMNS
from tests.house.columns_of_nobody import OF_NOBODY

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)

# Types that can say who somebody is: text in all its forms, JSON, bytes, network addresses, and arrays of text.
_QUESTION = """
    SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND t.typname IN ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', 'inet', 'citext', '_text', '_varchar')
      AND NOT EXISTS (
        SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]
          AND pg_get_constraintdef(k.oid) ~ '= ANY \\(|<@ '
      )
    ORDER BY 1, a.attnum
"""
# Tables of our libraries that hold no row about anybody.
_LIBRARIES = re.compile(
    r"^(auth_|django_(migrations|content_type)|procrastinate_|account_emailconfirmation|parties_throttle|openid_client)"
)


def told() -> dict[str, list[str]]:
    """Columns that nobody has declared to be about people, by table; those whose words are a closed list, checked by the database, aside."""
    about_people = {(table, column) for table, columns in declared().items() for column in columns}
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if (table, column) not in about_people and not _LIBRARIES.match(table):
                found.setdefault(table, []).append(column)
    return found


def test_every_column_that_can_hold_words_is_declared() -> None:
    undeclared = [
        f"{table}.{column}" for table, columns in told().items() for column in columns if column not in OF_NOBODY.get(table, "").split()
    ]
    assert undeclared == [], (
        "say in the room's PERSONAL_DATA why each exists and how long it is kept (then its table in carnet/privacy/data/processings.toml and"
        " carnet/privacy/rules/erasing.py), or in tests/house/columns_of_nobody.py that it can hold nothing about a person"
    )


def test_no_column_is_imagined_nor_declared_twice() -> None:
    there = told()
    imagined = [
        f"{table}.{column}" for table, columns in OF_NOBODY.items() for column in columns.split() if column not in there.get(table, [])
    ]
    assert imagined == [], "these are gone, are declared about people, or are a closed list of words by now"


def test_every_table_about_people_is_in_one_processing_and_is_erased_or_kept_by_a_law() -> None:
    tables = [table for processing in processings() for table in processing.tables]
    assert sorted(tables) == sorted(set(tables))
    assert set(tables) == set(declared()), "carnet/privacy/data/processings.toml"
    assert set(declared()) == set(BY_TABLE) | set(KEPT_BY_TABLE), "carnet/privacy/rules/erasing.py"
    assert set(BY_TABLE).isdisjoint(KEPT_BY_TABLE)
    assert all(each.law and each.until for each in KEPT)
    assert all(each.purpose and each.lifetime and each.basis and each.seen_by for each in data_map())


def test_every_sealed_column_says_how_it_is_opened() -> None:
    known = {(each.table, each.column) for each in SEALED_COLUMNS} | {(each.table, each.under) for each in SEALED_COLUMNS if each.under}
    # The seed of a card is a secret, not somebody's word; no code writes what a draft would say of a telephone.
    apart = {("parties_codecard", "sealed_seed"), ("mandates_draft", "sealed_contact")}
    sealed = {(each.table, each.column) for each in data_map() if each.column.startswith("sealed")}
    unknown = {each for each in sealed - known - apart if not each[0].startswith("controls_")}
    assert unknown == set(), "carnet/privacy/rules/reading.py: what is not opened cannot be searched"


def test_every_statement_and_period_is_understood_by_the_database() -> None:
    with acting_as_everything(why="try each statement on no row"), connection.cursor() as cursor:
        for about in ERASURES:
            for statement in about.statements:
                cursor.execute(statement, {"id": -1, "at": AT})
            done = about.done.replace("%%", "%")
            cursor.execute(f"SELECT ({about.born})::text, ({about.person or 'NULL'})::text, {done} FROM {about.table} r LIMIT 1")
        for period in PERIODS:
            cursor.execute(period.held, {})
            for question in (period.late, *period.forgets[1:]):
                cursor.execute(question, {"at": AT, "kept": period.kept})


def test_periods_say_who_does_them_or_what_is_missing() -> None:
    assert [each.code for each in PERIODS if not (each.done_by or each.gap)] == []
    assert [each.code for each in PERIODS if each.setting and not each.least <= each.kept <= each.most] == []
    tasks = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "carnet" / "jobs").rglob("*.py"))
    named = set(re.findall(r'name="([a-z.-]+)"', tasks))
    assert {each.done_by for each in PERIODS if each.done_by} - named == set(), "no such task"


def test_the_page_of_the_map_is_the_one_of_the_code() -> None:
    assert writing.map_page() in (ROOT / "docs" / "data-map.md").read_text(encoding="utf-8"), "make docs"
