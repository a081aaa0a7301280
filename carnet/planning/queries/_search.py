"""One search by HiGHS: the flows of an allotment in whole booklets, and the bound that proves them.

Nearly all of the model is a network of whole numbers, whose linear optimum is whole: only *which desks are served* (a parcel each, a minimum) and
the part of priority publics are not. So: the linear optimum, which nothing passes; desks chosen from it, then closed one by one while that pays;
whole booklets for these desks. When that is not proved enough, HiGHS branches, starting from it, in the time that is left.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy

from carnet.planning.queries._choosing import first_desks, worth_closing
from carnet.planning.queries._model import NEARLY, Grain, Model, Wanted, built, has_parcels
from carnet.planning.rules.allotment import (
    Allotment,
    Flow,
    Guarantee,
    Method,
    Problem,
    Progress,
    SolverStopped,
    Way,
    allotted,
    worth,
)

VERSION = f"HiGHS {highspy.Highs().version()}"  # type: ignore[no-untyped-call]
SEED = 44
CLOSING_ROUNDS = 12
_NOTHING = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
Telling = Callable[[Progress], bool | None]


@dataclass(slots=True)
class Watch:
    """The time of one search, and who is told of it."""

    seconds: float
    gap: float
    telling: Telling | None = None
    guarantee: Guarantee | None = None
    began: float = field(default_factory=time.monotonic)
    is_stopped: bool = False

    def left(self) -> float:
        """Seconds."""
        return 0.0 if self.is_stopped else max(0.0, self.seconds - (time.monotonic() - self.began))

    def tell(self, reached: int | None, bound: int | None) -> None:
        """Say where the search is; remember when asked to stop."""
        if self.telling is None:
            return
        gap = (bound - reached) / reached if reached and bound is not None else None
        answer = self.telling(Progress(time.monotonic() - self.began, self.guarantee, reached, bound, gap))
        self.is_stopped = self.is_stopped or answer is False


@dataclass(frozen=True, slots=True)
class Found:
    """The allotment, None when there is none at all; `bound` above which nothing is worth more; whether that is near enough."""

    allotment: Allotment | None
    bound: int = 0
    is_proved: bool = True


@dataclass(frozen=True, slots=True)
class _Linear:
    """One answer of the solver: values by column, the objective, the price of a booklet of budget."""

    values: Sequence[float]
    objective: float


def search(problem: Problem, watch: Watch) -> Found:
    """The best allotment of a problem, or that there is none.

    Raises: SolverStopped when time ran out before anything was found.
    """
    model = built(problem, Wanted())
    relaxed = _linear(model, watch)
    if relaxed is None:
        return Found(None)
    bound = _whole_bound(relaxed.objective)
    watch.tell(None, bound)
    found = _chosen(problem, model, relaxed, watch) if has_parcels(problem) else _rounded(problem, model, relaxed, Wanted(), watch)
    for grain in (Grain.DESKS, Grain.WHOLE):
        if found is not None and _near(problem, found, bound, watch.gap):
            break
        found, bound, is_over = _branched(problem, model, grain, found, bound, watch)
        if is_over and found is None:
            return Found(None)
    if found is None:
        raise SolverStopped(seconds=round(watch.seconds))
    watch.tell(_worth(problem, found), bound)
    return Found(found, bound, _near(problem, found, bound, watch.gap))


def routes(problem: Problem, shares: Mapping[str, int], method: Method, watch: Watch) -> Allotment:
    """The best routes of booklets already shared between communes: what cannot be handed over and used within the limits is idle.

    Raises: SolverStopped.
    """
    wanted = Wanted(shares=shares)
    model = built(problem, wanted)
    relaxed = _linear(model, watch)
    if relaxed is None:
        raise SolverStopped(seconds=round(watch.seconds))
    values = _whole_values(model, relaxed, watch)
    if values is None:
        raise SolverStopped(seconds=round(watch.seconds))
    return allotted(problem, method, _flows(model.to_desks, values), _flows(model.to_sites, values), shares=shares)


def shortfall(problem: Problem, watch: Watch) -> dict[str, int]:
    """Booklets missing to keep every floor, by commune, when as few as possible are missing."""
    model = built(problem, Wanted(elastic=True))
    answer = _run(model.read(), watch)
    if answer is None:
        return {}
    return {code: round(answer.values[rank]) for rank, code in model.short.items() if round(answer.values[rank])}


def is_feasible(problem: Problem, watch: Watch) -> bool:
    """Whether some allotment keeps every guarantee.

    Raises: SolverStopped when time ran out before it was known.
    """
    model = built(problem, Wanted())
    model.costs = [0.0] * len(model.costs)
    if _linear(model, watch) is None:
        return False
    if not has_parcels(problem):
        return True
    return _run(model.read(), watch) is not None


def _whole_bound(objective: float) -> int:
    """The worth of whole booklets is whole: 12.97 proves 12. A billionth is left for the solver's own tolerance."""
    return math.floor(objective + abs(objective) * 1e-9 + 1e-6)


