"""The one place where a screen reads the time. What lies below is given the moment and never asks."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present moment (aware, UTC), or the one fixed in ``CARNET_CLOCK`` by tests and pictures."""
    fixed = getattr(settings, "CARNET_CLOCK", None)
    if fixed is None:
        return timezone.now()
    moment = datetime.fromisoformat(fixed) if isinstance(fixed, str) else fixed
    assert moment.tzinfo is not None, "CARNET_CLOCK must carry a time zone"
    return moment
