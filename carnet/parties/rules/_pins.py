"""Taking turns on a shared computer with a personal six-digit PIN: what a good PIN is, who locks, how much a day, how long a turn lasts.

The words: a *station* is a computer or tablet of a desk or place that an administrator enrolled; a *turn* is the time somebody uses it
after typing their PIN; a *first code* lets somebody choose their PIN on a station, once.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from carnet.parties.rules._refusals import (
    DailyLimitReached,
    FirstCodeWrong,
    PinTooSimple,
    StationCodeWrong,
    StationLimitsInvalid,
    StationNameInvalid,
)
from carnet.parties.rules._words import Role

PIN_DIGITS = 6
PIN_ERRORS_MAX = 5  # in a row, by one person or on one station
STATION_NAME_MAX = 60
STATION_CODE_LIFETIME = timedelta(minutes=10)
FIRST_CODE_LIFETIME = timedelta(days=7)
TURNS_KEPT = timedelta(days=90)
SIGN_LENGTH = 8
# No letter that reads like another or like a digit: a code is read aloud and copied by hand. 29 signs, 8 of them: 5 × 10^11 codes.
SIGNS = "23456789ABCDEFGHJKMNPQRTUVWXY"

# Who takes turns: the people of desks and places. What they may do there is the table's column `pin`.
PIN_ROLES = frozenset({Role.PRESCRIBER_LEAD, Role.PRESCRIBER, Role.PLACE_MANAGER, Role.MEDIATOR})
# Who may be added without an e-mail address: they never sign in fully, so they never manage anything.
VOLUNTEER_ROLES = frozenset({Role.PRESCRIBER, Role.MEDIATOR})


@dataclass(frozen=True, slots=True)
class StationLimits:
    """What a station lets through in one legal day, in vouchers, by one person and in all, and how long it waits for a gesture."""

    person_daily: int = 60
    station_daily: int = 200
    idle_minutes: int = 5


CEILING = StationLimits(person_daily=300, station_daily=1_000, idle_minutes=15)


def check_limits(limits: StationLimits) -> None:
    """Refuse limits beyond the ceiling, below one, or a person's above the station's. Raises: StationLimitsInvalid."""
    within = (
        1 <= limits.person_daily <= CEILING.person_daily
        and 1 <= limits.station_daily <= CEILING.station_daily
        and 1 <= limits.idle_minutes <= CEILING.idle_minutes
    )
    if not within or limits.person_daily > limits.station_daily:
        raise StationLimitsInvalid(person=CEILING.person_daily, station=CEILING.station_daily, minutes=CEILING.idle_minutes)


def check_station_name(name: str) -> str:
    """The name, trimmed. Raises: StationNameInvalid."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > STATION_NAME_MAX:
        raise StationNameInvalid(most=STATION_NAME_MAX)
    return tidy


def check_pin(pin: str) -> str:
    """Six digits that are not the first anybody would try: repeated, in a row, or a pattern of two or three digits.

    Raises: PinTooSimple (also for what is not six digits).
    """
    digits = re.sub(r"\s", "", pin)
    if not re.fullmatch(r"[0-9]{6}", digits) or is_simple(digits):
        raise PinTooSimple(digits=PIN_DIGITS)
    return digits


def is_simple(digits: str) -> bool:
    """Whether six digits are of the few that a thief tries first."""
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    in_a_row = steps in ({0}, {1}, {-1}) or digits in ("567890", "098765")
    repeated = digits[:3] == digits[3:] or digits[:2] * 3 == digits
    doubled = digits[0] == digits[1] and digits[2] == digits[3] and digits[4] == digits[5]
    return in_a_row or repeated or doubled or len(set(digits)) < 3 or digits[:3] == digits[3:][::-1]


def new_code() -> str:
    """Eight signs that serve once, to be typed by hand."""
    return "".join(secrets.choice(SIGNS) for _ in range(SIGN_LENGTH))


def printed_code(code: str) -> str:
    """Two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """The code as it was made, whatever its case, dashes and spaces. Not a code at all: something nobody was given."""
    return re.sub(r"[\s-]", "", typed).upper()[:40]


def check_station_code(*, expires_at: datetime | None, at: datetime) -> None:
    """Whether a station may still be enrolled with its code. Raises: StationCodeWrong."""
    if expires_at is None or at >= expires_at:
        raise StationCodeWrong


def check_first_code(*, matches: bool, expires_at: datetime | None, at: datetime) -> None:
    """Whether a first code lets its bearer choose a PIN. Raises: FirstCodeWrong."""
    if not matches or expires_at is None or at >= expires_at:
        raise FirstCodeWrong


def is_idle(*, latest_at: datetime, idle_minutes: int, at: datetime) -> bool:
    """Whether a turn has ended by itself: nobody touched the screen for `idle_minutes`."""
    return at - latest_at >= timedelta(minutes=idle_minutes)


def check_daily(*, count: int, wanted: int, most: int, whose: str) -> None:
    """Whether `wanted` more vouchers fit in the day. `whose`: person or station. Raises: DailyLimitReached."""
    if count + wanted > most:
        raise DailyLimitReached(most=most, left=max(0, most - count), whose=whose)


def short_name(display_name: str) -> str:
    """What a shared screen shows of somebody: the first name and an initial."""
    words = display_name.split()
    return words[0] if len(words) < 2 else f"{words[0]} {words[-1][0].upper()}."
