"""Forgetting codes and tokens of the OpenID provider, an hour after the last of them is dead."""

from datetime import timedelta

from django.utils import timezone
from oauth2_provider.models import get_grant_model
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything

KEPT = timedelta(hours=1)  # a code seen again within it is known for what it is


@app.periodic(cron="25 * * * *")
@app.task(name="openid.forget", queue="timers", queueing_lock="openid.forget")
def forget(timestamp: int) -> None:
    """Delete the codes that ended an hour ago, and with each what it gave: hashes, of nobody's name."""
    with acting_as_everything(why="codes and tokens of every structure are kept equally long"):
        get_grant_model().objects.filter(expires__lt=timezone.now() - KEPT).delete()
