"""Background work: opened by an operation, done here in chunks, each one transaction of its own."""

from collections.abc import Callable
from datetime import datetime

import structlog

from carnet.gateways.database import acting_as
from carnet.issuing import access
from carnet.issuing.models import Order
from carnet.issuing.operations._drawing import draw_chunk
from carnet.issuing.operations._printing import print_chunk
from carnet.issuing.rules import JobKind, JobState
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal

Progress = Callable[[int, int], None]
_ENDED = frozenset({JobState.DONE, JobState.FAILED})
_log = structlog.get_logger(__name__)


def run_job(*, job_id: int, programme_id: int, at: datetime, progress: Progress | None = None, chunks_max: int | None = None) -> JobState:
    """Do a job to its end (or `chunks_max` chunks of it), from wherever it stands; `progress(done, total)` follows each chunk.

    The caller names the tenant. Two processes on one job take turns, chunk by chunk, and do nothing
    twice: each chunk holds the job's row. A refusal ends the job as FAILED with its code; any other
    fault leaves it RUNNING, to be run again.

    Raises: JobUnknown.
    """
    actor = Actor.system(f"issuing job {job_id}", programme_ids={programme_id})
    chunks = 0
    while True:
        chunks += 1
        try:
            with acting_as(actor):
                state, done, total = _chunk(job_id, actor, at)
        except Refusal as refusal:
            state = _give_up(job_id, actor, refusal, at)
            done = total = 0
        if progress is not None and total:
            progress(done, total)
        if state in _ENDED or chunks == chunks_max:
            return state


def _chunk(job_id: int, actor: Actor, at: datetime) -> tuple[JobState, int, int]:
    # The order's row is locked before the job's everywhere, so that no two can wait for each other.
    order = Order.objects.select_for_update(of=("self",)).get(id=access.job(job_id).order_id)
    job = access.job(job_id, lock=True)
    if JobState(job.state) not in _ENDED:
        job.state = JobState.RUNNING.value
        step = draw_chunk if JobKind(job.kind) is JobKind.DRAW else print_chunk
        step(job, order, actor=actor, at=at)
        if job.state == JobState.DONE:
            job.ended_at = at
        job.save(update_fields=["state", "done", "ended_at"])
    return JobState(job.state), job.done, job.total


def _give_up(job_id: int, actor: Actor, refusal: Refusal, at: datetime) -> JobState:
    _log.warning("issuing job refused", job=job_id, code=refusal.code)
    with acting_as(actor):
        job = access.job(job_id, lock=True)
        job.state, job.error, job.ended_at = JobState.FAILED.value, refusal.code, at
        job.save(update_fields=["state", "error", "ended_at"])
    return JobState.FAILED
