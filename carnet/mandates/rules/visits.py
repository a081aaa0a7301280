"""The person's own side: the code printed on their mandate's paper, and the short visit it opens. Pure.

A visit is no account: it shows one person their own mandates, on any computer, and ends by itself. A mandate's number and the code printed
beside it open what the person signed with that structure; FranceConnect opens what they signed with every one.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal
from carnet.mandates.rules._refusals import MandatesRefused

# After so many the structure, which knows the person, lets the paper work again. The code cannot be guessed; whoever tries is not its owner.
WRONG_CODES_MAX = 5
# Somebody who reads slowly, at a computer of the library: long enough to read, short enough for whoever sits there next.
IDLE = timedelta(minutes=10)
VISIT_MAX = timedelta(minutes=40)
# What is left of a visit serves to answer a question about it; a week is enough.
VISITS_KEPT = timedelta(days=7)


class Way(StrEnum):
    """How somebody proved that the mandates are theirs."""

    FRANCECONNECT = "FRANCECONNECT"
    PAPER = "PAPER"


class PaperCodeWrong(MandatesRefused):
    """The number and the code do not go together: the same for an unknown number, a wrong code and a code that was replaced."""

    code = "paper-code-wrong"


class PaperCodeLocked(MandatesRefused):
    """Too many wrong codes for this paper: its structure unlocks it. Facts: tries."""

    code = "paper-code-locked"


class PaperCodeNotLocked(MandatesRefused):
    """The paper works: there is nothing to unlock."""

    code = "paper-code-not-locked"


class PaperCodePrinted(MandatesRefused):
    """The code was printed already: a helper does not read it a second time. A lost paper gets a new code. Facts: printed_at."""

    code = "paper-code-printed"


class VisitOver(MandatesRefused):
    """The person's visit is over, or there was none."""

    code = "own-visit-over"


class OwnMandateUnknown(MandatesRefused):
    """No such mandate, or somebody else's."""

    code = "own-mandate-unknown"


def is_open(*, opened_at: datetime, seen_at: datetime, ended_at: datetime | None, at: datetime) -> bool:
    """Whether a visit still shows something: it was neither left, nor forgotten for IDLE, nor longer than VISIT_MAX."""
    return ended_at is None and at < seen_at + IDLE and at < opened_at + VISIT_MAX


def open_until(*, opened_at: datetime, at: datetime) -> datetime:
    """When a visit used at `at` ends by itself."""
    return min(at + IDLE, opened_at + VISIT_MAX)


def refusal_of_try(*, is_known: bool, wrong_count: int, is_right: bool) -> Refusal | None:
    """What is answered to a number and a code. Locked is said to whoever has the paper's number, right code or not."""
    if not is_known:
        return PaperCodeWrong()
    if wrong_count >= WRONG_CODES_MAX:
        return PaperCodeLocked(tries=WRONG_CODES_MAX)
    return None if is_right else PaperCodeWrong()
