"""Why a plan is not made."""

from carnet.kernel.refusals import Refusal


class PlanRefused(Refusal):
    """The base of refusals about allotments."""


class ProblemWrong(PlanRefused):
    """Something of what was given cannot be: a number below zero, a code twice, a way to nowhere. Facts: what, item."""

    code = "plan-problem-wrong"


class GuaranteesContradict(PlanRefused):
    """No allotment keeps all the guarantees. Facts: guarantees (a smallest set that contradicts itself), short (booklets missing by commune)."""

    code = "plan-guarantees-contradict"


class SolverStopped(PlanRefused):
    """Time ran out before any allotment was found. Facts: seconds."""

    code = "plan-solver-stopped"
