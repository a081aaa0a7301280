"""What became of a few vouchers: where each was spent, and whether it was undone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from carnet.redemption.models import Dispute, Redemption, Reversal


@dataclass(frozen=True, slots=True)
class Spent:
    """One redemption of one voucher. `reversed_at`: None while it stands; `is_disputed`: its place said it was a mistake."""

    voucher_id: int
    generation: int
    programme_id: int
    organisation_id: int
    place_id: int
    service: str
    at: datetime
    reversed_at: datetime | None
    is_disputed: bool


def redemptions_of_vouchers(*, series_id: int, voucher_ids: Collection[int]) -> list[Spent]:
    """Every redemption of these vouchers that the reader may see, the first first."""
    wanted = {"series_id": series_id, "voucher_id__in": list(voucher_ids)}
    rows = Redemption.objects.filter(**wanted).order_by("at", "voucher_id", "generation")
    undone = {(row.voucher_id, row.generation): row.at for row in Reversal.objects.filter(**wanted)}
    disputed = set(Dispute.objects.filter(**wanted).order_by().values_list("voucher_id", "generation"))
    return [
        Spent(
            voucher_id=row.voucher_id,
            generation=row.generation,
            programme_id=row.programme_id,
            organisation_id=row.organisation_id,
            place_id=row.place_id,
            service=row.service_code,
            at=row.at,
            reversed_at=undone.get((row.voucher_id, row.generation)),
            is_disputed=(row.voucher_id, row.generation) in disputed,
        )
        for row in rows
    ]
