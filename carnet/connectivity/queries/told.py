"""One connection as it is told to the person it is for, and to the desk or the line beside them: one view, whoever reads it aloud."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from carnet.connectivity import access
from carnet.connectivity.models import Application, Connection, Contact, Incident, Step, Telling
from carnet.connectivity.queries.applying import OpenOffer, told_offer
from carnet.connectivity.rules import ConnectionNumber, ConnectionState, ConnectionUnknown, Ground, IncidentBy, IncidentKind, MendedBy
from carnet.connectivity.rules.telling import ABOUT_STATE, About, day_told
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

LETTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class ToldIncident:
    """Something that does not work, or did not. `mended_at` None while it waits; `visit_on`: when somebody comes, if a day was given."""

    id: int
    kind: IncidentKind
    said_by: IncidentBy
    reported_at: datetime
    visit_on: date | None
    mended_at: datetime | None
    mended_by: MendedBy | None


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One change: to which state, on which legal day, why."""

    state: ConnectionState
    on: date
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ToldConnection:
    """A connection whole, without a name: a number, a home, an offer, where it is. Days are legal days; `ended_on` the first day without it."""

    id: int
    number: str
    programme_id: int
    desk_id: int
    landlord_id: int
    provider_id: int
    offer: OpenOffer
    residence: str
    address: str
    commune: str
    place_id: int | None
    door: str
    state: ConnectionState
    reason: str
    wants_computer: bool
    language: str
    has_phone: bool
    applied_on: date
    appointment_on: date | None
    activated_on: date | None
    ends_on: date | None
    ended_on: date | None
    grounds: tuple[Ground, ...]
    steps: tuple[ToldStep, ...]
    incidents: tuple[ToldIncident, ...]

    @property
    def printed(self) -> str:
        """Its number, as on the paper."""
        return ConnectionNumber(self.number).printed()

    @property
    def waiting(self) -> ToldIncident | None:
        """What does not work now."""
        return next((each for each in self.incidents if each.mended_at is None), None)


def own_connection(connection_id: int) -> ToldConnection:
    """The connection of the person whose visit this is (`operations.visited_connection`). Raises: ConnectionUnknown."""
    with acting_as_everything(why="whoever holds a connection's paper is of no tenant"):
        row = Connection.objects.select_related("home", "residence", "offer").filter(id=connection_id).first()
        if row is None:
            raise ConnectionUnknown
        return _told(row)


def desk_connection(actor: Actor, connection_id: int) -> ToldConnection:
    """One that was asked for at the actor's desk or on its line, or that it answers for as the operator. Raises: ConnectionUnknown."""
    row = access.seen_connection(actor, connection_id)
    if {"DESK", "OPERATOR"}.isdisjoint(access.is_standing(actor, row)):
        raise ConnectionUnknown
    return _told(row)


def numbered_connection(actor: Actor, number: str) -> ToldConnection:
    """The same, by the number a person says. Raises: ConnectionUnknown, ConnectionMistyped."""
    return desk_connection(actor, access.numbered_connection(actor, number).id)


@dataclass(frozen=True, slots=True)
class ListedConnection:
    """One line of a desk's list. `broken`: what does not work now, if anything."""

    id: int
    number: str
    residence: str
    door: str
    state: ConnectionState
    applied_on: date
    broken: IncidentKind | None

    @property
    def printed(self) -> str:
        """Its number, as on the paper."""
        return ConnectionNumber(self.number).printed()


