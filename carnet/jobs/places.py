"""Judging and writing files of places out of the way; working out hours, asking for confirmations, forgetting addresses."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.places import operations


# A killed worker leaves the file where it was: trying again goes on from there.
@app.task(name="places.run-file", queue="places", retry=RetryStrategy(max_attempts=10, wait=5))
def run_place_file(*, file_id: int, organisation_id: int) -> None:
    """Do what one file waits for, to its end."""
    operations.run_place_file(file_id=file_id, organisation_id=organisation_id, at=timezone.now())


def enqueue(*, file_id: int, organisation_id: int) -> None:
    """Hand a file to the workers, in the caller's transaction. The same file waits once in the queue."""
    run_place_file.configure(lock=f"places-{file_id}").defer(file_id=file_id, organisation_id=organisation_id)


@app.periodic(cron="10 * * * *")
@app.task(name="places.learn-weeks", queue="timers", queueing_lock="places.learn-weeks")
def learn_weeks(timestamp: int) -> None:
    """Work out the ordinary week of places written without it: searches are right without, and faster with."""
    operations.learn_weeks()


@app.periodic(cron="20 6 * * *")
@app.task(name="places.recall-confirmations", queue="timers", queueing_lock="places.recall-confirmations")
def recall_confirmations(timestamp: int) -> None:
    """Ask whoever runs a place to confirm its data, when they fall due."""
    with acting_as_everything(why="the places of every organisation fall due"):
        operations.recall_confirmations(at=timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="places.forget-contacts", queue="timers", queueing_lock="places.forget-contacts")
def forget_contacts(timestamp: int) -> None:
    """Erase what was left with reports nobody answered for three months."""
    with acting_as_everything(why="reports of every place are kept equally long"):
        operations.forget_contacts(at=timezone.now())
