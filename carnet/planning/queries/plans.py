"""Plans and their versions, as pages and files show them. Loaded by its own name: what a plan stands on needs numpy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.planning.access import plans as access
from carnet.planning.models import AllotmentPlan, PlanVersion
from carnet.planning.queries.plan_orders import MadeOrder, orders_of
from carnet.planning.rules import plan_results
from carnet.planning.rules.allotment import Method, Problem
from carnet.planning.rules.plan_ground import Asked, Ground, problem_of, read_asked, read_ground
from carnet.planning.rules.plan_results import Answered, Difference, Outcome, difference, outcome
from carnet.planning.rules.plans import VersionState

LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan of a list."""

    id: int
    name: str
    programme: str
    made_at: datetime
    versions: int
    latest: int
    kept: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a plan's list: what was asked, and what came out of it when there is an answer."""

    number: int
    from_number: int | None
    asked: Asked
    state: VersionState
    asked_at: datetime
    kept_at: datetime | None
    covered: int | None
    booklets: int | None


@dataclass(frozen=True, slots=True)
class CommuneLine:
    """One commune: its people in need, its need (100 where the reference is), and its booklets by each method. `trip`: whole minutes to its desk."""

    code: str
    name: str
    population: int
    people: int
    need: int
    is_need_known: bool
    booklets: Mapping[Method, int]
    trip: int | None


@dataclass(frozen=True, slots=True)
class DeskLine:
    """What one desk receives, and how many communes it serves."""

    code: str
    name: str
    commune: str
    booklets: Mapping[Method, int]
    communes: int


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version of a plan, whole. Without an answer, `answer` and `outcomes` are empty. `before`: the version it began from, when answered."""

    id: int
    plan_id: int
    plan: str
    programme_id: int
    programme: str
    number: int
    from_number: int | None
    state: VersionState
    done: int
    total: int
    error: str
    error_facts: Mapping[str, Any]
    digest: str
    asked_at: datetime
    kept_at: datetime | None
    asked: Asked
    ground: Ground
    problem: Problem
    answer: Answered | None
    outcomes: Mapping[Method, Outcome]
    before: Outcome | None
    before_asked: Asked | None
    orders: tuple[MadeOrder, ...]

    @property
    def is_live(self) -> bool:
        """Whether there is still an answer to wait for."""
        return self.state in (VersionState.WAITING, VersionState.RUNNING)

    @property
    def change(self) -> Difference | None:
        """What this version has more than the one it began from."""
        return difference(self.outcomes[Method.OPTIMAL], self.before) if self.before and self.outcomes else None


def plans(actor: Actor) -> list[PlanLine]:
    """The plans of the actor's programmes, the latest first (two statements). Raises: NotAllowed."""
    check_may(actor, "planning.see")
    rows = (
        AllotmentPlan.objects.filter(programme_id__in=actor.programme_ids)
        .annotate(
            count=Count("versions"), latest=Max("versions__number"), kept=Count("versions", filter=Q(versions__kept_at__isnull=False))
        )
        .order_by("-id")[:LISTED_MAX]
    )
    found = list(rows)
    names = {each.id: each.name for each in funding.programmes({row.programme_id for row in found})} if found else {}
    return [
        PlanLine(row.pk, row.name, names.get(row.programme_id, ""), row.made_at, row.count, row.latest, row.kept)  # type: ignore[attr-defined]
        for row in found
    ]


def versions(actor: Actor, plan_id: int) -> list[VersionLine]:
    """The versions of a plan, the latest first (two statements). Raises: NotAllowed, PlanUnknown."""
    plan = access.seen_plan(actor, plan_id)
    rows = PlanVersion.objects.filter(plan_id=plan.pk).order_by("-number")
    told = rows.values_list(
        "number",
        "from_number",
        "asked",
        "state",
        "asked_at",
        "kept_at",
        "result__methods__OPTIMAL__covered",
        "result__methods__OPTIMAL__handed",
    )
    return [
        VersionLine(
            number,
            from_number,
            read_asked(asked),
            VersionState(state),
            asked_at,
            kept_at,
            covered,
            sum(each[2] for each in handed) if handed is not None else None,
        )
        for number, from_number, asked, state, asked_at, kept_at, covered, handed in told
    ]


