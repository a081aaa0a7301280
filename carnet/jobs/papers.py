"""Forgetting what was kept for a while: photographs of sheets never finished, tries on the page of holders."""

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.redemption import operations


@app.periodic(cron="40 3 * * *")
@app.task(name="redemption.erase-pictures", queue="timers", queueing_lock="redemption.erase-pictures")
def erase_pictures(timestamp: int) -> None:
    """Erase the photographs nobody finished typing within thirty days."""
    with acting_as_everything(why="photographs of every place are kept equally long"):
        while operations.erase_old_pictures(at=timezone.now()):
            continue


@app.periodic(cron="50 3 * * *")
@app.task(name="redemption.forget-balance-tries", queue="timers", queueing_lock="redemption.forget-balance-tries")
def forget_balance_tries(timestamp: int) -> None:
    """Forget from where, and with what number, holders asked what is left of their booklet two days ago."""
    operations.forget_balance_tries(at=timezone.now())
