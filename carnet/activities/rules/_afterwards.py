"""Afterwards, one question: did you do it yourself? One answer per procedure done, of nobody. Pure.

It is asked where a procedure was done, after a lesson as after a visit under a mandate, of the procedures that both share
(``places.rules.procedures``). Nothing says who answered: only a day, a procedure, an answer, and which house asked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from carnet.activities.rules._refusals import ActivitiesRefused
from carnet.places.rules.procedures import PROCEDURES, checked_procedures


class DoneBy(StrEnum):
    """Who did it, the person says."""

    SELF = "SELF"
    TOGETHER = "TOGETHER"
    SOMEBODY_ELSE = "SOMEBODY_ELSE"


class AskedAfter(StrEnum):
    """What it was asked after."""

    LESSON = "LESSON"
    MANDATE = "MANDATE"
    DESK = "DESK"


class AnswerUnknown(ActivitiesRefused):
    """Not one of the three answers. Facts: answer."""

    code = "done-by-unknown"


@dataclass(frozen=True, slots=True)
class Afterwards:
    """How many times one procedure was done by whom. Whole counts."""

    procedure: str
    by_self: int = 0
    together: int = 0
    by_somebody: int = 0

    @property
    def total(self) -> int:
        """Every answer."""
        return self.by_self + self.together + self.by_somebody


def checked_answer(procedure: str, answer: str) -> tuple[str, DoneBy]:
    """The procedure and the answer, known both. Raises: ProcedureUnknown, AnswerUnknown."""
    (code,) = checked_procedures([procedure])
    try:
        return code, DoneBy(answer)
    except ValueError:
        raise AnswerUnknown(answer=answer[:20]) from None


def gathered(counted: Iterable[tuple[str, str, int]]) -> tuple[Afterwards, ...]:
    """One line per procedure that was answered about, in the list's order, from counts by (procedure, answer)."""
    found: dict[str, Counter[str]] = {}
    for procedure, answer, count in counted:
        found.setdefault(procedure, Counter())[answer] += count
    return tuple(_line(each.code, found[each.code]) for each in PROCEDURES if each.code in found)


def _line(procedure: str, counted: Mapping[str, int]) -> Afterwards:
    return Afterwards(procedure, counted.get(DoneBy.SELF, 0), counted.get(DoneBy.TOGETHER, 0), counted.get(DoneBy.SOMEBODY_ELSE, 0))
