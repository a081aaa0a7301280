"""How long what is known of a person is kept: three years in use, three years archived, then only numbers. Pure.

Counted in Paris days from the day the last of their mandates stopped being in force; a live mandate keeps everything in use.
Source: docs/sources/mandates.md#retention; docs/decisions/0054-uses-that-outlive-names.md.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.kernel.periods import add_months

LIVE_MONTHS = 36
ARCHIVED_MONTHS = 36


class Stage(StrEnum):
    """Where what is known of a person stands."""

    LIVE = "LIVE"
    ARCHIVED = "ARCHIVED"
    ERASED = "ERASED"


class Because(StrEnum):
    """Why an identity was destroyed."""

    TIME = "TIME"
    ASKED = "ASKED"


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """The days on which a person's identity leaves everyday use, then is destroyed. Both are the first day it is so."""

    archived_on: date
    erased_on: date


def kept_until(over_on: date) -> KeptUntil:
    """From the first day on which no mandate was in force any more."""
    archived_on = add_months(over_on, LIVE_MONTHS)
    return KeptUntil(archived_on, add_months(archived_on, ARCHIVED_MONTHS))


def stage_on(over_on: date, today: date) -> Stage:
    """What is due on that Paris day."""
    until = kept_until(over_on)
    if today >= until.erased_on:
        return Stage.ERASED
    return Stage.ARCHIVED if today >= until.archived_on else Stage.LIVE


def archived_when_over_by(today: date) -> date:
    """The latest end whose archive is due today: the question a table is asked. Never earlier than `stage_on` says."""
    return _latest(today, LIVE_MONTHS)


def erased_when_over_by(today: date) -> date:
    """The latest end whose erasure is due today."""
    return _latest(today, LIVE_MONTHS + ARCHIVED_MONTHS)


def _latest(today: date, months: int) -> date:
    """The 31st becomes the last day of a shorter month on the way there: several ends fall due on one day, and none is missed."""
    candidate = add_months(today, -months)
    following = date.fromordinal(candidate.toordinal() + 1)
    while add_months(following, months) <= today:
        candidate, following = following, date.fromordinal(following.toordinal() + 1)
    return candidate


def digest_of_numbers(numbers: Iterable[str]) -> bytes:
    """32 bytes of the numbers of those archived or erased, in order: what a proof keeps, so that a list shown later can be checked."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).digest()
