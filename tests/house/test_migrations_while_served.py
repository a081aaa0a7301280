"""The previous release goes on redeeming while, and after, the new one's migrations run: what would stop it is refused here.

Expand, then contract: a release adds, and the one after it takes away. `carnet migrate` runs first, on the served database; then the web
processes are replaced one by one. So a new migration may not take from an existing table what the previous code reads, ask of it what the
previous code does not write, or hold a hot table for as long as reading it whole takes. `ALLOWED` lists the exceptions, each with its reason.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from tests.upgrades.releases import RELEASES
from tests.upgrades.releases import migrations as migrations_of

HOT = ("ledger_voucher", "ledger_movement", "ledger_booklet", "ledger_passage", "redemption_redemption", "journal_line")
# (app, migration, what): why it stops nobody.
ALLOWED: dict[tuple[str, str, str], str] = {}

Found = tuple[str, str, str]


def new_migrations() -> list[Any]:
    released = migrations_of(RELEASES[-1])
    disk = MigrationLoader(None).disk_migrations
    return [
        migration for key, migration in sorted(disk.items()) if key not in released and type(migration).__module__.startswith("carnet.")
    ]


def dangers(migration: Any, created: set[tuple[str, str]]) -> Iterator[Found]:
    """What of a migration could stop whoever still runs the previous code. Tables made since the release are nobody's yet."""
    app, name = migration.app_label, migration.name
    for operation in flattened(migration.operations):
        model = getattr(operation, "model_name", getattr(operation, "name", ""))
        model = model.lower() if isinstance(model, str) else ""
        table = f"{app}_{model}"
        kind = type(operation).__name__
        if isinstance(operation, migrations.CreateModel):
            created.add((app, model))
            continue
        if isinstance(operation, migrations.RunSQL | migrations.RunPython):
            yield from ((app, name, danger) for danger in dangers_of_sql(sql_of(operation)))
            continue
        if (app, model) in created:
            continue
        if isinstance(operation, migrations.AddField):
            field = operation.field
            if not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED):
                yield app, name, f"{kind} {table}.{operation.name}: the previous code does not write it: null=True or db_default"
        elif isinstance(operation, migrations.RemoveField | migrations.RenameField | migrations.DeleteModel | migrations.RenameModel):
            yield app, name, f"{kind} {table}: the previous code still reads it: in the release after"
        elif isinstance(operation, migrations.AlterField | migrations.AddIndex | migrations.AddConstraint) and table in HOT:
            yield app, name, f"{kind} {table}: reads a hot table whole under a lock: CONCURRENTLY, or NOT VALID then VALIDATE"


def flattened(operations: Any) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flattened(operation.database_operations)
        else:
            yield operation


def sql_of(operation: Any) -> str:
    given = getattr(operation, "sql", "")
    return given if isinstance(given, str) else "\n".join(str(each) for each in given)


def dangers_of_sql(text: str) -> Iterator[str]:
    hot = "|".join(HOT)
    for pattern, why in {
        rf"ALTER\s+TABLE\s+(?:ONLY\s+)?(?:{hot})\b[^;]*\bTYPE\b": "rewrites a hot table",
        rf"ALTER\s+TABLE\s+(?:ONLY\s+)?(?:{hot})\b[^;]*\bSET\s+NOT\s+NULL": "reads a hot table whole under a lock",
        rf"ALTER\s+TABLE\s+(?:ONLY\s+)?(?:{hot})\b[^;]*\bADD\s+CONSTRAINT\b(?![^;]*NOT\s+VALID)": "reads a hot table whole under a lock",
        rf"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)[^;]*\bON\s+(?:{hot})\b": "an index of a hot table is made CONCURRENTLY",
        rf"\b(?:LOCK\s+TABLE|VACUUM\s+FULL|CLUSTER|TRUNCATE)\s+(?:{hot})\b": "holds a hot table",
        rf"\bUPDATE\s+(?:{hot})\s+SET\b": "rewrites rows of a hot table in one transaction",
        r"\bDROP\s+FUNCTION\s+(?:IF\s+EXISTS\s+)?redeem_many\b": "the previous code calls it",
    }.items():
        if found := re.search(pattern, text, re.IGNORECASE):
            yield f"{' '.join(found[0].split())[:80]}: {why}"


def found() -> list[Found]:
    created: set[tuple[str, str]] = set()
    return [danger for migration in new_migrations() for danger in dangers(migration, created)]


def test_no_new_migration_stops_the_previous_release() -> None:
    refused = [" · ".join(danger) for danger in found() if danger not in ALLOWED]
    assert refused == []


def test_no_exception_is_left_behind() -> None:
    assert set(ALLOWED) - set(found()) == set()


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE ledger_voucher ALTER COLUMN id TYPE bigint",
        "alter table only redemption_redemption alter column place_id set not null",
        "ALTER TABLE ledger_movement ADD CONSTRAINT x CHECK (cents > 0)",
        "CREATE INDEX x ON ledger_voucher (code_hash)",
        "CREATE UNIQUE INDEX x ON journal_line (id)",
        "UPDATE ledger_voucher SET mark = 1",
        "DROP FUNCTION IF EXISTS redeem_many(int)",
    ],
)
def test_a_dangerous_statement_is_seen(text: str) -> None:
    assert list(dangers_of_sql(text))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY x ON ledger_voucher (code_hash)",
        "ALTER TABLE ledger_movement ADD CONSTRAINT x CHECK (cents > 0) NOT VALID",
        "CREATE OR REPLACE FUNCTION redeem_many() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
        "ALTER TABLE issuing_order ALTER COLUMN id TYPE bigint",
    ],
)
def test_a_statement_that_stops_nobody_passes(text: str) -> None:
    assert list(dangers_of_sql(text)) == []


def test_a_column_the_previous_code_does_not_write_is_seen() -> None:
    from django.db import models

    class Wrong(migrations.Migration):
        operations = (
            migrations.AddField("order", "colour", models.CharField(max_length=9, default="red")),
            migrations.AddField("order", "shape", models.CharField(max_length=9, db_default="round")),
            migrations.RemoveField("order", "size"),
        )

    seen = list(dangers(Wrong("wrong", "issuing"), set()))
    assert [danger.split(":")[0] for _, _, danger in seen] == ["AddField issuing_order.colour", "RemoveField issuing_order"]
