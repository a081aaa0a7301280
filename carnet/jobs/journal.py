"""Sealing what was written, every few seconds, so that nobody can rewrite it unseen."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.journal import operations


# The sixth field is seconds.
@app.periodic(cron="* * * * * */10")
@app.task(name="journal.seal", queue="timers", queueing_lock="journal.seal")
def seal(timestamp: int) -> None:
    """Seal every finished row of the journal and the ledger."""
    with acting_as_everything(why="seals chain the rows of every tenant"):
        operations.seal(at=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="journal.forget-answers", queue="timers", queueing_lock="journal.forget-answers")
def forget_answers(timestamp: int) -> None:
    """Forget the answers kept for repeated requests, once nobody may repeat them any more."""
    with acting_as_everything(why="the first answers of every organisation are kept equally long"):
        while operations.forget_answers(at=timezone.now()):
            continue
