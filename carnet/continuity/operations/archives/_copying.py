"""Rows of a programme, as PostgreSQL writes them in CSV, all of one moment.

One transaction that only reads and sees one snapshot. The watermark of the next step is the oldest transaction still running then: whatever was
committed later has a number from there on. It is the same horizon as the journal's seals.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from carnet.continuity.rules.tables import BY_NAME, GROWS, SETS, TAKEN, Taken, chosen
from carnet.gateways.database import acting_as_everything
from carnet.gateways.programme_archives import BlockHeader, TableEntry

_FAN_OUT = "/* fan-out: the archive of a whole programme */"
_XIDS = 1 << 32
# The numbers below are PostgreSQL's own, and older than everything.
_FIRST_XID = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """The snapshot: its horizon, which database it is, its tables' latest migrations."""

    xmin: int
    system: str
    schema: dict[str, str]


@contextmanager
def one_moment() -> Iterator[Moment]:
    """Everything asked inside is of one snapshot, and reads only. Outside of any transaction: a snapshot cannot be taken in the middle of one."""
    if connection.in_atomic_block:
        raise RuntimeError("an archive is one moment of the database: it needs a transaction of its own")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with acting_as_everything(why="an archive takes rows of organisations and places that a programme names, wherever they are"):
            yield _moment()


def _moment() -> Moment:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                (SELECT system_identifier FROM pg_control_system())::text || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
                || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        )
        xmin, system = cursor.fetchone()
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        return Moment(xmin, system, dict(cursor.fetchall()))


class Rows:
    """Reads the rows of one programme in the snapshot at hand: all of them, or those written `since` a transaction."""

    def __init__(self, programme_id: int, *, since: int | None) -> None:
        self._is_since = since is not None
        self._columns = _columns()
        self._values: dict[str, str] = {"programme": str(int(programme_id))}
        if since is not None:
            self._values |= {"since": str(int(since)), "since32": f"'{max(int(since) % _XIDS, _FIRST_XID)}'"}
        for name in SETS:
            self._values[name] = self._numbers(name, since=False)
            if since is not None:
                self._values[f"{name}_since"] = self._numbers(name, since=True)

    def _numbers(self, name: str, *, since: bool) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name}.id FROM {name} WHERE {chosen(BY_NAME[name], since=since) % self._values} {_FAN_OUT}")
            return f"'{{{','.join(str(int(number)) for (number,) in cursor.fetchall())}}}'::bigint[]"

    def entry(self, table: Taken, *, whole: bool) -> TableEntry:
        """What the manifest says of the table, before its rows are counted."""
        columns = self._columns[table.name]
        return TableEntry(
            table.name, tuple(columns), tuple(columns.values()), table.key, 0, f"tables/{table.name}.csv.gz", 0, "", "", whole=whole
        )

    def of(self, table: Taken) -> Generator[memoryview, None, None]:
        """The rows to take, by their key; sealed ones in the order of their seals, their transaction at the end of each."""
        since = self._is_since and not table.shrinks
        cells = [
            f"({table.blanks[name]}) AS {name}" if name in table.blanks else f"{table.name}.{name}" for name in self._columns[table.name]
        ]
        order = table.key
        if table.sealed:
            cells.append(f"{table.name}.xid")
            order = ("xid", "id")
        statement = (
            f"COPY (SELECT {', '.join(cells)} FROM {table.name} WHERE {chosen(table, since=since) % self._values}"
            f" ORDER BY {', '.join(f'{table.name}.{name}' for name in order)} {_FAN_OUT}) TO STDOUT (FORMAT csv)"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            # PostgreSQL sends a row a message.
            yield from copy


def _columns() -> Mapping[str, dict[str, str]]:
    """Of each taken table, its columns in order, with PostgreSQL's names of their types. The transaction's number is not one of ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum
            """,
            [[table.name for table in TAKEN]],
        )
        found: dict[str, dict[str, str]] = {table.name: {} for table in TAKEN}
        for table, column, kind in cursor.fetchall():
            if not (column == "xid" and table in GROWS):
                found[table][column] = kind
    return found


def weights() -> Mapping[str, int]:
    """About how many rows each table holds, whoever they belong to: for a bar that moves evenly."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, greatest(reltuples, 100)::bigint FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)",
            [[table.name for table in TAKEN]],
        )
        return dict(cursor.fetchall())


def blocks_after(table: str, number: int) -> Iterator[tuple[BlockHeader, bytes]]:
    """The journal's blocks of one table beyond a number, one at a time."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT number, from_xid, to_xid, row_count, previous, digest, sealed_at, rows FROM journal_block"
                " WHERE table_name = %s AND number > %s ORDER BY number LIMIT 1",
                [table, number],
            )
            found = cursor.fetchone()
            if found is None:
                return
            number, from_xid, to_xid, row_count, previous, digest, sealed_at, rows = found
            yield (
                BlockHeader(number, from_xid, to_xid, row_count, bytes(previous).hex(), bytes(digest).hex(), sealed_at.isoformat()),
                bytes(rows),
            )


def totals(programme_id: int) -> dict[str, int]:
    """What is easily compared on the other side: codes drawn, and cents received."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT coalesce(sum(voucher_count), 0) FROM ledger_series WHERE programme_id = %(programme)s AND drawn_at IS NOT NULL),
                (SELECT coalesce(sum(cents), 0) FROM funding_moneyreceived WHERE programme_id = %(programme)s AND withdrawn_at IS NULL)
            """,
            {"programme": programme_id},
        )
        vouchers, cents = cursor.fetchone()
    return {"vouchers": int(vouchers), "money_cents": int(cents)}


def orders_not_printed(programme_id: int) -> list[int]:
    """Orders whose secret may still be needed to make their paper."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM issuing_order WHERE programme_id = %s AND seed_destroyed_at IS NULL AND refused_at IS NULL ORDER BY id",
            [programme_id],
        )
        return [number for (number,) in cursor.fetchall()]
