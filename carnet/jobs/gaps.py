"""The weekly look at who is left far from any place. Travel times are loaded by the worker that looks, and by nobody else."""

from importlib import import_module

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything


# Monday morning, before the stock is told: home pages say it the whole week.
@app.periodic(cron="5 6 * * 1")
@app.task(name="planning.look-at-gaps", queue="timers", queueing_lock="planning.look-at-gaps")
def look_at_gaps(timestamp: int) -> None:
    """Look at every programme that began and is not over. One looked at this week already is left alone."""
    at = timezone.now()
    looking = import_module("carnet.planning.operations.gaps")
    for programme in funding.programmes():
        if programme.ended_at is None and programme.windows.hand_over_from <= at:
            with acting_as_everything(why="people of every desk of a programme are counted"):
                looking.look_at_gaps(programme_id=programme.id, at=at)
