"""From what a gap was told, and when a point should have counted. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

# A season's quarter: long enough not to be a burden, short enough that who was there still remembers.
COUNT_EVERY = timedelta(days=92)


class GapSource(StrEnum):
    """What told a difference: a box received, a move received, a cupboard counted."""

    PARCEL = "PARCEL"
    MOVE = "MOVE"
    COUNT = "COUNT"


class Overdue(StrEnum):
    """Why a point should count: it never did since it has booklets, or not for a quarter."""

    NEVER = "NEVER"
    LONG_AGO = "LONG_AGO"


def is_count_overdue(*, held_since: datetime | None, counted_at: datetime | None, at: datetime) -> Overdue | None:
    """Whether a point that has booklets since then, and last counted then, should count now; None when it need not."""
    if counted_at is not None:
        return Overdue.LONG_AGO if at - counted_at >= COUNT_EVERY else None
    return Overdue.NEVER if held_since is not None and at - held_since >= COUNT_EVERY else None
