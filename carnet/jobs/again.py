"""Work that a killed worker left half-done is begun again; work that failed is tried again by whoever answers for it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate.contrib.django import app

from carnet.gateways import queue
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now

_log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take-up-again", queue="timers", queueing_lock="jobs.take-up-again")
def take_up_again(timestamp: int) -> None:
    """Every minute. Every task may be begun again: it goes on from its own rows, or finds that it is done."""
    again, given_up = queue.take_up_again()
    if again or given_up:
        _log.warning("work of a dead worker", again=again, given_up=given_up)


@transaction.atomic
def retry_work(*, job_id: int, programme_ids: Collection[int], actor: Actor, request_id: UUID, at: datetime) -> bool:
    """Put failed work of one's own programmes back in the queue; False if it is there no more, or waits already. Raises: NotAllowed."""
    check_allowed_now(actor, "jobs.retry", at)
    done = queue.retry(job_id, programme_ids=programme_ids)
    if done:
        journal.record(actor=actor, action="jobs.retried", subject=("job", job_id), request_id=request_id, at=at)
    return done
