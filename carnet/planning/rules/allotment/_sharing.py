"""The other methods: so many booklets a head, or a fixed part and a social one (Lens-Liévin). Whole booklets that sum exactly."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from carnet.planning.rules.allotment._checking import allotted
from carnet.planning.rules.allotment._problem import Problem
from carnet.planning.rules.allotment._words import Allotment, Demand, Flow, Method, Way

FIXED_BOOKLETS = 10  # of the formula used in practice (docs/planning.md#formula)


def affordable(problem: Problem) -> int:
    """Booklets the budget pays when nothing is delivered: the most there can ever be."""
    return _least(problem, 0)


def payable_everywhere(problem: Problem) -> int:
    """Booklets left to share once every desk within reach has its parcel, as the other methods do."""
    return _least(problem, len({way.point for way in problem.ways_to_desks()}) * problem.prices.delivery_cents)


def _least(problem: Problem, deliveries_cents: int) -> int:
    asked = problem.guarantees
    paid = None if asked.budget_cents is None else max(0, asked.budget_cents - deliveries_cents) // problem.prices.booklet_cents
    return min((each for each in (paid, asked.booklets) if each is not None), default=sum(each.people for each in problem.demands))


def head_shares(problem: Problem) -> dict[str, int]:
    """Booklets by commune in proportion to its inhabitants: largest remainders, equal ones to the lowest code."""
    return _in_proportion(payable_everywhere(problem), {each.code: each.population for each in problem.demands})


def formula_shares(problem: Problem, fixed: int = FIXED_BOOKLETS, social: Mapping[str, int] | None = None) -> dict[str, int]:
    """A fixed part for each commune, and the rest in proportion to `social` (by default, people in need among priority publics).

    When the fixed parts alone pass what there is, the fixed part is the largest whole number that everybody can have.
    """
    total = payable_everywhere(problem)
    codes = sorted(each.code for each in problem.demands if each.population)
    if not codes:
        return {}
    fixed = min(fixed, total // len(codes))
    weights = {code: (social or {}).get(code, 0) for code in codes} if social is not None else _social(problem.demands)
    rest = total - fixed * len(codes)
    shares = _in_proportion(rest, weights)
    return {code: fixed + shares.get(code, 0) for code in codes}


def _social(demands: Sequence[Demand]) -> dict[str, int]:
    priority = {each.code: each.people * each.priority_permille for each in demands}
    return priority if any(priority.values()) else {each.code: each.people for each in demands}


def _in_proportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    if not whole:
        return {}
    ideal = {code: Fraction(total * weight, whole) for code, weight in weights.items()}
    shares = {code: int(part) for code, part in ideal.items()}
    left = total - sum(shares.values())
    for code in sorted(ideal, key=lambda each: (shares[each] - ideal[each], each))[:left]:
        shares[code] += 1
    return dict(sorted(shares.items()))


def per_head(problem: Problem) -> Allotment:
    """So many booklets a head, each sent to the nearest desk and place with room (see `nearest`)."""
    return nearest(problem, head_shares(problem), Method.PER_HEAD)


def by_formula(problem: Problem, fixed: int = FIXED_BOOKLETS, social: Mapping[str, int] | None = None) -> Allotment:
    """The formula used in practice, each booklet sent to the nearest desk and place with room."""
    return nearest(problem, formula_shares(problem, fixed, social), Method.FORMULA)


def nearest(problem: Problem, shares: Mapping[str, int], method: Method) -> Allotment:
    """Where booklets already shared between communes go: each commune in turn, most need first, to the nearest desk and place with room left.

    What finds no desk or no seat within the travel limit is idle: paid for, of no use. `solving.routed` finds the best such routes.
    """
    asked = problem.guarantees
    everything = sum(shares.values())
    desk_room = {each.code: everything if each.maximum is None or not asked.keeps_desk_maximum else each.maximum for each in problem.desks}
    seats = {each.code: each.booklets if asked.keeps_seats else everything for each in problem.sites}
    to_desks, to_sites = _by_commune(problem.ways_to_desks()), _by_commune(problem.ways_to_sites())
    handed: list[Flow] = []
    taught: list[Flow] = []
    for demand in sorted(problem.demands, key=lambda each: (-each.need, each.code)):
        desks, sites = to_desks.get(demand.code, []), to_sites.get(demand.code, [])
        served = min(
            shares.get(demand.code, 0), demand.people, sum(desk_room[way.point] for way in desks), sum(seats[way.point] for way in sites)
        )
        handed += _poured(demand.code, served, desks, desk_room)
        taught += _poured(demand.code, served, sites, seats)
    return allotted(problem, method, handed, taught, shares=shares)


def _by_commune(ways: Sequence[Way]) -> dict[str, list[Way]]:
    found: dict[str, list[Way]] = {}
    for way in ways:
        found.setdefault(way.commune, []).append(way)
    return found


def _poured(commune: str, booklets: int, ways: Sequence[Way], room: dict[str, int]) -> list[Flow]:
    flows = []
    for way in ways:
        taken = min(booklets, room[way.point])
        if taken:
            room[way.point] -= taken
            booklets -= taken
            flows.append(Flow(way.point, commune, taken, way.minutes))
    return flows
