"""Figures counted ahead every few minutes, and compared with the ledger every night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.observatory.operations import figures


@app.periodic(cron="*/5 * * * *")
@app.task(name="observatory.count-figures", queue="timers", queueing_lock="observatory.count-figures")
def count(timestamp: int) -> None:
    """Add what was written since the last time."""
    figures.refresh(at=timezone.now())


# After the morning's forecasts, before anybody reads: what differs is shown to the operators and to the auditors.
@app.periodic(cron="20 4 * * *")
@app.task(name="observatory.compare-figures", queue="timers", queueing_lock="observatory.compare-figures")
def compare(timestamp: int) -> None:
    """Count what is left, then compare everything with the ledger."""
    figures.refresh(at=timezone.now())
    figures.compare(at=timezone.now())
