"""The answer to a version of a plan, as it is kept and as it is compared. Pure; loads neither solver nor numpy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from carnet.planning.rules.allotment import Allotment, Breach, Compared, ConstraintCost, Flow, Guarantee, Method, Problem, Solved


@dataclass(frozen=True, slots=True)
class Answered:
    """The three allotments, the proof of the best one, what each guarantee costs. `gap` is a part: 0.0001 is one ten-thousandth."""

    methods: Mapping[Method, Compared]
    bound: int
    gap: float
    is_proved: bool
    seconds: float
    solver: str
    costs: tuple[ConstraintCost, ...]

    @property
    def best(self) -> Allotment:
        """The one the solver made."""
        return self.methods[Method.OPTIMAL].allotment


@dataclass(frozen=True, slots=True)
class Outcome:
    """One allotment in the figures an elected person compares. Units: hundredths of a point; people; whole cents; tenths of a minute.

    `trip_tenths`: the mean trip of a booklet, to its desk or to its place, one way; None when nothing is handed over. `without`: communes with
    people in need and no booklet. `far`: booklets whose desk or place is farther than `far_minutes`.
    """

    covered: int
    booklets: int
    idle: int
    cents: int
    trip_tenths: int | None
    without: int
    desks: int
    far: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What one answer has more than another; the trip in tenths of a minute, None when one of them has none."""

    covered: int
    booklets: int
    idle: int
    cents: int
    trip_tenths: int | None
    without: int


def outcome(problem: Problem, allotment: Allotment, *, far_minutes: int = 30) -> Outcome:
    """The figures of one allotment, counted from its flows."""
    given = allotment.by_commune()
    flows = (*allotment.handed, *allotment.taught)
    trips = sum(each.booklets for each in flows)
    return Outcome(
        covered=allotment.covered,
        booklets=allotment.booklets,
        idle=allotment.idle_booklets,
        cents=allotment.cents,
        trip_tenths=(20 * allotment.minutes + trips) // (2 * trips) if trips else None,
        without=sum(1 for each in problem.demands if each.people and not given.get(each.code)),
        desks=len(allotment.by_desk()),
        far=sum(each.booklets for each in flows if each.minutes > far_minutes),
    )


def difference(now: Outcome, before: Outcome) -> Difference:
    """What `now` has more than `before`."""
    known = now.trip_tenths is not None and before.trip_tenths is not None
    return Difference(
        covered=now.covered - before.covered,
        booklets=now.booklets - before.booklets,
        idle=now.idle - before.idle,
        cents=now.cents - before.cents,
        trip_tenths=(now.trip_tenths or 0) - (before.trip_tenths or 0) if known else None,
        without=now.without - before.without,
    )


def answered(solved: Solved, compared: Mapping[Method, Compared]) -> Answered:
    """What a solver answered, beside the other methods."""
    return Answered(dict(compared), solved.bound, solved.gap, solved.is_proved, solved.seconds, solved.version, solved.constraint_costs)


def written(answer: Answered) -> dict[str, Any]:
    """The answer, as it is kept."""
    return {
        "methods": {method.value: _written_method(each) for method, each in answer.methods.items()},
        "bound": answer.bound,
        "gap": answer.gap,
        "is_proved": answer.is_proved,
        "seconds": round(answer.seconds, 3),
        "solver": answer.solver,
        "costs": [asdict(each) | {"guarantee": each.guarantee.value} for each in answer.costs],
    }


def read(kept: Mapping[str, Any]) -> Answered:
    """The other way round of `written`."""
    return Answered(
        # In one order: the database keeps its own.
        methods={each: _read_method(each, kept["methods"][each.value]) for each in Method if each.value in kept["methods"]},
        bound=kept["bound"],
        gap=kept["gap"],
        is_proved=kept["is_proved"],
        seconds=kept["seconds"],
        solver=kept["solver"],
        costs=tuple(ConstraintCost(**each | {"guarantee": Guarantee(each["guarantee"])}) for each in kept["costs"]),
    )


def _written_method(each: Compared) -> dict[str, Any]:
    made = each.allotment
    return {
        "handed": [[flow.point, flow.commune, flow.booklets, flow.minutes] for flow in made.handed],
        "taught": [[flow.point, flow.commune, flow.booklets, flow.minutes] for flow in made.taught],
        "covered": made.covered,
        "minutes": made.minutes,
        "cents": made.cents,
        "idle": dict(made.idle),
        "gap": made.gap,
        "worth": each.worth,
        "breaches": [[breach.guarantee.value, breach.item, breach.found, breach.asked] for breach in each.breaches],
    }


def _read_method(method: Method, kept: Mapping[str, Any]) -> Compared:
    made = Allotment(
        method=method,
        handed=tuple(Flow(*flow) for flow in kept["handed"]),
        taught=tuple(Flow(*flow) for flow in kept["taught"]),
        covered=kept["covered"],
        minutes=kept["minutes"],
        cents=kept["cents"],
        idle=kept["idle"],
        gap=kept["gap"],
    )
    breaches = tuple(Breach(Guarantee(name), item, found, asked) for name, item, found, asked in kept["breaches"])
    return Compared(made, breaches, kept["worth"])
