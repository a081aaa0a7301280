"""Self-checks: every hour of the day whoever agreed is asked once, six months later; every night what is over is forgotten (carnet/jobs/retention.py)."""

from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.observatory.operations import selfcheck_retention as retention
from carnet.observatory.operations import selfchecks

WHY = "the slips of every organisation of a programme are looked at alike"


def invite(*, at: datetime) -> int:
    """Ask again whoever agreed and whose day has come; return to how many a text was posted."""
    if not is_an_hour_to_write(at):
        return 0
    sent = 0
    with acting_as_everything(why=WHY):
        programme_ids = retention.programmes_with_slips()
    for programme_id in programme_ids:
        with acting_as_everything(why=WHY):
            sent += selfchecks.invite_due(programme_id=programme_id, request_id=uuid4(), at=at)
    return sent


def forget(*, at: datetime) -> int:
    """Forget what is over, programme by programme; return how many slips were closed."""
    closed, system = 0, Actor.system("observatory.forget-self-checks")
    with acting_as_everything(why=WHY):
        for programme_id in retention.programmes_with_slips():
            closed += retention.forget_in_time(programme_id=programme_id, actor=system, at=at).closed_count
    return closed


@app.periodic(cron="25 * * * *")
@app.task(name="observatory.invite-self-checks", queue="timers", queueing_lock="observatory.invite-self-checks")
def invite_every_hour(timestamp: int) -> None:
    """The timer that asks again."""
    invite(at=timezone.now())
