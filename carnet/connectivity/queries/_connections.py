"""Connections as each party reads them: the landlord and the provider see the door, the operator counts, nobody a name."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet

from carnet.connectivity import access
from carnet.connectivity.models import Connection, Contact, Incident, Step
from carnet.connectivity.rules import ConnectionNumber, ConnectionState, IncidentBy, IncidentKind, MendedBy
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role, check_may

SHOWN_MOST = 200
# What waits first: what does not work, then what waits for this party, then the rest, the oldest first.
_SEE_OWN = frozenset({Role.LANDLORD.value, Role.PROVIDER.value})


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """Something that does not work, or did not."""

    id: int
    connection_id: int
    kind: IncidentKind
    said_by: IncidentBy
    reported_at: datetime
    visit_on: date | None
    mended_at: datetime | None
    mended_by: MendedBy | None


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """One connection in a list. `door`, `home_reference` and `address` are empty for whoever only counts."""

    id: int
    number: ConnectionNumber
    state: ConnectionState
    reason: str
    programme_id: int
    landlord_id: int
    provider_id: int
    desk_id: int
    offer_id: int
    offer_name: str
    residence_id: int
    residence_name: str
    commune: str
    address: str
    door: str
    home_reference: str
    wants_computer: bool
    applied_on: date
    accepted_on: date | None
    appointment_on: date | None
    activated_on: date | None
    ends_on: date | None
    ended_on: date | None
    changed_at: datetime
    incident: IncidentLine | None = None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a connection's life."""

    state: ConnectionState
    on: date
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection with its story. `phone`: for the provider and the desk, "" for others, when none was given, and once erased."""

    line: ConnectionLine
    standing: frozenset[str]
    steps: tuple[StepLine, ...]
    incidents: tuple[IncidentLine, ...]
    phone: str
    may_text: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a home page says first: how many connections in each state, how many do not work and since when."""

    by_state: dict[ConnectionState, int]
    incidents: int
    oldest_incident: datetime | None
    oldest_application: date | None
    late_appointments: int

    def count(self, *states: ConnectionState) -> int:
        """How many are in one of these states."""
        return sum(self.by_state.get(state, 0) for state in states)


def connections(
    *, actor: Actor, states: Collection[ConnectionState] = (), residence_id: int | None = None, offer_id: int | None = None,
    broken_only: bool = False, limit: int = SHOWN_MOST,
) -> tuple[ConnectionLine, ...]:  # fmt: skip
    """The connections the actor stands before, the oldest change first. Two statements, however many. Raises: NotAllowed."""
    rows = _own(actor).select_related("home", "residence", "offer")
    if states:
        rows = rows.filter(state__in=[each.value for each in states])
    if residence_id is not None:
        rows = rows.filter(residence_id=residence_id)
    if offer_id is not None:
        rows = rows.filter(offer_id=offer_id)
    if broken_only:
        rows = rows.filter(id__in=Incident.objects.filter(mended_at=None).values("connection_id"))
    found = list(rows.order_by("changed_at", "id")[:limit])
    broken = {each.connection_id: _incident(each) for each in Incident.objects.filter(connection__in=found, mended_at=None)}
    return tuple(replace(_line(row, access.is_standing(actor, row)), incident=broken.get(row.id)) for row in found)


def connection(*, actor: Actor, connection_id: int) -> ConnectionView:
    """One connection and its story. Raises: NotAllowed, ConnectionUnknown, KeysUnreadable."""
    _check_reader(actor)
    return _view(actor, access.seen_connection(actor, connection_id))


def connection_by_number(*, actor: Actor, number: str) -> ConnectionView:
    """As `connection`, by what is printed on a paper. Raises: NotAllowed, ConnectionUnknown, ConnectionMistyped."""
    _check_reader(actor)
    return _view(actor, access.numbered_connection(actor, number))


