"""Turns on a shared computer, and the vouchers a PIN lets through in a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import access
from carnet.parties.models import Pin, Station, Turn
from carnet.parties.operations._members import noted
from carnet.parties.operations._pins import count_error, forgive, pin_matches, wrong
from carnet.parties.queries import actor_for_turn
from carnet.parties.rules import TURNS_KEPT, PartiesRefused, PinLocked, StationLocked, StationUnknown, by_pin, check_daily

# A turn is not written to at every touch: its end is counted in minutes.
TOUCHED_EVERY = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class TurnOpened:
    """Somebody's turn. `id` goes into the session; it is worth nothing without the station's own secret."""

    id: int
    person_id: int
    organisation_id: int


@transaction.atomic
def open_turn(*, station_secret: str, person_id: int, pin: str, request_id: UUID, at: datetime) -> TurnOpened | PartiesRefused:
    """Begin somebody's turn with their PIN; the turn before it ends. Errors are counted, so a refusal is given back, not raised.

    Refusals: PinWrong (also for somebody unknown, after as long), PinLocked, StationLocked. Raises: StationUnknown.
    """
    known = access.presented_station(station_secret)
    organisation_id = known.organisation_id
    with acting_as(organisation_ids=[organisation_id]):
        station = Station.objects.select_for_update(of=("self",)).get(id=known.id)
        if station.locked_at is not None:
            return StationLocked()
        row = Pin.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id, person_id=person_id).first()
        matches = pin_matches(row, organisation_id, person_id, pin)
        if row is not None and row.locked_at is not None:
            return PinLocked()
        is_member = access.turn_takers(organisation_id, at).filter(person_id=person_id).exists()
        if row is None or not (matches and is_member):
            return count_error(station, row, wrong(), request_id, at)
        if row.wrong_count:
            row.wrong_count = 0
            row.save(update_fields=["wrong_count"])
        forgive(station)
        turn = _begin(station, person_id, request_id, at)
        seen = actor_for_turn(station_secret=station_secret, turn_id=turn.id, at=at)
        actor = seen.actor if seen is not None else Actor.anonymous()
        noted(actor, "parties.turn-opened", ("station", station.id), organisation_id, request_id, at)
    return TurnOpened(turn.id, person_id, organisation_id)


@transaction.atomic
def end_turn(*, turn_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Leave the screen to the next person. Ending again changes nothing."""
    ended = Turn.objects.filter(id=turn_id, person_id=actor.person_id or 0, ended_at=None).update(ended_at=at)
    if ended:
        noted(actor, "parties.turn-ended", ("turn", turn_id), actor.organisation_id, request_id, at)


def touch_turn(*, turn_id: int, organisation_id: int, at: datetime) -> None:
    """Somebody is still there: one write in fifteen seconds at most. Call it acting as the organisation."""
    Turn.objects.filter(id=turn_id, organisation_id=organisation_id, ended_at=None, latest_at__lt=at - TOUCHED_EVERY).update(latest_at=at)


_COUNT = """
INSERT INTO parties_pinday (organisation_id, person_id, station_id, day, voucher_count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT ({columns}, day) WHERE {other} IS NULL
DO UPDATE SET voucher_count = parties_pinday.voucher_count + EXCLUDED.voucher_count RETURNING voucher_count
"""
_OF_STATION = _COUNT.format(columns="station_id", other="person_id")
_OF_PERSON = _COUNT.format(columns="organisation_id, person_id", other="station_id")


@transaction.atomic
def count_by_pin(*, actor: Actor, voucher_count: int, at: datetime) -> None:
    """Count vouchers that leave or are spent by PIN, in the transaction that does it; nothing is done for whoever signed in fully.

    The row of the station, then the person's, stay locked until the end of that transaction: two screens never pass the limit
    together. What was refused after all is given back with `give_back_by_pin`.
    Raises: DailyLimitReached, StationUnknown.
    """
    if not by_pin(actor) or voucher_count == 0:
        return
    with acting_as(organisation_ids=actor.organisation_ids):
        station = Station.objects.filter(id=station_of(actor), revoked_at=None).first()
        if station is None:
            raise StationUnknown
        today, number = legal_day(at), voucher_count
        with connection.cursor() as cursor:
            cursor.execute(_OF_STATION, [station.organisation_id, None, station.id, today, number])
            in_all = int(cursor.fetchone()[0])
            check_daily(count=in_all - number, wanted=number, most=station.station_daily, whose="station")
            cursor.execute(_OF_PERSON, [station.organisation_id, actor.person_id, None, today, number])
            own = int(cursor.fetchone()[0])
        check_daily(count=own - number, wanted=number, most=station.person_daily, whose="person")


@transaction.atomic
def give_back_by_pin(*, actor: Actor, voucher_count: int, at: datetime) -> None:
    """Give back what was counted in this transaction for vouchers that were refused after all."""
    if not by_pin(actor) or voucher_count == 0:
        return
    with acting_as(organisation_ids=actor.organisation_ids), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_pinday SET voucher_count = voucher_count - %s"
            " WHERE day = %s AND ((station_id = %s AND person_id IS NULL) OR (organisation_id = %s AND person_id = %s AND station_id IS NULL))",
            [voucher_count, legal_day(at), station_of(actor), actor.organisation_id, actor.person_id],
        )


def station_of(actor: Actor) -> int:
    """The station somebody takes a turn on."""
    kind, _colon, number = (actor.instrument or "").partition(":")
    assert kind == "station", "a PIN is only ever typed on a station"
    return int(number)


def _begin(station: Station, person_id: int, request_id: UUID, at: datetime) -> Turn:
    Turn.objects.filter(station_id=station.id, ended_at=None).update(ended_at=at)
    Turn.objects.filter(station_id=station.id, opened_at__lt=at - TURNS_KEPT).delete()
    station.latest_used_at = at
    station.save(update_fields=["latest_used_at"])
    return Turn.objects.create(
        organisation_id=station.organisation_id,
        station_id=station.id,
        person_id=person_id,
        opened_at=at,
        latest_at=at,
        request_id=request_id,
    )
