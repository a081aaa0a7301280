"""The daily look at the funds somebody set a threshold for: money may leave without anybody at a screen."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.funding import operations
from carnet.funding import queries as funding
from carnet.funding.rules import FundStep
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor


def watch(*, at: datetime) -> int:
    """Look at each fund, each in its own tenant and transaction; return how many alerts opened."""
    with acting_as_everything(why="which funds are watched, in every programme"):
        watched = funding.watched_agreements()
    opened = 0
    for programme_id, agreement_id in watched:
        with acting_as(Actor.system("funds", programme_ids={programme_id})):
            opened += operations.watch_fund(agreement_id=agreement_id, at=at) is FundStep.OPEN
    return opened


@app.periodic(cron="10 6 * * *")
@app.task(name="funding.watch-funds", queue="timers", queueing_lock="funding.watch-funds")
def watch_every_day(timestamp: int) -> None:
    """The timer."""
    watch(at=timezone.now())
