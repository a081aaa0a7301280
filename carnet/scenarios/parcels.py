"""A demonstration's boxes: one on its way to the desk a visitor may be, one counted short and not explained yet."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.issuing import operations as issuing
from carnet.issuing.operations import parcels
from carnet.issuing.queries import parcels as boxes
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import Role
from carnet.scenarios.play import Played

BOOKLETS = 6
MISSING = 2
# What a desk that gives some back keeps: the fullest desk of Nantes has 26 in a row, none has many more.
KEPT = 12
SENT_BEFORE, COUNTED_BEFORE = timedelta(days=3), timedelta(days=1)


def send_boxes(current: Played, *, at: datetime) -> int:
    """Take booklets back from a desk that has many, send two boxes of them, count the second; return how many left. None, of a small town."""
    sent_at = at - SENT_BEFORE
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, sent_at)
    first_desk, second_desk = (*current.cast.desk_ids, *current.cast.desk_ids)[:2]
    with acting_as(admin):
        if not _fill_depot(current, admin, sent_at):
            return 0
        for desk_id in (first_desk, second_desk):
            parcels.ship_many(order_id=current.order_id, shares=[(desk_id, BOOKLETS)], actor=admin, request_id=uuid4(), at=sent_at)
    desk, counted_at = current.cast.desk(second_desk), at - COUNTED_BEFORE
    with acting_as(desk):
        box = boxes.parcels_to(second_desk, awaited_only=True)[0]
        series = ledger.series(box.series_id)
        last = ledger.serial_of_booklet(series, box.whole.last_booklet_id - MISSING)
        parcels.scan_parcel(parcel_id=box.id, first_serial=box.whole.first_serial, last_serial=last, actor=desk, at=counted_at)
        parcels.close_count(parcel_id=box.id, actor=desk, request_id=uuid4(), at=counted_at)
    return 2


def _fill_depot(current: Played, admin: Actor, at: datetime) -> bool:
    """Enough booklets in a row in the depot: its own, or a well-stocked desk's last ones, brought back."""
    wanted = 2 * BOOKLETS
    own = ledger.longest_run(series_id=current.series_id, holder_id=current.cast.operator_id, count=wanted)
    if own is not None and own[1] - own[0] + 1 >= wanted:
        return True
    for desk_id in reversed(current.cast.desk_ids):
        held = ledger.longest_run(series_id=current.series_id, holder_id=desk_id, count=KEPT + wanted)
        if held is not None and held[1] - held[0] + 1 >= KEPT + wanted:
            issuing.take_back(
                order_id=current.order_id, first_booklet_id=held[1] - wanted + 1, last_booklet_id=held[1], from_organisation_id=desk_id,
                actor=admin, request_id=uuid4(), at=at,
            )  # fmt: skip
            return True
    return False
