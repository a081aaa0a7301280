"""Clearing between operators: what waits is sent until it is answered. HTTP is spoken outside any transaction."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.continuity.operations import clearing


def send_clearing(*, at: datetime) -> tuple[int, int]:
    """Send what waits to each partner; return (messages sent, answers taken in)."""
    done = clearing.exchange_all(sender=clearing.http_sender(), at=at).values()
    return sum(each.sent for each in done), sum(each.answered for each in done)


# The sixth field is seconds. A round that lasts is not joined by another.
@app.periodic(cron="* * * * * */15")
@app.task(name="continuity.send-clearing", queue="notices", queueing_lock="continuity.send-clearing", lock="continuity.send-clearing")
def send_clearing_now(timestamp: int) -> None:
    """The timer."""
    send_clearing(at=timezone.now())
