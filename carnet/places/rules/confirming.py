"""Whoever keeps a place confirms what is said of it twice a year: when that falls due, when it is recalled, when it is late."""

from datetime import date, timedelta
from enum import StrEnum

PERIOD = timedelta(days=182)
# One tap is asked for this long before the day, then a letter on the day, and one more.
SOON = timedelta(days=14)
RECALLS = (timedelta(0), timedelta(days=21))
LATE_AFTER = timedelta(days=30)


class Standing(StrEnum):
    """Where a place stands: fresh, soon to be confirmed, due, late (the operator sees it)."""

    FRESH = "fresh"
    SOON = "soon"
    DUE = "due"
    LATE = "late"


def due_on(*, confirmed_on: date | None, updated_on: date) -> date:
    """The day a place's data are to be confirmed by: half a year after they last were, or were last said."""
    return (confirmed_on or updated_on) + PERIOD


def standing(due: date, *, today: date) -> Standing:
    """Where a place whose data are due on a day stands today."""
    if today >= due + LATE_AFTER:
        return Standing.LATE
    if today >= due:
        return Standing.DUE
    return Standing.SOON if today >= due - SOON else Standing.FRESH


def recall_due(due: date, *, today: date, sent: int) -> bool:
    """Whether a letter is to be sent today, `sent` having been for this due day."""
    return sent < len(RECALLS) and today >= due + RECALLS[sent]
