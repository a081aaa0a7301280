"""Making a plan, asking it something else, keeping an answer, and ordering the booklets it sends to each desk.

Loaded by its own name: what a plan stands on needs numpy. The answer itself is computed by `carnet.planning.operations.plan_runs`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.issuing import operations as issuing
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may, person_of
from carnet.places import queries as places
from carnet.planning.access import plans as access
from carnet.planning.models import AllotmentPlan, PlanDestination, PlanOrder, PlanVersion
from carnet.planning.queries import plan_ground
from carnet.planning.queries.plan_orders import standing_order
from carnet.planning.rules import plan_results
from carnet.planning.rules.need import Weights
from carnet.planning.rules.plan_ground import (
    Asked,
    Ground,
    digest_of,
    knows_priority,
    problem_of,
    read_ground,
    written_asked,
    written_ground,
)
from carnet.planning.rules.plans import (
    Destination,
    PlanBudgetTooSmall,
    PlanOutside,
    PlanPriorityUnknown,
    VersionState,
    check_added,
    check_another,
    check_answered,
    check_desk_bounds,
    check_name,
    check_orderable,
)
from carnet.planning.rules.travel import Mode


@transaction.atomic
def make_plan(
    *,
    programme_id: int,
    name: str,
    asked: Asked,
    territory: Sequence[str] = (),
    mode: Mode = Mode.CAR,
    seats_assumed: int = 8,
    weights: Weights | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Begin a plan for a programme, with its first version waiting for an answer; return the plan's id.

    `territory`: a part of the programme's (all of it when nothing is said). What the plan stands on is read now, and kept with it.
    Raises: NotAllowed, ProgrammeUnknown, PlanNameMissing, PlanOutside, PlanNowhere, PlanTooWide, PlanWithoutDesks, PlanBudgetTooSmall,
            PlanPriorityUnknown, PlanMaximumTooSmall, ProblemWrong.
    Repeat: the same request_id returns the first plan.
    """
    check_may(actor, "planning.plan")
    first = AllotmentPlan.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.pk
    programme = funding_access.seen_programme(actor, programme_id)
    wanted = tuple(territory) or tuple(programme.perimeter)
    if not places.territory(wanted) <= places.territory(tuple(programme.perimeter)):
        raise PlanOutside(programme=programme.name)
    said = check_name(name)
    ground = plan_ground.ground_of(
        programme_id,
        territory=wanted,
        weights=weights or Weights.usual(),
        mode=mode,
        seats_assumed=seats_assumed,
        agreement_ids=[each.id for each in funding.agreements(actor, [programme_id], at=at)],
        at=at,
    )
    # The same yardstick for every version: a point is then the same point.
    ground = plan_ground.with_yardstick(ground, _booklets_paid(asked, ground))
    plan = AllotmentPlan.objects.create(
        programme_id=programme_id,
        organisation_id=actor.organisation_id,
        name=said,
        made_at=at,
        made_by_id=actor.person_id,
        request_id=request_id,
    )
    version = _ask(plan, ground, asked, number=1, from_number=None, actor=actor, request_id=uuid5(request_id, "first"), at=at)
    _note(
        version,
        "plan-made",
        {"communes": len(ground.demands), "desks": len(ground.desks), "places": len(ground.sites)},
        actor,
        request_id,
        at,
    )
    return plan.pk


