"""Shared computers: prepared by an administrator, enrolled by the code it shows, limited, reopened, revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import Station, Turn
from carnet.parties.operations._members import noted
from carnet.parties.rules import (
    STATION_CODE_LIFETIME,
    StationCodeWrong,
    StationLimits,
    StationUnknown,
    check_allowed_now,
    check_limits,
    check_station_code,
    check_station_name,
    new_code,
    person_of,
    read_code,
    secret_hash,
)

MANAGE = "parties.manage-stations"


@dataclass(frozen=True, slots=True)
class StationCode:
    """What enrols a station: typed there or scanned there, once, before `expires_at`. None when the request is repeated."""

    station_id: int
    code: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StationEnrolled:
    """A browser that became a station. `secret` is given to it once, and kept here as a hash."""

    station_id: int
    organisation_id: int
    secret: str


@transaction.atomic
def prepare_station(
    *, name: str, place_id: int | None = None, limits: StationLimits | None = None, actor: Actor, request_id: UUID, at: datetime
) -> StationCode:
    """Prepare a shared computer of one's organisation (of one of its places: the door checks that it is), and give the code that enrols it.

    Raises:  NotAllowed, SecondFactorNeeded, StationNameInvalid, StationLimitsInvalid.
    Repeat:  the same request_id returns the first station, without its code.
    """
    check_allowed_now(actor, MANAGE, at)
    asked = limits or StationLimits()
    check_limits(asked)
    tidy = check_station_name(name)
    repeated = Station.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return StationCode(repeated.id, None, repeated.code_expires_at)
    code, expires_at = new_code(), at + STATION_CODE_LIFETIME
    station = Station.objects.create(
        organisation_id=actor.organisation_id or 0,
        place_id=place_id,
        name=tidy,
        code_hash=secret_hash(_mark(code)),
        code_expires_at=expires_at,
        prepared_by_id=actor.person_id,
        prepared_at=at,
        person_daily=asked.person_daily,
        station_daily=asked.station_daily,
        idle_minutes=asked.idle_minutes,
        request_id=request_id,
    )
    _noted("station-prepared", station, actor, request_id, at, place_id=place_id)
    return StationCode(station.id, code, expires_at)


@transaction.atomic
def renew_station_code(*, station_id: int, actor: Actor, request_id: UUID, at: datetime) -> StationCode:
    """Another code for a station prepared before: the first one ran out, or its browser was emptied. The earlier browser works until then.

    Raises: NotAllowed, SecondFactorNeeded, StationUnknown (revoked: enrol another).
    """
    check_allowed_now(actor, MANAGE, at)
    station = access.own_station(actor, station_id)
    if station.revoked_at is not None:
        raise StationUnknown
    code = new_code()
    station.code_hash, station.code_expires_at = secret_hash(_mark(code)), at + STATION_CODE_LIFETIME
    station.save(update_fields=["code_hash", "code_expires_at"])
    _noted("station-code-renewed", station, actor, request_id, at)
    return StationCode(station.id, code, station.code_expires_at)


@transaction.atomic
def enrol_station(*, code: str, request_id: UUID, at: datetime) -> StationEnrolled:
    """Make the browser that typed or scanned this code a shared computer: it gets 256 random bits, the code opens nothing more.

    Raises: StationCodeWrong (unknown, used, older than ten minutes, revoked: the same words).
    """
    mark = _mark(read_code(code))
    with access.presenting(mark):
        found = Station.objects.filter(code_hash=secret_hash(mark), revoked_at=None).first()
    if found is None:
        raise StationCodeWrong
    with acting_as(organisation_ids=[found.organisation_id]):
        station = Station.objects.select_for_update(of=("self",)).get(id=found.id)
        if bytes(station.code_hash or b"") != secret_hash(mark):
            raise StationCodeWrong  # another browser typed it a moment before
        check_station_code(expires_at=station.code_expires_at, at=at)
        secret = secrets.token_urlsafe(32)
        station.secret_hash, station.enrolled_at = secret_hash(secret), at
        station.code_hash = station.code_expires_at = None
        station.wrong_count, station.locked_at = 0, None
        station.save(update_fields=["secret_hash", "enrolled_at", "code_hash", "code_expires_at", "wrong_count", "locked_at"])
        Turn.objects.filter(station_id=station.id, ended_at=None).update(ended_at=at)
        noted(Actor.anonymous(), "parties.station-enrolled", ("station", station.id), station.organisation_id, request_id, at)
    return StationEnrolled(station.id, station.organisation_id, secret)


@transaction.atomic
def limit_station(*, station_id: int, limits: StationLimits, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Set what a station lets through in a day and how long it waits. Raises: NotAllowed, SecondFactorNeeded, StationUnknown, StationLimitsInvalid."""
    check_allowed_now(actor, MANAGE, at)
    check_limits(limits)
    station = access.own_station(actor, station_id)
    if limits == StationLimits(station.person_daily, station.station_daily, station.idle_minutes):
        return
    station.person_daily, station.station_daily, station.idle_minutes = limits.person_daily, limits.station_daily, limits.idle_minutes
    station.save(update_fields=["person_daily", "station_daily", "idle_minutes"])
    facts = {"person_daily": limits.person_daily, "station_daily": limits.station_daily, "minutes": limits.idle_minutes}
    _noted("station-limited", station, actor, request_id, at, **facts)


@transaction.atomic
def reopen_station(*, station_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let people type their PIN again after five errors in a row. Raises: NotAllowed, SecondFactorNeeded, StationUnknown."""
    check_allowed_now(actor, MANAGE, at)
    station = access.own_station(actor, station_id)
    if station.locked_at is None:
        return
    station.locked_at, station.wrong_count = None, 0
    station.save(update_fields=["locked_at", "wrong_count"])
    _noted("station-reopened", station, actor, request_id, at)


@transaction.atomic
def revoke_station(*, station_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse a station from its next request on, whoever's turn it is. Revoking again changes nothing. Raises: NotAllowed, StationUnknown."""
    check_allowed_now(actor, "parties.revoke-station", at)
    person_id = person_of(actor, "parties.revoke-station")
    station = access.own_station(actor, station_id)
    if station.revoked_at is not None:
        return
    station.revoked_at, station.revoked_by_id = at, person_id
    station.code_hash = station.code_expires_at = None
    station.save(update_fields=["revoked_at", "revoked_by_id", "code_hash", "code_expires_at"])
    Turn.objects.filter(station_id=station.id, ended_at=None).update(ended_at=at)
    _noted("station-revoked", station, actor, request_id, at)


def _mark(code: str) -> str:
    """A code is short: it is kept under a key that is not in the database."""
    return key_ring().mark("station code", code).hex()


def _noted(what: str, station: Station, actor: Actor, request_id: UUID, at: datetime, **facts: object) -> None:
    noted(actor, f"parties.{what}", ("station", station.id), station.organisation_id, request_id, at, **facts)
