"""How far the money of a few vouchers, or of one payment, is: for whoever answers the telephone."""

from collections.abc import Collection

from carnet.settlement.models import Claim, ClaimLine, Transfer
from carnet.settlement.queries._payments import Payment, _payments


def payments_of_vouchers(*, series_id: int, voucher_ids: Collection[int]) -> dict[tuple[int, int], Payment]:
    """By voucher and generation, the payment that holds each redemption already claimed, as far as the reader sees."""
    lines = ClaimLine.objects.filter(series_id=series_id, voucher_id__in=list(voucher_ids))
    claim_of = {
        (voucher_id, generation): claim_id for voucher_id, generation, claim_id in lines.values_list("voucher_id", "generation", "claim_id")
    }
    claims = list(Claim.objects.filter(id__in=set(claim_of.values())).order_by("id"))
    by_claim = {each.claim_id: each for each in _payments(claims)}
    return {key: by_claim[claim_id] for key, claim_id in claim_of.items() if claim_id in by_claim}


def payment_told(*, claim_id: int | None = None, reference: str | None = None) -> tuple[Payment, int] | None:
    """One payment and the organisation it is for, by the number of its claim or what the bank calls its transfer; None when unseen."""
    if reference is not None:
        claim_id = Transfer.objects.filter(end_to_end_id=reference).values_list("claim_id", flat=True).first()
    claim = Claim.objects.filter(id=claim_id).first() if claim_id is not None else None
    return (_payments([claim])[0], claim.organisation_id) if claim is not None else None
