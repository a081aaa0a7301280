"""What is left of vouchers somebody was given: asked by series, never by person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from carnet.ledger import access
from carnet.ledger.models import Booklet, Voucher
from carnet.ledger.rules import State, effective_state


@dataclass(frozen=True, slots=True)
class VoucherLeft:
    """One voucher's state, and the exclusive end until which it is taken."""

    state: State
    accepted_until: datetime


def vouchers_left(*, series_id: int, voucher_ids: Collection[int]) -> dict[int, VoucherLeft]:
    """The state of these vouchers of one series, by id. Raises: SeriesUnknown."""
    row = access.series(series_id)
    found = list(Voucher.objects.filter(series_id=series_id, id__in=list(voucher_ids)).order_by("id"))
    covers = {
        each.id: each for each in Booklet.objects.filter(series_id=series_id, id__in={each.booklet_id for each in found}).order_by("id")
    }
    told = {}
    for each in found:
        cover = covers[each.booklet_id]
        state = effective_state(
            mark=each.mark, booklet_handed_over_at=cover.handed_over_at, booklet_voided_at=cover.voided_at, series_lapsed_at=row.lapsed_at
        )
        told[each.id] = VoucherLeft(state, each.accepted_until or cover.accepted_until or row.accepted_until)
    return told
