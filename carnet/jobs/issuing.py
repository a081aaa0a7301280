"""Drawing codes and making print files, out of the way of whoever asked for them."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from carnet.issuing import operations


# A killed worker leaves the job where it was: trying again goes on from there.
@app.task(name="issuing.run-job", queue="issuing", retry=RetryStrategy(max_attempts=10, wait=5))
def run_issuing_job(*, job_id: int, programme_id: int) -> None:
    """Do one job of issuing to its end."""
    operations.run_job(job_id=job_id, programme_id=programme_id, at=timezone.now())


def enqueue(*, job_id: int, programme_id: int) -> None:
    """Hand a job to the workers, in the caller's transaction. The same job waits once in the queue."""
    run_issuing_job.configure(lock=f"issuing-{job_id}").defer(job_id=job_id, programme_id=programme_id)
