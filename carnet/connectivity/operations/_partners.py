"""Landlords and internet providers of a programme, admitted by its operator."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.connectivity import access
from carnet.connectivity.models import Connection, Offer, Partner
from carnet.connectivity.operations._notes import note
from carnet.connectivity.rules import LIVE, OfferState, Part, PartnerBusy, PartnerLacksKind
from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationEnded, OrganisationKind, check_may

_KIND = {Part.LANDLORD: OrganisationKind.LANDLORD, Part.PROVIDER: OrganisationKind.PROVIDER}


@transaction.atomic
def admit_partner(*, programme_id: int, organisation_id: int, part: Part, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Let a registered organisation be a landlord, or a provider, of a programme; return the partner's id.

    Raises: NotAllowed, ProgrammeUnknown, OrganisationUnknown, OrganisationEnded, PartnerLacksKind. Repeat: the one it has already.
    """
    check_may(actor, "connectivity.admit-partner")
    funding_access.operated_programme(actor, programme_id)
    organisation = parties.organisation(organisation_id)
    if organisation.has_ended:
        raise OrganisationEnded(organisation=organisation.name)
    if _KIND[part] not in organisation.kinds:
        raise PartnerLacksKind(organisation=organisation.name, part=part.value)
    try:
        with transaction.atomic():
            row, is_new = Partner.objects.get_or_create(
                programme_id=programme_id, organisation_id=organisation_id, part=part.value, ended_at=None,
                defaults={"admitted_at": at, "admitted_by_id": actor.person_id, "request_id": request_id},
            )  # fmt: skip
    except IntegrityError:
        row, is_new = Partner.objects.get(request_id=request_id), False
    if is_new:
        facts = {"part": part.value}
        note(
            "partner-admitted", ("partner", row.id), programme_id, facts, actor=actor, request_id=request_id, at=at,
            organisation_id=organisation_id,
        )  # fmt: skip
    return row.id


@transaction.atomic
def end_partner(*, partner_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A landlord or a provider leaves the programme, once nothing of it runs. Raises: NotAllowed, PartnerUnknown, PartnerBusy.

    Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.admit-partner")
    row = access.operated_partner(actor, partner_id)
    if row.ended_at is not None:
        return
    own = {"programme_id": row.programme_id, f"{row.part.lower()}_id": row.organisation_id}
    running = Connection.objects.filter(**own, state__in=[each.value for each in LIVE]).count()
    offers = Offer.objects.filter(**own, state__in=[OfferState.PREPARED.value, OfferState.OPEN.value]).count()
    if running or offers:
        raise PartnerBusy(connections=running, offers=offers)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    note(
        "partner-ended", ("partner", row.id), row.programme_id, {"part": row.part}, actor=actor, request_id=request_id, at=at,
        organisation_id=row.organisation_id,
    )  # fmt: skip
