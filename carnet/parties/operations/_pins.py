"""PINs: chosen by their owner alone, with a full sign-in or a first code; unlocked and removed by an administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import Membership, Person, Pin, Station
from carnet.parties.operations._members import join, noted
from carnet.parties.queries import organisations_of
from carnet.parties.rules import (
    FIRST_CODE_LIFETIME,
    PIN_ERRORS_MAX,
    PIN_ROLES,
    VOLUNTEER_ROLES,
    PartiesRefused,
    PersonNameMissing,
    PinLocked,
    PinUnknown,
    PinWrong,
    RoleNotYoursToGive,
    StationLocked,
    check_allowed_now,
    check_first_code,
    check_may_grant,
    check_pin,
    check_role_for,
    new_code,
    person_of,
    read_code,
    secret_hash,
)

MANAGE = "parties.manage-stations"


@dataclass(frozen=True, slots=True)
class FirstCode:
    """What lets somebody choose their PIN on a station, once, before `expires_at`. None when the request is repeated."""

    person_id: int
    code: str | None
    expires_at: datetime


@transaction.atomic
def add_volunteer(*, display_name: str, role: str, actor: Actor, request_id: UUID, at: datetime) -> FirstCode:
    """Add to one's organisation somebody who has no e-mail address and will only take turns on shared computers; give their first code.

    The person has no password and receives no letter: without a station, no door opens.
    Raises:  NotAllowed, SecondFactorNeeded, RoleUnknown, RoleNotForOrganisation, RoleNotYoursToGive (also a role that manages),
             PersonNameMissing.
    Repeat:  the same request_id returns the same person, without the code.
    """
    check_allowed_now(actor, MANAGE, at)
    organisation = access.managed_organisation(actor, actor.organisation_id or 0)
    given = check_role_for(role, organisation.kinds)
    check_may_grant(actor, given, organisation_id=organisation.id, registered_by=organisation.registered_by_id)
    if given not in VOLUNTEER_ROLES:
        raise RoleNotYoursToGive(role=role)
    if not display_name.strip():
        raise PersonNameMissing
    repeated = Membership.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return FirstCode(repeated.person_id, None, at)
    person = _person_without_email(display_name)
    membership = join(person, organisation, given, request_id, at)
    noted(actor, "parties.volunteer-added", ("membership", membership.id), organisation.id, request_id, at, person_id=person.id)
    return _first_code(person.id, organisation.id, at)


@transaction.atomic
def give_first_code(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> FirstCode:
    """Let a member choose a PIN on a station, or another one if forgotten. An earlier PIN opens until then; five errors are forgiven then.

    Raises: NotAllowed, SecondFactorNeeded, PinUnknown (nobody here who may take turns).
    """
    check_allowed_now(actor, MANAGE, at)
    organisation_id = _of_turn_taker(person_id, actor, at)
    given = _first_code(person_id, organisation_id, at)
    noted(actor, "parties.first-code-given", ("person", person_id), organisation_id, request_id, at)
    return given


@transaction.atomic
def choose_own_pin(*, pin: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Choose one's own PIN for the organisation acted for, once fully signed in; it also unlocks it.

    Raises: NotAllowed, FullSignInNeeded, PinTooSimple.
    """
    check_allowed_now(actor, "parties.choose-pin", at)
    digits = check_pin(pin)
    person_id, organisation_id = person_of(actor, "parties.choose-pin"), actor.organisation_id or 0
    row, _is_new = Pin.objects.get_or_create(organisation_id=organisation_id, person_id=person_id)
    _keep(row, digits, at)
    noted(actor, "parties.pin-chosen", ("person", person_id), organisation_id, request_id, at)


@transaction.atomic
def choose_pin_with_code(
    *, station_secret: str, person_id: int, code: str, pin: str, request_id: UUID, at: datetime
) -> PartiesRefused | None:
    """Choose one's PIN on a station with a first code. A wrong code is an error like a wrong PIN, so the refusal is given back, not raised.

    Raises: StationUnknown, PinTooSimple (nothing is counted).
    """
    station = access.presented_station(station_secret)
    digits = check_pin(pin)
    with acting_as(organisation_ids=[station.organisation_id]):
        station = Station.objects.select_for_update(of=("self",)).get(id=station.id)
        if station.locked_at is not None:
            return StationLocked()
        row = Pin.objects.select_for_update(of=("self",)).filter(organisation_id=station.organisation_id, person_id=person_id).first()
        matches = bytes(row.code_hash or b"") == _code_mark(station.organisation_id, person_id, read_code(code)) if row else False
        try:
            check_first_code(matches=matches, expires_at=row.code_expires_at if row else None, at=at)
        except PartiesRefused as refusal:
            return count_error(station, row, refusal, request_id, at)
        assert row is not None
        _keep(row, digits, at)
        forgive(station)
        noted(Actor.anonymous(), "parties.pin-chosen", ("person", person_id), station.organisation_id, request_id, at, station=station.id)
    return None


