"""Which reminder a person who asked for some is due, on which day in Paris; and what ends them. Pure.

A reminder exists because the person said yes at the desk (docs/sources/personal-data.md). What protects them: a day without a Sunday
or a holiday, hours of the day, never two within APART_DAYS, none about unused vouchers when a lesson is booked soon, IDLE_MAX silences in
a row at most, and the number erased as soon as there is nothing left to remind of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from carnet.distribution.rules._handing import DistributionRefused
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.text_messages import is_a_day_to_write

IDLE_DAYS = 30
EXPIRY_DAYS = 30
# Never two reminders closer than this, whatever they are about.
APART_DAYS = 3
# A lesson booked within this is a better reminder than ours.
LESSON_SOON_DAYS = 14
# Whoever does not answer to these in a row is left in peace until the end is near.
IDLE_MAX = 2
# A call that finds nobody is tried once more, then dropped.
NO_ANSWER_MAX = 2
# A letter or a call nobody made in so many days is about something that is past.
STALE_DAYS = 10
ADDRESS_MAX = 300


class ContactUnknown(DistributionRefused):
    """Nobody is reminded under this number, or it is another desk's."""

    code = "contact-unknown"


class ConsentMissing(DistributionRefused):
    """The person did not say yes: nothing is kept."""

    code = "consent-missing"


class AddressMissing(DistributionRefused):
    """A letter needs an address of two lines at least."""

    code = "address-missing"


class NothingToRemind(DistributionRefused):
    """The vouchers are used, blocked or ended: a number would be kept for nothing."""

    code = "nothing-to-remind"


class ReminderUnknown(DistributionRefused):
    """No such call or letter, another desk's, or one that is no longer to make."""

    code = "reminder-unknown"


class LessonNotMissed(DistributionRefused):
    """The lesson is still to come: its seat is given back first."""

    code = "lesson-not-missed"


class ContactChannel(StrEnum):
    """How the person wishes to be reminded."""

    TEXT = "TEXT"
    CALL = "CALL"
    LETTER = "LETTER"


class ReminderKind(StrEnum):
    """What about: the first lesson, the day before; nothing used for IDLE_DAYS; the last day in EXPIRY_DAYS or less."""

    FIRST_LESSON = "FIRST_LESSON"
    IDLE = "IDLE"
    EXPIRY = "EXPIRY"


class ReminderOutcome(StrEnum):
    """SENT by text; POSTED by letter; TOLD by a call; NO_ANSWER twice; WRONG_NUMBER; STALE, nobody did it in time; ENDED before it was done."""

    SENT = "SENT"
    POSTED = "POSTED"
    TOLD = "TOLD"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"
    STALE = "STALE"
    ENDED = "ENDED"


class ContactEnd(StrEnum):
    """Why a number or an address was erased."""

    USED = "USED"
    LAPSED = "LAPSED"
    REPLACED = "REPLACED"
    VOID = "VOID"
    WITHDRAWN = "WITHDRAWN"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"


@dataclass(frozen=True, slots=True)
class InHands:
    """What a person has left of what they were given. `ends_on`: the last day it is accepted, included; `said_on`: as printed."""

    given: int
    left: int
    redeemed: int
    said_on: date
    ends_on: date
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a reminder depends on. `moved_on`: the latest day vouchers were given or used, as far as is known.

    `lesson_on`: the next lesson booked, if any; `is_first`: nothing was used yet. `sent`: the latest day each kind was sent;
    `idle_in_a_row`: how many IDLE since `moved_on`; `lesson_told_on`: the lesson the latest FIRST_LESSON was about.
    """

    today: date
    moved_on: date
    hands: InHands
    lesson_on: date | None = None
    is_first: bool = True
    sent: Mapping[ReminderKind, date] = field(default_factory=dict)
    idle_in_a_row: int = 0
    lesson_told_on: date | None = None


def ending(hands: InHands, *, today: date) -> ContactEnd | None:
    """Why a contact is to be erased now; None while there is something to remind of."""
    if hands.left == 0:
        if hands.is_replaced:
            return ContactEnd.REPLACED
        return ContactEnd.USED if hands.redeemed else ContactEnd.VOID
    return ContactEnd.LAPSED if today > hands.ends_on else None


def due(situation: Situation) -> ReminderKind | None:
    """The reminder to send today, or None. The lesson comes first, then the end, then the silence."""
    today = situation.today
    if not is_a_day_to_write(today) or ending(situation.hands, today=today) is not None:
        return None
    latest = max(situation.sent.values(), default=None)
    if latest is not None and (today - latest).days < APART_DAYS:
        return None
    if _lesson_is_next(situation):
        return ReminderKind.FIRST_LESSON
    if situation.lesson_on is not None and today <= situation.lesson_on <= today + timedelta(days=LESSON_SOON_DAYS):
        return None
    if _end_is_near(situation):
        return ReminderKind.EXPIRY
    return ReminderKind.IDLE if _is_idle(situation, latest) else None


def _lesson_is_next(situation: Situation) -> bool:
    """Whether today is the last day to write before the first lesson: the day before, or the Saturday before a Monday."""
    lesson_on, day = situation.lesson_on, situation.today + timedelta(days=1)
    if lesson_on is None or not situation.is_first or lesson_on <= situation.today or situation.lesson_told_on == lesson_on:
        return False
    while day < lesson_on and not is_a_day_to_write(day):
        day += timedelta(days=1)
    return day == lesson_on


def _end_is_near(situation: Situation) -> bool:
    said_on = situation.hands.said_on
    is_near = said_on - timedelta(days=EXPIRY_DAYS) <= situation.today <= said_on
    return is_near and ReminderKind.EXPIRY not in situation.sent


def _is_idle(situation: Situation, latest: date | None) -> bool:
    since = max(situation.moved_on, latest or situation.moved_on)
    # Near the end, the reminder of the end says as much.
    ends_soon = situation.today >= situation.hands.said_on - timedelta(days=EXPIRY_DAYS + APART_DAYS)
    return not ends_soon and situation.idle_in_a_row < IDLE_MAX and (situation.today - since).days >= IDLE_DAYS


def checked_phone(text: str) -> PhoneNumber:
    """A number that can be written to or called; a short number is nobody's. Raises: PhoneNumberInvalid."""
    phone = PhoneNumber.parse(text)
    if not str(phone).startswith("+"):
        raise PhoneNumberInvalid(typed=text[:30])
    return phone


def checked_address(text: str) -> str:
    """A name and an address, one line each, as they go on an envelope. Raises: AddressMissing."""
    lines = [" ".join(line.split()) for line in text[:ADDRESS_MAX].splitlines() if line.strip()]
    if len(lines) < 2:
        raise AddressMissing
    return "\n".join(lines)


def checked_consent(is_given: bool) -> None:
    """Raises: ConsentMissing."""
    if not is_given:
        raise ConsentMissing
