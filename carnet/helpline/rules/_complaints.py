"""What one complains about, before which day one is answered, who may say what. Pure.

Delays and their sources: docs/sources/complaints.md. A programme may set its own, within them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from carnet.helpline.rules._refusals import (
    AnswerMissing,
    AskedAlready,
    ComplaintClosed,
    ComplaintEmpty,
    ComplaintKindNotYours,
    ComplaintNumberMistyped,
    ContactInvalid,
    DelayInvalid,
    HeardAlready,
    HearingDayInvalid,
    TooManyComplaints,
)
from carnet.kernel.free_text import screen
from carnet.kernel.holidays import is_public_holiday
from carnet.kernel.identifiers import DrawnNumber, PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal

SAID_MAX = 1000
CONTACT_MAX = 120
SECRET_DIGITS = 6
WRONG_SECRETS_MAX = 5
# A library, a town hall have one address for everybody: only a flood is stopped.
FROM_HERE_MAX = 10
COUNTED_OVER = timedelta(hours=1)
# The words of a closed complaint are erased two years after the last of them (docs/sources/complaints.md#kept).
WORDS_KEPT = timedelta(days=730)
# A contact left with a complaint nobody closes is not kept for ever either.
CONTACT_KEPT = timedelta(days=365)
HEARD_WITHIN_MIN, HEARD_WITHIN, HEARD_WITHIN_MAX = 1, 3, 10
# From how many complaints on one place in REPEATED_DAYS its file says so first.
REPEATED_MIN, REPEATED_DAYS = 2, 365


class ComplaintKind(StrEnum):
    """What went wrong."""

    REFUSED = "REFUSED"  # this place refused me
    MONEY = "MONEY"  # it asked me for money
    NO_LESSON = "NO_LESSON"  # no lesson came
    LATE_PAYMENT = "LATE_PAYMENT"  # a place, of its operator
    ACCESSIBILITY = "ACCESSIBILITY"  # a page that somebody cannot use
    OTHER = "OTHER"


class Filer(StrEnum):
    """Through whom it came."""

    PERSON = "PERSON"
    LINE = "LINE"
    DESK = "DESK"
    PLACE = "PLACE"


class ComplaintState(StrEnum):
    """A complaint waits for its answer, or has it."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Decision(StrEnum):
    """How a complaint ends."""

    UPHELD = "UPHELD"  # whoever complains is right
    PARTLY = "PARTLY"
    NOT_UPHELD = "NOT_UPHELD"
    UNPROVEN = "UNPROVEN"  # nobody can know
    WITHDRAWN = "WITHDRAWN"


class Said(StrEnum):
    """What a line of a complaint is."""

    FILED = "FILED"  # the words of whoever complains
    ADDED = "ADDED"  # more of them
    ASKED = "ASKED"  # what the place is asked
    HEARD = "HEARD"  # the place's side
    NEWS = "NEWS"  # said by the operator meanwhile
    CLOSED = "CLOSED"  # the answer


@dataclass(frozen=True, slots=True)
class Delay:
    """How many days one may take to answer. `days_max`: the most a programme may set for itself."""

    days: int
    days_max: int
    is_working: bool = True


DELAYS: Mapping[ComplaintKind, Delay] = {
    ComplaintKind.REFUSED: Delay(5, 15),
    ComplaintKind.MONEY: Delay(5, 15),
    ComplaintKind.NO_LESSON: Delay(5, 15),
    ComplaintKind.LATE_PAYMENT: Delay(5, 15),
    ComplaintKind.OTHER: Delay(15, 40),
    ComplaintKind.ACCESSIBILITY: Delay(7, 7, is_working=False),
}
# What each may say. Whoever answers the telephone, or sits at a desk, speaks for a person.
FILED_BY: Mapping[Filer, frozenset[ComplaintKind]] = {
    Filer.PERSON: frozenset(ComplaintKind) - {ComplaintKind.LATE_PAYMENT},
    Filer.LINE: frozenset(ComplaintKind),
    Filer.DESK: frozenset(ComplaintKind) - {ComplaintKind.LATE_PAYMENT},
    Filer.PLACE: frozenset({ComplaintKind.LATE_PAYMENT, ComplaintKind.ACCESSIBILITY, ComplaintKind.OTHER}),
}
# Of these, the place named is asked for its side; the others are about the operator or about a page.
ABOUT_A_PLACE = frozenset({ComplaintKind.REFUSED, ComplaintKind.MONEY, ComplaintKind.NO_LESSON, ComplaintKind.OTHER})
# Lines of these kinds are for whoever holds the number; the place reads what it is asked, what it said, and the decision.
FOR_THE_PERSON = frozenset({Said.FILED, Said.ADDED, Said.NEWS, Said.CLOSED})
FOR_THE_PLACE = frozenset({Said.ASKED, Said.HEARD, Said.CLOSED})


