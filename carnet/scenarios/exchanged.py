"""Old vouchers exchanged in the demonstration: the programme allows it, and one desk did it for somebody who had lost a booklet."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.distribution import operations as distribution
from carnet.distribution.operations.exchanges import decide_exchanges, exchange
from carnet.distribution.rules import FoundBy, HandOverItem
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason
from carnet.scenarios.play import Played

DAYS = 90  # as chèques-vacances


def exchange_old_vouchers(current: Played, *, at: datetime) -> None:
    """Allow exchanges for ninety days; a booklet given at the first desk is declared lost, then exchanged by the loss's number."""
    operator = Actor.system(
        "demonstration", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id}
    )  # fmt: skip
    with acting_as(operator):
        decide_exchanges(programme_id=current.programme_id, days=DAYS, actor=operator, request_id=uuid4(), at=at - timedelta(days=2))
    desk_id = current.cast.desk_ids[0]
    desk = replace(Actor.system("demonstration", organisation_ids={desk_id}), organisation_id=desk_id)
    with acting_as(desk):
        whole = [each for each in ledger.booklets(holder_id=desk_id, to_give_at=at, limit=40) if not each.opened]
        if len(whole) < 2:
            return
        given, instead = whole[-2:]
        item = HandOverItem(uuid4(), given.series_id, given.id, given.id)
        first = distribution.hand_over(item=item, organisation_id=desk_id, actor=desk, at=at - timedelta(hours=6))
        loss = distribution.open_replacement(
            hand_over_id=first.id, booklet_id=given.id, reason=EndReason.LOST, found_by=FoundBy.HAND_OVER, actor=desk, request_id=uuid4(),
            at=at - timedelta(hours=2),
        )  # fmt: skip
        exchange(
            number=f"R{loss}", booklet_id=instead.id, organisation_id=desk_id, actor=desk, request_id=uuid4(), at=at - timedelta(hours=1)
        )
