"""An allotment made of its flows, counted again from them; and every guarantee it breaks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from carnet.planning.rules.allotment._problem import Problem
from carnet.planning.rules.allotment._value import covered, travelled
from carnet.planning.rules.allotment._words import Allotment, Flow, Guarantee, Method


@dataclass(frozen=True, slots=True)
class Breach:
    """A guarantee not kept: where (a code, or nothing for the whole), what was found, what was asked."""

    guarantee: Guarantee
    item: str
    found: int
    asked: int


def allotted(
    problem: Problem,
    method: Method,
    handed: Iterable[Flow],
    taught: Iterable[Flow],
    *,
    shares: Mapping[str, int] | None = None,
    gap: float | None = None,
) -> Allotment:
    """The allotment these flows make: need, minutes and cents are counted from them alone.

    `shares`: what a method gives each commune; what is not handed over of it is idle, and paid for.
    """
    given = tuple(sorted((each for each in handed if each.booklets), key=lambda each: (each.point, each.commune)))
    used = tuple(sorted((each for each in taught if each.booklets), key=lambda each: (each.point, each.commune)))
    by_commune: dict[str, int] = {}
    for each in given:
        by_commune[each.commune] = by_commune.get(each.commune, 0) + each.booklets
    idle = {code: count - by_commune.get(code, 0) for code, count in sorted((shares or {}).items()) if count > by_commune.get(code, 0)}
    count = sum(by_commune.values()) + sum(idle.values())
    parcels = len({each.point for each in given})
    cents = count * problem.prices.booklet_cents + parcels * problem.prices.delivery_cents
    return Allotment(method, given, used, covered(problem, by_commune), travelled(given, used), cents, idle, gap)


def priority_booklets(problem: Problem, allotment: Allotment) -> int:
    """Thousandths of booklets that go to priority publics, if each desk hands them over as need lies around it."""
    communes = {each.code: each.priority_permille for each in problem.demands}
    desks = {each.code: each.priority_permille for each in problem.desks}
    return sum(each.booklets * reached_permille(desks[each.point], communes[each.commune]) for each in allotment.handed)


def reached_permille(of_desk: int | None, of_commune: int) -> int:
    """The part of priority publics among those a desk hands booklets to: its own when known, else the commune's."""
    return of_commune if of_desk is None else of_desk


def check(problem: Problem, allotment: Allotment) -> tuple[Breach, ...]:
    """Every guarantee of the problem that this allotment breaks, recounted from its flows; nothing when it keeps them all."""
    return tuple(_money(problem, allotment)) + tuple(_communes(problem, allotment)) + tuple(_points(problem, allotment))


def _money(problem: Problem, allotment: Allotment) -> Iterator[Breach]:
    asked = problem.guarantees
    count = allotment.booklets + allotment.idle_booklets
    parcels = len({each.point for each in allotment.handed})
    cents = count * problem.prices.booklet_cents + parcels * problem.prices.delivery_cents
    if asked.budget_cents is not None and cents > asked.budget_cents:
        yield Breach(Guarantee.BUDGET, "", cents, asked.budget_cents)
    if asked.booklets is not None and count > asked.booklets:
        yield Breach(Guarantee.BOOKLETS, "", count, asked.booklets)
    priority = priority_booklets(problem, allotment)
    if priority < asked.priority_permille * allotment.booklets:
        yield Breach(Guarantee.PRIORITY, "", priority // allotment.booklets, asked.priority_permille)


def _communes(problem: Problem, allotment: Allotment) -> Iterator[Breach]:
    given = allotment.by_commune()
    for code, floor in problem.floors().items():
        if given.get(code, 0) < floor:
            yield Breach(Guarantee.FLOOR, code, given.get(code, 0), floor)
    limit = problem.guarantees.minutes_max
    for each in (*allotment.handed, *allotment.taught):
        if limit is not None and each.minutes > limit:
            yield Breach(Guarantee.TRAVEL, each.commune, each.minutes, limit)
    used: dict[str, int] = {}
    for each in allotment.taught:
        used[each.commune] = used.get(each.commune, 0) + each.booklets
    # What is handed over is used, and nobody gets two: these hold by construction, and are counted all the same.
    for code in sorted({*given, *used}):
        if given.get(code, 0) != used.get(code, 0):
            yield Breach(Guarantee.SEATS, code, used.get(code, 0), given.get(code, 0))
    people = {each.code: each.people for each in problem.demands}
    for code, count in given.items():
        if count > people[code]:
            yield Breach(Guarantee.BOOKLETS, code, count, people[code])


def _points(problem: Problem, allotment: Allotment) -> Iterator[Breach]:
    asked, by_desk, by_site = problem.guarantees, allotment.by_desk(), allotment.by_site()
    for site in problem.sites:
        if asked.keeps_seats and by_site.get(site.code, 0) > site.booklets:
            yield Breach(Guarantee.SEATS, site.code, by_site[site.code], site.booklets)
    for desk in problem.desks:
        count = by_desk.get(desk.code, 0)
        if asked.keeps_desk_maximum and desk.maximum is not None and count > desk.maximum:
            yield Breach(Guarantee.DESK_MAXIMUM, desk.code, count, desk.maximum)
        if 0 < count < asked.desk_minimum:
            yield Breach(Guarantee.DESK_MINIMUM, desk.code, count, asked.desk_minimum)


def kept_by(problem: Problem, allotment: Allotment) -> dict[Guarantee, bool]:
    """Each guarantee asked for, and whether this allotment keeps it."""
    broken = {each.guarantee for each in check(problem, allotment)}
    return {each: each not in broken for each in problem.guarantees.asked()}
