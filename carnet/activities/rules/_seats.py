"""Seats of a free digital space: when one may be held, for how long, and which."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carnet.activities.rules._refusals import (
    SeatNotHeldYet,
    SeatsTaken,
    SpaceClosed,
    StretchInvalid,
    StretchOver,
    StretchTooFar,
)
from carnet.places.rules.offers import MACHINES

STEP = timedelta(minutes=30)
LENGTHS = (30, 60, 90, 120)
DAYS_AHEAD = 14
SEATS_PER_BOOKLET_MAX = 3
NOTED_FOR = timedelta(days=30)
BOOKLET_KEPT = timedelta(days=30)
OWN_MACHINE = "own"  # a seat for one's own machine

Span = tuple[time, time]


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


OWN_MACHINE_LABEL = _("Votre propre appareil")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open stretch of time on a station."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Stretch") -> bool:
        """Whether both share a moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def stations(*, seats: int, machines: Mapping[str, int]) -> tuple[str, ...]:
    """The machine of each seat, in the order of the catalogue of machines: as many as there are seats; without one, it is for one's own."""
    found = [kind for kind in MACHINES for _rank in range(machines.get(kind, 0))]
    return tuple((found + [OWN_MACHINE] * seats)[:seats])


def lengths(minutes_max: int | None) -> tuple[int, ...]:
    """The lengths a stretch may have at a space where a turn lasts at most `minutes_max` (None: no such rule). Always one at least."""
    return tuple(each for each in LENGTHS if minutes_max is None or each <= minutes_max) or LENGTHS[:1]


def opened(day: date, spans: Iterable[Span], *, zone: ZoneInfo) -> list[Stretch]:
    """The open stretches of a day as aware moments, by the clock on the wall. An end of 00:00 is the midnight that ends the day."""
    found = []
    for begin, end in spans:
        last = day + timedelta(days=1) if end <= begin else day
        found.append(Stretch(datetime.combine(day, begin, tzinfo=zone), datetime.combine(last, end, tzinfo=zone)))
    return found


def starts(open_stretches: Iterable[Stretch], *, at: datetime) -> list[datetime]:
    """The half hours at which a seat may still be taken on that day: the one running now is the first."""
    found = []
    for each in open_stretches:
        moment = _on_the_half_hour(each.starts_at)
        while moment + STEP <= each.ends_at:
            if moment + STEP > at:
                found.append(moment)
            moment += STEP
    return found


def _on_the_half_hour(moment: datetime) -> datetime:
    minute = 30 * -(-moment.minute // 30)
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def check_stretch(
    wanted: Stretch, *, open_stretches: Sequence[Stretch], minutes_max: int | None, by_place: bool, today: date, day: date, at: datetime
) -> None:
    """A stretch begins on a half hour, lasts what is offered, within the open hours, not in the past, not too far ahead.

    The place itself may seat somebody in the half hour that runs. Raises: StretchInvalid, StretchOver, StretchTooFar, SpaceClosed.
    """
    if (
        wanted.starts_at.minute % 30
        or wanted.starts_at.second
        or wanted.starts_at.microsecond
        or wanted.minutes not in lengths(minutes_max)
    ):
        raise StretchInvalid(minutes_max=max(lengths(minutes_max)))
    if (wanted.starts_at + STEP if by_place else wanted.starts_at) <= at:
        raise StretchOver(starts_at=wanted.starts_at)
    if day - today > timedelta(days=DAYS_AHEAD):
        raise StretchTooFar(days=DAYS_AHEAD)
    if not any(each.starts_at <= wanted.starts_at and wanted.ends_at <= each.ends_at for each in open_stretches):
        raise SpaceClosed(starts_at=wanted.starts_at)


def station_for(wanted: Stretch, *, held: Mapping[int, Collection[Stretch]], machines: Sequence[str], kind: str = "") -> int:
    """The station to give for a stretch: of the kind asked, the one whose day is already fullest, so that whole stations stay free.

    `machines` names each station's machine, station 1 first; `held` what is taken on each. Raises: SeatsTaken.
    """
    free = [
        number
        for number, machine in enumerate(machines, 1)
        if (not kind or machine == kind) and not any(wanted.overlaps(each) for each in held.get(number, ()))
    ]
    if not free:
        raise SeatsTaken(starts_at=wanted.starts_at)
    return max(free, key=lambda number: (sum(each.minutes for each in held.get(number, ())), -number))


def free_stations(moment: Stretch, *, held: Mapping[int, Collection[Stretch]], count: int) -> int:
    """How many of `count` stations are free during all of a stretch."""
    return sum(not any(moment.overlaps(each) for each in held.get(number, ())) for number in range(1, count + 1))


def check_may_note(*, starts_at: datetime, at: datetime) -> None:
    """Who came is noted from the hour of the seat on, for thirty days. Raises: SeatNotHeldYet."""
    if not starts_at <= at <= starts_at + NOTED_FOR:
        raise SeatNotHeldYet(starts_at=starts_at)
