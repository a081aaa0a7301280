"""Writing the journal: lines, first answers, seals."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction

from carnet.journal.models import VerificationRun
from carnet.journal.rules import (
    FAULTS_KEPT,
    KEPT_DAYS,
    RESUMED_WITHIN,
    SEALED_TABLES,
    VERIFICATIONS_KEPT,
    Answered,
    IdempotencyInFlight,
    IdempotencyMismatch,
    Named,
    What,
    body_digest,
    check_key,
    digests_of_rows,
    is_news,
)
from carnet.kernel.actors import Actor

_log = structlog.get_logger(__name__)


def record(
    *,
    actor: Actor,
    action: str,
    subject: tuple[str, int | str],
    facts: Mapping[str, Any] | None = None,
    programme_id: int | None = None,
    organisation_id: int | None = None,
    request_id: UUID | None = None,
    at: datetime,
) -> None:
    """Add one line, in the caller's transaction: if it cannot be written, nothing else is.

    `facts` never holds personal data. `organisation_id` defaults to the one the actor acts for.
    """
    with connection.cursor() as cursor:
        # No RETURNING: the actor may write a line that it is not allowed to read back.
        cursor.execute(
            "INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id,"
            " subject_kind, subject_id, request_id, facts) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                at,
                action,
                actor.kind,
                actor.person_id,
                actor.label if actor.kind in ("system", "anonymous") else "",
                organisation_id if organisation_id is not None else actor.organisation_id,
                programme_id,
                subject[0],
                str(subject[1]),
                request_id,
                json.dumps(dict(facts or {}), default=str),
            ],
        )
    # Inside a request of the site only: its number beside the operation's leads from the log to this line, and back.
    if "request" in structlog.contextvars.get_contextvars():
        _log.info("journalled", action=action, operation=str(request_id) if request_id else "")


@dataclass(frozen=True, slots=True)
class Told:
    """One of several lines of the same action: its subject, whose it is, its facts."""

    subject_id: int | str
    organisation_id: int
    facts: Mapping[str, Any]


def record_many(
    *, actor: Actor, action: str, subject_kind: str, lines: Sequence[Told], programme_id: int | None = None, request_id: UUID, at: datetime
) -> None:
    """Add the same kind of line about several subjects, in one statement and the caller's transaction. Facts as for `record`."""
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id,"
            " subject_kind, subject_id, request_id, facts)"
            " SELECT %s, %s, %s, %s, %s, t.organisation_id, %s, %s, t.subject_id, %s, t.facts::jsonb"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t (organisation_id, subject_id, facts)",
            [
                at,
                action,
                actor.kind,
                actor.person_id,
                actor.label if actor.kind in ("system", "anonymous") else "",
                programme_id,
                subject_kind,
                request_id,
                [each.organisation_id for each in lines],
                [str(each.subject_id) for each in lines],
                [json.dumps(dict(each.facts), default=str) for each in lines],
            ],
        )


@transaction.atomic
def answer_once(
    *,
    organisation_id: int,
    key: str,
    body: Any,
    at: datetime,
    compute: Callable[[], tuple[int, dict[str, Any]]],
) -> Answered:
    """Give the first answer earned by (`organisation_id`, `key`), computing it if this is the first.

    The key, the work and the answer are one transaction: a crash leaves none of them.

    Raises: IdempotencyMismatch (same key, another body), IdempotencyInFlight, IdempotencyKeyInvalid,
    and whatever `compute` raises (then the key stays free).
    """
    digest = body_digest(body)
    check_key(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))", [key, organisation_id])
        if not cursor.fetchone()[0]:
            raise IdempotencyInFlight(key=key)
        cursor.execute(
            "SELECT body_digest, status, body FROM journal_answer WHERE organisation_id = %s AND key = %s", [organisation_id, key]
        )
        found = cursor.fetchone()
    if found is not None:
        if bytes(found[0]) != digest:
            raise IdempotencyMismatch(key=key)
        return Answered(status=found[1], body=json.loads(found[2]) if isinstance(found[2], str) else found[2], repeated=True)
    status, answer = compute()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_answer (organisation_id, key, body_digest, status, body, at) VALUES (%s, %s, %s, %s, %s::jsonb, %s)",
            [organisation_id, key, digest, status, json.dumps(answer, default=str), at],
        )
    return Answered(status=status, body=json.loads(json.dumps(answer, default=str)), repeated=False)


