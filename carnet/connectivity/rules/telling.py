"""What a person is told of their connection without asking: one text message or one letter for each change that matters. Pure.

To whoever left a number and agreed to be written to, by text; to the others, by a letter to their door, which carries no name.
"""

from datetime import date, timedelta
from enum import StrEnum

from carnet.connectivity.rules._refusals import ConnectivityRefused
from carnet.connectivity.rules._words import ConnectionState, EndReason

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


# The person knows what they asked for; nobody writes to a dead person's door.
UNTOLD = frozenset({EndReason.ASKED.value, EndReason.DEATH.value})
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


def about_of(*, before: ConnectionState | None, state: ConnectionState, reason: str = "") -> About | None:
    """What a step tells, if anything. Not what the person asked for, nor the end of a pause, which is no connection made; nor a death."""
    if reason in UNTOLD or (before is ConnectionState.SUSPENDED and state is ConnectionState.ACTIVE):
        return None
    return ABOUT_STATE.get(state)


def told_by(about: About, *, has_mobile: bool) -> ToldBy | None:
    """How a change is told; None when it is not: without a mobile, what the person sees at home needs no letter."""
    if has_mobile:
        return ToldBy.TEXT
    return ToldBy.LETTER if about in BY_LETTER else None


def day_told(about: About, *, appointment_on: date | None, ended_on: date | None) -> date | None:
    """The legal day a message is about: a visit's, or the first day without internet. An ended connection keeps the day of its visit."""
    return {About.APPOINTMENT: appointment_on, About.ENDED: ended_on}.get(about)
