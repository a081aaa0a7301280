"""A person is told of uses for money matters and of ends; questions nobody answered expire; visits, old letters and what was prepared in
vain are forgotten."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.mandates import operations
from carnet.mandates.operations import consents, telling, visits
from carnet.mandates.operations.telling import Told


def tell(*, at: datetime) -> Told:
    """Close the questions whose day has passed, then tell whoever is due. Twice is as once."""
    consents.expire_consents(at=at)
    return telling.tell(at=at)


def forget(*, at: datetime) -> tuple[int, int]:
    """Erase the visits of more than a week ago, and take old letters off the lists; return how many of each."""
    return visits.forget_visits(at=at), telling.forget_letters(at=at)


@app.periodic(cron="*/10 * * * *")
@app.task(name="mandates.tell", queue="timers", queueing_lock="mandates.tell")
def tell_every_ten_minutes(timestamp: int) -> None:
    """The timer that tells. A machine that was off catches up: the rule says how long something is still worth telling."""
    tell(at=timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="mandates.forget-visits", queue="timers", queueing_lock="mandates.forget-visits")
def forget_every_night(timestamp: int) -> None:
    """The timer that forgets."""
    forget(at=timezone.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="mandates.forget-drafts", queue="timers", queueing_lock="mandates.forget-drafts")
def forget_drafts_every_quarter(timestamp: int) -> None:
    """What was prepared with somebody and left for two hours: who they were is erased."""
    with acting_as_everything(why="what was prepared is forgotten in every structure"):
        operations.forget_drafts(at=timezone.now())