@transaction.atomic
def try_again(*, plan_id: int, from_number: int, asked: Asked, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Ask a plan something else, on the ground it began with; return the number of the version that waits for an answer.

    Raises: NotAllowed, PlanUnknown, PlanTooManyVersions, PlanBudgetTooSmall, PlanPriorityUnknown, PlanMaximumTooSmall,
            PlanAddedElsewhere, ProblemWrong.
    Repeat: the same request_id returns the first number.
    """
    check_may(actor, "planning.plan")
    repeated = PlanVersion.objects.filter(request_id=request_id, plan_id=plan_id).first()
    if repeated is not None:
        return repeated.number
    plan = access.seen_plan(actor, plan_id, lock=True)
    access.seen_version(actor, plan_id, from_number)
    count = PlanVersion.objects.filter(plan_id=plan.pk).count()
    check_another(count)
    ground = read_ground(access.seen_version(actor, plan_id, 1).problem)
    _booklets_paid(asked, ground)
    version = _ask(plan, ground, asked, number=count + 1, from_number=from_number, actor=actor, request_id=request_id, at=at)
    _note(version, "plan-tried", {"from": from_number}, actor, request_id, at)
    return version.number


@transaction.atomic
def keep_version(*, plan_id: int, number: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Keep a version: nothing of it changes any more, and it may become an order. Again changes nothing.

    Raises: NotAllowed, PersonNeeded, PlanUnknown, PlanNotDone.
    """
    check_may(actor, "planning.plan")
    kept_by = person_of(actor, "planning.plan")
    version = access.seen_version(actor, plan_id, number, lock=True)
    if version.kept_at is not None:
        return
    check_answered(VersionState(version.state))
    version.kept_at, version.kept_by_id = at, kept_by
    version.save(update_fields=["kept_at", "kept_by_id"])
    _note(version, "plan-kept", {"digest": version.digest}, actor, request_id, at)


@transaction.atomic
def order_version(*, plan_id: int, number: int, agreement_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Order the booklets of a kept version, each desk's quantity noted beside; return the order's id. A second person answers, as for any order.

    Raises: NotAllowed, PersonNeeded, PlanUnknown, PlanNotKept, PlanAlreadyOrdered, PlanNothingToOrder, PlanOverBudget, and whatever
            `issuing.place_order` raises. Repeat: the same request_id returns the first id.
    """
    check_may(actor, "planning.order")
    ordered_by = person_of(actor, "planning.order")
    repeated = PlanOrder.objects.filter(request_id=request_id).values_list("order_id", flat=True).first()
    if repeated is not None:
        return repeated
    version = access.seen_version(actor, plan_id, number, lock=True)
    programme = funding.programme(version.programme_id)
    found = destinations_of(version)
    booklets = check_orderable(
        found,
        is_kept=version.kept_at is not None,
        # The face value of today: a plan cannot make a booklet cheaper than it is.
        booklet_cents=programme.terms.booklet_size * programme.terms.voucher_value_cents,
        budget_cents=int(version.asked["budget_cents"]),
        standing=standing_order(actor, version.pk),
    )
    order_id = issuing.place_order(
        programme_id=version.programme_id,
        agreement_id=agreement_id,
        booklet_count=booklets,
        actor=actor,
        request_id=uuid5(request_id, "order"),
        at=at,
    )
    made = PlanOrder.objects.create(
        version=version,
        programme_id=version.programme_id,
        order_id=order_id,
        booklet_count=booklets,
        made_at=at,
        made_by_id=ordered_by,
        request_id=request_id,
    )
    PlanDestination.objects.bulk_create(
        PlanDestination(
            plan_order=made,
            programme_id=version.programme_id,
            organisation_id=each.organisation_id,
            point_id=each.point_id,
            booklet_count=each.booklet_count,
        )
        for each in found
    )
    _note(version, "plan-ordered", {"order": order_id, "booklets": booklets, "destinations": len(found)}, actor, request_id, at)
    return order_id


def destinations_of(version: PlanVersion) -> tuple[Destination, ...]:
    """What each desk of a version receives, by organisation and point. Raises: PlanNotDone."""
    check_answered(VersionState(version.state))
    assert version.result is not None
    owners = read_ground(version.problem).owners
    sent = plan_results.read(version.result).best.by_desk()
    found = (Destination(owners[code].organisation_id, owners[code].point_id, count) for code, count in sent.items() if count)
    return tuple(sorted(found, key=lambda each: (each.organisation_id, each.point_id or 0)))


def _booklets_paid(asked: Asked, ground: Ground) -> int:
    paid = asked.budget_cents // ground.booklet_cents
    if paid < 1:
        raise PlanBudgetTooSmall(booklet_cents=ground.booklet_cents)
    return paid


def _ask(
    plan: AllotmentPlan, ground: Ground, asked: Asked, *, number: int, from_number: int | None, actor: Actor, request_id: UUID, at: datetime
) -> PlanVersion:
    if asked.priority_percent and not knows_priority(ground):
        raise PlanPriorityUnknown()
    check_desk_bounds(asked.desk_minimum, asked.desk_maximum)
    check_added((each.commune for each in asked.added), {each.code for each in ground.demands})
    problem = problem_of(ground, asked)
    kept_ground, kept_asked = written_ground(ground), written_asked(asked)
    return PlanVersion.objects.create(
        plan=plan,
        programme_id=plan.programme_id,
        number=number,
        from_number=from_number,
        asked=kept_asked,
        problem=kept_ground,
        digest=digest_of(kept_ground, kept_asked),
        # The plan itself, the two other methods, and once more without each guarantee.
        total=2 + len(problem.guarantees.asked()),
        asked_at=at,
        asked_by_id=actor.person_id,
        request_id=request_id,
    )


def _note(version: PlanVersion, what: str, facts: dict[str, Any], actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"planning.{what}",
        subject=("plan", version.plan_id),
        facts={"version": version.number, **facts},
        programme_id=version.programme_id,
        request_id=request_id,
        at=at,
    )
