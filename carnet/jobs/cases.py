"""Each morning: places that have not answered are reminded, holds that ended without a decision are said, papers that served are erased."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.controls.operations import cases
from carnet.gateways.database import acting_as_everything


@app.periodic(cron="20 6 * * *")
@app.task(name="controls.keep-deadlines", queue="timers", queueing_lock="controls.keep-deadlines")
def keep_deadlines(timestamp: int) -> None:
    """Remind, say, erase. A hold ends at its hour whether this ran or not."""
    at = timezone.now()
    with acting_as_everything(why="deadlines pass in every programme alike"):
        cases.keep_deadlines(at=at)
        while cases.erase_papers(at=at):
            continue
