"""Reading the journal, and proving that nobody rewrote it."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from carnet.journal.models import Line
from carnet.journal.rules import SEALED_TABLES, Break, digests_of_rows

ROW_BYTES = 16


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as a reader sees it."""

    id: int
    at: datetime
    action: str
    actor_kind: str
    actor_person_id: int | None
    actor_label: str
    organisation_id: int | None
    subject_kind: str
    subject_id: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """What ``journal verify`` found. `tail` is how many rows of each table are not sealed yet."""

    blocks: int
    rows: int
    tail: dict[str, int]
    breaks: tuple[Break, ...]
    heads: dict[str, str]


def lines(
    *, programme_id: int | None = None, subject: tuple[str, int | str] | None = None, before_id: int | None = None, limit: int = 50
) -> list[LineView]:
    """The latest lines first, at most `limit`; pass the last id as `before_id` for the next page."""
    found = Line.objects.order_by("-id")
    if programme_id is not None:
        found = found.filter(programme_id=programme_id)
    if subject is not None:
        found = found.filter(subject_kind=subject[0], subject_id=str(subject[1]))
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    names = list(LineView.__dataclass_fields__)
    return [LineView(*row) for row in found.values_list(*names)[:limit]]


@dataclass(frozen=True, slots=True)
class FinishedLine:
    """One line that nobody can add to any more, as other programs are told of it."""

    id: int
    xid: int
    at: datetime
    action: str
    organisation_id: int | None
    programme_id: int | None
    subject_id: str
    facts: dict[str, Any]


def finished_lines(
    *, after: tuple[int, int], actions: Collection[str], organisation_ids: Collection[int], limit: int
) -> tuple[list[FinishedLine], tuple[int, int]]:
    """The lines of some actions and organisations beyond a mark (transaction, line), in order, and the mark reached.

    Only lines below the oldest running transaction are given, so that none can appear later before the mark: the same horizon as the
    seals (docs/decisions/0006-the-journal-is-sealed-below-the-horizon.md). Call it seeing everything (``acting_as_everything``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon: int = cursor.fetchone()[0]
        if horizon < after[0]:
            return [], after
        rows = []
        if organisation_ids:
            cursor.execute(
                "SELECT id, xid, at, action, organisation_id, programme_id, subject_id, facts FROM journal_line"
                " WHERE xid >= %s AND xid < %s AND (xid, id) > (%s, %s) AND action = ANY(%s) AND organisation_id = ANY(%s)"
                " ORDER BY xid, id LIMIT %s",
                [after[0], horizon, *after, list(actions), list(organisation_ids), limit],
            )
            rows = cursor.fetchall()
    lines = [
        FinishedLine(*about, json.loads(facts) if isinstance(facts, str) else facts)  # type: ignore[call-arg]  # seven columns
        for *about, facts in rows
    ]
    return lines, (lines[-1].xid, lines[-1].id) if len(lines) == limit else (horizon, 0)


def verify(*, tables: Sequence[str] = SEALED_TABLES) -> Verification:
    """Recompute every block from the rows and every link of the chain; name each difference.

    Call it seeing everything (``acting_as_everything``).
    """
    blocks = rows = 0
    tail: dict[str, int] = {}
    heads: dict[str, str] = {}
    breaks: list[Break] = []
    for table in tables:
        previous, reached = b"", 0
        for number, block in enumerate(_blocks(table), start=1):
            blocks += 1
            rows += block.row_count
            breaks += _breaks_of(table, block, previous, reached, number)
            previous, reached = block.digest, block.to_xid
        heads[table] = previous.hex()
        tail[table] = _tail(table, reached)
    return Verification(blocks, rows, tail, tuple(breaks), heads)


@dataclass(frozen=True, slots=True)
class _Block:
    number: int
    from_xid: int
    to_xid: int
    row_count: int
    rows: bytes
    previous: bytes
    digest: bytes


def _blocks(table: str) -> Iterator[_Block]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, from_xid, to_xid, row_count, rows, previous, digest FROM journal_block WHERE table_name = %s ORDER BY number",
            [table],
        )
        for row in cursor.fetchall():
            yield _Block(*row[:4], *(bytes(value) for value in row[4:]))


def _breaks_of(table: str, block: _Block, previous: bytes, reached: int, number: int) -> list[Break]:
    breaks: list[Break] = []
    if block.number != number or block.from_xid != reached or block.previous != previous:
        breaks.append(Break(table, block.number, None, "chain"))
    if hashlib.sha256(block.previous + block.rows).digest() != block.digest:
        breaks.append(Break(table, block.number, None, "digest"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {digests_of_rows()} FROM {table} r /* fan-out: sealed rows */ WHERE xid >= %s AND xid < %s",
            [block.from_xid, block.to_xid],
        )
        now = bytes(cursor.fetchone()[0])
    if now == block.rows:
        return breaks
    sealed, found = _by_row(block.rows), _by_row(now)
    for row in sorted(sealed.keys() | found.keys()):
        if sealed.get(row) != found.get(row):
            what = "added" if row not in sealed else "removed" if row not in found else "changed"
            breaks.append(Break(table, block.number, row, what))
    return breaks or [Break(table, block.number, None, "order")]


def _by_row(packed: bytes) -> dict[int, bytes]:
    parts = (packed[i : i + ROW_BYTES] for i in range(0, len(packed), ROW_BYTES))
    return {int.from_bytes(part[:8], "big", signed=True): part[8:] for part in parts}


def _tail(table: str, reached: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} /* fan-out: rows not sealed yet */ WHERE xid >= %s", [reached])
        return int(cursor.fetchone()[0])
