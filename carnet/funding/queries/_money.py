"""Money of agreements: what each funder committed, gave and promised."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from carnet.funding.models import (
    Commitment,
    CommitmentShare,
    MoneyReceived,
    Pledge,
    Share,
)
from carnet.funding.rules import (
    PledgeState,
    ReceiptUnknown,
)
from carnet.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class FunderCommitment:
    """One funder of an agreement, in cents: what orders took of it, what came in, what is still missing to cover them.

    `held_cents` is what it must have paid in (its own part in advance, and what it advances for others); `borne_cents`
    what it will have paid once every voucher is used.
    """

    funder_id: int
    received_cents: int
    held_cents: int
    borne_cents: int
    aside_cents: int = 0  # for connections: it covers no voucher any more

    @property
    def missing_cents(self) -> int:
        """What it still has to bring in for what was ordered."""
        return max(0, self.held_cents + self.aside_cents - self.received_cents)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received from a funder, or recorded by mistake and withdrawn."""

    id: int
    agreement_id: int
    funder_id: int
    cents: int
    received_on: date
    bank_reference: str
    recorded_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PledgeFacts:
    """What an organisation said, signed or brought."""

    id: int
    agreement_id: int
    organisation_id: int
    cents: int
    state: PledgeState
    pledged_at: datetime
    signed_on: date | None


def commitments_by_funder(agreement_id: int) -> list[FunderCommitment]:
    """What each funder was committed to and brought in, in the order they came in."""
    live = CommitmentShare.objects.filter(agreement_id=agreement_id, commitment__released_at__isnull=True)
    borne = dict(live.values_list("funder_id").annotate(Sum("cents")))
    held = dict(live.values_list("held_by_id").annotate(Sum("cents")))
    received = dict(
        MoneyReceived.objects.filter(agreement_id=agreement_id, withdrawn_at__isnull=True).values_list("funder_id").annotate(Sum("cents"))
    )
    aside = ledger.set_aside_for_connections(agreement_id=agreement_id)
    order = Share.objects.filter(agreement_id=agreement_id).order_by("version__number", "rank").values_list("funder_id", flat=True)
    return [
        FunderCommitment(
            funder_id=funder_id,
            received_cents=int(received.get(funder_id, 0)),
            held_cents=int(held.get(funder_id, 0)),
            borne_cents=int(borne.get(funder_id, 0)),
            aside_cents=aside.get(funder_id, 0),
        )
        for funder_id in dict.fromkeys([*order, *borne, *received])
    ]


def missing_by_agreement(agreement_ids: Collection[int]) -> dict[int, int]:
    """What funders still have to bring in for what was ordered, by agreement, in cents: in a few statements. A funder's surplus covers nobody else."""
    wanted = list(agreement_ids)
    held = (
        CommitmentShare.objects.filter(agreement_id__in=wanted, commitment__released_at__isnull=True)
        .values_list("agreement_id", "held_by_id")
        .annotate(Sum("cents"))
    )
    received = (
        MoneyReceived.objects.filter(agreement_id__in=wanted, withdrawn_at__isnull=True)
        .values_list("agreement_id", "funder_id")
        .annotate(Sum("cents"))
    )
    came = {(agreement_id, funder_id): int(cents) for agreement_id, funder_id, cents in received}
    aside = ledger.set_aside_by_agreement(agreement_ids=wanted)
    missing: dict[int, int] = {}
    for agreement_id, funder_id, cents in held:
        left = came.get((agreement_id, funder_id), 0) - aside.get((agreement_id, funder_id), 0)
        missing[agreement_id] = missing.get(agreement_id, 0) + max(0, int(cents) - left)
    return missing


def committed_cents(agreement_id: int) -> int:
    """The face value of every order placed under the agreement."""
    total = Commitment.objects.filter(agreement_id=agreement_id, released_at__isnull=True).aggregate(cents=Sum("total_cents"))
    return int(total["cents"] or 0)


def receipts(agreement_id: int) -> list[Receipt]:
    """Money received under an agreement, the latest first, mistakes included."""
    rows = MoneyReceived.objects.filter(agreement_id=agreement_id).order_by("-received_on", "-id")
    return [
        Receipt(
            id=row.id,
            agreement_id=row.agreement_id,
            funder_id=row.funder_id,
            cents=row.cents,
            received_on=row.received_on,
            bank_reference=row.bank_reference,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


def receipt_of(*, agreement_id: int, receipt_id: int) -> Receipt:
    """One receipt of an agreement the caller may read, not withdrawn. Raises: ReceiptUnknown."""
    for each in receipts(agreement_id):
        if each.id == receipt_id and each.withdrawn_at is None:
            return each
    raise ReceiptUnknown(receipt=receipt_id)


def pledges(agreement_ids: Collection[int]) -> list[PledgeFacts]:
    """Pledges to these agreements, the oldest first."""
    rows = Pledge.objects.filter(agreement_id__in=agreement_ids).order_by("pledged_at", "id")
    return [
        PledgeFacts(row.id, row.agreement_id, row.organisation_id, row.cents, PledgeState(row.state), row.pledged_at, row.signed_on)
        for row in rows
    ]
