"""Who has the booklets on their way to the desks, and from when they are worth money."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.issuing import access
from carnet.issuing.models import Order, Shipment
from carnet.issuing.operations._journal import by, note
from carnet.issuing.rules import NotEnoughInStock, RecipientWrong, check_printed
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now

_HOLDERS = frozenset({OrganisationKind.PRESCRIBER.value, OrganisationKind.OPERATOR.value})
_PAGE = 1_000


@transaction.atomic
def ship_booklets(*, order_id: int, to_organisation_id: int, booklet_count: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Send the operator's next booklets, numbered in a row, to a prescriber or a depot; return the shipment's id.

    Raises:  NotAllowed, OrderUnknown, OrderNotDrawn, OrderNotPrinted, OrganisationUnknown, RecipientWrong, NotEnoughInStock.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "issuing.ship", at)
    order = access.operated_order(actor, order_id, lock=True)
    repeated = Shipment.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_printed(order.facts)
    recipient = parties.organisation(to_organisation_id)
    if _HOLDERS.isdisjoint(recipient.kinds) or to_organisation_id == order.operator_id:
        raise RecipientWrong(organisation=recipient.name)
    assert order.series_id is not None
    first, last = _next_run(order, booklet_count)
    ledger.ship_booklets(
        series_id=order.series_id,
        first_booklet_id=first,
        last_booklet_id=last,
        from_holder_id=order.operator_id,
        to_holder_id=to_organisation_id,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    shipment = Shipment.objects.create(
        order=order,
        programme_id=order.programme_id,
        series_id=order.series_id,
        first_booklet_id=first,
        last_booklet_id=last,
        from_organisation_id=order.operator_id,
        to_organisation_id=to_organisation_id,
        shipped_at=at,
        shipped_by_id=by(actor),
        request_id=request_id,
    )
    note(
        order, "booklets-shipped", actor=actor, request_id=request_id, at=at,
        facts={"shipment": shipment.id, "first": first, "last": last, "to": to_organisation_id},
    )  # fmt: skip
    series = ledger_queries.series(order.series_id)
    notices.post(
        kind="issuing.booklets-shipped",
        to_organisation_id=to_organisation_id,
        context={
            "booklets": booklet_count,
            "first": ledger_queries.serial_of_booklet(series, first),
            "last": ledger_queries.serial_of_booklet(series, last),
        },
        programme_id=order.programme_id,
        at=at,
    )
    return shipment.id


def _next_run(order: Order, wanted: int) -> tuple[int, int]:
    """The first booklets in a row that the operator has: one shipment is one range."""
    longest, run, after_id = 0, (0, -1), 0
    while wanted > 0:
        page = ledger_queries.booklets(holder_id=order.operator_id, series_id=order.series_id, after_id=after_id, limit=_PAGE)
        for booklet in page:
            if booklet.opened:
                continue  # its number breaks the row
            run = (run[0], booklet.id) if booklet.id == run[1] + 1 else (booklet.id, booklet.id)
            longest = max(longest, run[1] - run[0] + 1)
            if run[1] - run[0] + 1 == wanted:
                return run
        if len(page) < _PAGE:
            break
        after_id = page[-1].id
    raise NotEnoughInStock(asked=wanted, held=longest)


@transaction.atomic
def receive_shipment(*, shipment_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm, for the organisation booklets were sent to, that they arrived; return how many. Again changes nothing.

    Raises: NotAllowed, ShipmentUnknown, ShipmentNotYours.
    """
    check_allowed_now(actor, "issuing.receive", at)
    shipment = access.awaited_shipment(actor, shipment_id)
    booklet_count = shipment.last_booklet_id - shipment.first_booklet_id + 1
    if shipment.received_at is not None:
        return booklet_count
    ledger.receive_booklets(
        series_id=shipment.series_id,
        first_booklet_id=shipment.first_booklet_id,
        last_booklet_id=shipment.last_booklet_id,
        to_holder_id=shipment.to_organisation_id,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    shipment.received_at, shipment.received_by_id = at, by(actor)
    shipment.save(update_fields=["received_at", "received_by_id"])
    journal.record(
        actor=actor,
        action="issuing.shipment-received",
        subject=("shipment", shipment.id),
        facts={"series": shipment.series_id, "first": shipment.first_booklet_id, "last": shipment.last_booklet_id},
        programme_id=shipment.programme_id,
        organisation_id=shipment.to_organisation_id,
        request_id=request_id,
        at=at,
    )
    return booklet_count


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
