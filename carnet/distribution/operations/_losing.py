"""Booklets lost, stolen or damaged, ended by the desk that has them or gave them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.rules import check_loss
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason


@transaction.atomic
def declare_loss(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    reason: EndReason,
    organisation_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """End booklets that a desk has, or handed over itself, and that are lost, stolen or damaged; return how many vouchers ended.

    Spent vouchers stay spent. The same request asked again ends nothing more and returns 0.
    Raises: NotAllowed, NotYourDesk, NotALoss, SeriesUnknown, RangeReversed, NotHolder, AlreadyVoid, AlreadyLapsed, NothingUnspent.
    """
    access.check_may_declare_loss(actor)
    desk_id = access.desk(actor, organisation_id)
    check_loss(reason)
    ended = ledger_writes.end_booklets(
        series_id=series_id,
        first_booklet_id=first_booklet_id,
        last_booklet_id=last_booklet_id,
        holder_id=desk_id,
        reason=reason,
        actor=actor,
        request_id=request_id,
        at=at,
    )
    if ended:
        journal.record(
            actor=actor,
            action="distribution.loss-declared",
            subject=("series", series_id),
            facts={"first": first_booklet_id, "last": last_booklet_id, "reason": reason.value, "vouchers": ended},
            programme_id=ledger.series(series_id).programme_id,
            organisation_id=desk_id,
            request_id=request_id,
            at=at,
        )
    return ended
