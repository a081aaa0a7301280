"""What the seats of free spaces forget with time."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.activities import operations
from carnet.gateways.database import acting_as_everything


@app.periodic(cron="50 3 * * *")
@app.task(name="activities.forget-booklets", queue="timers", queueing_lock="activities.forget-booklets")
def forget_booklets(timestamp: int) -> None:
    """Forget which booklets booked the seats of a month ago."""
    with acting_as_everything(why="the bookings of every space are kept equally long"):
        operations.forget_seat_booklets(at=timezone.now())
