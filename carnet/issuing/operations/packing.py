"""Saying which booklets go where, box by box, before covers name the places of each point."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.issuing import access
from carnet.issuing.models import Job, Packing
from carnet.issuing.operations._journal import by, note
from carnet.issuing.rules import JobKind, JobState, OrderAlreadyDecided, RecipientWrong
from carnet.issuing.rules.packing import BOOKLETS_PER_BOX, NEAREST_MAX, Destination, PackingFrozen, boxes
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now

_HOLDERS = frozenset({OrganisationKind.PRESCRIBER.value, OrganisationKind.OPERATOR.value})


@transaction.atomic
def pack_order(
    *, order_id: int, destinations: Sequence[Destination], box_size: int = BOOKLETS_PER_BOX, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Say where an order's booklets go, instead of what was said before; what is left goes to the operator. Return how many boxes.

    Raises:  NotAllowed, OrderUnknown, OrderAlreadyDecided (refused), PackingFrozen, RecipientWrong, BoxSizeWrong, PackingQuantityWrong,
             PackingTooMany.
    Repeat:  the same request_id changes nothing.
    """
    check_allowed_now(actor, "issuing.pack", at)
    order = access.operated_order(actor, order_id, lock=True)
    repeated = Packing.objects.filter(order=order, request_id=request_id).count()
    if repeated:
        return repeated
    if order.refused_at is not None:
        raise OrderAlreadyDecided(decided_at=order.refused_at)
    if Job.objects.filter(order=order, kind=JobKind.PRINT.value).exclude(state=JobState.FAILED.value).exists():
        raise PackingFrozen
    operator = parties.organisation(order.operator_id)
    known = parties.organisations({each.organisation_id for each in destinations})
    for each in destinations:
        if each.organisation_id not in known or _HOLDERS.isdisjoint(known[each.organisation_id].kinds):
            raise RecipientWrong(organisation=each.name)
    depot = Destination(organisation_id=operator.id, name=operator.name, address="", booklet_count=0)
    found = boxes(destinations, booklet_count=order.booklet_count, depot=depot, box_size=box_size)
    Packing.objects.filter(order=order).delete()
    Packing.objects.bulk_create(
        [
            Packing(
                order=order,
                programme_id=order.programme_id,
                box=each.number,
                first_rank=each.first_rank,
                last_rank=each.last_rank,
                to_organisation_id=each.destination.organisation_id,
                point_id=each.destination.point_id,
                place_name=each.destination.name[:200],
                address=each.destination.address[:300],
                nearest=[dict(place) for place in each.destination.nearest[:NEAREST_MAX]],
                packed_at=at,
                packed_by_id=by(actor),
                request_id=request_id,
            )
            for each in found
        ],
        batch_size=1_000,
    )
    note(
        order, "order-packed", actor=actor, request_id=request_id, at=at,
        facts={"boxes": len(found), "destinations": len(destinations), "box_size": box_size},
    )  # fmt: skip
    return len(found)
