"""Holding back what one place is owed: for a while, with a reason, never for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.settlement.rules._refusals import HoldTooLong, HoldWordsMissing

HOLD_DAYS_MOST = 30
"""A hold ends by itself after this many days, unless a person decides again."""


@dataclass(frozen=True, slots=True)
class HoldWords:
    """Why, for the operator alone (`reason`); what the place is told (`words`), and whom it can ring (`phone`)."""

    reason: str
    words: str
    phone: str

    def trimmed(self) -> "HoldWords":
        """Without blanks around, cut to what the table keeps."""
        return HoldWords(self.reason.strip()[:500], self.words.strip()[:300], self.phone.strip()[:30])


def hold_until(*, at: datetime, days: int) -> datetime:
    """When a hold of `days` decided at `at` (aware) ends by itself. Raises: HoldTooLong (`days`, `most`)."""
    if not 1 <= days <= HOLD_DAYS_MOST:
        raise HoldTooLong(days=days, most=HOLD_DAYS_MOST)
    return at + timedelta(days=days)


def check_hold_words(words: HoldWords) -> HoldWords:
    """A hold says why, says it to the place, and gives a telephone. Raises: HoldWordsMissing (`field`)."""
    given = words.trimmed()
    for name in ("reason", "words", "phone"):
        if not getattr(given, name):
            raise HoldWordsMissing(field=name)
    return given


def is_held(*, until: datetime, released_at: datetime | None, at: datetime) -> bool:
    """Whether a hold still holds at `at`."""
    return released_at is None and at < until