def version(actor: Actor, plan_id: int, number: int) -> VersionPage:
    """One version of a plan. Raises: NotAllowed, PlanUnknown."""
    row = access.seen_version(actor, plan_id, number)
    ground, asked = read_ground(row.problem), read_asked(row.asked)
    problem = problem_of(ground, asked)
    answer = plan_results.read(row.result) if row.result is not None else None
    before = _before(actor, row, ground)
    return VersionPage(
        id=row.pk,
        plan_id=row.plan_id,
        plan=row.plan.name,
        programme_id=row.programme_id,
        programme=funding.programme(row.programme_id).name,
        number=row.number,
        from_number=row.from_number,
        state=VersionState(row.state),
        done=row.done,
        total=row.total,
        error=row.error,
        error_facts=row.error_facts,
        digest=row.digest,
        asked_at=row.asked_at,
        kept_at=row.kept_at,
        asked=asked,
        ground=ground,
        problem=problem,
        answer=answer,
        outcomes={method: outcome(problem, each.allotment) for method, each in answer.methods.items()} if answer else {},
        before=before[0] if before else None,
        before_asked=before[1] if before else None,
        orders=orders_of(actor, row.pk) if row.kept_at is not None else (),
    )


def given(actor: Actor, plan_id: int, number: int) -> dict[str, Any]:
    """Everything a version was given and answered, as it is kept: for whoever computes it again. Raises: NotAllowed, PlanUnknown."""
    row = access.seen_version(actor, plan_id, number)
    return {"digest": row.digest, "asked": row.asked, "ground": row.problem, "answer": row.result}


def communes(page: VersionPage) -> tuple[CommuneLine, ...]:
    """Every commune with people in need, those that receive most for their people first."""
    assert page.answer is not None
    by_method = {method: each.allotment.by_commune() for method, each in page.answer.methods.items()}
    trips: dict[str, list[int]] = {}
    for flow in page.answer.best.handed:
        counted = trips.setdefault(flow.commune, [0, 0])
        counted[0] += flow.booklets * flow.minutes
        counted[1] += flow.booklets
    unknown = frozenset(page.ground.unknown)
    found = [
        CommuneLine(
            each.code,
            each.name,
            each.population,
            each.people,
            each.need,
            each.code not in unknown,
            {method: given.get(each.code, 0) for method, given in by_method.items()},
            round(trips[each.code][0] / trips[each.code][1]) if each.code in trips else None,
        )
        for each in page.problem.demands
        if each.people
    ]
    return tuple(sorted(found, key=lambda each: (-each.booklets[Method.OPTIMAL], each.name)))


def desks(page: VersionPage) -> tuple[DeskLine, ...]:
    """Every desk, those that receive most first; those left out are not there."""
    assert page.answer is not None
    by_method = {method: each.allotment.by_desk() for method, each in page.answer.methods.items()}
    names = {each.code: each.name for each in page.problem.demands}
    served: dict[str, set[str]] = {}
    for flow in page.answer.best.handed:
        served.setdefault(flow.point, set()).add(flow.commune)
    found = [
        DeskLine(
            each.code,
            each.name,
            names.get(each.commune, each.commune),
            {method: sent.get(each.code, 0) for method, sent in by_method.items()},
            len(served.get(each.code, ())),
        )
        for each in page.problem.desks
    ]
    return tuple(sorted(found, key=lambda each: (-each.booklets[Method.OPTIMAL], each.name.casefold(), each.code)))


def _before(actor: Actor, row: PlanVersion, ground: Ground) -> tuple[Outcome, Asked] | None:
    """The figures of the version this one began from; it stands on the same ground."""
    if row.from_number is None:
        return None
    began = access.seen_version(actor, row.plan_id, row.from_number)
    if began.result is None:
        return None
    asked = read_asked(began.asked)
    return outcome(problem_of(ground, asked), plan_results.read(began.result).best), asked