@transaction.atomic
def seal(*, at: datetime, tables: Sequence[str] = SEALED_TABLES) -> dict[str, int]:
    """Seal every finished row of `tables` into chained blocks; return rows sealed per table.

    Only rows below the oldest running transaction are taken, so a block can never gain a row later. The heads of the chains go outside
    every day (`continuity.operations.anchors`).
    Call it seeing everything (``acting_as_everything``).
    """
    sealed: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('journal.seal', 0))")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = cursor.fetchone()[0]
    for table in tables:
        sealed[table] = _seal_table(table, horizon, at)
    return sealed


def _seal_table(table: str, horizon: int, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, to_xid, digest FROM journal_block WHERE table_name = %s ORDER BY number DESC LIMIT 1", [table])
        latest = cursor.fetchone()
        number, from_xid, previous = (latest[0] + 1, latest[1], bytes(latest[2])) if latest else (1, 0, b"")
        if horizon <= from_xid:
            return 0
        cursor.execute(
            f"SELECT count(*), {digests_of_rows()} FROM {table} r /* fan-out: rows not sealed yet */ WHERE xid >= %s AND xid < %s",
            [from_xid, horizon],
        )
        row_count, rows = cursor.fetchone()
        if row_count == 0:
            return 0
        cursor.execute(
            "INSERT INTO journal_block (table_name, number, from_xid, to_xid, row_count, rows, previous, digest, sealed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, sha256(%s::bytea || %s::bytea), %s)",
            [table, number, from_xid, horizon, row_count, bytes(rows), previous, previous, bytes(rows), at],
        )
    return int(row_count)


def forget_answers(*, at: datetime, limit: int = 10_000) -> int:
    """Forget the answers given more than KEPT_DAYS ago, at most `limit` at a time; return how many.

    What they answered stays: a redemption is still found, and refused, by its voucher. Call it seeing everything.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM journal_answer WHERE id IN (SELECT id FROM journal_answer WHERE at < %s ORDER BY at LIMIT %s)",
            [at - timedelta(days=KEPT_DAYS), limit],
        )
        return int(cursor.rowcount)


@transaction.atomic
def begin_verification(*, what: What, step_count: int, at: datetime) -> tuple[int, int]:
    """Begin a verification, or go on with the one that was stopped this night; return (its number, how many steps are done).

    One at a time of each: the constraint says so.
    """
    VerificationRun.objects.filter(begun_at__lt=at - VERIFICATIONS_KEPT).delete()
    stopped = VerificationRun.objects.select_for_update().filter(what=what, ended_at=None).first()
    if stopped is not None:
        if stopped.begun_at > at - RESUMED_WITHIN and stopped.step_count == step_count:
            return stopped.pk, stopped.done_count
        stopped.delete()
    begun = VerificationRun.objects.create(what=what, begun_at=at, step_count=step_count)
    return begun.pk, 0


@transaction.atomic
def note_verified_step(*, run_id: int, done_count: int, found: Sequence[Named]) -> None:
    """One more step is done, and what it named. In the transaction that recomputed it."""
    row = VerificationRun.objects.select_for_update().get(pk=run_id)
    row.done_count = done_count
    row.fault_count += len(found)
    row.faults = [*row.faults, *(asdict(each) for each in found)][:FAULTS_KEPT]
    row.save(update_fields=["done_count", "fault_count", "faults"])


@transaction.atomic
def end_verification(*, run_id: int, at: datetime) -> tuple[int, bool]:
    """All its steps are done; return (how many faults, whether people are to be told: they are not those of the last time)."""
    row = VerificationRun.objects.select_for_update().get(pk=run_id)
    before = VerificationRun.objects.filter(what=row.what, ended_at__isnull=False).order_by("-ended_at", "-id").first()
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    return row.fault_count, is_news(row.faults, before.faults if before is not None else [])


@transaction.atomic
def note_verification(*, what: What, found: Sequence[Named], begun_at: datetime, at: datetime) -> None:
    """Keep the result of a whole verification that somebody asked for by hand: what it says replaces what the night said."""
    VerificationRun.objects.create(
        what=what, begun_at=begun_at, ended_at=at, step_count=1, done_count=1,
        fault_count=len(found), faults=[asdict(each) for each in found[:FAULTS_KEPT]],
    )  # fmt: skip
