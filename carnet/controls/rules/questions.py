"""A question asked by consent after a lesson: whom chance or risk chooses, how an answer is read, from how many answers on it is shown. Pure.

One answer proves nothing: people forget, mix up days, or are afraid. Only counts by place are read, and only from FEW on.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.kernel.refusals import Refusal
from carnet.kernel.text_messages import folded

# A lesson of so many days ago may be asked about; it is asked from the day after on.
LESSON_DAYS = 6
# Whoever does not answer in so many days is left in peace, and the question forgets them.
OPEN_DAYS = 7
# Of a hundred people who may be asked, so many are where nothing was noticed; more where something was, by its weight.
ASKED_OF_A_HUNDRED = 20
# Under so many answers of a place, nothing is shown: source, docs/sources/personal-data.md#small-counts.
FEW = 5


class Answer(StrEnum):
    """What was answered. UNKNOWN: the person does not know."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class QuestionOver(Refusal):
    """Answered already, too old, or never asked: the same words for all."""

    code = "question-over"


@dataclass(frozen=True, slots=True)
class Counted:
    """The answers about one place; `asked` counts those that were never answered too."""

    asked: int
    yes: int
    no: int
    unknown: int

    @property
    def answered(self) -> int:
        """How many answered."""
        return self.yes + self.no + self.unknown

    @property
    def is_shown(self) -> bool:
        """Whether there are enough answers for nobody to be guessed behind one."""
        return self.answered >= FEW


def is_chosen(drawn: int, *, weight: int, of_a_hundred: int = ASKED_OF_A_HUNDRED) -> bool:
    """Whether somebody is asked. `drawn`: a whole number from 0 to 99, of chance."""
    return drawn < min(100, of_a_hundred * weight)


def is_recent(attended_on: date, *, today: date) -> bool:
    """Whether a lesson of that day may be asked about today: from the day after, for LESSON_DAYS."""
    return 1 <= (today - attended_on).days <= LESSON_DAYS


_WORDS = {
    Answer.YES: {"oui", "o", "yes", "y", "1"},
    Answer.NO: {"non", "n", "no", "2"},
    Answer.UNKNOWN: {"je ne sais pas", "ne sais pas", "sais pas", "jsp", "i don't know", "don't know", "dont know", "?", "3"},
}


def read_answer(text: str) -> Answer | None:
    """An answer by text message, or None for anything else."""
    plain = " ".join(folded(text).casefold().split()).strip(" .!")
    return next((answer for answer, words in _WORDS.items() if plain in words), None)
