"""The end of validity: each day, open what begins to end, and call for whoever must confirm the step of the day."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.settlement.operations import expiry


# Every hour: a server that was off this morning calls this afternoon; what was called for already is left alone.
@app.periodic(cron="12 * * * *")
@app.task(name="settlement.end-of-validity", queue="timers", queueing_lock="settlement.end-of-validity")
def call_every_hour(timestamp: int) -> None:
    """The timer."""
    at = timezone.now()
    for programme in funding.programmes():
        if programme.ended_at is None:
            system = Actor.system("end of validity", programme_ids={programme.id}, organisation_ids={programme.operator_id})
            with acting_as(system):
                expiry.call_for_steps(programme_id=programme.id, at=at)
