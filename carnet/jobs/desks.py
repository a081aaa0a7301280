"""Once a day: agreements of desks that end soon are told once, those that ended suspend their desk, departures end, files are forgotten."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.distribution import operations
from carnet.gateways.database import acting_as_everything


# Before the desks open: who may not hand over any more reads it before the first person comes.
@app.periodic(cron="10 5 * * *")
@app.task(name="distribution.keep-desks", queue="timers", queueing_lock="distribution.keep-desks")
def keep_desks(timestamp: int) -> None:
    """Remind, lapse, end departures, erase what is kept no longer."""
    at = timezone.now()
    with acting_as_everything(why="agreements end, desks leave and files age in every programme alike"):
        while operations.remind_of_agreements(at=at):
            continue
        while operations.lapse_agreements(at=at):
            continue
        operations.end_departures(at=at)
        while operations.forget_desk_files(at=at):
            continue
