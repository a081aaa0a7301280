"""Opening hours in the OpenStreetMap form (``Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00``).

Public holidays are the French ones, when the text speaks of them (``PH off``). Hours are the place's own: a place of
La Réunion is asked in the time of La Réunion.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
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