def _worth(problem: Problem, found: Allotment) -> int:
    return worth(problem, found.covered, found.minutes)


def _near(problem: Problem, found: Allotment, bound: int, gap: float) -> bool:
    reached = _worth(problem, found)
    return bound - reached <= max(0.0, gap * reached)


def _chosen(problem: Problem, model: Model, relaxed: _Linear, watch: Watch) -> Allotment | None:
    """Desks taken from the linear optimum, then closed as long as that pays; whole booklets in the end."""
    opened = first_desks(problem, model, relaxed.values)
    best: tuple[float, Wanted, Model, _Linear] | None = None
    refused: set[str] = set()
    for _round in range(CLOSING_ROUNDS):
        if best is not None and watch.left() < watch.seconds / 2:
            break  # the rest is for branching
        wanted = Wanted(opened=frozenset(opened))
        tried = built(problem, wanted)
        answer = _linear(tried, watch)
        if answer is not None and (best is None or answer.objective > best[0]):
            best = (answer.objective, wanted, tried, answer)
        elif best is None:
            if opened == (every := {way.point for way in problem.ways_to_desks()}):
                return None
            opened = every  # those chosen were too few
            continue
        else:
            refused |= set(best[1].opened or ()) - set(opened)
        closing = worth_closing(problem, best[2], best[3].values, best[3].objective, refused)
        if not closing:
            break
        opened = set(best[1].opened or ()) - closing
    return None if best is None else _rounded(problem, best[2], best[3], best[1], watch)


def _rounded(problem: Problem, model: Model, answer: _Linear, wanted: Wanted, watch: Watch) -> Allotment | None:
    values = _whole_values(model, answer, watch)
    if values is None:
        return None
    return allotted(problem, Method.OPTIMAL, _flows(model.to_desks, values), _flows(model.to_sites, values))


def _whole_values(model: Model, answer: _Linear, watch: Watch) -> list[int] | None:
    """The linear optimum when it is whole, as networks' are; else the whole flows next to it; else whole booklets sought again."""
    flows = [*model.to_desks, *model.to_sites]
    if all(abs(answer.values[rank] - round(answer.values[rank])) < NEARLY for rank in flows):
        return [round(value) for value in answer.values]
    near = _run(model.read(around=answer.values), watch)
    whole = near if near is not None else _run(model.read(), watch)
    return None if whole is None else [round(value) for value in whole.values]


