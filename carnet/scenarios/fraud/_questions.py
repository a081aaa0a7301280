"""Whoever agreed at the desk is asked after a lesson, and answers as people do: most do not, some forget, those whose booklet was kept say no.

The shares are assumed, measured nowhere. Without a gateway of text messages nobody is asked.
"""

import hashlib
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from carnet.controls.operations import questions
from carnet.controls.queries.questions import open_question
from carnet.controls.rules.questions import Answer
from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import PARIS
from carnet.kernel.text_messages import is_a_day_to_write
from carnet.scenarios.fraud._labels import Label
from carnet.scenarios.fraud._script import Held
from carnet.scenarios.fraud._stage import LabelledStage

# A timer asks one in five each morning for six days; here once in five days, of as many.
EVERY_DAYS, OF_A_HUNDRED = 5, 67
# In a hundred people asked: yes, no, I do not know; the rest does not answer.
REAL, WRONG_DAY, KEPT, SOLD = (46, 2, 2), (38, 8, 4), (3, 40, 7), (10, 10, 0)


@dataclass
class Questions:
    """The questions of one season."""

    stage: LabelledStage
    dice: random.Random
    next_on: date
    asked: int = 0
    answered: int = 0

    def on(self, day: date) -> None:
        """Ask, and answer the next day."""
        if day < self.next_on or not is_a_day_to_write(day) or not sms.is_offered():
            return
        self.next_on = day + timedelta(days=EVERY_DAYS)
        at = datetime.combine(day, time(10), tzinfo=PARIS)
        tokens: list[str] = []

        def link(token: str) -> str:
            tokens.append(token)
            return f"https://example.org/q/{token}"

        with acting_as_everything(why="whoever answers a question is of no tenant"):
            questions.ask_after_lessons(
                programme_id=self.stage.season.programme_id, link=link, request_id=uuid4(), at=at, of_a_hundred=OF_A_HUNDRED
            )
            for token in tokens:
                self._answer(token, at)
            questions.forget_questions(at=at)

    def _answer(self, token: str, at: datetime) -> None:
        row = open_question(hashlib.sha256(token.encode()).digest(), at=at)
        if row is None or row.contact_id is None:
            return  # written, and not sent
        self.asked += 1
        drawn, shares = self.dice.randrange(100), self._shares(self.stage.season.contacts[row.contact_id], row.attended_on)
        for answer, share in zip((Answer.YES, Answer.NO, Answer.UNKNOWN), shares, strict=True):
            if drawn < share:
                self.answered += 1
                questions.answer_by_link(token=token, answer=answer, at=at + timedelta(hours=3))
                return
            drawn -= share

    def _shares(self, held: Held, attended_on: date) -> tuple[int, int, int]:
        about = [each for each in held.visits if (each.attended_on or each.at.date()) == attended_on and not each.is_try]
        if any(each.is_fraud for each in about):
            return SOLD if held.is_sold else KEPT
        return WRONG_DAY if self.stage.script.places[held.place].label is Label.SLOPPY else REAL
