"""What the public page says of a mandate to whoever holds its paper: still good, stopped, or over; nothing else. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.kernel.periods import legal_day
from carnet.mandates.rules._families import Family
from carnet.mandates.rules._words import MandateState


@dataclass(frozen=True, slots=True)
class CheckedFamily:
    """One family of a mandate: when it ends by itself (aware, excluded), and when it was stopped before, if it was."""

    family: Family
    ends_at: datetime
    ended_at: datetime | None

    def state(self, at: datetime) -> MandateState:
        """What it is at that aware moment. One closed after its time ran out is over, not stopped."""
        if self.ended_at is not None and self.ended_at < self.ends_at:
            return MandateState.ENDED
        return MandateState.LIVE if at < self.ends_at else MandateState.EXPIRED

    @property
    def last_day(self) -> date:
        """The last Paris day on which it may be used."""
        return legal_day(self.ends_at - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What the page says. Why a mandate was stopped is nobody's business: a death and a change of mind look the same.

    `families` are those still permitted, or those that were; `until` is the last good day, None for what was stopped.
    """

    state: MandateState
    families: tuple[Family, ...]
    until: date | None


def check_answer(found: Sequence[CheckedFamily], *, at: datetime) -> CheckAnswer | None:
    """The answer at an aware moment for the families of one mandate; None for none, as for a code that nobody drew."""
    if not found:
        return None
    if live := [each for each in found if each.state(at) is MandateState.LIVE]:
        return CheckAnswer(MandateState.LIVE, _families(live), min(each.last_day for each in live))
    if over := [each for each in found if each.state(at) is MandateState.EXPIRED]:
        return CheckAnswer(MandateState.EXPIRED, _families(over), max(each.last_day for each in over))
    return CheckAnswer(MandateState.ENDED, _families(found), None)


def _families(kept: Sequence[CheckedFamily]) -> tuple[Family, ...]:
    named = {each.family for each in kept}
    return tuple(each for each in Family if each in named)
