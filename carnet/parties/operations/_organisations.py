"""Registering organisations."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Rna, Siret
from carnet.parties import access
from carnet.parties.models import Organisation
from carnet.parties.rules import (
    OrganisationAlreadyRegistered,
    OrganisationEnded,
    OrganisationKind,
    OrganisationNameMissing,
    OrganisationUnnumbered,
    check_allowed_now,
    clean_email,
    clean_kinds,
)


@transaction.atomic
def create_organisation(
    *,
    name: str,
    kinds: Iterable[str],
    siret: str | None = None,
    rna: str | None = None,
    is_simulated: bool = False,
    contact_email: str = "",
    contact_phone: str = "",
    street: str = "",
    postcode: str = "",
    city: str = "",
    registered_by: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Register an organisation and return its id.

    `registered_by`: the operator that brings it in (by default the organisation acted for); it invites the first members and
    approves the bank accounts. Only a simulated organisation may have neither SIRET nor RNA.
    Raises:  NotAllowed, OrganisationNameMissing, OrganisationKindsInvalid, OrganisationUnnumbered, SiretInvalid, RnaInvalid,
             EmailInvalid, OrganisationAlreadyRegistered.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "parties.register-organisation", at)
    repeated = Organisation.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    if not name.strip():
        raise OrganisationNameMissing
    organisation = Organisation(
        name=name.strip()[:200],
        siret=str(Siret.parse(siret)) if siret else None,
        rna=str(Rna.parse(rna)) if rna else None,
        is_simulated=is_simulated,
        kinds=[kind.value for kind in clean_kinds(kinds)],
        contact_email=clean_email(contact_email) if contact_email else "",
        contact_phone=contact_phone.strip(),
        street=street.strip(),
        postcode=postcode.strip(),
        city=city.strip(),
        registered_by_id=registered_by or actor.organisation_id,
        request_id=request_id,
    )
    if not (organisation.siret or organisation.rna or is_simulated):
        raise OrganisationUnnumbered
    _insert(organisation)
    journal.record(
        actor=actor,
        action="parties.organisation-created",
        subject=("organisation", organisation.id),
        facts={"siret": organisation.siret, "rna": organisation.rna, "kinds": organisation.kinds},
        organisation_id=organisation.id,
        request_id=request_id,
        at=at,
    )
    return organisation.id


@transaction.atomic
def enlist_organisation(
    *,
    number: str,
    kind: OrganisationKind,
    name: str,
    is_simulated: bool,
    contact_email: str,
    contact_phone: str = "",
    street: str = "",
    postcode: str = "",
    city: str = "",
    registered_by: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """The organisation of a SIRET or RNA number, doing `kind` besides what it does; registered when nobody knew it. Returns its id.

    Raises: as `create_organisation` and `add_kind`, and OrganisationEnded.
    """
    numbered = {"rna": number} if number.startswith("W") else {"siret": number}
    known = Organisation.objects.filter(**numbered).first()
    if known is not None:
        if known.ended_on is not None:
            raise OrganisationEnded(organisation=known.name)
        add_kind(organisation_id=known.id, kind=kind, actor=actor, request_id=request_id, at=at)
        return known.id
    return create_organisation(
        name=name,
        kinds=[kind],
        is_simulated=is_simulated,
        contact_email=contact_email,
        contact_phone=contact_phone,
        street=street,
        postcode=postcode,
        city=city,
        registered_by=registered_by,
        actor=actor,
        request_id=request_id,
        at=at,
        **numbered,
    )


def _insert(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError as error:
        for column, number in (("siret", organisation.siret), ("rna", organisation.rna)):
            if f"one_per_{column}" in str(error):
                raise OrganisationAlreadyRegistered(
                    number=number, name=Organisation.objects.values_list("name", flat=True).get(**{column: number})
                ) from None
        raise


@transaction.atomic
def update_organisation(
    *,
    organisation_id: int,
    name: str,
    contact_email: str = "",
    contact_phone: str = "",
    street: str = "",
    postcode: str = "",
    city: str = "",
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Correct an organisation's name and contact. Numbers never change: another number is another organisation.

    Raises: NotAllowed, OrganisationUnknown, OrganisationNameMissing, EmailInvalid.
    """
    check_allowed_now(actor, "parties.register-organisation", at)
    organisation = access.managed_organisation(actor, organisation_id)
    if not name.strip():
        raise OrganisationNameMissing
    organisation.name = name.strip()[:200]
    organisation.contact_email = clean_email(contact_email) if contact_email else ""
    organisation.contact_phone, organisation.street = contact_phone.strip(), street.strip()
    organisation.postcode, organisation.city = postcode.strip(), city.strip()
    organisation.save(update_fields=["name", "contact_email", "contact_phone", "street", "postcode", "city"])
    journal.record(
        actor=actor,
        action="parties.organisation-updated",
        subject=("organisation", organisation.id),
        organisation_id=organisation.id,
        request_id=request_id,
        at=at,
    )
    return organisation.id


@transaction.atomic
def add_kind(*, organisation_id: int, kind: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that an organisation does one more thing. Its others stay. Adding it again changes nothing.

    Raises: NotAllowed, OrganisationUnknown, OrganisationKindsInvalid.
    """
    check_allowed_now(actor, "parties.register-organisation", at)
    organisation = access.managed_organisation(actor, organisation_id)
    (added,) = clean_kinds([kind])
    if added.value in organisation.kinds:
        return
    organisation.kinds = [each.value for each in clean_kinds([*organisation.kinds, added.value])]
    organisation.save(update_fields=["kinds"])
    journal.record(
        actor=actor,
        action="parties.organisation-kind-added",
        subject=("organisation", organisation.id),
        facts={"kind": added.value},
        organisation_id=organisation.id,
        request_id=request_id,
        at=at,
    )
