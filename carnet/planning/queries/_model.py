"""The model HiGHS reads: columns, rows and what they stand for. The same in words: docs/planning.md."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import highspy

from carnet.planning.rules.allotment import Demand, Desk, Problem, Step, Way, curves
from carnet.planning.rules.allotment._checking import reached_permille

INFINITE = highspy.kHighsInf
NEARLY = 1e-6  # nearer than this to a whole number, it is that number


class Grain(Enum):
    """What must be whole: everything; the desks served and the number of booklets (flows then nearly always are); nothing."""

    WHOLE = 1
    DESKS = 2
    FRACTIONS = 3


@dataclass(slots=True)
class Model:
    """Columns and rows under construction, and the ways each flow column stands for."""

    costs: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    indices: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    to_desks: dict[int, Way] = field(default_factory=dict)
    to_sites: dict[int, Way] = field(default_factory=dict)
    short: dict[int, str] = field(default_factory=dict)
    parcels: dict[str, int] = field(default_factory=dict)
    worths: dict[str, list[int]] = field(default_factory=dict)

    def column(self, cost: float, upper: float, *, whole: bool) -> int:
        """A new column from zero to `upper`; its rank."""
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: Iterable[tuple[int, float]]) -> None:
        """low <= sum of terms <= high."""
        for index, value in terms:
            self.indices.append(index)
            self.values.append(value)
        self.starts.append(len(self.indices))
        self.lows.append(low)
        self.highs.append(high)

    def read(self, grain: Grain = Grain.WHOLE, *, around: Sequence[float] | None = None) -> highspy.HighsLp:
        """As the solver takes it; `around`: each flow is one of the two whole numbers next to it."""
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self.lows)
        model.sense_ = highspy.ObjSense.kMaximize
        lowers, uppers = [0.0] * len(self.costs), list(self.uppers)
        if around is not None:
            for rank in (*self.to_desks, *self.to_sites):
                lowers[rank] = float(max(0, math.floor(around[rank] + NEARLY)))
                uppers[rank] = min(uppers[rank], float(math.ceil(around[rank] - NEARLY)))
        model.col_cost_, model.col_lower_, model.col_upper_ = self.costs, lowers, uppers
        model.row_lower_, model.row_upper_ = self.lows, self.highs
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = self.starts, self.indices, self.values
        if grain is not Grain.FRACTIONS:
            kinds = highspy.HighsVarType
            flows = {*self.to_desks, *self.to_sites} if grain is Grain.DESKS else set()
            wholes = (whole and rank not in flows for rank, whole in enumerate(self.whole))
            model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in wholes]
        return model


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the model: the best plan; or the routes of booklets already shared (`shares`); or how short the floors are (`elastic`).

    `opened`: the desks served are these, all of them: nothing is left to choose but flows.
    """

    shares: Mapping[str, int] | None = None
    elastic: bool = False
    opened: frozenset[str] | None = None


def built(problem: Problem, wanted: Wanted) -> Model:
    """The model of a problem. With `shares`, only routes are sought: floors, priority, budget and minimum are not asked for."""
    model = Model()
    floors = {} if wanted.shares is not None else problem.floors()
    served = problem.reached() | set(floors)
    ways = [way for way in problem.ways_to_desks() if wanted.opened is None or way.point in wanted.opened]
    handing = _flows(model, problem, ways, served, model.to_desks, wanted)
    teaching = _flows(model, problem, problem.ways_to_sites(), served, model.to_sites, wanted)
    every: list[int] = []
    worths = curves(problem)
    for demand in sorted(problem.demands, key=lambda each: each.code):
        if demand.code in served and demand.people:
            every += _commune(
                model,
                demand.code,
                worths[demand.code],
                _most(problem, demand, wanted),
                (handing, teaching),
                floors.get(demand.code, 0),
                wanted,
            )
    _sites(model, problem)
    model.parcels = _desks(model, problem, wanted)
    if wanted.shares is None:
        _whole(model, problem, every, wanted)
    return model


def _flows(
    model: Model, problem: Problem, ways: Iterable[Way], served: Iterable[str], named: dict[int, Way], wanted: Wanted
) -> dict[str, list[int]]:
    people = {each.code: _most(problem, each, wanted) for each in problem.demands}
    cost = 0.0 if wanted.elastic else -float(problem.prices.minute)
    columns: dict[str, list[int]] = {}
    for way in ways:
        if way.commune in served and people[way.commune]:
            rank = model.column(cost * way.minutes, float(people[way.commune]), whole=True)
            named[rank] = way
            columns.setdefault(way.commune, []).append(rank)
    return columns


def _most(problem: Problem, demand: Demand, wanted: Wanted) -> int:
    return demand.people if wanted.shares is None else min(demand.people, wanted.shares.get(demand.code, 0))


