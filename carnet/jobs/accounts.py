"""Helpers' accounts: recoveries that open after their day; accounts that do not serve, told then closed; old codes forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations

CODES_KEPT, RECOVERIES_KEPT = timedelta(days=31), timedelta(days=3 * 365)


def keep_accounts(*, at: datetime) -> tuple[int, int]:
    """Tell and close the accounts that do not serve, a few at a time; return (told, closed). Whatever was done is done if it is stopped."""
    told = closed = 0
    with acting_as_everything(why="accounts age in every structure alike"):
        operations.forget_warnings(at=at)
        operations.forget_card_codes(before=at - CODES_KEPT)
        operations.forget_recoveries(before=at - RECOVERIES_KEPT)
    while done := _few(operations.close_unused, at):
        closed += done
    while done := _few(operations.warn_unused, at):
        told += done
    return told, closed


def _few(operation: Callable[..., int], at: datetime) -> int:
    with acting_as_everything(why="accounts age in every structure alike"):
        return operation(at=at)


@app.periodic(cron="20 3 * * *")
@app.task(name="parties.keep-helpers", queue="timers", queueing_lock="parties.keep-helpers")
def keep_every_night(timestamp: int) -> None:
    """The timer of accounts."""
    keep_accounts(at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="parties.open-recoveries", queue="timers", queueing_lock="parties.open-recoveries")
def open_recoveries(timestamp: int) -> None:
    """The timer of recoveries agreed a day ago."""
    at = timezone.now()
    while _few(operations.open_recoveries, at):
        continue
