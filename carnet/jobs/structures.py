"""Once a day: what requests of structures and former helpers said is forgotten when it has served."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.mandates.operations import habilitation as operations


@app.periodic(cron="20 5 * * *")
@app.task(name="mandates.forget-structure-files", queue="timers", queueing_lock="mandates.forget-structure-files")
def forget_structure_files(timestamp: int) -> None:
    """The timer."""
    at = timezone.now()
    with acting_as_everything(why="requests age in every programme alike"):
        while operations.forget_structure_files(at=at):
            continue
