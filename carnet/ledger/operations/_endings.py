"""Booklets that end before their time, as a person declares it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.ledger import access
from carnet.ledger.models import Booklet
from carnet.ledger.operations._lives import _passed, _repeated
from carnet.ledger.queries import booklet_range
from carnet.ledger.rules import EndReason, PassageKind, check_endable


@transaction.atomic
def end_booklets(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    holder_id: int | None = None,
    reason: EndReason,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """End every unspent voucher of a range of booklets, spent ones staying spent; return how many ended.

    With `holder_id`, the whole range must be what that holder has or handed over. The same request asked again ends nothing more, and
    returns 0.
    Raises: RangeReversed, SeriesUnknown, NotHolder, AlreadyVoid, AlreadyLapsed, NothingUnspent.
    """
    series = access.series(series_id)
    ends = access.check_range(series, first_booklet_id, last_booklet_id)
    rows = Booklet.objects.filter(series_id=series_id, id__range=(first_booklet_id, last_booklet_id))
    # The rows are the lock: declared twice at the same instant, or handed over meanwhile, it is told as it stands.
    list(rows.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
    if _repeated(PassageKind.VOIDED, series_id, request_id, ends[0]):
        return 0
    found = booklet_range(series_id=series_id, first_booklet_id=first_booklet_id, last_booklet_id=last_booklet_id, holder_id=holder_id)
    check_endable(
        wanted=last_booklet_id - first_booklet_id + 1, held=found.booklet_count, voided_at=found.voided_at, lapsed_at=found.lapsed_at,
        unspent=found.unspent_count,
    )  # fmt: skip
    rows.filter(voided_at=None).update(voided_at=at)
    _passed(
        PassageKind.VOIDED, series, ends, actor=actor, request_id=request_id, at=at, from_holder_id=holder_id, reason=reason.value
    )  # fmt: skip
    return found.unspent_count


@transaction.atomic
def end_unless_lapsed(
    *,
    series_id: int,
    first_booklet_id: int,
    last_booklet_id: int,
    holder_id: int | None = None,
    reason: EndReason,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """The same, of booklets that may be explained long after: what lapsed has ended, its money goes back once, and nothing more is written.

    Raises: as `end_booklets`, AlreadyLapsed apart.
    """
    if access.series(series_id).lapsed_at is not None:
        return 0
    return end_booklets(
        series_id=series_id, first_booklet_id=first_booklet_id, last_booklet_id=last_booklet_id, holder_id=holder_id, reason=reason,
        actor=actor, request_id=request_id, at=at,
    )  # fmt: skip
