"""The words of an allotment: who needs booklets, who hands them, where they are used, what must be kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from carnet.planning.rules.allotment._refusals import ProblemWrong

PERMILLE = 1000


class Guarantee(StrEnum):
    """What an allotment must respect; each can be taken away to see what it costs."""

    BUDGET = "BUDGET"
    BOOKLETS = "BOOKLETS"
    FLOOR = "FLOOR"
    PRIORITY = "PRIORITY"
    SEATS = "SEATS"
    TRAVEL = "TRAVEL"
    DESK_MINIMUM = "DESK_MINIMUM"
    DESK_MAXIMUM = "DESK_MAXIMUM"


class Method(StrEnum):
    """How an allotment was made."""

    OPTIMAL = "OPTIMAL"
    PER_HEAD = "PER_HEAD"
    FORMULA = "FORMULA"


@dataclass(frozen=True, slots=True)
class Demand:
    """A commune. `people` in need (one booklet each at most), `need` points one of them counts for, `priority_permille` of them in priority publics."""

    code: str
    name: str
    population: int
    people: int
    need: int
    priority_permille: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """A point that hands booklets over. `maximum` booklets it can hand (none: no limit).

    `priority_permille`: the part of its hand-overs that goes to priority publics when it is known (a mission locale), else the commune's own.
    """

    code: str
    name: str
    commune: str
    maximum: int | None = None
    priority_permille: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place with seats. `booklets`: how many booklets its seats can serve over the period."""

    code: str
    name: str
    commune: str
    booklets: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far a point is from a commune. Unit: whole minutes, one way."""

    commune: str
    point: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Tranche:
    """Up to this many hundredths of its equal part, a commune's booklet counts `weight` hundredths of its need; the last has no end."""

    upto: int | None
    weight: int


# The first booklets of a commune count more than the last ones: without this, all of them go where the score is highest (docs/planning.md#tranches).
TRANCHES = (Tranche(50, 100), Tranche(100, 75), Tranche(150, 50), Tranche(200, 35), Tranche(300, 25), Tranche(None, 15))


@dataclass(frozen=True, slots=True)
class Prices:
    """`booklet_cents`: face value and paper. `delivery_cents`: one parcel, for each desk served. `minute`: hundredths of a point one minute takes away."""

    booklet_cents: int
    delivery_cents: int = 0
    minute: int = 5


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What must be respected. None or zero: not asked for.

    `floor`: booklets each commune gets (never more than its people in need); only communes that can be reached, unless `floor_everywhere`.
    `priority_permille`: the part of the booklets that goes to priority publics. `minutes_max`: to the desk, and to the place.
    """

    budget_cents: int | None = None
    booklets: int | None = None
    floor: int = 0
    floor_everywhere: bool = False
    priority_permille: int = 0
    minutes_max: int | None = None
    desk_minimum: int = 0
    keeps_seats: bool = True
    keeps_desk_maximum: bool = True

    def asked(self) -> tuple[Guarantee, ...]:
        """Those in force, in the order of `Guarantee`."""
        held = {
            Guarantee.BUDGET: self.budget_cents is not None,
            Guarantee.BOOKLETS: self.booklets is not None,
            Guarantee.FLOOR: self.floor > 0,
            Guarantee.PRIORITY: self.priority_permille > 0,
            Guarantee.SEATS: self.keeps_seats,
            Guarantee.TRAVEL: self.minutes_max is not None,
            Guarantee.DESK_MINIMUM: self.desk_minimum > 1,
            Guarantee.DESK_MAXIMUM: self.keeps_desk_maximum,
        }
        return tuple(each for each in Guarantee if held[each])

    def without(self, *guarantees: Guarantee) -> "Guarantees":
        """The same, but for these."""
        found = self
        for each in guarantees:
            found = _WITHOUT[each](found)
        return found


_WITHOUT = {
    Guarantee.BUDGET: lambda held: replace(held, budget_cents=None),
    Guarantee.BOOKLETS: lambda held: replace(held, booklets=None),
    Guarantee.FLOOR: lambda held: replace(held, floor=0),
    Guarantee.PRIORITY: lambda held: replace(held, priority_permille=0),
    Guarantee.SEATS: lambda held: replace(held, keeps_seats=False),
    Guarantee.TRAVEL: lambda held: replace(held, minutes_max=None),
    Guarantee.DESK_MINIMUM: lambda held: replace(held, desk_minimum=0),
    Guarantee.DESK_MAXIMUM: lambda held: replace(held, keeps_desk_maximum=False),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """All that is known. `yardstick`: the number of booklets equal parts are counted from; by default those the budget could pay.

    Keep the same yardstick to compare two problems: a point is then the same point.

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
        kept = None if asked.floor_everywhere else self.reached()
        return {each.code: min(asked.floor, each.people) for each in self.demands if each.people and (kept is None or each.code in kept)}

    def relaxed(self, guarantees: Guarantees, yardstick: int) -> "Problem":
        """The same with other guarantees, measured alike."""
        return replace(self, guarantees=guarantees, yardstick=yardstick)


def _within(ways: tuple[Way, ...], minutes_max: int | None) -> tuple[Way, ...]:
    kept = (way for way in ways if minutes_max is None or way.minutes <= minutes_max)
    return tuple(sorted(kept, key=lambda way: (way.commune, way.minutes, way.point)))


@dataclass(frozen=True, slots=True)
class Flow:
    """Booklets of a commune handed over at a desk, or used at a place; `minutes` one way."""

    point: str
    commune: str
    booklets: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Booklets by desk and commune, and where they can be used.

    `covered`: need covered, hundredths of a point. `minutes`: to the desk once and to the place once, of every booklet. `cents`: what it costs.
    `idle`: booklets a method gives to a commune and that cannot be handed over or used within the guarantees.
    `gap`: how far, at most, the best could be above, as a part of it; None when nothing proves it.
    """

    method: Method
    handed: tuple[Flow, ...]
    taught: tuple[Flow, ...]
    covered: int
    minutes: int
    cents: int
    idle: Mapping[str, int] = field(default_factory=dict)
    gap: float | None = None

    @property
    def booklets(self) -> int:
        """Handed over and used."""
        return sum(each.booklets for each in self.handed)

    @property
    def idle_booklets(self) -> int:
        """Paid for and of no use."""
        return sum(self.idle.values())

    def by_desk(self) -> dict[str, int]:
        """Booklets to send to each desk."""
        return _summed((each.point, each.booklets) for each in self.handed)

    def by_commune(self) -> dict[str, int]:
        """Booklets for the people of each commune."""
        return _summed((each.commune, each.booklets) for each in self.handed)

    def by_site(self) -> dict[str, int]:
        """Booklets used at each place."""
        return _summed((each.point, each.booklets) for each in self.taught)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, count in pairs:
        found[key] = found.get(key, 0) + count
    return dict(sorted(found.items()))


def _examine(problem: Problem) -> None:
    asked, prices = problem.guarantees, problem.prices
    if asked.budget_cents is None and asked.booklets is None:
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
