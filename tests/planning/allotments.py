"""Small problems of allotment, drawn or written, and the best answer found by trying everything."""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from carnet.planning.rules.allotment import (
    Allotment,
    Demand,
    Desk,
    Flow,
    Guarantees,
    Method,
    Prices,
    Problem,
    Site,
    Tranche,
    Way,
    allotted,
    check,
    worth,
)

LINEAR = (Tranche(None, 100),)


def two_towns(guarantees: Guarantees | None = None, prices: Prices | None = None, **changes: object) -> Problem:
    """A town with a desk and a place, and a village twenty minutes away with neither."""
    given: dict[str, object] = {
        "demands": (Demand("44001", "Bourg", 3000, 100, 80, 100), Demand("44002", "Hameau", 1000, 60, 160, 400)),
        "desks": (Desk("desk", "Guichet", "44001"),),
        "sites": (Site("place", "Médiathèque", "44001", 200),),
        "to_desks": (Way("44001", "desk", 5), Way("44002", "desk", 20)),
        "to_sites": (Way("44001", "place", 5), Way("44002", "place", 20)),
        "guarantees": guarantees or Guarantees(budget_cents=40 * 5000, minutes_max=30),
        "prices": prices or Prices(5000, minute=1),
    }
    return Problem(**{**given, **changes})  # type: ignore[arg-type]


@st.composite
def problems(draw: st.DrawFn, *, only_shared: bool = False) -> Problem:
    """Three communes, two desks, two places. `only_shared`: none of the guarantees the other methods do not look at."""
    few = st.integers(0, 4)
    demands = tuple(
        Demand(
            f"4400{rank}", f"C{rank}", draw(st.integers(0, 900)), draw(few), draw(st.integers(0, 9)), draw(st.sampled_from((0, 250, 1000)))
        )
        for rank in range(3)
    )
    desks = tuple(
        Desk(f"d{rank}", f"D{rank}", "44000", draw(st.none() | few), draw(st.sampled_from((None, None, 0, 600)))) for rank in range(2)
    )
    sites = tuple(Site(f"s{rank}", f"S{rank}", "44000", draw(few)) for rank in range(2))
    to_desks = tuple(Way(one.code, two.code, draw(st.integers(0, 40))) for one, two in product(demands, desks) if draw(st.integers(0, 3)))
    to_sites = tuple(Way(one.code, two.code, draw(st.integers(0, 40))) for one, two in product(demands, sites) if draw(st.integers(0, 3)))
    asked = Guarantees(
        budget_cents=draw(st.integers(0, 60)) * 10,
        booklets=draw(st.none() | st.integers(0, 6)),
        minutes_max=draw(st.none() | st.integers(10, 40)),
        floor=0 if only_shared else draw(st.integers(0, 1)),
        floor_everywhere=not only_shared and draw(st.booleans()),
        priority_permille=0 if only_shared else draw(st.sampled_from((0, 300))),
        desk_minimum=0 if only_shared else draw(st.sampled_from((0, 2))),
        keeps_seats=draw(st.sampled_from((True, True, False))),
    )
    prices = Prices(100, draw(st.sampled_from((0, 0, 40))), draw(st.integers(0, 3)))
    return Problem(demands, desks, sites, to_desks, to_sites, asked, prices)


def best_by_trying(problem: Problem) -> Allotment | None:
    """The allotment worth most among all there are that keep every guarantee; None when there is none."""
    best: tuple[int, Allotment] | None = None
    used = _routes_to_places(problem)
    for handed in _every(problem, problem.ways_to_desks()):
        given = _key(handed, problem)
        if given not in used:
            continue
        found = allotted(problem, Method.OPTIMAL, handed, used[given])
        value = worth(problem, found.covered, found.minutes)
        if (best is None or value > best[0]) and not check(problem, found):
            best = (value, found)
    return None if best is None else best[1]


def _routes_to_places(problem: Problem) -> dict[tuple[int, ...], tuple[Flow, ...]]:
    """The shortest way to use so many booklets of each commune, where the seats allow it."""
    found: dict[tuple[int, ...], tuple[Flow, ...]] = {}
    rooms = {site.code: site.booklets if problem.guarantees.keeps_seats else 10**6 for site in problem.sites}
    for flows in _every(problem, problem.ways_to_sites()):
        taken = {code: sum(each.booklets for each in flows if each.point == code) for code in rooms}
        if any(taken[code] > rooms[code] for code in rooms):
            continue
        key = _key(flows, problem)
        if key not in found or _minutes(flows) < _minutes(found[key]):
            found[key] = flows
    return found


def _every(problem: Problem, ways: tuple[Way, ...]) -> Iterator[tuple[Flow, ...]]:
    people = {each.code: each.people for each in problem.demands}
    most = problem.guarantees.booklets
    limit = min(problem.guarantees.budget_cents or 0, 10**6) // problem.prices.booklet_cents
    limit = limit if most is None else min(limit, most)
    for counts in product(*(range(min(people[way.commune], limit) + 1) for way in ways)):
        if sum(counts) <= limit:
            yield tuple(Flow(way.point, way.commune, count, way.minutes) for way, count in zip(ways, counts, strict=True) if count)


def _key(flows: tuple[Flow, ...], problem: Problem) -> tuple[int, ...]:
    return tuple(sum(each.booklets for each in flows if each.commune == demand.code) for demand in problem.demands)


def _minutes(flows: tuple[Flow, ...]) -> int:
    return sum(each.booklets * each.minutes for each in flows)
