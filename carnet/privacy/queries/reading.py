"""Every declared column read as text, opened when it is sealed: what finding, exporting and searching stand on. Call it seeing everything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from carnet.gateways.keys import KeysRefused, key_ring, opened
from carnet.privacy.queries.mapping import declared
from carnet.privacy.rules.reading import SEALED_COLUMNS, SealedColumn

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row, its declared columns as text. `closed`: columns that could not be opened, for want of a key, or because they are pictures."""

    table: str
    row: str
    texts: dict[str, str]
    closed: tuple[str, ...] = ()


def read_rows(table: str, *, only: Sequence[str] | None = None) -> Iterator[ReadRow]:
    """The rows of a table that hold something about somebody, from the first. `only`: those whose key is given."""
    sealed = [each for each in SEALED_COLUMNS if each.table == table]
    clear = [column for column in declared()[table] if column not in {each.column for each in sealed} | {each.under for each in sealed}]
    needs = {name: said for each in sealed for name, said in each.needs.items()}
    key = primary_key(table)
    parts = [f"r.{key}::text"]
    parts += [_as_text(table, column) for column in clear]
    parts += [
        f"r.{column}" for column in dict.fromkeys([*(each.column for each in sealed), *(each.under for each in sealed if each.under)])
    ]
    parts += [f"({said})::text" for said in needs.values()]
    names = ["", *clear, *dict.fromkeys([*(each.column for each in sealed), *(each.under for each in sealed if each.under)]), *needs]
    where = f"WHERE r.{key}::text = ANY(%s)" if only is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(parts)} FROM {table} r {where} ORDER BY r.{key} /* fan-out: somebody is looked for in every row */",
            [list(only)] if only is not None else [],
        )
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                yield _read(table, sealed, clear, dict(zip(names, row, strict=True)))


def primary_key(table: str) -> str:
    """The column that names one row. Tables of ours have one; of several, the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary",
            [table],
        )
        found = cursor.fetchone()
    return str(found[0])


def _as_text(table: str, column: str) -> str:
    return f"CASE WHEN pg_typeof(r.{column}) = 'bytea'::regtype THEN '' ELSE r.{column}::text END"


def _read(table: str, sealed: list[SealedColumn], clear: list[str], row: dict[str, Any]) -> ReadRow:
    texts = {column: row[column] for column in clear if row[column]}
    closed = []
    for each in sealed:
        content = row[each.column]
        if content is None:
            continue
        if each.opaque:
            closed.append(each.column)
            continue
        try:
            texts[each.column] = _open(each, bytes(content), row).decode("utf-8", "replace")
        except KeysRefused:
            closed.append(each.column)
    return ReadRow(table, row[""], texts, tuple(closed))


def _open(each: SealedColumn, content: bytes, row: dict[str, Any]) -> bytes:
    ring, purpose, person = key_ring(), each.purpose.format(**row), each.person.format(**row)
    if each.under:
        key = ring.unseal_for(person, each.key_purpose.format(**row), bytes(row[each.under]))
        return opened(key, content, purpose.encode())
    return ring.unseal_for(person, purpose, content) if person else ring.unseal(purpose, content)
