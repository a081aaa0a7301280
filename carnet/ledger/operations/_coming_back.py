"""Booklets shipped that never arrived, and are with their sender after all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.ledger import access
from carnet.ledger.models import Booklet
from carnet.ledger.operations._lives import _passed, _repeated
from carnet.ledger.rules import NotHolder, PassageKind


@transaction.atomic
def bring_back_booklets(
    *, series_id: int, first_booklet_id: int, last_booklet_id: int, from_holder_id: int, actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Put a range that was shipped and never arrived back into its sender's stock; return how many booklets.

    Raises: RangeReversed, NotHolder (some are not on their way from this holder), SeriesUnknown.
    """
    series = access.series(series_id)
    ends = access.check_range(series, first_booklet_id, last_booklet_id)
    wanted = last_booklet_id - first_booklet_id + 1
    if _repeated(PassageKind.RETURNED, series_id, request_id, ends[0]):
        return wanted
    on_the_way = Booklet.objects.filter(
        series_id=series_id, id__range=(first_booklet_id, last_booklet_id), holder_id=from_holder_id, in_transit_to_id__isnull=False
    )
    to_holder_id = on_the_way.values_list("in_transit_to_id", flat=True).first()
    back = on_the_way.update(in_transit_to_id=None)
    if back != wanted:
        raise NotHolder(wanted=wanted, held=back)
    _passed(
        PassageKind.RETURNED,
        series,
        ends,
        actor=actor,
        request_id=request_id,
        at=at,
        from_holder_id=to_holder_id,
        to_holder_id=from_holder_id,
    )
    return back
