"""What workshops forget with time."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.workshops import operations


@app.periodic(cron="40 3 * * *")
@app.task(name="workshops.forget-booklets", queue="timers", queueing_lock="workshops.forget-booklets")
def forget_booklets(timestamp: int) -> None:
    """Forget which booklets booked the lessons of a month ago, and the telephones left for those of yesterday."""
    with acting_as_everything(why="the bookings of every place are kept equally long"):
        operations.forget_booklets(at=timezone.now())
        operations.forget_phones(at=timezone.now())
