"""Cards of one-time codes: which codes are looked at, what a right one teaches, how long a wrong one makes wait; and recovering.

A card is a small clock with a secret: it shows another code each step (RFC 6238). Its clock drifts, so a few steps around where it was
last seen are looked at. Only a right code moves or widens that window; a wrong one never does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from carnet.kernel.periods import add_months, legal_day, start_of_day
from carnet.parties.rules._refusals import CardKindInvalid, CardSerialInvalid, RecoveryCodeWrong, RecoveryNotForPerson
from carnet.parties.rules._words import Role

CARD_STEP_SECONDS = 60  # of a file that does not say; each card keeps its own
CARD_STEPS = (30, 60)
CARD_DIGITS = (6, 8)
CARD_ALGORITHMS = ("SHA1", "SHA256", "SHA512")
CARD_SEED_BYTES = (16, 64)
CARDS_FILE_MOST = 5_000
CARDS_SENT_MOST = 500

FIRST_REACH = 10  # the first code of a card, typed by its holder in front of it: ten minutes on either side, as Aidants Connect does
PAIR_REACH = 20  # two codes in a row say by themselves where the clock is: a guess has one chance in a million millions
DRIFT_MOST = 20  # further away the card is replaced
ERRORS_FREE = 5
WAIT_MOST_MINUTES = 60

HELPER_ROLES = frozenset({Role.HELPER, Role.HELPER_LEAD})
IDLE_AFTER = timedelta(minutes=15)
IDLE_NOTED_EVERY = timedelta(minutes=1)

RECOVERY_DELAY = timedelta(hours=24)
RECOVERY_LIFETIME = timedelta(hours=48)
RECOVERY_ERRORS_MAX = 5

UNUSED_MONTHS = 6
WARNED_MONTHS = 5

_SERIAL = re.compile(r"^[A-Z0-9][A-Z0-9-]{2,31}$")


class CardEnd(StrEnum):
    """Why a card opens nothing any more."""

    LOST = "LOST"
    BROKEN = "BROKEN"


class RecoveryWay(StrEnum):
    """Who answers for whoever lost a second factor: the structure's lead, or two people of the operator."""

    LEAD = "LEAD"
    OPERATOR = "OPERATOR"


class RecoveryState(StrEnum):
    """A recovery's life: asked by a first person, agreed by a second, open (the code is sent), done with another factor, or over."""

    ASKED = "ASKED"
    AGREED = "AGREED"
    OPEN = "OPEN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


RECOVERY_WAITS = (RecoveryState.ASKED, RecoveryState.AGREED, RecoveryState.OPEN)


@dataclass(frozen=True, slots=True)
class CardClock:
    """Where a card's clock was last seen: `drift` in steps from ours, and how many steps around it are looked at."""

    drift: int = 0
    reach: int = 1


def step_of(at: datetime, step_seconds: int) -> int:
    """The number of the step running at the aware moment `at`."""
    return int(at.timestamp()) // step_seconds


def steps_to_look_at(*, now: int, clock: CardClock, after: int) -> list[int]:
    """The steps whose code is accepted, the likeliest first: around the drift, within `DRIFT_MOST`, later than `after` (the last accepted)."""
    centre = now + clock.drift
    around = range(max(centre - clock.reach, now - DRIFT_MOST), min(centre + clock.reach, now + DRIFT_MOST) + 1)
    return sorted((step for step in around if step > after), key=lambda step: (abs(step - centre), step))


def learned(*, now: int, matched: int, clock: CardClock) -> CardClock:
    """What a right code teaches: where the clock is; one step more is looked at next time when it has just moved."""
    drift = matched - now
    return CardClock(drift=drift, reach=1 if drift == clock.drift else 2)


def wait_after(wrong_count: int) -> timedelta:
    """How long a card rests after so many wrong codes in a row: nothing for the first ones, then 1, 2, 4 minutes, an hour at most."""
    beyond = wrong_count - ERRORS_FREE
    return timedelta(0) if beyond < 0 else timedelta(minutes=min(2 ** min(beyond, 10), WAIT_MOST_MINUTES))


def split_codes(typed: str, digits: int) -> tuple[str, ...]:
    """The one code, or the two in a row, that were typed; nothing when it is neither."""
    code = re.sub(r"\D", "", typed)
    if len(code) == digits:
        return (code,)
    return (code[:digits], code[digits:]) if len(code) == 2 * digits else ()


def check_card_serial(serial: str) -> str:
    """A card's number as printed on it, in capitals, without spaces. Raises: CardSerialInvalid."""
    tidy = re.sub(r"\s", "", serial).upper()
    if not _SERIAL.fullmatch(tidy):
        raise CardSerialInvalid(serial=serial.strip()[:40])
    return tidy


def check_card_kind(*, seed_bytes: int, step_seconds: int, digits: int, algorithm: str) -> None:
    """Whether the site can follow such a card. Raises: CardKindInvalid (`about`: seed, step, digits or algorithm)."""
    least, most = CARD_SEED_BYTES
    for about, fits in (
        ("seed", least <= seed_bytes <= most),
        ("step", step_seconds in CARD_STEPS),
        ("digits", digits in CARD_DIGITS),
        ("algorithm", algorithm in CARD_ALGORITHMS),
    ):
        if not fits:
            raise CardKindInvalid(about=about)


def is_idle_helper(*, latest_at: datetime | None, at: datetime) -> bool:
    """Whether a helper's screen was left for fifteen minutes, or nothing is known of what was done before `at`."""
    return latest_at is None or at - latest_at >= IDLE_AFTER


def check_may_recover(roles_anywhere: Iterable[str]) -> None:
    """A structure answers for its own helpers only, never for somebody who also moves money or opens doors elsewhere.

    Raises: RecoveryNotForPerson.
    """
    powerful = {Role.OPERATOR_ADMIN, Role.TREASURER, Role.APPROVER, Role.STATE_OFFICER}
    if not powerful.isdisjoint(roles_anywhere):
        raise RecoveryNotForPerson


def check_recovery_code(*, matches: bool, expires_at: datetime | None, wrong_count: int, at: datetime) -> None:
    """Whether the code received by e-mail lets another factor be chosen. Raises: RecoveryCodeWrong."""
    if not matches or expires_at is None or at >= expires_at or wrong_count >= RECOVERY_ERRORS_MAX:
        raise RecoveryCodeWrong


def unused_warned_on(latest_at: datetime) -> date:
    """The Paris day on which whoever was last seen at `latest_at` is told that the account will close."""
    return add_months(legal_day(latest_at), WARNED_MONTHS)


def unused_closed_at(*, latest_at: datetime, warned_at: datetime) -> datetime:
    """When the account closes: six months after it was last used, and never less than a month after the letter."""
    return start_of_day(max(add_months(legal_day(latest_at), UNUSED_MONTHS), add_months(legal_day(warned_at), 1)))
