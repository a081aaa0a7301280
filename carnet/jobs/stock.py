"""The weekly look at every programme's stock: who sleeps, who runs out, what to move."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.distribution import operations
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything


# Monday morning, before the desks open: the week is long enough to move a parcel.
@app.periodic(cron="20 6 * * 1")
@app.task(name="distribution.tell-stock", queue="timers", queueing_lock="distribution.tell-stock")
def tell_stock(timestamp: int) -> None:
    """Tell each desk and each operator what their stock does. A programme told this week already is left alone."""
    at = timezone.now()
    for programme in funding.programmes():
        if programme.ended_at is None and programme.windows.hand_over_from <= at < programme.windows.hand_over_until:
            with acting_as_everything(why="every desk of a programme is weighed against the others"):
                operations.tell_stock(programme_id=programme.id, at=at)
