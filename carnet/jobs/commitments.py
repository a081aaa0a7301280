"""What is owed and what accounts hold, published every night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.continuity.operations import commitments


# Before anybody reads in the morning; a machine that was off publishes when it comes back, once a day.
@app.periodic(cron="45 4 * * *")
@app.task(name="continuity.publish-commitments", queue="timers", queueing_lock="continuity.publish-commitments")
def publish(timestamp: int) -> None:
    """The timer."""
    commitments.publish(at=timezone.now())
