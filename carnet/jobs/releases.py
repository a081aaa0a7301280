"""The month's release of open data, once it is due."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything


def publish(*, at: datetime) -> bool:
    """Count what is left, then publish the month that is due, unless it is out; return whether it was made."""
    # A solver comes with them: a web process that only lists its tasks has no need of it.
    from carnet.observatory.operations import figures, releases

    figures.refresh(at=at)
    with acting_as_everything(why="a release tells of every programme"):
        return releases.release(at=at) is not None


# Every day: the rule says from which one a month is due; a machine that was off catches up.
@app.periodic(cron="10 6 * * *")
@app.task(name="observatory.release", queue="timers", queueing_lock="observatory.release")
def publish_every_morning(timestamp: int) -> None:
    """The timer of releases."""
    publish(at=timezone.now())