@transaction.atomic
def unlock_pin(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let a member type their PIN again after five errors. Raises: NotAllowed, SecondFactorNeeded, PinUnknown."""
    check_allowed_now(actor, MANAGE, at)
    row = _own_pin(person_id, actor)
    if row.locked_at is None:
        return
    row.locked_at, row.wrong_count = None, 0
    row.save(update_fields=["locked_at", "wrong_count"])
    noted(actor, "parties.pin-unlocked", ("person", person_id), row.organisation_id, request_id, at)


@transaction.atomic
def remove_pin(*, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take somebody's PIN away at once, whoever's turn it is. Raises: NotAllowed, PinUnknown."""
    check_allowed_now(actor, "parties.revoke-station", at)
    row = _own_pin(person_id, actor)
    row.delete()
    noted(actor, "parties.pin-removed", ("person", person_id), row.organisation_id, request_id, at)


@transaction.atomic
def unlock_after_sign_in(*, person_id: int, station_secret: str, request_id: UUID, at: datetime) -> None:
    """A full sign-in, second factor included, forgives one's own errors, and those of the station it was done on."""
    station = None
    if station_secret:
        try:
            station = access.presented_station(station_secret)
        except PartiesRefused:
            station = None
    for mine in organisations_of(person_id=person_id, at=at):
        if mine.is_suspended or PIN_ROLES.isdisjoint(mine.roles):
            continue
        with acting_as(organisation_ids=[mine.id]):
            unlocked = Pin.objects.filter(organisation_id=mine.id, person_id=person_id, locked_at__isnull=False)
            done = unlocked.update(locked_at=None, wrong_count=0)
            if station is not None and station.organisation_id == mine.id and station.locked_at is not None:
                done += Station.objects.filter(id=station.id, locked_at__isnull=False).update(locked_at=None, wrong_count=0)
            if done:
                noted(Actor.anonymous(), "parties.pin-unlocked", ("person", person_id), mine.id, request_id, at)


def pin_matches(row: Pin | None, organisation_id: int, person_id: int, pin: str) -> bool:
    """Whether the PIN is right; as long when there is none to compare with."""
    typed = _pin_mark(organisation_id, person_id, pin)
    if row is None or not row.hash:
        make_password(typed)
        return False
    return check_password(typed, row.hash)


def count_error(station: Station, row: Pin | None, refusal: PartiesRefused, request_id: UUID, at: datetime) -> PartiesRefused:
    """One more error of this station and, if it is somebody, of this person; what is locked by it says so."""
    station.wrong_count += 1
    if station.wrong_count >= PIN_ERRORS_MAX:
        station.locked_at = at
        _locked("station", station.id, station.organisation_id, request_id, at)
        refusal = StationLocked()
    station.save(update_fields=["wrong_count", "locked_at"])
    if row is not None:
        row.wrong_count += 1
        if row.wrong_count >= PIN_ERRORS_MAX and row.locked_at is None:
            row.locked_at = at
            _locked("person", row.person_id, station.organisation_id, request_id, at)
            refusal = refusal if isinstance(refusal, StationLocked) else PinLocked()
        row.save(update_fields=["wrong_count", "locked_at"])
    return refusal


def forgive(station: Station) -> None:
    """A right PIN: the station's errors in a row begin again at none."""
    if station.wrong_count:
        station.wrong_count = 0
        station.save(update_fields=["wrong_count"])


def wrong() -> PartiesRefused:
    """The one answer to a wrong PIN, to somebody unknown, to a member suspended."""
    return PinWrong()


def _keep(row: Pin, digits: str, at: datetime) -> None:
    row.hash, row.chosen_at = make_password(_pin_mark(row.organisation_id, row.person_id, digits)), at
    row.code_hash = row.code_expires_at = row.locked_at = None
    row.wrong_count = 0
    row.save(update_fields=["hash", "chosen_at", "code_hash", "code_expires_at", "wrong_count", "locked_at"])


def _first_code(person_id: int, organisation_id: int, at: datetime) -> FirstCode:
    code, expires_at = new_code(), at + FIRST_CODE_LIFETIME
    Pin.objects.update_or_create(
        organisation_id=organisation_id,
        person_id=person_id,
        defaults={"code_hash": _code_mark(organisation_id, person_id, code), "code_expires_at": expires_at},
    )
    return FirstCode(person_id, code, expires_at)


def _of_turn_taker(person_id: int, actor: Actor, at: datetime) -> int:
    organisation_id = actor.organisation_id or 0
    if not access.turn_takers(organisation_id, at).filter(person_id=person_id).exists():
        raise PinUnknown
    return organisation_id


def _own_pin(person_id: int, actor: Actor) -> Pin:
    row = Pin.objects.select_for_update(of=("self",)).filter(organisation_id=actor.organisation_id or 0, person_id=person_id).first()
    if row is None:
        raise PinUnknown
    return row


def _person_without_email(display_name: str) -> Person:
    """A row of a number drawn beforehand, which is what the wall lets in when there is no address to name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('parties_person', 'id'))")
        number = int(cursor.fetchone()[0])
    with access.signing_in(number):
        return Person.objects.create(id=number, email=None, display_name=display_name.strip()[:120], password=make_password(None))


def _pin_mark(organisation_id: int, person_id: int, digits: str) -> str:
    """The PIN under a key that is not in the database: its hash alone leads nowhere, though there are only a million PINs."""
    return key_ring().mark("pin", f"{organisation_id} {person_id} {digits.strip()}").hex()


def _code_mark(organisation_id: int, person_id: int, code: str) -> bytes:
    return secret_hash(key_ring().mark("first code", f"{organisation_id} {person_id} {code}").hex())


def _locked(what: str, number: int, organisation_id: int, request_id: UUID, at: datetime) -> None:
    noted(Actor.anonymous(), f"parties.{'station' if what == 'station' else 'pin'}-locked", (what, number), organisation_id, request_id, at)
