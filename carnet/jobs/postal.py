"""Addresses of people who asked for a booklet by post: erased with the sending, and in any case three weeks later."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.distribution import operations
from carnet.gateways.database import acting_as_everything


@app.periodic(cron="45 3 * * *")
@app.task(name="distribution.forget-postal", queue="timers", queueing_lock="distribution.forget-postal")
def forget_postal(timestamp: int) -> None:
    """Erase the addresses nobody wrote on an envelope in time."""
    with acting_as_everything(why="addresses given to every desk are kept equally long"):
        while operations.forget_postal(at=timezone.now()):
            continue
