"""The passages of a few vouchers, in order: from the press to whoever gave them, and their end."""

from dataclasses import dataclass
from datetime import datetime

from carnet.ledger.models import Passage
from carnet.ledger.rules import PassageKind


@dataclass(frozen=True, slots=True)
class PassageView:
    """A run of vouchers that passed on, as far as the reader sees it. `reason` is a code (why they were ended), or ""."""

    kind: PassageKind
    first_voucher_id: int
    last_voucher_id: int
    from_holder_id: int | None
    to_holder_id: int | None
    reason: str
    at: datetime


def passages(*, series_id: int, first_voucher_id: int, last_voucher_id: int) -> list[PassageView]:
    """The passages that touched any voucher of a range (both ends included), the first first."""
    rows = Passage.objects.filter(series_id=series_id, first_voucher_id__lte=last_voucher_id, last_voucher_id__gte=first_voucher_id)
    names = [*PassageView.__dataclass_fields__]
    return [PassageView(PassageKind(kind), *rest) for kind, *rest in rows.order_by("at", "id").values_list(*names)]
