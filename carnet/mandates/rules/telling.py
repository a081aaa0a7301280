"""What a person is told of their mandates without asking: used for money matters, about to end. Pure.

By text message to whoever left a number, by a letter the structure prints to the others. Once each: the database refuses the second.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.mandates.rules._refusals import MandatesRefused
from carnet.mandates.rules._words import Duration

# How many days before the end it is said. A mandate of a day ends before anything could be said of its end.
TOLD_BEFORE_DAYS = {Duration.MONTH: 7, Duration.SEMESTER: 30, Duration.YEAR: 30}
# A use is told within so many days: later, telling it would only frighten. The person still reads it on their page.
MONEY_TOLD_WITHIN = timedelta(days=7)
# A letter nobody posted in so many days is about something past.
LETTER_STALE = timedelta(days=30)


class About(StrEnum):
    """What a person is told."""

    MONEY = "MONEY"
    ENDING = "ENDING"


class ToldBy(StrEnum):
    """How: a text message, or a letter that the structure prints and posts."""

    TEXT = "TEXT"
    LETTER = "LETTER"


class LetterUnknown(MandatesRefused):
    """No such letter, another structure's, or one that is no longer to post."""

    code = "mandate-letter-unknown"


def is_told_of_money(*, used_at: datetime, at: datetime) -> bool:
    """Whether a use for money matters is still to be told."""
    return used_at <= at < used_at + MONEY_TOLD_WITHIN


def told_of_end_from(*, duration: Duration, ends_on: date) -> date | None:
    """The first day on which the end is told; None when it never is. `ends_on`: the first day it is no longer valid."""
    days = TOLD_BEFORE_DAYS.get(duration)
    return ends_on - timedelta(days=days) if days is not None else None


def is_told_of_end(*, duration: Duration, starts_on: date, ends_on: date, at: datetime) -> bool:
    """Whether the end of a live mandate is to be told at that aware moment."""
    first = told_of_end_from(duration=duration, ends_on=ends_on)
    return first is not None and max(first, starts_on) <= legal_day(at) < ends_on


def money_day(uses: Collection[datetime]) -> date:
    """The Paris day that uses told together are told of: that of the latest."""
    return max(legal_day(each) for each in uses)


def mobile(typed: str) -> PhoneNumber:
    """A number that texts reach: of a French mobile, or of another country. Raises: PhoneNumberInvalid."""
    read = PhoneNumber.parse(typed)
    if not read.text.startswith("+") or (read.text.startswith("+33") and read.text[3] not in "67"):
        raise PhoneNumberInvalid(typed=typed[:30])
    return read


def spoken(phone: str) -> str:
    """A structure's number as people write it; what cannot be read as one is left as it was typed."""
    try:
        return PhoneNumber.parse(phone).printed() if phone else ""
    except PhoneNumberInvalid:
        return phone
