"""Forgetting what was kept for a while: photographs of sheets never finished, numbers that wrote once."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.redemption import operations


@app.periodic(cron="40 3 * * *")
@app.task(name="redemption.erase-pictures", queue="timers", queueing_lock="redemption.erase-pictures")
def erase_pictures(timestamp: int) -> None:
    """Erase the photographs nobody finished typing within thirty days."""
    with acting_as_everything(why="photographs of every place are kept equally long"):
        while operations.erase_old_pictures(at=timezone.now()):
            continue
