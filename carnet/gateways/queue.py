"""The queue of background work as whoever runs the site sees it: what waits, what runs, what failed, what a dead worker left behind.

procrastinate keeps it in the same database. Its rows are of the installation; a job names its tenant in its arguments (`programme_id`), and
nothing else of them is read here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

# A worker says that it lives every ten seconds. Six times silent, it was killed.
SILENT = timedelta(seconds=60)
# Work that took its worker down this often is not begun again by itself.
ATTEMPTS_MAX = 20
JOBS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue. `oldest_seconds`: how long the oldest work that could begin has waited."""

    name: str
    waiting_count: int
    running_count: int
    failed_count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """One piece of work. `since`: when it was asked for; `programme_id` None: of the whole installation."""

    id: int
    task: str
    queue: str
    status: str
    attempts: int
    since: datetime | None
    programme_id: int | None


def queues() -> list[QueueFigures]:
    """Every queue that holds something, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT queue_name, count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
                count(*) FILTER (WHERE status = 'failed'),
                coalesce(extract(epoch FROM max(now() - coalesce(scheduled_at, asked_at)) FILTER (
                    WHERE status = 'todo' AND coalesce(scheduled_at, asked_at) <= now())), 0)
            FROM procrastinate_jobs j
            LEFT JOIN LATERAL (SELECT min(at) AS asked_at FROM procrastinate_events e WHERE e.job_id = j.id) told ON true
            WHERE status IN ('todo', 'doing', 'failed')
            GROUP BY queue_name ORDER BY queue_name
            """
        )
        return [QueueFigures(name, waiting, running, failed, float(oldest)) for name, waiting, running, failed, oldest in cursor.fetchall()]


def queued_jobs(*, statuses: Collection[str], programme_ids: Collection[int] | None = None) -> list[QueuedJob]:
    """Work in these states, the oldest first; only of these programmes, if given."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, task_name, queue_name, status::text, attempts, (SELECT min(at) FROM procrastinate_events e WHERE e.job_id = j.id),
                (args->>'programme_id')::bigint
            FROM procrastinate_jobs j
            WHERE status::text = ANY(%s) AND (%s::bigint[] IS NULL OR (args->>'programme_id')::bigint = ANY(%s::bigint[]))
            ORDER BY id LIMIT %s
            """,
            [list(statuses), *[None if programme_ids is None else list(programme_ids)] * 2, JOBS_SHOWN],
        )
        return [QueuedJob(*row) for row in cursor.fetchall()]


def workers_alive() -> int:
    """How many workers said lately that they live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)", [SILENT.total_seconds()]
        )
        return int(cursor.fetchone()[0])


def latest_timer() -> datetime | None:
    """When a timer last went off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_timestamp(max(defer_timestamp)) FROM procrastinate_periodic_defers")
        found: datetime | None = cursor.fetchone()[0]
        return found


@transaction.atomic
def take_up_again() -> tuple[int, int]:
    """Put back what dead workers left half-done; return (put back, given up). Two at once share the rows between them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.id, j.attempts FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))
            ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
            """,
            [SILENT.total_seconds()],
        )
        found = cursor.fetchall()
        tired = [job_id for job_id, attempts in found if attempts >= ATTEMPTS_MAX]
        again = [job_id for job_id, attempts in found if attempts < ATTEMPTS_MAX]
        for job_id in tired:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
        for job_id in again:
            if not _put_back(job_id):
                # The same work waits in the queue already: it is done once.
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'aborted', true)", [job_id])
    return len(again), len(tired)


@transaction.atomic
def retry(job_id: int, *, programme_ids: Collection[int]) -> bool:
    """Put failed work of one of these programmes back in the queue; False if there is none such, or it waits again already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs WHERE id = %s AND status = 'failed' AND (args->>'programme_id')::bigint = ANY(%s) FOR UPDATE",
            [job_id, list(programme_ids)],
        )
        if cursor.fetchone() is None:
            return False
    return _put_back(job_id)


def _put_back(job_id: int) -> bool:
    """False where the same work waits already: the queue holds it once."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job_id])
    except IntegrityError:
        return False
    return True
