"""Each night, what is due of people's data is forgotten and the proof written; each hour, erasures cut short go on and keys go with their people."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.kernel.actors import Actor
from carnet.privacy import operations


@app.periodic(cron="10 5 * * *")
@app.task(name="privacy.keep-in-time", queue="timers", queueing_lock="privacy.keep-in-time")
def keep_in_time(timestamp: int) -> None:
    """After every other night's task: its report counts what they left."""
    operations.keep_in_time(actor=Actor.system("privacy.keep-in-time"), at=timezone.now())


@app.periodic(cron="25 * * * *")
@app.task(name="privacy.go-on", queue="timers", queueing_lock="privacy.go-on")
def go_on(timestamp: int) -> None:
    """Take up erasures that were cut short, and destroy the keys of whoever is erased."""
    at = timezone.now()
    operations.resume(actor=Actor.system("privacy.go-on"), at=at)
    operations.tend_keys(at=at)
