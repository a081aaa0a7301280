"""Dividing an order between funders, for good, when its codes are drawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access, queries
from carnet.funding.models import Commitment, CommitmentShare
from carnet.funding.rules import AgreementUnknown, OrderShare, shares_for_order, weights_of
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger.rules import Weight


@dataclass(frozen=True, slots=True)
class Committed:
    """An order's shares, fixed: `weights` are what the ledger divides its series by."""

    id: int
    shares: tuple[OrderShare, ...]
    weights: tuple[Weight, ...]


@transaction.atomic
def commit_order(*, agreement_id: int, total_cents: int, actor: Actor, request_id: UUID, at: datetime) -> Committed:
    """Divide an order's face value by the shares in force, and hold every funder to its cents.

    Called by issuing inside its own drawing, which checks who may draw. Orders of one agreement pass one at a time.
    Raises:  AgreementUnknown, AgreementClosed, OrderNotPositive, CapReached, FixedAmountsExhausted.
    Repeat:  the same request_id returns the first division.
    """
    row = access.operated_agreement(actor, agreement_id, lock=True)
    repeated = Commitment.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return _committed(repeated)
    facts = queries.agreement_for_order(agreement_id, at=at)
    already = queries.already_ordered(agreement_id, facts.version.id)
    shares = shares_for_order(total_cents, facts.version.shares, already)
    commitment = Commitment.objects.create(
        programme_id=row.programme_id,
        agreement=row,
        version_id=facts.version.id,
        total_cents=total_cents,
        committed_at=at,
        request_id=request_id,
    )
    CommitmentShare.objects.bulk_create(
        CommitmentShare(
            programme_id=row.programme_id,
            agreement_id=row.id,
            commitment=commitment,
            rank=rank,
            funder_id=share.funder_id,
            held_by_id=share.held_by_id,
            cents=share.cents,
            by_portion_cents=share.by_portion_cents,
        )
        for rank, share in enumerate(shares, start=1)
    )
    journal.record(
        actor=actor,
        action="funding.order-committed",
        subject=("commitment", commitment.id),
        facts={"agreement": row.id, "total_cents": total_cents, "version": facts.version.number},
        programme_id=row.programme_id,
        request_id=request_id,
        at=at,
    )
    return Committed(commitment.id, shares, weights_of(shares))


@transaction.atomic
def release_commitment(*, commitment_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give an order's cents back to the agreement, when its codes were never drawn. Releasing again changes nothing.

    Raises: AgreementUnknown.
    """
    row = Commitment.objects.select_for_update(of=("self",)).filter(id=commitment_id).first()
    if row is None:
        raise AgreementUnknown(commitment=commitment_id)
    access.operated_agreement(actor, row.agreement_id)
    if row.released_at is not None:
        return
    row.released_at = at
    row.save(update_fields=["released_at"])
    journal.record(
        actor=actor,
        action="funding.commitment-released",
        subject=("commitment", row.id),
        facts={"agreement": row.agreement_id, "total_cents": row.total_cents},
        programme_id=row.programme_id,
        request_id=request_id,
        at=at,
    )


def _committed(row: Commitment) -> Committed:
    lines = row.shares.order_by("rank")
    shares = tuple(OrderShare(line.funder_id, line.held_by_id, line.cents, line.by_portion_cents) for line in lines)
    return Committed(row.id, shares, weights_of(shares))
