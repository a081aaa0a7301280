"""Rows of an archive, copied into tables beside the real ones: nobody sees them there, and nothing else is touched.

A chunk of rows and the count of what is copied are one commit: killed at any moment, the copy goes on where it was, and no row comes twice.
PostgreSQL refuses COPY into a table under row-level security, and rows under walls must never be seen half there: hence tables of their own, in a
schema of their own that the application's role cannot open, and one last transaction that puts every row in its place (`_switching`).
"""

import itertools
from collections.abc import Callable, Iterable, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from carnet.continuity.models import Takeover, TakeoverPart
from carnet.continuity.rules.takeovers import CHUNK_ROWS, NumbersTaken
from carnet.gateways import programme_archives as archives
from carnet.gateways.database import acting_as_everything
from carnet.gateways.programme_archives import INCREMENT, Archive, Step, TableEntry

OnRows = Callable[[int], None]
WHY = "a takeover copies a whole programme"


def schema_of(takeover_id: int) -> str:
    """Where the rows wait."""
    return f"takeover_{takeover_id}"


def beside(takeover_id: int, table: str) -> sql.Identifier:
    return sql.Identifier(schema_of(takeover_id), table)


def real(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


def said(statement: sql.Composable) -> str:
    """The statement as text: names come from a manifest whose letters were checked, and are quoted all the same."""
    return statement.as_string(None)


def names(columns: Iterable[str], *, of: str = "") -> sql.Composed:
    """A list of columns, each of one table when `of` names it."""
    return sql.SQL(", ").join(sql.Identifier(of, name) if of else sql.Identifier(name) for name in columns)


def entries(archive: Archive) -> dict[str, TableEntry]:
    """The tables that come, as the first step that holds each says it."""
    found: dict[str, TableEntry] = {}
    for step in archive.steps:
        for entry in step.manifest.tables:
            found.setdefault(entry.name, entry)
    return found


def copy_all(takeover: Takeover, archive: Archive, *, on_rows: OnRows) -> None:
    """Copy every row that is not copied yet, step after step."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(said(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema_of(takeover.id)))))
        for table, entry in entries(archive).items():
            cursor.execute(
                said(sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS)").format(beside(takeover.id, table), real(table)))
            )
            assert entry.key, table
    for step in archive.steps:
        for entry in step.manifest.tables:
            _copy_table(takeover, step, entry, on_rows)


def forget(takeover_id: int) -> None:
    """Take away the tables beside."""
    with connection.cursor() as cursor:
        cursor.execute(said(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_of(takeover_id)))))


def _copy_table(takeover: Takeover, step: Step, entry: TableEntry, on_rows: OnRows) -> None:
    is_added = step.manifest.kind == INCREMENT
    part = _part(takeover, step, entry, is_emptied=is_added and entry.whole)
    on_rows(part.done_count)
    rows = itertools.islice(archives.rows(step, entry.name), part.done_count, None)
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        with acting_as_everything(why=WHY), connection.cursor() as cursor:
            if is_added and not entry.whole:
                _upsert(cursor, takeover, entry, chunk)
            else:
                _copy(cursor, beside(takeover.id, entry.name), entry, chunk)
            part.done_count += len(chunk)
            part.save(update_fields=["done_count"])
        on_rows(len(chunk))


def _part(takeover: Takeover, step: Step, entry: TableEntry, *, is_emptied: bool) -> TakeoverPart:
    """The count of one table of one step; what such a table held before is forgotten when the step holds it whole, in the same commit."""
    with acting_as_everything(why=WHY):
        part = TakeoverPart.objects.filter(takeover=takeover, step=step.manifest.number, table_name=entry.name).first()
        if part is not None:
            return part
        with connection.cursor() as cursor:
            if is_emptied:
                cursor.execute(said(sql.SQL("TRUNCATE {}").format(beside(takeover.id, entry.name))))
            elif step.manifest.kind == INCREMENT:
                cursor.execute(
                    said(
                        sql.SQL("CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({})").format(
                            sql.Identifier(f"key_of_{entry.name}"[:63]), beside(takeover.id, entry.name), names(entry.key)
                        )
                    )
                )
        return TakeoverPart.objects.create(
            takeover=takeover,
            organisation_id=takeover.organisation_id,
            step=step.manifest.number,
            table_name=entry.name,
            row_count=entry.rows,
        )


def _copy(cursor: CursorWrapper, table: sql.Composable, entry: TableEntry, chunk: Sequence[bytes]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, names(entry.columns))
    with cursor.copy(said(statement)) as copy:
        for each in chunk:
            copy.write(each)


def _upsert(cursor: CursorWrapper, takeover: Takeover, entry: TableEntry, chunk: Sequence[bytes]) -> None:
    """Rows that are new, or replace those of the same key; a row that comes twice in a step counts as it came last."""
    coming = sql.Identifier("takeover_coming")
    cursor.execute(
        said(
            sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                coming, names(entry.columns), beside(takeover.id, entry.name)
            )
        )
    )
    _copy(cursor, coming, entry, chunk)
    changed = [name for name in entry.columns if name not in entry.key]
    then = (
        sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in changed))
        if changed
        else sql.SQL("NOTHING")
    )
    # Rows come in the order they were read: the last of a key is the one that counts.
    latest = sql.SQL("SELECT DISTINCT ON ({0}) * FROM {1} ORDER BY {0}, ctid DESC").format(names(entry.key), coming)
    put = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM ({2}) came ON CONFLICT ({3}) DO {4}")
    cursor.execute(said(put.format(beside(takeover.id, entry.name), names(entry.columns), latest, names(entry.key), then)))


def check_free(takeover: Takeover, archive: Archive) -> None:
    """No row of this installation has a number, or anything unique, that the archive brings. Nothing is locked. Raises: NumbersTaken."""
    with acting_as_everything(why=WHY):
        for table, entry in entries(archive).items():
            for columns in _unique_columns(table):
                if set(columns) <= set(entry.columns):
                    _refuse_taken(takeover.id, table, columns)


def _refuse_taken(takeover_id: int, table: str, columns: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            said(
                sql.SQL("SELECT {} FROM {} came JOIN {} here USING ({}) /* fan-out: a takeover */ LIMIT 1").format(
                    names(columns), beside(takeover_id, table), real(table), names(columns)
                )
            )
        )
        taken = cursor.fetchone()
    if taken is not None:
        raise NumbersTaken(table=table, columns=", ".join(columns), value=", ".join(str(each) for each in taken))


def _unique_columns(table: str) -> list[list[str]]:
    """The sets of columns that no two rows of a real table may share, partial and computed ones apart (the last transaction refuses those)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(a.attname::text ORDER BY k.rank) FROM pg_index i"
            " CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, rank)"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
            " WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND k.rank <= i.indnkeyatts"
            " GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, i.indexrelid",
            [f"public.{table}"],
        )
        return [list(row[0]) for row in cursor.fetchall()]
