"""An organisation's own payments page by page, for its own programs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.redemption.rules import parse_redemption_number
from carnet.settlement.models import Claim, ClaimLine, Transfer
from carnet.settlement.queries._places import _STEPS, PaymentStep, _of_claim
from carnet.settlement.rules import ClaimState, ClaimUnknown, TransferState

PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class Payment:
    """One sum claimed for an organisation, and how far it is on its way. Unit: whole cents.

    `payable_on` is the day announced, None while the sum waits for something (`reason`); `references` are what the bank shows.
    """

    claim_id: int
    programme_id: int
    programme: str
    until: datetime
    voucher_count: int
    cents: int
    step: PaymentStep
    reason: str
    payable_on: date | None
    paid_on: date | None
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Some payments, the latest first; `after` is where the next page begins, None at the end."""

    payments: tuple[Payment, ...]
    after: int | None


def payment_page(
    *,
    actor: Actor,
    since: datetime | None = None,
    until: datetime | None = None,
    step: PaymentStep | None = None,
    after: int | None = None,
    limit: int = 50,
) -> PaymentPage:
    """The actor's own claims drawn up between two instants (the second excluded), the latest first, at most 200 a page.

    What is not claimed yet is in `expected_payments`. Raises: NotAllowed.
    """
    check_may(actor, "settlement.see-own")
    assert 0 < limit <= PAGE_MAX, "a page has a size"
    rows = Claim.objects.filter(organisation_id=actor.organisation_id or 0).exclude(state=ClaimState.REDRAWN).order_by("-id")
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    if step is not None:
        rows = rows.filter(state__in=[state for state, found in _STEPS.items() if found is step])
    if after is not None:
        rows = rows.filter(id__lt=after)
    claims = list(rows[: limit + 1])
    page = claims[:limit]
    return PaymentPage(tuple(_payments(page)), page[-1].id if len(claims) > limit else None)


def payment_of(*, actor: Actor, claim_id: int) -> Payment:
    """One of the actor's own claims. Raises: NotAllowed, ClaimUnknown."""
    check_may(actor, "settlement.see-own")
    claim = Claim.objects.filter(id=claim_id, organisation_id=actor.organisation_id or 0).first()
    if claim is None:
        raise ClaimUnknown(claim_id=claim_id)
    return _payments([claim])[0]


def day_paid(*, organisation_id: int, redemption: str) -> date | None:
    """The day one of an organisation's redemptions was paid; None while it is not. Raises: RedemptionUnknown (not a number)."""
    series_id, voucher_id, generation = parse_redemption_number(redemption)
    lines = ClaimLine.objects.filter(
        series_id=series_id, voucher_id=voucher_id, generation=generation, organisation_id=organisation_id, claim__state=ClaimState.PAID
    )
    return lines.values_list("claim__paid_on", flat=True).first()


@dataclass(frozen=True, slots=True)
class TransferPaid:
    """One transfer that the bank has paid. Unit: whole cents."""

    reference: str
    cents: int
    booked_on: date


def transfers_paid(*, organisation_id: int, programme_ids: Collection[int]) -> list[TransferPaid]:
    """What the bank paid an organisation for these programmes, the oldest first. The caller has checked who asks."""
    with acting_as(programme_ids=programme_ids):
        rows = Transfer.objects.filter(
            organisation_id=organisation_id, programme_id__in=list(programme_ids), state=TransferState.PAID, booked_on__isnull=False
        )
        found = list(rows.order_by("booked_on", "id").values_list("end_to_end_id", "cents", "booked_on"))
    return [TransferPaid(reference, cents, day) for reference, cents, day in found if day is not None]


def _payments(claims: Sequence[Claim]) -> list[Payment]:
    references: dict[int, list[str]] = {}
    sent = Transfer.objects.filter(claim__in=claims).order_by("claim_id", "attempt").values_list("claim_id", "end_to_end_id")
    for claim_id, reference in sent:
        references.setdefault(claim_id, []).append(reference)
    names: dict[int, str] = {}
    found = []
    for claim in claims:
        if claim.state == ClaimState.PAID:
            programme, day, reason = funding.programme(claim.programme_id).name, claim.paid_on, ""
        else:
            expected = _of_claim(claim, names)
            programme, day, reason = expected.programme, expected.payable_on, expected.reason
        found.append(
            Payment(
                claim_id=claim.id,
                programme_id=claim.programme_id,
                programme=programme,
                until=claim.until,
                voucher_count=claim.voucher_count,
                cents=claim.cents,
                step=_STEPS[ClaimState(claim.state)],
                reason=reason,
                payable_on=day,
                paid_on=claim.paid_on,
                references=tuple(references.get(claim.id, ())),
            )
        )
    return found
