"""What the line and complaints forget with time."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.helpline import operations


@app.periodic(cron="50 3 * * *")
@app.task(name="helpline.forget", queue="timers", queueing_lock="helpline.forget")
def forget(timestamp: int) -> None:
    """Erase the words of complaints closed two years ago, contacts nobody answered, who asked what of the line."""
    with acting_as_everything(why="complaints of every operator are kept equally long"):
        operations.forget(at=timezone.now())
