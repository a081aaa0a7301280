"""Who works with a programme, and in which role: for letters to everybody of a role, and the weekly ones. Call it seeing everything."""

from collections.abc import Collection
from datetime import datetime

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.queries import PersonOf
from carnet.parties.rules import OrganisationKind, Role
from carnet.places import queries as places

OPERATOR = (Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER)
DESK = (Role.PRESCRIBER_LEAD, Role.PRESCRIBER)
PLACE = (Role.PLACE_MANAGER, Role.MEDIATOR)
SYSTEM = Actor.system("audience")


def organisations_of(programme_id: int, kind: OrganisationKind, *, at: datetime) -> frozenset[int]:
    """The organisations that take part in a programme in that quality, at that moment."""
    if kind is OrganisationKind.OPERATOR:
        return frozenset({funding.programme(programme_id).operator_id})
    if kind is OrganisationKind.PRESCRIBER:
        return frozenset(each.organisation_id for each in distribution.participations(programme_id=programme_id, at=at))
    if kind is OrganisationKind.PLACE_OPERATOR:
        found = places.summaries(places.places_accepting(programme_id, at=at), at=at)
        return frozenset(each.operator_id for each in found if each.operator_id is not None)
    if kind is OrganisationKind.FUNDER:
        return frozenset(funder for each in funding.agreements(SYSTEM, [programme_id], at=at) for funder in each.funder_ids)
    if kind is OrganisationKind.AUDITOR:
        return frozenset(
            each.organisation_id for each in funding.engagements(programme_id) if each.starts_at <= at < (each.ended_at or each.ends_at)
        )
    return frozenset()


KIND_OF: dict[Role, OrganisationKind] = {
    **dict.fromkeys(OPERATOR, OrganisationKind.OPERATOR),
    **dict.fromkeys(DESK, OrganisationKind.PRESCRIBER),
    **dict.fromkeys(PLACE, OrganisationKind.PLACE_OPERATOR),
    Role.FUNDER: OrganisationKind.FUNDER,
    Role.AUDITOR: OrganisationKind.AUDITOR,
}


def people_of(programme_ids: Collection[int], roles: Collection[str], *, at: datetime) -> list[PersonOf]:
    """Whoever can be written to and holds one of these roles in an organisation of one of these programmes; once for each organisation.

    A volunteer who takes turns with a PIN has no address: what is announced waits on the home page.
    """
    found: dict[tuple[int, int, str], PersonOf] = {}
    for role in sorted(set(roles) & set(KIND_OF)):
        for programme_id in programme_ids:
            ids = organisations_of(programme_id, KIND_OF[Role(role)], at=at)
            for each in parties.people_of(ids, roles=[role], at=at):
                if each.email:
                    found[each.person_id, each.organisation_id, each.role] = each
    return [found[key] for key in sorted(found)]
