"""Reminders by consent: every hour of the day whoever is due is told, every night what has served is erased."""

from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.distribution import operations
from carnet.distribution.operations import Looked
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.text_messages import is_an_hour_to_write

WHY = "the contacts of every desk of a programme are looked at alike"


def remind(*, at: datetime) -> Looked:
    """Remind whoever is due, programme by programme, a few contacts in each transaction; return what was done in all."""
    total = Looked()
    if not is_an_hour_to_write(at):
        return total
    for programme in funding.programmes():
        while True:
            with acting_as_everything(why=WHY):
                done = operations.look_at_contacts(programme_id=programme.id, request_id=uuid4(), at=at)
            if done.seen == 0:
                break
            total = Looked(total.seen + done.seen, total.sent + done.sent, total.listed + done.listed, total.ended + done.ended)
    return total


def forget(*, at: datetime) -> int:
    """Erase every number and address that has served, of programmes that have ended too; return how many."""
    erased = 0
    for programme in funding.programmes():
        after_id = 0
        while True:
            with acting_as_everything(why=WHY):
                ended, after_id = operations.forget_contacts(programme_id=programme.id, after_id=after_id, request_id=uuid4(), at=at)
            erased += ended
            if after_id == 0:
                break
    return erased


# Every hour: a machine that was off, or a round that was killed, is caught up the same day. The rule says at which hours nobody is told.
@app.periodic(cron="10 * * * *")
@app.task(name="distribution.remind", queue="timers", queueing_lock="distribution.remind")
def remind_every_hour(timestamp: int) -> None:
    """The timer of reminders."""
    remind(at=timezone.now())


@app.periodic(cron="35 3 * * *")
@app.task(name="distribution.forget-contacts", queue="timers", queueing_lock="distribution.forget-contacts")
def forget_every_night(timestamp: int) -> None:
    """The timer that erases."""
    forget(at=timezone.now())
