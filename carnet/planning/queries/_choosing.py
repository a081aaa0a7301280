"""Which desks are served, when each costs a parcel or asks for a minimum: a first choice, then those worth closing."""

from collections.abc import Sequence

from carnet.planning.queries._model import NEARLY, Model
from carnet.planning.rules.allotment import Problem, Way


def first_desks(problem: Problem, model: Model, values: Sequence[float]) -> set[str]:
    """Those the linear optimum serves enough; and, for a floor none of them can keep, the nearest."""
    given: dict[str, float] = {}
    for rank, way in model.to_desks.items():
        given[way.point] = given.get(way.point, 0.0) + values[rank]
    least = max(problem.guarantees.desk_minimum / 2, 0.5)
    opened = {desk for desk, count in given.items() if count >= least}
    ways = problem.ways_to_desks()
    for code in problem.floors():
        near = [way.point for way in ways if way.commune == code]
        if near and not opened.intersection(near):
            opened.add(max(near, key=lambda desk: given.get(desk, 0.0)))
    return opened


def worth_closing(problem: Problem, model: Model, values: Sequence[float], objective: float, refused: set[str]) -> set[str]:
    """Desks whose parcel costs more need than the minutes it spares; never two that would lean on each other."""
    flows: dict[str, list[tuple[Way, float]]] = {}
    for rank, way in model.to_desks.items():
        if values[rank] > NEARLY:
            flows.setdefault(way.point, []).append((way, values[rank]))
    booklets = sum(count for group in flows.values() for _way, count in group)
    spared = 0.0
    if problem.guarantees.budget_cents is not None and booklets:
        # What a parcel's money would cover elsewhere: about the worth of the last booklets.
        spared = problem.prices.delivery_cents / problem.prices.booklet_cents * objective / booklets / 2
    others: dict[str, list[Way]] = {}
    for way in model.to_desks.values():
        others.setdefault(way.commune, []).append(way)
    losses = []
    for desk, group in sorted(flows.items()):
        seconds = [_second(others[way.commune], desk) for way, _count in group]
        if desk in refused or any(each is None for each in seconds):
            continue
        minutes = sum(count * (each.minutes - way.minutes) for (way, count), each in zip(group, seconds, strict=True) if each)
        losses.append((problem.prices.minute * minutes - spared, desk, {each.point for each in seconds if each}))
    unused = set(_reachable(model)) - set(flows)
    closing, leaned = set(unused - refused), set[str]()
    for loss, desk, needed in sorted(losses, key=lambda each: (each[0], each[1])):
        if loss >= 0:
            break
        if desk not in leaned and not needed & closing:
            closing.add(desk)
            leaned |= needed
    return closing


def _reachable(model: Model) -> frozenset[str]:
    """The desks some flow may reach."""
    return frozenset(way.point for way in model.to_desks.values())


def _second(ways: list[Way], desk: str) -> Way | None:
    return next((way for way in ways if way.point != desk), None)
