"""Evaluation of a programme: plans, draws, what chance would have shown, people alike, changes elsewhere; what each allows to be said.

Loaded by its own name (`carnet.observatory.rules.evaluations`) and never by the room's rules: it needs numpy and scipy.
"""

from carnet.observatory.rules.evaluations._claims import (
    ASSUMPTIONS,
    Assumption,
    Claim,
    Doubt,
    causal_words,
    check_words,
    claim_of,
    lost_doubts,
)
from carnet.observatory.rules.evaluations._differences import Changed, Trend, differences
from carnet.observatory.rules.evaluations._draws import WAITS, draw, first_count, rank_of
from carnet.observatory.rules.evaluations._inference import Tested, randomisation_test
from carnet.observatory.rules.evaluations._matching import Balance, Matched, coarsened, e_value, gamma_of, nearest
from carnet.observatory.rules.evaluations._plans import SIZE_MAX, Design, Level, Matching, Plan, Unit, digest_of, read_plan
from carnet.observatory.rules.evaluations._refusals import (
    CausalWordsRefused,
    EvaluationRefused,
    PlanSealed,
    PlanUnknown,
    PlanWrong,
    ResultsWrong,
)
from carnet.observatory.rules.evaluations._results import Result, read_result, result_of, written

__all__ = [
    "ASSUMPTIONS",
    "SIZE_MAX",
    "WAITS",
    "Assumption",
    "Balance",
    "CausalWordsRefused",
    "Changed",
    "Claim",
    "Design",
    "Doubt",
    "EvaluationRefused",
    "Level",
    "Matched",
    "Matching",
    "Plan",
    "PlanSealed",
    "PlanUnknown",
    "PlanWrong",
    "Result",
    "ResultsWrong",
    "Tested",
    "Trend",
    "Unit",
    "causal_words",
    "check_words",
    "claim_of",
    "coarsened",
    "differences",
    "digest_of",
    "draw",
    "e_value",
    "first_count",
    "gamma_of",
    "lost_doubts",
    "nearest",
    "randomisation_test",
    "rank_of",
    "read_plan",
    "read_result",
    "result_of",
    "written",
]
