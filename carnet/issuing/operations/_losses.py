"""Booklets that the operator ends before their time: lost, stolen, damaged, recalled."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.issuing import access
from carnet.issuing.operations._journal import note
from carnet.issuing.rules import OrderNotDrawn
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger.rules import EndReason
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def void_booklets(
    *, order_id: int, first_booklet_id: int, last_booklet_id: int, reason: EndReason, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """End every unspent voucher of booklets of an order, in whatever hands; return how many ended. Spent ones stay spent.

    Their money stays in circulation until the season lapses, then goes back to the funders with the rest.
    Raises:  NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, RangeReversed, AlreadyVoid, AlreadyLapsed, NothingUnspent.
    Repeat:  the same request_id ends nothing more and returns 0.
    """
    check_allowed_now(actor, "issuing.void", at)
    order = access.operated_order(actor, order_id, lock=True)
    if order.series_id is None or order.drawn_at is None:
        raise OrderNotDrawn
    ended = ledger.end_booklets(
        series_id=order.series_id,
        first_booklet_id=first_booklet_id,
        last_booklet_id=last_booklet_id,
        reason=reason,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    if ended:
        note(
            order, "booklets-voided", actor=actor, request_id=request_id, at=at,
            facts={"first": first_booklet_id, "last": last_booklet_id, "reason": reason.value, "vouchers": ended},
        )  # fmt: skip
    return ended
