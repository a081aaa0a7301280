"""Shared computers, as their administrator sees them and as they see themselves; who has a PIN; whose turn it is."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import access
from carnet.parties.models import Pin, PinDay, Station, Turn
from carnet.parties.queries._actors import actor_for
from carnet.parties.rules import BY_PIN, PIN_ROLES, PartiesRefused, StationLimits, StationUnknown, check_may, is_idle, short_name


@dataclass(frozen=True, slots=True)
class StationView:
    """One shared computer. `today`: vouchers it let through today."""

    id: int
    name: str
    place_id: int | None
    prepared_at: datetime
    code_expires_at: datetime | None
    enrolled_at: datetime | None
    latest_used_at: datetime | None
    locked_at: datetime | None
    revoked_at: datetime | None
    limits: StationLimits
    today: int


@dataclass(frozen=True, slots=True)
class TurnTaker:
    """A member who may take turns, and where their PIN is at."""

    person_id: int
    display_name: str
    role: str
    has_pin: bool
    has_email: bool
    locked_at: datetime | None
    code_expires_at: datetime | None
    today: int


@dataclass(frozen=True, slots=True)
class StationFront:
    """What a shared computer shows while nobody's turn it is: (person id, first name and initial) of who has a PIN, of who awaits one."""

    station_id: int
    name: str
    organisation: str
    is_locked: bool
    people: tuple[tuple[int, str], ...]
    awaited: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class TurnSeen:
    """Whose turn it is, as an actor narrowed to what a PIN opens."""

    turn_id: int
    actor: Actor
    station: str
    idle_minutes: int
    organisation: str


def stations(*, actor: Actor, at: datetime) -> list[StationView]:
    """The shared computers of one's organisation, those in use first, by name. Raises: NotAllowed."""
    check_may(actor, "parties.see-stations")
    rows = Station.objects.filter(organisation_id=actor.organisation_id or 0).order_by("name", "id")
    counts = dict(PinDay.objects.filter(station__in=rows, day=legal_day(at)).order_by().values_list("station_id", "voucher_count"))
    return sorted((_view(row, counts.get(row.id, 0)) for row in rows), key=lambda each: each.revoked_at is not None)


def station(*, actor: Actor, station_id: int, at: datetime) -> StationView:
    """One of them. Raises: NotAllowed, StationUnknown."""
    found = next((each for each in stations(actor=actor, at=at) if each.id == station_id), None)
    if found is None:
        raise StationUnknown
    return found


def turn_takers(*, actor: Actor, at: datetime) -> list[TurnTaker]:
    """The members of one's organisation who may take turns, by name. Raises: NotAllowed."""
    check_may(actor, "parties.see-stations")
    organisation_id = actor.organisation_id or 0
    pins = {row.person_id: row for row in Pin.objects.filter(organisation_id=organisation_id)}
    days = PinDay.objects.filter(organisation_id=organisation_id, day=legal_day(at), station=None)
    counts = dict(days.order_by().values_list("person_id", "voucher_count"))
    found: dict[int, TurnTaker] = {}
    for row in access.turn_takers(organisation_id, at).select_related("person").order_by("person__display_name", "id"):
        pin = pins.get(row.person_id)
        found.setdefault(
            row.person_id,
            TurnTaker(
                person_id=row.person_id,
                display_name=row.person.display_name,
                role=row.role,
                has_pin=bool(pin and pin.hash),
                has_email=row.person.email is not None,
                locked_at=pin.locked_at if pin else None,
                code_expires_at=pin.code_expires_at if pin else None,
                today=counts.get(row.person_id, 0),
            ),
        )
    return list(found.values())


def has_own_pin(actor: Actor) -> bool:
    """Whether somebody fully signed in has chosen a PIN for the organisation acted for."""
    return Pin.objects.filter(organisation_id=actor.organisation_id or 0, person_id=actor.person_id or 0).exclude(hash="").exists()


def station_front(*, station_secret: str, at: datetime) -> StationFront | None:
    """What this browser shows as a shared computer, or None when it is not one (any more)."""
    try:
        known = access.presented_station(station_secret)
    except PartiesRefused:
        return None
    with acting_as(organisation_ids=[known.organisation_id]):
        rows = access.turn_takers(known.organisation_id, at).order_by("person__display_name", "person_id")
        members = dict(rows.values_list("person_id", "person__display_name"))
        pins = list(Pin.objects.filter(organisation_id=known.organisation_id, person_id__in=members))
    names = _shown(members)
    return StationFront(
        station_id=known.id,
        name=known.name,
        organisation=known.organisation.name,
        is_locked=known.locked_at is not None,
        people=_chosen(names, {row.person_id for row in pins if row.hash}),
        awaited=_chosen(names, {row.person_id for row in pins if row.code_expires_at is not None and at < row.code_expires_at}),
    )


def actor_for_turn(*, station_secret: str, turn_id: int, at: datetime) -> TurnSeen | None:
    """Whose turn it is on this browser, or None: ended, idle, station revoked, PIN removed or locked, member suspended.

    Read at every request: a revocation holds at once. The actor's roles are those of desks and places only, narrowed by BY_PIN.
    """
    try:
        known = access.presented_station(station_secret)
        with acting_as(organisation_ids=[known.organisation_id]):
            turn = Turn.objects.filter(id=turn_id, station_id=known.id, ended_at=None).first()
            if turn is None or is_idle(latest_at=turn.latest_at, idle_minutes=known.idle_minutes, at=at):
                return None
            if (
                not Pin.objects.filter(organisation_id=known.organisation_id, person_id=turn.person_id, locked_at=None)
                .exclude(hash="")
                .exists()
            ):
                return None
        actor = actor_for(person_id=turn.person_id, organisation_id=known.organisation_id, proved_at=None, at=at)
    except PartiesRefused:
        return None
    held = actor.roles & PIN_ROLES
    if not held:
        return None
    narrowed = replace(actor, roles=held | {BY_PIN}, place_id=known.place_id, instrument=f"station:{known.id}")
    return TurnSeen(turn.id, narrowed, known.name, known.idle_minutes, known.organisation.name)


def _shown(members: dict[int, str]) -> dict[int, str]:
    """First names and initials; the whole name of those who would look alike."""
    short = {person_id: short_name(name) for person_id, name in members.items()}
    counts = Counter(short.values())
    return {person_id: members[person_id] if counts[name] > 1 else name for person_id, name in short.items()}


def _chosen(names: dict[int, str], wanted: set[int]) -> tuple[tuple[int, str], ...]:
    return tuple((person_id, name) for person_id, name in names.items() if person_id in wanted)


def _view(row: Station, today: int) -> StationView:
    return StationView(
        id=row.id,
        name=row.name,
        place_id=row.place_id,
        prepared_at=row.prepared_at,
        code_expires_at=row.code_expires_at,
        enrolled_at=row.enrolled_at,
        latest_used_at=row.latest_used_at,
        locked_at=row.locked_at,
        revoked_at=row.revoked_at,
        limits=StationLimits(row.person_daily, row.station_daily, row.idle_minutes),
        today=today,
    )
