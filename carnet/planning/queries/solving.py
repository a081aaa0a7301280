"""The best allotment and its proof, with HiGHS. Not imported by the room: a web process loads it when a plan is made, never at its start.

    solved = solve(problem, seconds=60)           the allotment, the bound that proves it, what each guarantee costs
    compare(problem, solved)            per head and by the formula beside it, each with its best routes
    explain(problem)                              which guarantees contradict each other, and who is short of what

The same problem gives the same allotment: one thread, one seed, rows in the order of their codes. Only a search stopped by its time may differ.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from carnet.planning.queries._search import VERSION, Found, Watch, is_feasible, routes, search, shortfall
from carnet.planning.rules.allotment import (
    FIXED_BOOKLETS,
    Allotment,
    Compared,
    ConstraintCost,
    Guarantee,
    Guarantees,
    GuaranteesContradict,
    Method,
    Problem,
    Progress,
    Solved,
    SolverStopped,
    check,
    formula_shares,
    head_shares,
    worth,
    yardstick,
)

GAP = 1e-3  # asked of the proof: no allotment is worth a thousandth more
EXTENDED_PERCENT = 10
Telling = Callable[[Progress], bool | None]


def solve(problem: Problem, *, seconds: float = 60.0, progress: Telling | None = None, gap: float = GAP, with_costs: bool = True) -> Solved:
    """The allotment worth most that keeps every guarantee, how far from the best it can be at most, and what each guarantee costs.

    Units:  `seconds` for the plan, and as much again for the cost of each guarantee; `gap` a part of the plan's worth.
    Raises: GuaranteesContradict when no allotment keeps them all; SolverStopped when time ran out before one was found.
    `progress` is told where the search is, and may answer False to end it with what was found.
    """
    began = time.monotonic()
    found = search(problem, Watch(seconds, gap, progress))
    if found.allotment is None:
        raise explain(problem, seconds=seconds)
    solved = _proved(problem, found, found.allotment)
    costs = constraint_costs(problem, solved, seconds=seconds, progress=progress, gap=gap) if with_costs else ()
    return replace(solved, constraint_costs=costs, seconds=time.monotonic() - began)


def _proved(problem: Problem, found: Found, allotment: Allotment) -> Solved:
    reached = worth(problem, allotment.covered, allotment.minutes)
    bound = max(found.bound, reached)
    proof = (bound - reached) / reached if reached > 0 else 0.0
    return Solved(replace(allotment, gap=proof), reached, bound, proof, 0.0, found.is_proved, (), VERSION)


def constraint_costs(
    problem: Problem, solved: Solved, *, seconds: float = 60.0, progress: Telling | None = None, gap: float = GAP
) -> tuple[ConstraintCost, ...]:
    """What each guarantee costs: the same problem solved again without it. A budget is not taken away but made a tenth larger.

    Differences are of two plans really found, each proved by its own gap: no dual price is passed for one.
    """
    found = []
    for guarantee in problem.guarantees.asked():
        if (freer := relaxed(problem, guarantee)) is not None:
            found.append(_cost(problem, freer, solved, guarantee, Watch(seconds, gap, progress, guarantee)))
    return tuple(found)


def relaxed(problem: Problem, guarantee: Guarantee) -> Problem | None:
    """The problem without one guarantee, measured alike; None when it would change nothing."""
    asked = problem.guarantees
    if guarantee is Guarantee.BUDGET:
        assert asked.budget_cents is not None
        freer = replace(asked, budget_cents=asked.budget_cents + asked.budget_cents * EXTENDED_PERCENT // 100)
    elif guarantee is Guarantee.BOOKLETS:
        assert asked.booklets is not None
        freer = replace(asked, booklets=asked.booklets + asked.booklets * EXTENDED_PERCENT // 100)
    elif guarantee is Guarantee.DESK_MAXIMUM and all(desk.maximum is None for desk in problem.desks):
        return None
    else:
        freer = asked.without(guarantee)
    return problem.relaxed(freer, yardstick(problem))


def _cost(problem: Problem, freer: Problem, solved: Solved, guarantee: Guarantee, watch: Watch) -> ConstraintCost:
    extended = guarantee in (Guarantee.BUDGET, Guarantee.BOOKLETS)
    try:
        found = search(freer, watch)
    except SolverStopped:
        found = Found(None)
    if found.allotment is None:
        return ConstraintCost(guarantee, extended, 0, 0, 0, 0, 0, is_found=False)
    better, ours = found.allotment, solved.allotment
    reached = worth(freer, better.covered, better.minutes)
    # Without a guarantee the plan itself is still allowed: a search that ended just below it has found it.
    if reached < solved.worth and not check(freer, ours):
        better, reached = ours, solved.worth
    return ConstraintCost(
        guarantee,
        extended,
        better.covered - ours.covered,
        better.minutes - ours.minutes,
        better.cents - ours.cents,
        better.booklets - ours.booklets,
        max(found.bound - reached, 0) + solved.bound - solved.worth,
    )


def routed(problem: Problem, shares: Mapping[str, int], method: Method, *, seconds: float = 60.0) -> Allotment:
    """Booklets already shared between communes, on the routes that make the most of them: desks, seats and travel limit kept, the rest idle.

    Raises: SolverStopped.
    """
    return routes(problem, shares, method, Watch(seconds, GAP))


def compare(
    problem: Problem, solved: Solved, *, fixed: int = FIXED_BOOKLETS, social: Mapping[str, int] | None = None, seconds: float = 60.0
) -> tuple[Compared, ...]:
    """The best allotment, per head and the formula, on the same desks, seats and travel limit; each says the guarantees it does not keep.

    The two others are given their best routes: what they lose, they lose by their shares alone.
    """
    every = (
        solved.allotment,
        routed(problem, head_shares(problem), Method.PER_HEAD, seconds=seconds),
        routed(problem, formula_shares(problem, fixed, social), Method.FORMULA, seconds=seconds),
    )
    return tuple(Compared(each, check(problem, each), worth(problem, each.covered, each.minutes)) for each in every)


def explain(problem: Problem, *, seconds: float = 60.0) -> GuaranteesContradict:
    """A smallest set of guarantees that contradict each other: without any one of them the others can be kept. With the booklets each commune lacks.

    Found by taking each guarantee away in turn and solving again (a deletion filter); the floor is always one of them, since nothing at all is an
    allotment too.
    """
    kept: tuple[Guarantee, ...] = problem.guarantees.asked()
    for guarantee in problem.guarantees.asked():
        if guarantee is Guarantee.FLOOR:
            continue
        fewer = tuple(each for each in kept if each is not guarantee)
        if not is_feasible(_only(problem, fewer), Watch(seconds, GAP)):
            kept = fewer
    return GuaranteesContradict(guarantees=kept, short=shortfall(_only(problem, kept), Watch(seconds, GAP)))


def _only(problem: Problem, kept: tuple[Guarantee, ...]) -> Problem:
    asked: Guarantees = problem.guarantees
    dropped = [each for each in asked.asked() if each not in kept]
    return problem.relaxed(asked.without(*dropped), yardstick(problem))
