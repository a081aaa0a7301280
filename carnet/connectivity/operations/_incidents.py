"""What does not work: said by the person, the desk, the helpline, the landlord or the operator; answered by the provider."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.connectivity import access
from carnet.connectivity.models import Connection, Incident
from carnet.connectivity.operations._notes import note
from carnet.connectivity.operations._telling import tell_mended
from carnet.connectivity.rules import (
    ConnectionState,
    ConnectionUnknown,
    IncidentBy,
    IncidentKind,
    IncidentMended,
    IncidentWaiting,
    MendedBy,
    WrongState,
    check_appointment,
)
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import Role, check_may

# The line is the desk of what it asked for on the telephone, and still the operator's.
_SAID_BY = (
    ("OPERATOR", IncidentBy.OPERATOR),
    ("DESK", IncidentBy.DESK),
    ("LANDLORD", IncidentBy.LANDLORD),
)


@transaction.atomic
def report_incident(*, connection_id: int, kind: IncidentKind, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Say that a connection does not work; the provider is told by its home page. Lock: the connection. Returns the incident's id.

    Raises: NotAllowed, ConnectionUnknown, WrongState (not active), IncidentWaiting. Repeat: the same request_id gives the first incident.
    """
    check_may(actor, "connectivity.report-incident")
    row = access.seen_connection(actor, connection_id, lock=True)
    standing = access.is_standing(actor, row)
    said_by = next((by for part, by in _SAID_BY if part in standing), None)
    if said_by is None:
        raise ConnectionUnknown
    if Role.HELPLINE in actor.roles and said_by is IncidentBy.OPERATOR:
        said_by = IncidentBy.HELPLINE
    return say_incident(row, kind, said_by, actor=actor, request_id=request_id, at=at)


def say_incident(row: Connection, kind: IncidentKind, said_by: IncidentBy, *, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep an incident of a locked connection, whoever says it. Raises: WrongState, IncidentWaiting."""
    first = Incident.objects.filter(request_id=request_id).first()
    if first is not None:
        return first.id
    if row.state != ConnectionState.ACTIVE:
        raise WrongState(state=row.state, wanted=ConnectionState.ACTIVE.value)
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                connection=row, programme_id=row.programme_id, landlord_id=row.landlord_id, provider_id=row.provider_id,
                desk_id=row.desk_id, kind=kind.value, said_by=said_by.value, reported_at=at, reported_by_id=actor.person_id,
                request_id=request_id,
            )  # fmt: skip
    except IntegrityError as error:
        if "one_waiting" in str(error):
            waiting = Incident.objects.get(connection=row, mended_at=None)
            raise IncidentWaiting(reported_at=waiting.reported_at) from None
        raise
    facts = {"kind": kind.value, "by": said_by.value}
    note("incident-reported", ("connection", row.id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)
    return incident.id


@transaction.atomic
def plan_visit(*, incident_id: int, day: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The provider says when somebody comes. Lock: the incident.

    Raises: NotAllowed, IncidentUnknown, IncidentMended, DayInvalid. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.mend")
    row = access.seen_incident(actor, incident_id)
    if row.mended_at is not None:
        raise IncidentMended(mended_at=row.mended_at)
    check_appointment(day, today=legal_day(at))
    if row.visit_on != day:
        row.visit_on = day
        row.save(update_fields=["visit_on"])
        facts = {"day": day}
        note("incident-visit", ("connection", row.connection_id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def mend(*, incident_id: int, by: MendedBy, actor: Actor, request_id: UUID, at: datetime) -> None:
    """It works again, and how. Lock: the incident. Raises: NotAllowed, IncidentUnknown, IncidentMended. Repeat: it changes nothing."""
    check_may(actor, "connectivity.mend")
    row = access.seen_incident(actor, incident_id)
    if row.mended_request_id == request_id:
        return
    if row.mended_at is not None:
        raise IncidentMended(mended_at=row.mended_at)
    row.mended_at, row.mended_by, row.mended_request_id = at, by.value, request_id
    row.save(update_fields=["mended_at", "mended_by", "mended_request_id"])
    if by is not MendedBy.EXPLAINED:
        tell_mended(row.connection, row, at=at)
    facts = {"by": by.value, "hours": int((at - row.reported_at).total_seconds() // 3600)}
    note("incident-mended", ("connection", row.connection_id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)
