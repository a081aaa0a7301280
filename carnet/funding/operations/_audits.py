"""Letting an auditor read a programme, for a time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access
from carnet.funding.models import AuditEngagement
from carnet.funding.rules import EngagementReversed, OrganisationLacksKind
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now


@transaction.atomic
def engage_auditor(
    *,
    programme_id: int,
    organisation_id: int,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Let an auditing organisation read everything of a programme from `starts_at` until `ends_at` (exclusive).

    Raises:  NotAllowed, ProgrammeUnknown, EngagementReversed, OrganisationLacksKind.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "funding.manage-programme", at)
    programme = access.operated_programme(actor, programme_id)
    repeated = AuditEngagement.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    if ends_at <= starts_at:
        raise EngagementReversed(starts_at=starts_at, ends_at=ends_at)
    auditor = parties.organisation(organisation_id)
    if OrganisationKind.AUDITOR not in auditor.kinds:
        raise OrganisationLacksKind(organisation=auditor.name, kind=OrganisationKind.AUDITOR.value)
    row = AuditEngagement.objects.create(
        programme_id=programme.id, organisation_id=organisation_id, starts_at=starts_at, ends_at=ends_at, request_id=request_id
    )
    _journal(actor, "funding.auditor-engaged", row, request_id, at)
    return row.id


@transaction.atomic
def end_engagement(*, engagement_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End an audit before its time. Ending again changes nothing. Raises: NotAllowed, EngagementUnknown, ProgrammeUnknown."""
    check_allowed_now(actor, "funding.manage-programme", at)
    row = access.operated_engagement(actor, engagement_id)
    if row.ended_at is not None:
        return
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _journal(actor, "funding.audit-ended", row, request_id, at)


def _journal(actor: Actor, action: str, row: AuditEngagement, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("engagement", row.id),
        facts={"organisation": row.organisation_id, "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()},
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        request_id=request_id,
        at=at,
    )