def _commune(
    model: Model, code: str, curve: tuple[Step, ...], most: int, flows: tuple[Mapping[str, list[int]], ...], floor: int, wanted: Wanted
) -> list[int]:
    """What is handed over is used, and is worth its steps; the commune's floor."""
    value = [model.column(0.0 if wanted.elastic else float(step.each), float(step.booklets), whole=False) for step in curve]
    for each in flows:
        model.row(0.0, 0.0, [*((rank, 1.0) for rank in each.get(code, [])), *((rank, -1.0) for rank in value)])
    missing: list[int] = []
    if wanted.elastic and floor:
        missing = [model.column(-1.0, float(floor), whole=True)]
        model.short[missing[0]] = code
    model.row(float(floor), float(most) if not missing else INFINITE, [(rank, 1.0) for rank in (*value, *missing)])
    return value


def _sites(model: Model, problem: Problem) -> None:
    if not problem.guarantees.keeps_seats:
        return
    by_site = _by_point(model.to_sites)
    for site in problem.sites:
        if site.code in by_site:
            model.row(0.0, float(site.booklets), [(rank, 1.0) for rank in by_site[site.code]])


def _desks(model: Model, problem: Problem, wanted: Wanted) -> dict[str, int]:
    """The room of each desk; whether it is served, when that costs a parcel or asks for a minimum. Answers the columns of parcels, by desk."""
    asked, parcels = problem.guarantees, {}
    by_desk = _by_point(model.to_desks)
    chooses = wanted.shares is None and wanted.opened is None and has_parcels(problem)
    minimum = asked.desk_minimum if wanted.shares is None and asked.desk_minimum > 1 else 0
    for desk in sorted(problem.desks, key=lambda each: each.code):
        flow = [(rank, 1.0) for rank in by_desk.get(desk.code, [])]
        if not flow:
            continue
        most = _most_at(problem, desk, sum(model.uppers[rank] for rank, _one in flow))
        if not chooses:
            model.row(float(minimum), float(most), flow)
            continue
        parcels[desk.code] = parcel = model.column(0.0, 1.0, whole=True)
        model.row(-INFINITE, 0.0, [*flow, (parcel, -float(most))])
        if minimum:
            model.row(0.0, INFINITE, [*flow, (parcel, -float(minimum))])
    return parcels


def has_parcels(problem: Problem) -> bool:
    """Whether serving a desk or not is a choice of its own: it costs a parcel, or asks for a minimum."""
    asked = problem.guarantees
    return asked.desk_minimum > 1 or (asked.budget_cents is not None and problem.prices.delivery_cents > 0)


def _most_at(problem: Problem, desk: Desk, people: float) -> int:
    limits = [int(people), _limit(problem), desk.maximum if problem.guarantees.keeps_desk_maximum else None]
    return min(each for each in limits if each is not None)


def _limit(problem: Problem) -> int | None:
    asked = problem.guarantees
    paid = None if asked.budget_cents is None else asked.budget_cents // problem.prices.booklet_cents
    held = [each for each in (paid, asked.booklets) if each is not None]
    return min(held) if held else None


def _whole(model: Model, problem: Problem, every: list[int], wanted: Wanted) -> None:
    """The budget, the number of booklets, the part of priority publics."""
    asked, prices = problem.guarantees, problem.prices
    total = model.column(0.0, INFINITE if asked.booklets is None else float(asked.booklets), whole=True)
    model.row(0.0, 0.0, [*((rank, 1.0) for rank in every), (total, -1.0)])
    if asked.budget_cents is not None and wanted.opened is not None:
        left = asked.budget_cents - len(wanted.opened) * prices.delivery_cents
        model.row(-INFINITE, float(left // prices.booklet_cents), [(total, 1.0)])
    elif asked.budget_cents is not None:
        # In booklets rather than in cents: the numbers stay small.
        parcel = prices.delivery_cents / prices.booklet_cents
        parcels = [(rank, parcel) for rank in model.parcels.values() if parcel]
        model.row(0.0, asked.budget_cents / prices.booklet_cents, [(total, 1.0), *parcels])
    if asked.priority_permille:
        communes = {each.code: each.priority_permille for each in problem.demands}
        desks = {each.code: each.priority_permille for each in problem.desks}
        reached = ((rank, reached_permille(desks[way.point], communes[way.commune])) for rank, way in model.to_desks.items())
        model.row(
            0.0, INFINITE, [(rank, float(part - asked.priority_permille)) for rank, part in reached if part != asked.priority_permille]
        )


def _by_point(ways: Mapping[int, Way]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rank, way in ways.items():
        found.setdefault(way.point, []).append(rank)
    return found
