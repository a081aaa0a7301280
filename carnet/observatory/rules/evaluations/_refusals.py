"""Every answer "no" of an evaluation."""

from carnet.observatory.rules._refusals import ObservatoryRefused


class EvaluationRefused(ObservatoryRefused):
    """Base of every refusal of an evaluation."""

    code = "evaluation-refused"


class PlanWrong(EvaluationRefused):
    """The plan cannot be read, or does not hold together. Facts: what."""

    code = "evaluation-plan-wrong"


class PlanSealed(EvaluationRefused):
    """The same plan was sealed before."""

    code = "evaluation-plan-sealed"


class PlanUnknown(EvaluationRefused):
    """No such plan, or of a programme that is not the actor's."""

    code = "evaluation-plan-unknown"


class ResultsWrong(EvaluationRefused):
    """The results do not fit the plan. Facts: what."""

    code = "evaluation-results-wrong"


class CausalWordsRefused(EvaluationRefused):
    """Words that say a cause, where the design cannot bear it. Facts: words."""

    code = "evaluation-causal-words"
