"""Noting the part of vouchers an agreement pledges to a public."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access
from carnet.funding.models import PublicTarget
from carnet.funding.rules import check_closing, check_target
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def set_public_target(*, agreement_id: int, basis_points: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Note the part of an agreement's vouchers pledged to job-seekers with little schooling; return the row's id.

    Units:   hundredths of a percent; 0 takes an earlier pledge back.
    Source:  docs/sources/public-money.md#states-share.
    Raises:  NotAllowed, AgreementUnknown, AgreementClosed, TargetOutOfRange.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.prepare-agreement", at)
    agreement = access.operated_agreement(actor, agreement_id)
    repeated = PublicTarget.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    check_closing(agreement.closed_at)
    row = PublicTarget.objects.create(
        programme_id=agreement.programme_id,
        agreement=agreement,
        basis_points=check_target(basis_points),
        set_at=at,
        set_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="funding.public-target-set",
        subject=("agreement", agreement_id),
        facts={"basis_points": basis_points},
        programme_id=agreement.programme_id,
        request_id=request_id,
        at=at,
    )
    return row.id
