"""The seats of a free space: what is free now and later, for anybody; who is expected, for whoever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.activities import access
from carnet.activities.models import SeatBooking
from carnet.activities.rules import DAYS_AHEAD, STEP, Stretch, free_stations, lengths, opened, starts, stations
from carnet.kernel.actors import Actor
from carnet.places.queries import FreeSpaceView
from carnet.places.rules.opening import spans_of, zone_of
from carnet.workshops.rules import BookingNumber, BookingState, BookingUnknown, EndedBy
from carnet.workshops.rules import Channel as BookedBy

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Start:
    """A half hour at which a seat may be taken: how many stations are free during it, and the longest stretch anybody could have."""

    starts_at: datetime
    free: int
    minutes: tuple[int, ...]  # the lengths for which a station is free from here


@dataclass(frozen=True, slots=True)
class SeatsOfDay:
    """A day of a space, in counts. `free_now`: None when it is closed now, or its hours are not known."""

    space: FreeSpaceView
    day: date
    machines: tuple[str, ...]  # of each station, the first being station 1
    open_stretches: tuple[Stretch, ...]
    starts: tuple[Start, ...]
    free_now: int | None
    next_open_on: date | None

    @property
    def seat_count(self) -> int:
        """How many stations there are."""
        return len(self.machines)


@dataclass(frozen=True, slots=True)
class SeatView:
    """One booked seat. `came`: None until noted; `place_name` is looked up by the door."""

    id: int
    place_id: int
    organisation_id: int
    desk_id: int | None
    station: int
    starts_at: datetime
    ends_at: datetime
    number: str
    channel: BookedBy
    is_standing: bool
    booked_at: datetime
    came: bool | None
    ended_at: datetime | None
    ended_by: EndedBy | None


def seats_of_day(place_id: int, *, day: date | None = None, at: datetime) -> SeatsOfDay:
    """The seats of a space on a day, today by default: counts that anybody may read. Raises: PlaceUnknown, SpaceUnknown."""
    space = access.space(place_id, at=at)
    zone = zone_of(space.postcode)
    today = at.astimezone(zone).date()
    chosen = min(max(day or today, today), today + timedelta(days=DAYS_AHEAD))
    machines = stations(seats=space.seats, machines=space.machines)
    stretches = opened(chosen, spans_of(space.opening_hours, day=chosen), zone=zone)
    held = held_on(place_id, stretches)
    return SeatsOfDay(
        space=space,
        day=chosen,
        machines=machines,
        open_stretches=tuple(stretches),
        starts=tuple(_start(moment, stretches, held, len(machines), space.minutes_max) for moment in starts(stretches, at=at)),
        free_now=_free_now(place_id, space, len(machines), at=at),
        next_open_on=_next_open(space, chosen) if not stretches else None,
    )


def _start(moment: datetime, stretches: Sequence[Stretch], held: dict[int, list[Stretch]], count: int, minutes_max: int | None) -> Start:
    possible = []
    for minutes in lengths(minutes_max):
        wanted = Stretch(moment, moment + timedelta(minutes=minutes))
        is_open = any(each.starts_at <= moment and wanted.ends_at <= each.ends_at for each in stretches)
        if is_open and free_stations(wanted, held=held, count=count):
            possible.append(minutes)
    return Start(moment, free_stations(Stretch(moment, moment + STEP), held=held, count=count), tuple(possible))


def _free_now(place_id: int, space: FreeSpaceView, count: int, *, at: datetime) -> int | None:
    zone = zone_of(space.postcode)
    today = at.astimezone(zone).date()
    stretches = opened(today, spans_of(space.opening_hours, day=today), zone=zone)
    if not any(each.starts_at <= at < each.ends_at for each in stretches):
        return None
    instant = Stretch(at, at + timedelta(minutes=1))
    return free_stations(instant, held=held_on(place_id, [instant]), count=count)


def _next_open(space: FreeSpaceView, day: date) -> date | None:
    days = (day + timedelta(days=rank) for rank in range(1, DAYS_AHEAD + 1))
    return next((each for each in days if spans_of(space.opening_hours, day=each)), None)


def held_on(place_id: int, stretches: Sequence[Stretch]) -> dict[int, list[Stretch]]:
    """What is taken on each station during any of these stretches. Nobody is known by it."""
    if not stretches:
        return {}
    first, last = min(each.starts_at for each in stretches), max(each.ends_at for each in stretches)
    found: dict[int, list[Stretch]] = {}
    with access.at_the_space(access.operator_of(place_id)):
        rows = SeatBooking.objects.filter(place_id=place_id, state=BookingState.BOOKED.value, starts_at__lt=last, ends_at__gt=first)
        for station, starts_at, ends_at in rows.order_by("id").values_list("station", "starts_at", "ends_at"):
            found.setdefault(station, []).append(Stretch(starts_at, ends_at))
    return found


def seats_booked(actor: Actor, *, place_id: int, from_at: datetime, until_at: datetime) -> list[SeatView]:
    """Who is expected at one's own space between two moments, in order. Raises: NotAllowed."""
    access.check_may_see(actor)
    rows = SeatBooking.objects.filter(
        place_id=place_id,
        organisation_id=actor.organisation_id or 0,
        state=BookingState.BOOKED.value,
        starts_at__lt=until_at,
        ends_at__gt=from_at,
    )
    return [_view(row) for row in rows.order_by("starts_at", "station", "id")[:SHOWN_MAX]]


def seats_of_desk(*, organisation_id: int, limit: int = SHOWN_MAX) -> list[SeatView]:
    """The seats a desk booked, the latest first."""
    return [_view(row) for row in SeatBooking.objects.filter(desk_id=organisation_id).order_by("-starts_at", "-id")[:limit]]


def seat_of_desk(*, organisation_id: int, booking_id: int) -> SeatView:
    """One seat a desk booked, to print its slip again. Raises: BookingUnknown."""
    row = SeatBooking.objects.filter(id=booking_id, desk_id=organisation_id).first()
    if row is None:
        raise BookingUnknown
    return _view(row)


def seat(number: str) -> SeatView:
    """A seat by its number. Raises: BookingNumberMistyped, BookingUnknown."""
    return _view(access.seat(BookingNumber.parse(number)))


def _view(row: SeatBooking) -> SeatView:
    return SeatView(
        id=row.id,
        place_id=row.place_id,
        organisation_id=row.organisation_id,
        desk_id=row.desk_id,
        station=row.station,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        number=BookingNumber(row.number).printed(),
        channel=BookedBy(row.channel),
        is_standing=row.state == BookingState.BOOKED,
        booked_at=row.booked_at,
        came=row.came,
        ended_at=row.ended_at,
        ended_by=EndedBy(row.ended_by) if row.ended_by else None,
    )
