"""Work that a killed worker held is begun again, once; what failed waits for a person; nothing is lost."""

from datetime import timedelta

import pytest
from django.db import connection

from carnet.gateways import queue
from carnet.jobs import again
from carnet.jobs.issuing import enqueue, run_issuing_job

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


def held_by_a_worker(silent_for: timedelta) -> None:
    """As a worker leaves it that takes every waiting job, then says nothing for so long."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id", [silent_for])
        (worker_id,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'", [worker_id])


def test_what_a_dead_worker_held_is_begun_again_and_what_a_living_one_holds_is_not() -> None:
    enqueue(job_id=1, programme_id=7)
    held_by_a_worker(timedelta(seconds=5))
    assert queue.workers_alive() == 1
    assert queue.take_up_again() == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    again.take_up_again(0)
    assert rows() == [("todo", 1)]
    assert queue.workers_alive() == 0
    assert queue.take_up_again() == (0, 0), "once"


def test_a_worker_that_the_queue_forgot_is_a_dead_one() -> None:
    enqueue(job_id=1, programme_id=7)
    held_by_a_worker(timedelta(minutes=5))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert queue.take_up_again() == (1, 0)


def test_a_timer_that_went_off_again_meanwhile_is_done_once() -> None:
    task = run_issuing_job.configure(queueing_lock="seal")
    task.defer(job_id=1, programme_id=7)
    held_by_a_worker(timedelta(minutes=5))
    task.defer(job_id=1, programme_id=7)
    assert queue.take_up_again() == (1, 0)
    assert rows() == [("todo", 0)]


def test_work_that_kills_every_worker_stops_and_waits_for_a_person() -> None:
    enqueue(job_id=1, programme_id=7)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [queue.ATTEMPTS_MAX])
    held_by_a_worker(timedelta(minutes=5))
    assert queue.take_up_again() == (0, 1)
    (failed,) = queue.queued_jobs(statuses=["failed"], programme_ids=[7])
    assert (failed.task, failed.programme_id) == ("issuing.run-job", 7)
    assert queue.queued_jobs(statuses=["failed"], programme_ids=[8]) == []
    assert not queue.retry(failed.id, programme_ids=[8]), "another operator's"
    assert queue.retry(failed.id, programme_ids=[7])
    assert not queue.retry(failed.id, programme_ids=[7]), "it waits already"
    assert [status for status, _attempts in rows()] == ["todo"]


def test_queues_are_counted_with_the_age_of_the_oldest() -> None:
    enqueue(job_id=1, programme_id=7)
    enqueue(job_id=2, programme_id=7)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '90 seconds'")
    (found,) = queue.queues()
    assert (found.name, found.waiting_count, found.running_count, found.failed_count) == ("issuing", 2, 0, 0)
    assert 90 <= found.oldest_seconds < 120