def _branched(
    problem: Problem, model: Model, grain: Grain, found: Allotment | None, bound: int, watch: Watch
) -> tuple[Allotment | None, int, bool]:
    """HiGHS's own search from what was found, in the time left: the best found, the bound, whether it showed that there is none."""
    if watch.left() <= 0 or (grain is Grain.DESKS and not has_parcels(problem)):
        return found, bound, False
    solver = _solver(watch)
    solver.passModel(model.read(grain))
    if found is not None:
        solver.setSolution(_start(model, found))
    _follow(solver, watch)
    solver.run()
    if solver.getModelStatus() in _NOTHING:
        return None, bound, True
    info = solver.getInfo()
    if math.isfinite(info.mip_dual_bound):
        bound = min(bound, _whole_bound(info.mip_dual_bound))
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        answer = _Linear(solver.getSolution().col_value, info.objective_function_value)
        made = _rounded(problem, model, answer, Wanted(), watch) if grain is Grain.WHOLE else _made_whole(problem, model, answer, watch)
        if made is not None and (found is None or _worth(problem, made) > _worth(problem, found)):
            found = made
    return found, bound, False


def _made_whole(problem: Problem, model: Model, answer: _Linear, watch: Watch) -> Allotment | None:
    """Whole booklets for the desks an answer serves."""
    served = {way.point for rank, way in model.to_desks.items() if answer.values[rank] > NEARLY}
    wanted = Wanted(opened=frozenset(served))
    tried = built(problem, wanted)
    again = _linear(tried, watch)
    return None if again is None else _rounded(problem, tried, again, wanted, watch)


def _start(model: Model, found: Allotment) -> highspy.HighsSolution:
    """The columns of an allotment: the solver completes those of its steps."""
    given = {(each.point, each.commune): each.booklets for each in found.handed}
    used = {(each.point, each.commune): each.booklets for each in found.taught}
    values = [0.0] * len(model.costs)
    for rank, way in model.to_desks.items():
        values[rank] = float(given.get((way.point, way.commune), 0))
    for rank, way in model.to_sites.items():
        values[rank] = float(used.get((way.point, way.commune), 0))
    values[-1] = float(found.booklets)
    for desk, rank in model.parcels.items():
        values[rank] = float(desk in {point for point, _commune in given})
    left = found.by_commune()
    for commune, ranks in model.worths.items():
        for rank in ranks:
            values[rank] = min(model.uppers[rank], float(left.get(commune, 0)))
            left[commune] = left.get(commune, 0) - int(values[rank])
    start = highspy.HighsSolution()
    start.col_value = values
    return start


def _linear(model: Model, watch: Watch) -> _Linear | None:
    return _run(model.read(Grain.FRACTIONS), watch)


def _run(model: highspy.HighsLp, watch: Watch) -> _Linear | None:
    """The optimum, or None when nothing is feasible.

    Raises: SolverStopped when time ran out before anything was found.
    """
    solver = _solver(watch)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status in _NOTHING:
        return None
    info = solver.getInfo()
    if status == highspy.HighsModelStatus.kModelEmpty:
        return _Linear([], 0.0)
    if status != highspy.HighsModelStatus.kOptimal and not (
        model.integrality_ and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    ):
        raise SolverStopped(seconds=round(watch.seconds))
    return _Linear(solver.getSolution().col_value, info.objective_function_value)


def _solver(watch: Watch) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": SEED,
        "time_limit": max(watch.seconds / 4, watch.left()),
        "mip_rel_gap": watch.gap,
        "mip_abs_gap": 0.99,  # the objective is whole
    }
    for option, value in options.items():
        solver.setOptionValue(option, value)
    return solver


def _follow(solver: highspy.Highs, watch: Watch) -> None:
    """Tell of the branching, and end it when asked."""
    if watch.telling is None:
        return

    def said(event: highspy.HighsCallbackEvent) -> None:
        told = event.data_out
        reached, bound = told.mip_primal_bound, told.mip_dual_bound
        watch.tell(round(reached) if math.isfinite(reached) else None, round(bound) if math.isfinite(bound) else None)

    def asked(event: highspy.HighsCallbackEvent) -> None:
        if watch.is_stopped and event.data_in is not None:
            event.data_in.user_interrupt = True

    solver.cbMipLogging += said
    solver.cbMipInterrupt += asked


def _flows(ways: Mapping[int, Way], values: Sequence[int]) -> list[Flow]:
    return [Flow(way.point, way.commune, values[rank], way.minutes) for rank, way in ways.items() if values[rank]]
