"""Orders made from plans, and what each sends to whom. Loads neither numpy nor a solver: the page of any order asks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from carnet.distribution import queries as distribution
from carnet.issuing import queries as issuing
from carnet.issuing.rules import OrderState
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.planning.models import PlanDestination, PlanOrder


@dataclass(frozen=True, slots=True)
class DestinationView:
    """How many booklets a plan sends to one desk, or to one of its points (`point`: its name, or nothing)."""

    organisation_id: int
    organisation: str
    point: str
    booklet_count: int


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """The plan an order was made from, and where its booklets go, by name."""

    plan_id: int
    plan: str
    number: int
    destinations: tuple[DestinationView, ...]


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """An order made from a version, and where it stands."""

    order_id: int
    booklet_count: int
    state: OrderState


def planned_order(order_id: int) -> PlannedOrder | None:
    """What the plan of an order sends to whom, as far as the announced tenant sees; None when no plan made it (three statements)."""
    made = PlanOrder.objects.select_related("version__plan").filter(order_id=order_id).first()
    if made is None:
        return None
    rows = list(PlanDestination.objects.filter(plan_order_id=made.pk).order_by("id"))
    names = parties.organisations({row.organisation_id for row in rows})
    points = (
        {each.id: each.name for each in distribution.points_of_programme(made.programme_id)} if any(row.point_id for row in rows) else {}
    )
    several = _repeated(row.organisation_id for row in rows)
    found = [
        DestinationView(
            row.organisation_id,
            names[row.organisation_id].name,
            points.get(row.point_id or 0, "") if row.organisation_id in several else "",
            row.booklet_count,
        )
        for row in rows
    ]
    found.sort(key=lambda each: (each.organisation.casefold(), each.point.casefold()))
    return PlannedOrder(made.version.plan_id, made.version.plan.name, made.version.number, tuple(found))


def orders_of(actor: Actor, version_id: int) -> tuple[MadeOrder, ...]:
    """The orders made from a version, the first first, with where each stands."""
    rows = list(PlanOrder.objects.filter(version_id=version_id).order_by("id"))
    return tuple(MadeOrder(row.order_id, row.booklet_count, issuing.order(actor, row.order_id).line.state) for row in rows)


def standing_order(actor: Actor, version_id: int) -> int | None:
    """The order made from a version that nobody refused."""
    return next((each.order_id for each in orders_of(actor, version_id) if each.state is not OrderState.REFUSED), None)


def _repeated(ids: Iterable[int]) -> frozenset[int]:
    return frozenset(each for each, count in Counter(ids).items() if count > 1)
