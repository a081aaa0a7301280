"""Reading the journal, and proving that nobody rewrote it."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from carnet.journal.models import Line, VerificationRun
from carnet.journal.rules import SEALED_TABLES, Break, Named, What, digests_of_rows

ROW_BYTES = 16
BLOCKS_AT_ONCE = 200


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
    """Recompute every block from the rows and every link of the chain; name each difference, and each table left without its triggers.

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
    breaks += [Break(table, 0, None, "triggers") for table in _unguarded(tables)]
    return Verification(blocks, rows, tail, tuple(breaks), heads)


def _unguarded(tables: Sequence[str]) -> list[str]:
    """The tables whose rows could be changed, removed or emptied without a word: a trigger is missing, or does not always fire."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.name FROM unnest(%s::text[]) WITH ORDINALITY AS t (name, rank)"
            " WHERE (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = t.name::regclass AND g.tgenabled = 'A'"
            " AND g.tgname IN ('carnet_append_only', 'carnet_no_truncate')) <> 2 ORDER BY t.rank",
            [list(tables)],
        )
        return [name for (name,) in cursor.fetchall()]


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
    """In order, some at a time: a nation's blocks hold 16 bytes for each of its rows."""
    reached = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, from_xid, to_xid, row_count, rows, previous, digest FROM journal_block"
                " WHERE table_name = %s AND number > %s ORDER BY number LIMIT %s",
                [table, reached, BLOCKS_AT_ONCE],
            )
            found = cursor.fetchall()
        for row in found:
            yield _Block(*row[:4], *(bytes(value) for value in row[4:]))
        if len(found) < BLOCKS_AT_ONCE:
            return
        reached = found[-1][0]


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


