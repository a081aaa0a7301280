"""The ends of a series: from when nothing of it is handed over, and until when it is taken. Neither touches a voucher."""

from datetime import datetime

from django.db import transaction

from carnet.ledger import access
from carnet.ledger.models import Booklet, Series, Voucher
from carnet.ledger.rules import AcceptanceOwn, AcceptanceSooner, AlreadyLapsed, check_stop


@transaction.atomic
def stop_hand_overs(*, series_id: int, stop_at: datetime | None) -> bool:
    """From `stop_at` (an aware, exclusive instant; None: no stop) nothing of the series is handed over; whether it changed.

    Raises: SeriesUnknown, AlreadyLapsed, StopAfterPrinted.
    """
    row = access.series(series_id, lock=True)
    if row.hand_overs_stop_at == stop_at:
        return False
    if row.lapsed_at is not None:
        raise AlreadyLapsed(lapsed_at=row.lapsed_at)
    check_stop(stop_at=stop_at, printed_until=row.printed_until)
    Series.objects.filter(id=series_id).update(hand_overs_stop_at=stop_at)
    return True


@transaction.atomic
def extend_acceptance(*, series_id: int, accepted_until: datetime) -> bool:
    """Take the vouchers of a series until a later (aware, exclusive) instant; whether it changed. The paper is not touched.

    Raises: SeriesUnknown, AlreadyLapsed, AcceptanceSooner, AcceptanceOwn (each voucher's end counts from its hand-over).
    """
    row = access.series(series_id, lock=True)
    if row.accepted_until == accepted_until:
        return False
    if row.lapsed_at is not None:
        raise AlreadyLapsed(lapsed_at=row.lapsed_at)
    if accepted_until < row.accepted_until:
        raise AcceptanceSooner(accepted_until=row.accepted_until)
    own = Booklet.objects.filter(series_id=series_id, accepted_until__isnull=False).exists()
    if own or Voucher.objects.filter(series_id=series_id, accepted_until__isnull=False).exists():
        raise AcceptanceOwn(series_id=series_id)
    Series.objects.filter(id=series_id).update(accepted_until=accepted_until)
    return True
