"""Every night: connections whose months are over end, and telephone numbers of those that ended a month ago are erased.

Letters that no desk posted for a month leave its list."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.connectivity import operations
from carnet.gateways.database import acting_as_everything

WHY = "connections of every landlord end and are forgotten alike"
AT_ONCE = 500


def keep(*, at: datetime) -> tuple[int, int]:
    """End what is over, forget what is to be; return how many of each. A night done twice is done once."""
    ended = 0
    while True:
        with acting_as_everything(why=WHY):
            some = operations.end_terms(at=at, limit=AT_ONCE)
        ended += some
        if some < AT_ONCE:
            break
    operations.forget_letters(at=at)
    with acting_as_everything(why=WHY):
        return ended, operations.forget_contacts(at=at)


@app.periodic(cron="35 3 * * *")
@app.task(name="connectivity.keep-in-time", queue="timers", queueing_lock="connectivity.keep-in-time")
def keep_every_night(timestamp: int) -> None:
    """The timer of the night."""
    keep(at=timezone.now())
