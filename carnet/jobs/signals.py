"""Each night: every programme is looked at for signals of fraud, week after week and month after month, each once."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.controls.operations import signals
from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day


# After midnight's own work, before whoever sorts arrives. A look that was cut short goes on with the rules it had not reached.
@app.periodic(cron="20 3 * * *")
@app.task(name="controls.look-for-signals", queue="timers", queueing_lock="controls.look-for-signals")
def look_for_signals(timestamp: int) -> None:
    """Look at every programme up to yesterday. One that ended is looked at until its last whole month was; then there is nothing left to see."""
    at = timezone.now()
    for programme in funding.programmes():
        signals.look(programme_id=programme.id, until=legal_day(at) - timedelta(days=1), at=at)
