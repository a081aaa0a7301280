"""What a person is told of their connection without asking: one text message or one letter for each change that matters. Pure.

To whoever left a number and agreed to be written to, by text; to the others, by a letter to their door, which carries no name.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from carnet.connectivity.rules._refusals import ConnectivityRefused
from carnet.connectivity.rules._words import ConnectionState

# Told within so many days of the change: later, telling it would only confuse. The person still reads it on their page.
TOLD_WITHIN = timedelta(days=7)
# A letter nobody posted in so many days is about something past.
LETTER_STALE = timedelta(days=30)


class About(StrEnum):
    """What is told."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    APPOINTMENT = "APPOINTMENT"
    COULD_NOT = "COULD_NOT"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    MENDED = "MENDED"


class ToldBy(StrEnum):
    """How: a text message, or a letter that the desk prints and posts."""

    TEXT = "TEXT"
    LETTER = "LETTER"


class LetterUnknown(ConnectivityRefused):
    """No such letter, another desk's, or one that is no longer to post."""

    code = "connection-letter-unknown"


# What the person asked for themselves is told to nobody twice: an application withdrawn, a pause.
ABOUT_STATE = {
    ConnectionState.ACCEPTED: About.ACCEPTED,
    ConnectionState.REFUSED: About.REFUSED,
    ConnectionState.TO_ACTIVATE: About.APPOINTMENT,
    ConnectionState.COULD_NOT: About.COULD_NOT,
    ConnectionState.ACTIVE: About.ACTIVE,
    ConnectionState.ENDED: About.ENDED,
}
# Some changes ask something of the person within days: a letter would come too late, or says no more than what they see at home.
BY_LETTER = frozenset({About.REFUSED, About.APPOINTMENT, About.COULD_NOT, About.ENDED})


def about_of(*, before: ConnectionState | None, state: ConnectionState) -> About | None:
    """What a step tells, if anything: that a pause is over is not a connection made."""
    return None if before is ConnectionState.SUSPENDED and state is ConnectionState.ACTIVE else ABOUT_STATE.get(state)


def is_worth_telling(*, changed_at: datetime, at: datetime) -> bool:
    """Whether a change is still to be told."""
    return changed_at <= at < changed_at + TOLD_WITHIN


def told_by(about: About, *, has_mobile: bool) -> ToldBy | None:
    """How a change is told; None when it is not: without a mobile, what the person sees at home needs no letter."""
    if has_mobile:
        return ToldBy.TEXT
    return ToldBy.LETTER if about in BY_LETTER else None