def unsealed_seconds(*, at: datetime) -> float:
    """Age of the oldest line of the journal that no block seals yet; 0 when all are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM %s - min(at)) FROM journal_line /* fan-out: lines not sealed yet */"
            " WHERE xid >= (SELECT coalesce(max(to_xid), 0) FROM journal_block WHERE table_name = 'journal_line')",
            [at],
        )
        return max(0.0, float(cursor.fetchone()[0] or 0))


def _tail(table: str, reached: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} /* fan-out: rows not sealed yet */ WHERE xid >= %s", [reached])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Proof:
    """One sealed (or not yet sealed) row: its digest, and the block that holds it. `holds`: None while no block does.

    `digest` is the SHA-256 of the row as ``digests_of_rows`` reads it, in hexadecimal; a block keeps its first 8 bytes.
    """

    table: str
    row_id: int
    digest: str
    block: int | None
    block_digest: str
    sealed_at: datetime | None
    holds: bool | None


def proofs(rows: Collection[tuple[str, int]]) -> dict[tuple[str, int], Proof]:
    """The proof of each of these rows (table, id), as far as the reader sees the row. One statement for each table."""
    found: dict[tuple[str, int], Proof] = {}
    for table in sorted({table for table, _id in rows}):
        assert table in SEALED_TABLES, table
        wanted = sorted(row_id for name, row_id in rows if name == table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT p.id, encode(p.digest, 'hex'), b.number, encode(b.digest, 'hex'), b.sealed_at,"
                " position(int8send(p.id) || substring(p.digest from 1 for 8) in b.rows) > 0"
                " FROM (SELECT r.id, r.xid, sha256(convert_to((to_jsonb(r) - 'xid')::text, 'UTF8')) AS digest"
                f" FROM {table} r /* fan-out: the rows asked */ WHERE r.id = ANY(%s)) p"
                " LEFT JOIN journal_block b ON b.table_name = %s AND b.from_xid <= p.xid AND b.to_xid > p.xid ORDER BY p.id",
                [wanted, table],
            )
            for row in cursor.fetchall():
                found[table, row[0]] = Proof(table, row[0], row[1], row[2], row[3] or "", row[4], row[5])
    return found


@dataclass(frozen=True, slots=True)
class SealedText:
    """One row as it is sealed: the very text whose SHA-256 the block keeps eight bytes of. `block`: None while no block holds it."""

    row_id: int
    text: str
    block: int | None


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """One block, whole: `rows` is ids and eight bytes of digests, 16 bytes a row, of every row it holds."""

    number: int
    rows: bytes
    previous: bytes
    digest: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Outsider:
    """What somebody needs to check rows without the database: their texts, the blocks that hold them, and each link of the chain."""

    table: str
    rows: tuple[SealedText, ...]
    blocks: tuple[SealedBlock, ...]
    chain: tuple[tuple[int, str, str], ...]


def for_an_outsider(table: str, row_ids: Collection[int]) -> Outsider:
    """These rows of a sealed table, as far as the reader sees them, their blocks, and the chain (number, previous, digest in hexadecimal).

    Three statements. Nothing of another row leaves but its id and eight bytes of its digest.
    """
    assert table in SEALED_TABLES, table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.text, b.number FROM (SELECT r.id, r.xid, (to_jsonb(r) - 'xid')::text AS text"
            f" FROM {table} r /* fan-out: the rows asked */ WHERE r.id = ANY(%s)) p"
            " LEFT JOIN journal_block b ON b.table_name = %s AND b.from_xid <= p.xid AND b.to_xid > p.xid ORDER BY p.id",
            [sorted(row_ids), table],
        )
        rows = tuple(SealedText(*row) for row in cursor.fetchall())
        numbers = sorted({row.block for row in rows if row.block is not None})
        cursor.execute(
            "SELECT number, rows, previous, digest, sealed_at FROM journal_block WHERE table_name = %s AND number = ANY(%s) ORDER BY number",
            [table, numbers],
        )
        blocks = tuple(SealedBlock(row[0], bytes(row[1]), bytes(row[2]), bytes(row[3]), row[4]) for row in cursor.fetchall())
        cursor.execute(
            "SELECT number, encode(previous, 'hex'), encode(digest, 'hex') FROM journal_block WHERE table_name = %s ORDER BY number",
            [table],
        )
        chain = tuple(tuple(row) for row in cursor.fetchall())
    return Outsider(table, rows, blocks, chain)


def lines_about(subjects: Collection[tuple[str, int | str]]) -> dict[tuple[str, str], list[LineView]]:
    """The lines of each subject (its kind, its id), the first first, as far as the reader sees. One statement."""
    names = list(LineView.__dataclass_fields__)
    found: dict[tuple[str, str], list[LineView]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join('l.' + name for name in names)} FROM unnest(%s::text[], %s::text[]) AS s (kind, id)"
            " JOIN journal_line l ON l.subject_kind = s.kind AND l.subject_id = s.id ORDER BY l.id",
            [[kind for kind, _id in subjects], [str(subject_id) for _kind, subject_id in subjects]],
        )
        for row in cursor.fetchall():
            *told, facts = row
            line = LineView(*(*told, json.loads(facts) if isinstance(facts, str) else facts))
            found.setdefault((line.subject_kind, line.subject_id), []).append(line)
    return found


@dataclass(frozen=True, slots=True)
class RunView:
    """One verification: how far it is; once ended, how many faults it named, and the first of them."""

    what: What
    begun_at: datetime
    ended_at: datetime | None
    done: int
    total: int
    fault_count: int
    faults: tuple[Named, ...]


def latest_verifications() -> dict[What, RunView]:
    """The latest verification of each that ended, by whoever asked for it. Of the installation: nothing of it belongs to a tenant."""
    rows = VerificationRun.objects.filter(ended_at__isnull=False).order_by("what", "-ended_at", "-id").distinct("what")
    return {each.what: each for each in map(_run_view, rows)}


def verifications(*, limit: int = 30) -> list[RunView]:
    """The latest verifications, those at work first."""
    return [_run_view(row) for row in VerificationRun.objects.order_by(F("ended_at").desc(nulls_first=True), "-id")[:limit]]


def _run_view(row: VerificationRun) -> RunView:
    return RunView(
        What(row.what),
        row.begun_at,
        row.ended_at,
        row.done_count,
        row.step_count,
        row.fault_count,
        tuple(Named(**each) for each in row.faults),
    )
