"""Once a day: labels that end soon are told, and files of joining that have served are forgotten."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.places import operations


@app.periodic(cron="50 3 * * *")
@app.task(name="places.keep-joining", queue="timers", queueing_lock="places.keep-joining")
def keep_joining(timestamp: int) -> None:
    """Remind of labels that end, erase what is kept no longer."""
    at = timezone.now()
    with acting_as_everything(why="labels end and files age in every network alike"):
        while operations.remind_of_renewals(at=at):
            continue
        while operations.forget_joining_files(at=at):
            continue
        parties.forget_head_documents(at=at)
