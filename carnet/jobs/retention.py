"""Every night: who is archived, who is erased, which self-checks are over, and the proof that it was done."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.jobs import selfchecks
from carnet.kernel.actors import Actor
from carnet.mandates.operations import retention


@app.periodic(cron="20 3 * * *")
@app.task(name="mandates.keep-in-time", queue="timers", queueing_lock="mandates.keep-in-time")
def keep_in_time(timestamp: int) -> None:
    """Three years in use, three archived, then numbers; fourteen months for a slip. A night done twice is done once."""
    at, system = timezone.now(), Actor.system("mandates.keep-in-time")
    with acting_as_everything(why="people of every structure are kept equally long"):
        for programme_id in retention.programmes_to_keep():
            retention.keep_in_time(programme_id=programme_id, actor=system, at=at)
    selfchecks.forget(at=at)
