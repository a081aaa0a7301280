"""A whole problem, examined when it is made: what cannot be is refused by name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from carnet.planning.rules.allotment._refusals import ProblemWrong
from carnet.planning.rules.allotment._words import PERMILLE, TRANCHES, Demand, Desk, Guarantees, Prices, Site, Tranche, Way


@dataclass(frozen=True, slots=True)
class Problem:
    """All that is known. `yardstick`: the number of booklets equal parts are counted from; by default those the budget could pay.

    Keep the same yardstick to compare two problems: a point is then the same point. `promised`: the communes the floor is promised to, when they are
    not those the travel limit reaches.

    Raises: ProblemWrong.
    """

    demands: tuple[Demand, ...]
    desks: tuple[Desk, ...]
    sites: tuple[Site, ...]
    to_desks: tuple[Way, ...]
    to_sites: tuple[Way, ...]
    guarantees: Guarantees
    prices: Prices
    tranches: tuple[Tranche, ...] = TRANCHES
    yardstick: int | None = None
    promised: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _examine(self)

    def ways_to_desks(self) -> tuple[Way, ...]:
        """Within the travel limit, sorted."""
        return _within(self.to_desks, self.guarantees.minutes_max)

    def ways_to_sites(self) -> tuple[Way, ...]:
        """Within the travel limit, sorted."""
        return _within(self.to_sites, self.guarantees.minutes_max)

    def reached(self) -> frozenset[str]:
        """Communes with a desk and a place within the travel limit."""
        return frozenset(way.commune for way in self.ways_to_desks()) & frozenset(way.commune for way in self.ways_to_sites())

    def floors(self) -> dict[str, int]:
        """The booklets promised to each commune."""
        asked = self.guarantees
        if not asked.floor:
            return {}
        kept: Collection[str] = {each.code for each in self.demands}
        if not asked.floor_everywhere:
            kept = self.reached() if self.promised is None else self.promised
        return {each.code: min(asked.floor, each.people) for each in self.demands if each.people and each.code in kept}

    def relaxed(self, guarantees: Guarantees, yardstick: int) -> "Problem":
        """The same with other guarantees, measured alike; the floor stays promised to the same communes."""
        promised = self.promised
        if promised is None and guarantees.minutes_max != self.guarantees.minutes_max:
            reached = self.reached()
            promised = tuple(each.code for each in self.demands if each.code in reached)
        return replace(self, guarantees=guarantees, yardstick=yardstick, promised=promised)


def _within(ways: tuple[Way, ...], minutes_max: int | None) -> tuple[Way, ...]:
    kept = (way for way in ways if minutes_max is None or way.minutes <= minutes_max)
    return tuple(sorted(kept, key=lambda way: (way.commune, way.minutes, way.point)))


def _examine(problem: Problem) -> None:
    asked, prices = problem.guarantees, problem.prices
    if asked.budget_cents is None and asked.booklets is None and problem.yardstick is None:
        raise ProblemWrong(what="no-limit", item="")
    numbers = [asked.budget_cents or 0, asked.booklets or 0, asked.floor, asked.desk_minimum, asked.minutes_max or 0, prices.delivery_cents]
    numbers += [prices.minute, prices.booklet_cents - 1, problem.yardstick or 0]
    if min(numbers) < 0 or not 0 <= asked.priority_permille <= PERMILLE:
        raise ProblemWrong(what="guarantee", item="")
    for each in problem.demands:
        if min(each.population, each.people, each.need) < 0 or not 0 <= each.priority_permille <= PERMILLE:
            raise ProblemWrong(what="commune", item=each.code)
    for desk in problem.desks:
        if (desk.maximum or 0) < 0 or not 0 <= (desk.priority_permille or 0) <= PERMILLE:
            raise ProblemWrong(what="desk", item=desk.code)
    for site in problem.sites:
        if site.booklets < 0:
            raise ProblemWrong(what="place", item=site.code)
    _examine_ways(problem)
    ends = [tranche.upto for tranche in problem.tranches]
    weights = [tranche.weight for tranche in problem.tranches]
    bounds = [end for end in ends if end is not None]
    if not ends or ends[-1] is not None or None in ends[:-1] or bounds != sorted(set(bounds)) or min([*bounds, 1]) < 1:
        raise ProblemWrong(what="tranches", item="")
    if weights != sorted(weights, reverse=True) or weights[-1] < 0:
        raise ProblemWrong(what="tranches", item="")


def _examine_ways(problem: Problem) -> None:
    communes = _once((each.code for each in problem.demands), "commune")
    for what, ways, points in (
        ("desk", problem.to_desks, _once((each.code for each in problem.desks), "desk")),
        ("place", problem.to_sites, _once((each.code for each in problem.sites), "place")),
    ):
        seen: set[tuple[str, str]] = set()
        for way in ways:
            if way.commune not in communes or way.point not in points or way.minutes < 0 or (way.commune, way.point) in seen:
                raise ProblemWrong(what=f"way-to-{what}", item=f"{way.commune} {way.point}")
            seen.add((way.commune, way.point))


def _once(codes: Iterable[str], what: str) -> set[str]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ProblemWrong(what=what, item=code)
        seen.add(code)
    return seen
