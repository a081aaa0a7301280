"""What booklets are worth: the first ones of a commune more than the last. Whole hundredths of a point."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from carnet.planning.rules.allotment._problem import Problem
from carnet.planning.rules.allotment._words import Demand, Flow, Tranche


@dataclass(frozen=True, slots=True)
class Step:
    """The next `booklets` of a commune are worth `each` hundredths of a point."""

    booklets: int
    each: int


def yardstick(problem: Problem) -> int:
    """The number of booklets equal parts are counted from."""
    if problem.yardstick is not None:
        return problem.yardstick
    asked = problem.guarantees
    paid = None if asked.budget_cents is None else asked.budget_cents // problem.prices.booklet_cents
    return min(each for each in (paid, asked.booklets) if each is not None)


def steps(problem: Problem, demand: Demand) -> tuple[Step, ...]:
    """What one commune's booklets are worth, one after the other, never rising, up to its people in need.

    A booklet across two tranches counts for each in proportion, rounded down to the hundredth of a point.
    """
    return curves(problem)[demand.code]


def curves(problem: Problem) -> dict[str, tuple[Step, ...]]:
    """The steps of every commune, by code (see `steps`)."""
    return _curves(problem.demands, problem.tranches, yardstick(problem))


@lru_cache(maxsize=16)
def _curves(demands: tuple[Demand, ...], tranches: tuple[Tranche, ...], booklets: int) -> dict[str, tuple[Step, ...]]:
    everybody = sum(each.people for each in demands)
    return {each.code: _curve(tranches, each, Fraction(booklets * each.people, everybody)) if each.people else () for each in demands}


def _curve(tranches: tuple[Tranche, ...], demand: Demand, part: Fraction) -> tuple[Step, ...]:
    found: list[Step] = []
    at = 0
    while at < demand.people:
        run, weight = _run(tranches, part, at)
        run = min(run, demand.people - at)
        each = int(demand.need * weight)
        if found and found[-1].each == each:
            found[-1] = Step(found[-1].booklets + run, each)
        else:
            found.append(Step(run, each))
        at += run
    return tuple(found)


def _run(tranches: tuple[Tranche, ...], part: Fraction, at: int) -> tuple[int, Fraction]:
    """How many booklets from the `at`th on are worth the same, and their mean weight in hundredths."""
    weight, low = Fraction(0), Fraction(at)
    for tranche in tranches:
        high = None if tranche.upto is None else part * tranche.upto / 100
        if high is None:
            return (1, weight + (at + 1 - low) * tranche.weight) if low > at else (10**9, Fraction(tranche.weight))
        if high <= low:
            continue
        if low == at and high >= at + 1:
            return int(high) - at, Fraction(tranche.weight)
        if high >= at + 1:
            return 1, weight + (at + 1 - low) * tranche.weight
        weight += (high - low) * tranche.weight
        low = high
    raise AssertionError("the last tranche has no end")


def covered(problem: Problem, by_commune: Mapping[str, int]) -> int:
    """Need covered by these booklets: hundredths of a point. Those beyond the people in need count for nothing."""
    total, every = 0, curves(problem)
    for code, count in by_commune.items():
        left = count
        for step in every[code]:
            taken = min(left, step.booklets)
            total += taken * step.each
            left -= taken
    return total


def worth(problem: Problem, covered_points: int, minutes: int) -> int:
    """What the solver makes as large as it can: need covered less the price of the minutes. Hundredths of a point."""
    return covered_points - problem.prices.minute * minutes


def travelled(*flows: tuple[Flow, ...]) -> int:
    """Minutes, one way, of every booklet."""
    return sum(each.booklets * each.minutes for group in flows for each in group)
