"""Each morning, what places are promised is counted and prepared for the people who pay; nothing is sent without them."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.settlement import operations


# Early on working days: what is prepared waits for its control when the office opens. A programme that fails stops no other.
@app.periodic(cron="40 5 * * 1-5")
@app.task(name="settlement.prepare-due", queue="timers", queueing_lock="settlement.prepare-due")
def prepare_due(timestamp: int) -> None:
    """Draw up the claims that can be, and prepare their runs, programme by programme."""
    for programme in funding.programmes():
        prepare_due_of.defer(programme_id=programme.id)


@app.task(name="settlement.prepare-due-of", queue="timers", retry=3)
def prepare_due_of(programme_id: int) -> None:
    """One programme's morning, in one transaction: killed halfway, nothing of it is kept, and it is done again."""
    programme = funding.programme(programme_id)
    actor = Actor.system("timer", organisation_ids={programme.operator_id}, programme_ids={programme_id})
    with acting_as(actor):
        operations.prepare_due(programme_id=programme_id, actor=actor, at=timezone.now())