@dataclass(frozen=True, slots=True)
class ComplaintNumber(DrawnNumber):
    """Told on the telephone, typed on the public page beside its secret. Raises: ComplaintNumberMistyped, when it is not one."""

    MISTYPED: ClassVar[type[Refusal]] = ComplaintNumberMistyped


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no public holiday of the mainland."""
    return day.weekday() < 5 and not is_public_holiday(day)


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def due_on(kind: ComplaintKind, *, filed_at: datetime, own_days: Mapping[str, int] | None = None) -> date:
    """The last day on which a complaint filed at that aware moment is answered in time, by the programme's own delay if it set one."""
    delay, day = DELAYS[kind], legal_day(filed_at)
    days = min((own_days or {}).get(kind.value, delay.days), delay.days_max)
    return working_day_after(day, days) if delay.is_working else day + timedelta(days=days)


def is_late(*, state: ComplaintState, due: date, at: datetime) -> bool:
    """Whether it waits beyond its day."""
    return state is ComplaintState.OPEN and legal_day(at) > due


def checked_delays(days: Mapping[str, int]) -> dict[str, int]:
    """A programme's own delays, by kind. Raises: DelayInvalid."""
    for kind, delay in DELAYS.items():
        if kind in days and not 1 <= days[kind] <= delay.days_max:
            raise DelayInvalid(days_max=delay.days_max)
    return {kind.value: days[kind] for kind in DELAYS if kind in days}


def check_filer(kind: ComplaintKind, filed_by: Filer) -> None:
    """Raises: ComplaintKindNotYours."""
    if kind not in FILED_BY[filed_by]:
        raise ComplaintKindNotYours(kind=kind.value)


def checked_words(text: str, *, empty: type[ComplaintEmpty | AnswerMissing] = ComplaintEmpty) -> str:
    """What was said, trimmed and screened. Raises: ComplaintEmpty, AnswerMissing, NirInText, IbanInText, CardInText, CodeInText."""
    text = text.strip()[:SAID_MAX]
    if not text:
        raise empty
    return screen(text)


def checked_contact(text: str) -> str:
    """An e-mail address, or a telephone number in international form; "" when none was left. Raises: ContactInvalid."""
    text = text.strip()[:CONTACT_MAX]
    if not text or is_email(text):
        return text
    try:
        phone = str(PhoneNumber.parse(text))
    except PhoneNumberInvalid:
        raise ContactInvalid from None
    if not phone.startswith("+"):
        raise ContactInvalid
    return phone


def is_email(contact: str) -> bool:
    """Whether it is an address to write to; else somebody sends a text message, or telephones."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", contact) is not None


def check_flow(from_here: int) -> None:
    """Let one more complaint in from this address, or not. Raises: TooManyComplaints."""
    if from_here >= FROM_HERE_MAX:
        raise TooManyComplaints(minutes=int(COUNTED_OVER.total_seconds()) // 60)


def check_standing(state: ComplaintState, closed_at: datetime | None) -> None:
    """Nothing is added to what is closed. Raises: ComplaintClosed."""
    if state is ComplaintState.CLOSED:
        raise ComplaintClosed(closed_at=closed_at)


def hearing_days(at: datetime) -> tuple[date, date, date]:
    """The first day a place may be given to answer, the one proposed, and the last."""
    today = legal_day(at)
    first, proposed, last = (working_day_after(today, count) for count in (HEARD_WITHIN_MIN, HEARD_WITHIN, HEARD_WITHIN_MAX))
    return first, proposed, last


def check_hearing(*, until_on: date, asked_on: date | None, heard_at: datetime | None, at: datetime) -> None:
    """A place is asked one thing at a time, and given time. Raises: AskedAlready, HearingDayInvalid."""
    if asked_on is not None and heard_at is None and legal_day(at) <= asked_on:
        raise AskedAlready(asked_on=asked_on)
    first, _proposed, last = hearing_days(at)
    if not first <= until_on <= last:
        raise HearingDayInvalid(first_on=first, last_on=last)


def check_heard(*, asked_on: date | None, heard_at: datetime | None) -> None:
    """The place answers what it was asked, once; late is better than never. Raises: HeardAlready."""
    if asked_on is None or heard_at is not None:
        raise HeardAlready


def secret_of(mark: bytes) -> str:
    """The short secret that goes with a number: six digits of a mark made with the installation's key. Nothing is kept of it."""
    return f"{int.from_bytes(mark[:8], 'big') % 10**SECRET_DIGITS:0{SECRET_DIGITS}d}"
