"""Once a day: boxes that nobody confirmed are told to whoever should have counted them, then to whoever answers for them."""

from uuid import uuid4

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.issuing.operations import parcels
from carnet.kernel.actors import Actor


# In the morning, once the post has been: whoever reads it still has the day to look for a box.
@app.periodic(cron="40 9 * * *")
@app.task(name="issuing.remind-parcels", queue="timers", queueing_lock="issuing.remind-parcels")
def remind_parcels(timestamp: int) -> None:
    """One programme at a time, each within its own walls."""
    at = timezone.now()
    for programme in funding.programmes():
        if programme.ended_at is None:
            actor = Actor.system("parcels", programme_ids={programme.id}, organisation_ids={programme.operator_id})
            with acting_as(actor):
                parcels.remind_parcels(programme_id=programme.id, actor=actor, request_id=uuid4(), at=at)