def waiting(*, actor: Actor, today: date) -> Waiting:
    """What waits for the actor's organisation. Two statements. Raises: NotAllowed."""
    rows = _own(actor)
    counted = rows.order_by().values("state").annotate(
        count=Count("id"), oldest=Min("applied_on"), late=Count("id", filter=Q(appointment_on__lt=today))
    )  # fmt: skip
    told = {ConnectionState(each["state"]): each for each in counted}
    broken = Incident.objects.filter(mended_at=None, connection__in=rows).aggregate(count=Count("id"), oldest=Min("reported_at"))
    applied, planned = told.get(ConnectionState.APPLIED), told.get(ConnectionState.TO_ACTIVATE)
    return Waiting(
        {state: each["count"] for state, each in told.items()}, broken["count"], broken["oldest"],
        applied["oldest"] if applied else None, planned["late"] if planned else 0,
    )  # fmt: skip


def _own(actor: Actor) -> QuerySet[Connection]:
    """The rows of the actor's own organisation, under the parts its roles give it; of its programmes, for whoever only counts."""
    _check_reader(actor)
    if actor.kind == "system":
        return Connection.objects.all()
    mine, organisation_id = Q(pk__in=[]), actor.organisation_id
    for roles, column in (
        ({Role.LANDLORD}, "landlord_id"), ({Role.PROVIDER}, "provider_id"), ({Role.PRESCRIBER, Role.PRESCRIBER_LEAD}, "desk_id"),
    ):  # fmt: skip
        if not actor.roles.isdisjoint(roles):
            mine |= Q(**{column: organisation_id})
    return Connection.objects.filter(mine | Q(programme_id__in=actor.programme_ids))


def _check_reader(actor: Actor) -> None:
    if not _SEE_OWN.isdisjoint(actor.roles):
        check_may(actor, "connectivity.see-own")
    elif not {Role.PRESCRIBER.value, Role.PRESCRIBER_LEAD.value}.isdisjoint(actor.roles):
        check_may(actor, "connectivity.apply")
    elif Role.HELPLINE in actor.roles:
        check_may(actor, "connectivity.report-incident")
    else:
        check_may(actor, "connectivity.see")


def _view(actor: Actor, row: Connection) -> ConnectionView:
    standing = access.is_standing(actor, row)
    # A provider calls for a visit: until the landlord has answered there is none to make.
    may_call = "DESK" in standing or ("PROVIDER" in standing and row.state != ConnectionState.APPLIED.value)
    contact = Contact.objects.filter(connection=row, erased_at=None).first() if may_call else None
    incidents = tuple(_incident(each) for each in Incident.objects.filter(connection=row).order_by("-reported_at"))
    line = replace(_line(row, standing), incident=next((each for each in incidents if each.mended_at is None), None))
    steps = tuple(
        StepLine(ConnectionState(each.state), each.on, each.reason, each.at) for each in Step.objects.filter(connection=row).order_by("id")
    )
    phone = access.phone_of(contact, row.number) if contact is not None else ""
    return ConnectionView(line, standing, steps, incidents, phone, contact is not None and contact.may_text)


def _line(row: Connection, standing: frozenset[str]) -> ConnectionLine:
    sees_door = bool(standing & {"LANDLORD", "PROVIDER", "DESK"})
    return ConnectionLine(
        id=row.id, number=ConnectionNumber(row.number), state=ConnectionState(row.state), reason=row.reason, programme_id=row.programme_id,
        landlord_id=row.landlord_id, provider_id=row.provider_id, desk_id=row.desk_id, offer_id=row.offer_id, offer_name=row.offer.name,
        residence_id=row.residence_id, residence_name=row.residence.name, commune=row.residence.commune,
        address=row.residence.address if sees_door else "", door=row.home.door if sees_door else "",
        home_reference=row.home.reference if sees_door else "", wants_computer=row.wants_computer, applied_on=row.applied_on,
        accepted_on=row.accepted_on, appointment_on=row.appointment_on, activated_on=row.activated_on, ends_on=row.ends_on,
        ended_on=row.ended_on, changed_at=row.changed_at,
    )  # fmt: skip


def _incident(row: Incident) -> IncidentLine:
    return IncidentLine(
        row.id, row.connection_id, IncidentKind(row.kind), IncidentBy(row.said_by), row.reported_at, row.visit_on, row.mended_at,
        MendedBy(row.mended_by) if row.mended_by else None,
    )  # fmt: skip
