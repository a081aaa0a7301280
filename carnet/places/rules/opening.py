"""Opening hours in the OpenStreetMap form (``Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00``).

Public holidays are the French ones, when the text speaks of them (``PH off``). Hours are the place's own: a place of
La Réunion is asked in the time of La Réunion.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # absent from its stubs only

from carnet.kernel.periods import PARIS, aware

HOURS_MAX = 1000  # characters; longer is a mistake, and parsing must stay cheap
_OVERSEAS = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}

Span = tuple[time, time]


class Hours(IntEnum):
    """How a search asks hours: by the bits of a week, by them but on public holidays, one by one, or not at all."""

    WEEKLY = 0
    HOLIDAYS = 1
    BY_CALENDAR = 2
    UNKNOWN = 3


# A week as a row of bits, Monday midnight first, one for each five minutes: what a database can ask of thousands of places at once.
SLOT_MINUTES = 5
SLOTS_A_DAY = 24 * 60 // SLOT_MINUTES
WEEK_BYTES = 7 * SLOTS_A_DAY // 8
# Days and hours alone, or what holidays change: anything else (months, dates, school holidays, the sun, "unknown") follows the calendar.
_WEEKLY = re.compile(r"(?:24/7|Mo|Tu|We|Th|Fr|Sa|Su|PH|off|closed|open|[0-9]{1,2}:[0-9]{2}|[,; -])+")
_ORDINARY_MONDAY = datetime(2024, 2, 5)  # noqa: DTZ001 - no holiday of France in that week nor on its eve
_HOLIDAYS = "PH"


def zone_of(postcode: str) -> ZoneInfo:
    """The time zone of a postal code: Paris, or its overseas territory's."""
    name = _OVERSEAS.get(postcode[:3])
    return ZoneInfo(name) if name else PARIS


@lru_cache(maxsize=50_000)
def _parsed(hours: str) -> OpeningHours | None:
    if not hours or len(hours) > HOURS_MAX:
        return None
    try:
        return OpeningHours(hours, country="FR", max_interval_days=366)
    except ParserError:
        return None


def is_readable(hours: str) -> bool:
    """True when `hours` is a correct expression."""
    return _parsed(hours) is not None


def is_open(hours: str, *, postcode: str, at: datetime) -> bool | None:
    """Whether a place with these hours is open at the aware moment `at`; None when they do not say."""
    parsed = _parsed(hours)
    if parsed is None:
        return None
    state = parsed.state(aware(at).astimezone(zone_of(postcode)).replace(tzinfo=None))[0]
    return None if state == State.UNKNOWN else bool(state == State.OPEN)


def opens_on(hours: str, *, day: date) -> bool | None:
    """Whether a place with these hours opens at all on `day`; None when they do not say."""
    return bool(spans_of(hours, day=day)) if is_readable(hours) else None


def spans_of(hours: str, *, day: date) -> tuple[Span, ...]:
    """The stretches of `day` during which the place is open, in order. An end of 00:00 is midnight."""
    parsed = _parsed(hours)
    if parsed is None:
        return ()
    start = datetime.combine(day, time.min)
    return tuple(
        (begin.time(), end.time())
        for begin, end, state, _comment in parsed.intervals(start, start + timedelta(days=1))
        if state == State.OPEN
    )


def week_of(hours: str, *, day: date) -> Sequence[tuple[date, tuple[Span, ...]]]:
    """The seven days from the Monday of `day`, each with its open stretches; empty when the hours say nothing."""
    if not is_readable(hours):
        return ()
    monday = day - timedelta(days=day.weekday())
    return tuple((on, spans_of(hours, day=on)) for on in (monday + timedelta(days=rank) for rank in range(7)))


def bits_of_week(hours: str) -> bytes | None:
    """The open stretches of an ordinary week as bits, the lowest of each byte first (as PostgreSQL's `get_bit` counts them).

    None when a week does not say it all: unreadable or empty hours, hours that follow the calendar, or finer than five minutes. Holidays
    are not in it: see `Hours`.
    """
    parsed = _parsed(hours) if _WEEKLY.fullmatch(hours) else None
    if parsed is None:
        return None
    bits = bytearray(WEEK_BYTES)
    for begin, end, state, _comment in parsed.intervals(_ORDINARY_MONDAY, _ORDINARY_MONDAY + timedelta(days=7)):
        if state != State.OPEN:
            continue
        first, rest = divmod(_minutes_in(begin), SLOT_MINUTES)
        until, over = divmod(_minutes_in(end), SLOT_MINUTES)
        if rest or over:
            return None
        for slot in range(first, until):
            bits[slot // 8] |= 1 << slot % 8
    return bytes(bits)


def _minutes_in(moment: datetime) -> int:
    return int((moment - _ORDINARY_MONDAY).total_seconds()) // 60


def slot_of(moment: datetime, *, zone: ZoneInfo = PARIS) -> int:
    """The bit of an ordinary week that an aware moment falls on, by the clocks of a zone."""
    local = aware(moment).astimezone(zone)
    return local.weekday() * SLOTS_A_DAY + (local.hour * 60 + local.minute) // SLOT_MINUTES


def touches_holiday(day: date) -> bool:
    """Whether `day` or its eve (a night that goes past midnight) is a public holiday, as hours understand it."""
    parsed = _parsed(_HOLIDAYS)
    return parsed is not None and any(spans_of(_HOLIDAYS, day=each) for each in (day - timedelta(days=1), day))


def overseas() -> tuple[tuple[str, ZoneInfo], ...]:
    """The beginnings of postal codes that live by another clock than Paris, with their zones."""
    return tuple((start, ZoneInfo(name)) for start, name in _OVERSEAS.items())
