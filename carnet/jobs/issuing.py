"""Drawing codes and making print files, out of the way of whoever asked for them."""

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.issuing import operations
from carnet.issuing.queries import print_shops as queries


# A killed worker leaves the job where it was: trying again goes on from there.
@app.task(name="issuing.run-job", queue="issuing", retry=RetryStrategy(max_attempts=10, wait=5))
def run_issuing_job(*, job_id: int, programme_id: int) -> None:
    """Do one job of issuing to its end."""
    operations.run_job(job_id=job_id, programme_id=programme_id, at=timezone.now())


# Every hour: a secret that must go goes within the hour, whoever sleeps.
@app.periodic(cron="25 * * * *")
@app.task(name="issuing.destroy-due-seeds", queue="timers", queueing_lock="issuing.destroy-due-seeds")
def destroy_due_seeds(timestamp: int) -> None:
    """Destroy what could print booklets a second time, some days after they exist. An hour done twice is done once."""
    at, days = timezone.now(), settings.SEED_DAYS
    with acting_as_everything(why="secrets of printed editions end in every programme alike"):
        due = [each for each in queries.seeds_due(days=days) if each.due_at <= at and not each.held_count]
    for each in due:
        operations.destroy_due_seed(programme_id=each.programme_id, order_id=each.order_id, days=days, at=at)


def enqueue(*, job_id: int, programme_id: int) -> None:
    """Hand a job to the workers, in the caller's transaction. The same job waits once in the queue."""
    run_issuing_job.configure(lock=f"issuing-{job_id}").defer(job_id=job_id, programme_id=programme_id)
