"""Opening a case, holding and letting go, hearing, deciding, appealing, carrying out; each gesture a step, a line of the journal, a letter."""

from carnet.controls.operations.cases._carrying_out import carry_out
from carnet.controls.operations.cases._deadlines import erase_papers, keep_deadlines
from carnet.controls.operations.cases._deciding import appeal_case, decide_appeal, decide_case
from carnet.controls.operations.cases._hearing import add_paper, answer_case, look_at_paper, note_hearing
from carnet.controls.operations.cases._holding import hold_payments, release_payments
from carnet.controls.operations.cases._opening import Question, open_case, question_about
from carnet.controls.operations.cases._steps import ANSWER, DECIDE, DECIDE_APPEAL, HOLD, OPEN

__all__ = [
    "ANSWER",
    "DECIDE",
    "DECIDE_APPEAL",
    "HOLD",
    "OPEN",
    "Question",
    "add_paper",
    "answer_case",
    "appeal_case",
    "carry_out",
    "decide_appeal",
    "decide_case",
    "erase_papers",
    "hold_payments",
    "keep_deadlines",
    "look_at_paper",
    "note_hearing",
    "open_case",
    "question_about",
    "release_payments",
]
