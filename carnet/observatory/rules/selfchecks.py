"""A person's own check of what they can do with internet: before, after, six months later. Numbers instead of names. Pure.

A slip of paper carries a number and a code; whoever holds it answers, alone or with somebody. Answers are kept beside the number, which is drawn at
random and written nowhere beside a name: they are counted, and of nobody (docs/decisions/0060-answers-of-nobody.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Self

from carnet.kernel.identifiers import ALPHABET, DrawnNumber
from carnet.kernel.periods import add_months
from carnet.kernel.refusals import Refusal
from carnet.observatory.rules._refusals import ObservatoryRefused
from carnet.observatory.rules._skills import Edition, Said, items_of

SLIPS_MAX = 50  # printed at once
WRONG_CODES_MAX = 5
IDLE = timedelta(minutes=10)
VISIT_MAX = timedelta(minutes=40)
# Later means well after: the second half of the half-year that follows.
LATER_FROM_DAYS = 150
LATER_MONTHS = 6
# Nothing opens a slip after this, and what was begun and not finished goes after that.
SLIP_MONTHS = 14
UNFINISHED_DAYS = 60
# A letter nobody posted within this is dropped, and its address with it.
STALE_DAYS = 30


class SlipUnknown(ObservatoryRefused):
    """No slip of this organisation has this number."""

    code = "self-check-unknown"


class SlipMistyped(ObservatoryRefused):
    """A number or a code of a slip is not written like that."""

    code = "self-check-mistyped"


class SlipWrong(ObservatoryRefused):
    """The number and the code do not go together: the same for a number nobody has."""

    code = "self-check-wrong"


class SlipLocked(ObservatoryRefused):
    """Too many wrong codes for this slip: whoever gave it gives another. Facts: tries."""

    code = "self-check-locked"


class CheckOver(ObservatoryRefused):
    """The visit is over, or there was none."""

    code = "self-check-over"


class CheckDone(ObservatoryRefused):
    """There is nothing to answer today. Facts: moment."""

    code = "self-check-done"


class CheckEmpty(ObservatoryRefused):
    """Nothing was answered: nothing is counted."""

    code = "self-check-empty"


class SlipsTooMany(ObservatoryRefused):
    """More slips than are printed at once. Facts: most."""

    code = "self-check-too-many"


class ChecksClosed(ObservatoryRefused):
    """The programme does not ask for self-checks."""

    code = "self-check-closed"


class InviteUnanswered(ObservatoryRefused):
    """One is invited again only after having answered once, and not once it is all over."""

    code = "self-check-no-invitation"


class LetterGone(ObservatoryRefused):
    """No such letter to post, or another organisation's."""

    code = "self-check-letter-unknown"


class Moment(StrEnum):
    """When a person answers."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    LATER = "LATER"


class Mode(StrEnum):
    """Who held the pen: the person alone, somebody beside at a desk or with a mediator, or typed later from paper."""

    ALONE = "ALONE"
    TOGETHER = "TOGETHER"
    PAPER = "PAPER"


class InviteBy(StrEnum):
    """How somebody wishes to be asked again."""

    TEXT = "TEXT"
    LETTER = "LETTER"


class InviteEnd(StrEnum):
    """Why a number or an address was erased: said in time, already answered, no more wished, not done in time."""

    SENT = "SENT"
    ANSWERED = "ANSWERED"
    WITHDRAWN = "WITHDRAWN"
    STALE = "STALE"


class AgeOfTables(StrEnum):
    """Age as the national tables have it, ticked or not. OLDER: past the survey, whose people are 16 to 74."""

    FROM_16_TO_24 = "FROM_16_TO_24"
    FROM_25_TO_54 = "FROM_25_TO_54"
    FROM_55_TO_74 = "FROM_55_TO_74"
    OLDER = "OLDER"
    NOT_SAID = "NOT_SAID"


class SlipNumber(DrawnNumber):
    """Printed on the slip and on its sheet: ``A-K7FM-42PX``. Raises: SlipMistyped."""

    MISTYPED: ClassVar[type[Refusal]] = SlipMistyped

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what was typed, with or without its letter. Raises: SlipMistyped."""
        bare = re.sub(r"[\s.\-–—]", "", typed[:40]).upper()
        return cls(bare[1:] if len(bare) == 9 and bare.startswith("A") else bare)

    def printed(self) -> str:
        """As on paper."""
        return f"A-{DrawnNumber.printed(self)}"


@dataclass(frozen=True, slots=True)
class SlipCode:
    """Eight symbols that follow from the installation's key: nothing is kept that could be stolen. Raises: SlipMistyped."""

    text: str

    LENGTH: ClassVar[int] = 8

    def __post_init__(self) -> None:
        if len(self.text) != self.LENGTH or not all(symbol in ALPHABET for symbol in self.text):
            raise SlipMistyped

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what a person typed. Raises: SlipMistyped."""
        return cls(re.sub(r"[\s.\-–—]", "", typed[:60]).upper())

    @classmethod
    def from_mark(cls, mark: bytes) -> Self:
        """The code that follows from keyed bytes."""
        drawn, symbols = int.from_bytes(mark, "big"), ""
        for _rank in range(cls.LENGTH):
            drawn, rest = divmod(drawn, len(ALPHABET))
            symbols += ALPHABET[rest]
        return cls(symbols)

    def printed(self) -> str:
        """Two groups of four."""
        return f"{self.text[:4]} {self.text[4:]}"


def moment_due(done: Mapping[Moment, date], *, today: date) -> Moment | None:
    """Which moment is answered today; None when none is.

    `done`: the days on which each was finished. The first answer is *before*; the next, another day, is *after*, or *later* once
    LATER_FROM_DAYS have passed since the latest; *later* is asked once, and nothing after it. Unit: Paris days.
    """
    if Moment.BEFORE not in done:
        return None if done else Moment.BEFORE
    if Moment.LATER in done:
        return None
    latest = max(done.values())
    if today >= latest + timedelta(days=LATER_FROM_DAYS):
        return Moment.LATER
    return Moment.AFTER if Moment.AFTER not in done and today > latest else None


def invite_on(latest_on: date) -> date:
    """When somebody is asked again: six months after the latest answer."""
    return add_months(latest_on, LATER_MONTHS)


def closes_on(opened_on: date) -> date:
    """The first day on which a slip opens nothing any more."""
    return add_months(opened_on, SLIP_MONTHS)


def is_visit_open(*, opened_at: datetime | None, seen_at: datetime | None, at: datetime) -> bool:
    """Whether a visit still shows something: neither left, nor forgotten for IDLE, nor longer than VISIT_MAX."""
    return opened_at is not None and seen_at is not None and at < seen_at + IDLE and at < opened_at + VISIT_MAX


def checked_answers(edition: Edition, given: Mapping[str, str]) -> dict[str, str]:
    """The answers that belong to the edition, as they are kept; a question left out is not kept. What is not understood was not said."""
    known = {item.key for item in items_of(edition)}
    kept = {Said.YES.value, Said.NO.value, Said.UNKNOWN.value}
    return {key: value for key, value in given.items() if key in known and value in kept}
