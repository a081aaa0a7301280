"""Organisations let into a programme's hand-over, and out of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from carnet.distribution import access
from carnet.distribution.models import ProgrammePrescriber
from carnet.distribution.rules import NotAPrescriberOrganisation
from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind


@transaction.atomic
def join_programme(*, programme_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Let an organisation hand over the vouchers of a programme, from now on; return the id of its participation.

    An organisation taking part already is left as it is; the same request_id, even after the part ended, changes nothing.
    Raises: NotAllowed, ProgrammeUnknown, OrganisationUnknown, NotAPrescriberOrganisation.
    """
    access.check_may_admit(actor)
    funding_access.operated_programme(actor, programme_id)
    organisation = parties.organisation(organisation_id)
    if OrganisationKind.PRESCRIBER not in organisation.kinds:
        raise NotAPrescriberOrganisation(organisation=organisation.name)
    done_or_present = Q(request_id=request_id) | Q(programme_id=programme_id, organisation_id=organisation_id, left_at=None)
    present = ProgrammePrescriber.objects.filter(done_or_present).first()
    if present is not None:
        return present.id
    row = ProgrammePrescriber.objects.create(
        programme_id=programme_id, organisation_id=organisation_id, joined_at=at, request_id=request_id
    )
    journal.record(
        actor=actor,
        action="distribution.prescriber-joined",
        subject=("organisation", organisation_id),
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return row.id


@transaction.atomic
def join_programme_many(*, programme_id: int, organisation_ids: Sequence[int], actor: Actor, request_id: UUID, at: datetime) -> list[int]:
    """Let several organisations into a programme: all of them, or none. Raises: as `join_programme`."""
    return [
        join_programme(
            programme_id=programme_id,
            organisation_id=organisation_id,
            actor=actor,
            request_id=uuid5(request_id, f"prescriber {organisation_id}"),
            at=at,
        )
        for organisation_id in organisation_ids
    ]
