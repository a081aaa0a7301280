"""Who may see and change the solidarity connection: the only way from an identifier to a row.

The database hides other tenants' rows. Here is the finer grain: who decides of a home is its landlord, who connects it is its provider,
and an organisation that is both acts under the part that the action asks for.
"""

from django.db.models import QuerySet

from carnet.connectivity.models import Connection, Contact, Home, Incident, Offer, Partner, Residence
from carnet.connectivity.rules import (
    ConnectionCode,
    ConnectionNumber,
    ConnectionUnknown,
    HomeUnknown,
    IncidentUnknown,
    OfferUnknown,
    Part,
    PartnerUnknown,
    ResidenceUnknown,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import Role

_OPERATOR: frozenset[str] = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER, Role.HELPLINE})
# Whoever applies with a person, beside them or on the telephone of the line, which is then their desk.
_DESK: frozenset[str] = frozenset({Role.PRESCRIBER, Role.PRESCRIBER_LEAD, Role.HELPLINE, Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT})


def is_standing(actor: Actor, row: Connection | Offer | Incident) -> frozenset[str]:
    """As whom the actor stands before a row: OPERATOR, LANDLORD, PROVIDER, DESK. Empty: as nobody."""
    if actor.kind == "system":
        return frozenset({"OPERATOR", "LANDLORD", "PROVIDER", "DESK"})
    standing = set()
    if not _OPERATOR.isdisjoint(actor.roles) and row.programme_id in actor.programme_ids:
        standing.add("OPERATOR")
    if Role.LANDLORD in actor.roles and row.landlord_id == actor.organisation_id:
        standing.add("LANDLORD")
    if Role.PROVIDER in actor.roles and row.provider_id == actor.organisation_id:
        standing.add("PROVIDER")
    if not _DESK.isdisjoint(actor.roles) and getattr(row, "desk_id", None) == actor.organisation_id:
        standing.add("DESK")
    return frozenset(standing)


def partners_of(actor: Actor, part: Part) -> QuerySet[Partner]:
    """The programmes in which the actor's organisation has this part now."""
    return Partner.objects.filter(organisation_id=actor.organisation_id or 0, part=part.value, ended_at=None).order_by("id")


def standing_partner(programme_id: int, organisation_id: int, part: Part) -> Partner:
    """The organisation's part in a programme, inside the announced tenant. Raises: PartnerUnknown."""
    found = Partner.objects.filter(programme_id=programme_id, organisation_id=organisation_id, part=part.value, ended_at=None).first()
    if found is None:
        raise PartnerUnknown(part=part.value)
    return found


def operated_partner(actor: Actor, partner_id: int) -> Partner:
    """A landlord or a provider of a programme that the actor's operator runs, locked. Raises: PartnerUnknown."""
    row = Partner.objects.select_for_update(of=("self",)).filter(id=partner_id).first()
    if row is None:
        raise PartnerUnknown(partner=partner_id)
    try:
        funding_access.operated_programme(actor, row.programme_id)
    except ProgrammeUnknown:
        raise PartnerUnknown(partner=partner_id) from None
    return row


def own_residence(actor: Actor, residence_id: int, *, lock: bool = False) -> Residence:
    """A residence of the actor's own organisation. Raises: ResidenceUnknown."""
    rows = Residence.objects.select_for_update(of=("self",)) if lock else Residence.objects
    row = rows.filter(id=residence_id, landlord_id=actor.organisation_id).first()
    if row is None:
        raise ResidenceUnknown(residence=residence_id)
    return row


def seen_offer(actor: Actor, offer_id: int, *, lock: bool = False) -> Offer:
    """An offer of one's own programmes, homes or network. Raises: OfferUnknown."""
    rows = Offer.objects.select_for_update(of=("self",), no_key=True) if lock else Offer.objects
    row = rows.filter(id=offer_id).first()
    if row is None:
        raise OfferUnknown(offer=offer_id)
    return row


def operated_offer(actor: Actor, offer_id: int, *, lock: bool = False) -> Offer:
    """An offer of a programme that the actor's operator runs. Raises: OfferUnknown."""
    row = seen_offer(actor, offer_id, lock=lock)
    try:
        funding_access.operated_programme(actor, row.programme_id)
    except ProgrammeUnknown:
        raise OfferUnknown(offer=offer_id) from None
    return row


def seen_connection(actor: Actor, connection_id: int, *, lock: bool = False, part: str | None = None) -> Connection:
    """A connection the actor stands before, as `part` if one is named. Raises: ConnectionUnknown (the same for none and another's)."""
    rows = Connection.objects.select_related("home", "residence", "offer")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return _standing(actor, rows.filter(id=connection_id).first(), part)


def numbered_connection(actor: Actor, number: str, *, part: str | None = None) -> Connection:
    """As `seen_connection`, by what is printed. Raises: ConnectionUnknown, ConnectionMistyped."""
    rows = Connection.objects.select_related("home", "residence", "offer")
    return _standing(actor, rows.filter(number=str(ConnectionNumber.parse(number))).first(), part)


def seen_incident(actor: Actor, incident_id: int) -> Incident:
    """An incident of one's own network, locked. Raises: IncidentUnknown."""
    row = Incident.objects.select_for_update(of=("self",)).select_related("connection").filter(id=incident_id).first()
    if row is None or "PROVIDER" not in is_standing(actor, row):
        raise IncidentUnknown(incident=incident_id)
    return row


def desk_programmes(actor: Actor) -> frozenset[int]:
    """The programmes of the operator that brought the actor's desk in: where somebody may apply there. Public facts, no wall."""
    if actor.organisation_id is None:
        return frozenset()
    desk = parties.organisation(actor.organisation_id)
    operator = desk.registered_by or desk.id
    return frozenset(each.id for each in funding.programmes_of_operator(operator) if each.ended_at is None)


def home_to_connect(home_id: int, *, programme_id: int, landlord_id: int) -> Home:
    """A home of a landlord's in a programme, inside the announced tenant. Raises: HomeUnknown."""
    rows = Home.objects.select_related("residence").filter(
        id=home_id, programme_id=programme_id, landlord_id=landlord_id, ended_at=None, residence__ended_at=None
    )
    row = rows.first()
    if row is None:
        raise HomeUnknown(home=home_id)
    return row


def code_of(row: Connection) -> ConnectionCode:
    """The code on the person's paper, made anew from the installation's key."""
    return ConnectionCode.from_mark(key_ring().mark("code of a connection", f"{row.number} {row.code_version}"))


def contact_purpose(number: str) -> str:
    """What a contact is sealed under."""
    return f"contact of connection {number}"


def phone_of(contact: Contact, number: str) -> str:
    """The telephone number of a contact; "" once erased. Raises: KeysUnreadable."""
    if contact.sealed_phone is None:
        return ""
    return key_ring().unseal_for(contact_person(number), contact_purpose(number), bytes(contact.sealed_phone)).decode()


def contact_person(number: str) -> str:
    """How the ring calls the key of a household."""
    return f"household-{number}"


def _standing(actor: Actor, row: Connection | None, part: str | None) -> Connection:
    standing = is_standing(actor, row) if row is not None else frozenset()
    if row is None or not standing or (part is not None and part not in standing):
        raise ConnectionUnknown
    return row