def desk_connections(actor: Actor, *, most: int) -> tuple[ListedConnection, ...]:
    """What was asked for at the actor's desk, or on its line: what does not work first, then the latest. Two statements."""
    rows = Connection.objects.filter(desk_id=actor.organisation_id).select_related("home", "residence").order_by("-id")[:most]
    broken = dict(Incident.objects.filter(desk_id=actor.organisation_id, mended_at=None).values_list("connection_id", "kind"))
    listed = (
        ListedConnection(
            row.id, row.number, row.residence.name, row.home.door or row.home.reference, ConnectionState(row.state), row.applied_on,
            IncidentKind(broken[row.id]) if row.id in broken else None,
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(listed, key=lambda each: each.broken is None))


@dataclass(frozen=True, slots=True)
class LetterToPost:
    """A change the desk tells by a letter to a door, without a name. `said_on`: the day it is about, when it has one.

    `was_connected`: whether something was lent, to be given back.
    """

    id: int
    connection_id: int
    about: About
    printed: str
    residence: str
    door: str
    street: str
    city: str
    provider_id: int
    made_at: datetime
    said_on: date | None
    was_connected: bool


def letters_to_post(actor: Actor, *, at: datetime) -> tuple[LetterToPost, ...]:
    """The letters of the actor's desk that nobody posted yet and that are still true, the oldest first. One statement."""
    rows = _to_post(actor, at).select_related("connection__home", "connection__residence").order_by("made_at", "id")
    return tuple(_letter(row) for row in rows[:LETTERS_MAX])


def letters_count(actor: Actor, *, at: datetime) -> int:
    """How many there are."""
    return _to_post(actor, at).count()


def _to_post(actor: Actor, at: datetime) -> QuerySet[Telling]:
    """Nobody is told of a visit of last month, nor of a day since changed: a letter says where the connection is now, or is not posted."""
    now = Q()
    for state, about in ABOUT_STATE.items():
        is_to_come = {"connection__appointment_on__gte": legal_day(at)} if about is About.APPOINTMENT else {}
        now |= Q(about=about.value, connection__state=state.value, **is_to_come)
    later = Telling.objects.filter(connection_id=OuterRef("connection_id"), id__gt=OuterRef("id"))
    return Telling.objects.filter(now, ~Exists(later), desk_id=actor.organisation_id, done_at=None)


def _letter(row: Telling) -> LetterToPost:
    connection, residence = row.connection, row.connection.residence
    return LetterToPost(
        row.id, connection.id, About(row.about), ConnectionNumber(connection.number).printed(), residence.name,
        connection.home.door or connection.home.reference, residence.address, f"{residence.postcode} {residence.city}".strip(),
        connection.provider_id, row.made_at,
        day_told(About(row.about), appointment_on=connection.appointment_on, ended_on=connection.ended_on),
        connection.activated_on is not None,
    )  # fmt: skip


def _told(row: Connection) -> ToldConnection:
    residence, asked = row.residence, Application.objects.filter(connection=row).first()
    return ToldConnection(
        id=row.id, number=row.number, programme_id=row.programme_id, desk_id=row.desk_id, landlord_id=row.landlord_id,
        provider_id=row.provider_id, offer=told_offer(row.offer), residence=residence.name,
        address=", ".join(part for part in (residence.address, f"{residence.postcode} {residence.city}".strip()) if part),
        commune=residence.commune, place_id=residence.place_id, door=row.home.door or row.home.reference, state=ConnectionState(row.state),
        reason=row.reason, wants_computer=row.wants_computer, language=asked.language if asked else "fr",
        has_phone=Contact.objects.filter(connection=row, erased_at=None).exists(), applied_on=row.applied_on,
        appointment_on=row.appointment_on, activated_on=row.activated_on, ends_on=row.ends_on, ended_on=row.ended_on,
        grounds=tuple(Ground(each) for each in asked.grounds) if asked else (),
        steps=tuple(ToldStep(ConnectionState(each.state), each.on, each.reason, each.at) for each in _steps(row)),
        incidents=tuple(_incident(each) for each in Incident.objects.filter(connection=row).order_by("-id")[:20]),
    )  # fmt: skip


def _steps(row: Connection) -> list[Step]:
    return list(Step.objects.filter(connection=row).order_by("id"))


def _incident(row: Incident) -> ToldIncident:
    return ToldIncident(
        row.id, IncidentKind(row.kind), IncidentBy(row.said_by), row.reported_at, row.visit_on, row.mended_at,
        MendedBy(row.mended_by) if row.mended_by else None,
    )  # fmt: skip
