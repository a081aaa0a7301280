"""Who has the booklets on their way to the desks, and from when they are worth money."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.issuing import access
from carnet.issuing.operations._journal import by, note
from carnet.issuing.operations._parcels import ship_many
from carnet.issuing.operations._receiving import receive_all
from carnet.issuing.rules import check_printed
from carnet.issuing.rules.packing import BOOKLETS_PER_BOX_MAX
from carnet.issuing.rules.parcels import count
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def ship_booklets(*, order_id: int, to_organisation_id: int, booklet_count: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Pack the operator's next booklets in one box and send it to a prescriber; return the shipment's id.

    Raises:  NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, OrganisationUnknown, RecipientWrong, NotEnoughInStock.
    Repeat:  the same request_id returns the first id.
    """
    per_box = max(1, min(booklet_count, BOOKLETS_PER_BOX_MAX))
    (sent,) = ship_many(
        order_id=order_id, shares=[(to_organisation_id, booklet_count)], per_box=per_box, actor=actor, request_id=request_id, at=at
    )  # fmt: skip
    return sent


@transaction.atomic
def receive_shipment(*, shipment_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm, for the organisation boxes were sent to, that all of them arrived whole; return how many booklets. Again changes nothing.

    Raises: NotAllowed, ShipmentUnknown, ShipmentNotYours.
    """
    check_allowed_now(actor, "issuing.receive", at)
    shipment = access.awaited_shipment(actor, shipment_id)
    if shipment.received_at is not None:
        return count(run for box in shipment.parcels.prefetch_related("gaps__settlements") for run in box.facts.arrived)
    return receive_all(shipment=shipment, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def take_back(
    *, order_id: int, first_booklet_id: int, last_booklet_id: int, from_organisation_id: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Take untouched booklets back from a desk into the operator's stock; return how many.

    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, RangeReversed, NotHolder.
    """
    check_allowed_now(actor, "issuing.ship", at)
    order = access.operated_order(actor, order_id, lock=True)
    check_printed(order.facts)
    assert order.series_id is not None
    count = ledger.return_booklets(
        series_id=order.series_id,
        first_booklet_id=first_booklet_id,
        last_booklet_id=last_booklet_id,
        from_holder_id=from_organisation_id,
        to_holder_id=order.operator_id,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    note(
        order, "booklets-taken-back", actor=actor, request_id=request_id, at=at,
        facts={"first": first_booklet_id, "last": last_booklet_id, "from": from_organisation_id},
    )  # fmt: skip
    return count


@transaction.atomic
def activate_order(*, order_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Make printed booklets worth money, once their whole face value is in the account; tell those who hold them.

    Raises:  NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, OrderNotPrinted, NotCovered (what each funder is
             missing), AlreadyActivated, AlreadyLapsed.
    Repeat:  the same request_id changes nothing.
    """
    check_allowed_now(actor, "issuing.activate", at)
    order = access.operated_order(actor, order_id, lock=True)
    check_printed(order.facts)
    assert order.series_id is not None
    ledger.activate_series(series_id=order.series_id, actor=actor, request_id=request_id, at=at)
    if order.activated_at is not None:
        return
    order.activated_at, order.activated_by_id = at, by(actor)
    order.save(update_fields=["activated_at", "activated_by_id"])
    note(
        order, "order-activated", actor=actor, request_id=request_id, at=at,
        facts={"cents": order.voucher_count * order.face_value_cents},
    )  # fmt: skip
    holders = {line.holder_id for line in ledger_queries.stock(programme_id=order.programme_id) if line.series_id == order.series_id}
    for holder_id in sorted(holders - {order.operator_id}):
        notices.post(
            kind="issuing.booklets-activated",
            to_organisation_id=holder_id,
            context={"order": order.id, "booklets": order.booklet_count},
            programme_id=order.programme_id,
            at=at,
        )
