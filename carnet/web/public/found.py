"""A place that a search found, in words: how far, how long, open or not, its next lesson, what is sure of it and what is to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from carnet.kernel.periods import legal_day
from carnet.places.queries import PlaceSummary
from carnet.places.rules import opening, travel
from carnet.places.rules.offers import FREE, LANGUAGES
from carnet.places.rules.travel import Means
from carnet.places.rules.wishes import WISH_BY_CODE, is_certain, is_likely
from carnet.web import lessons
from carnet.web.design import formats
from carnet.web.figures import service_words
from carnet.web.hours import grouped_week, spans_words
from carnet.web.lessons import Lesson
from carnet.web.public.search_form import Asked
from carnet.workshops import queries as workshops

SERVICES_SHOWN_MAX = 3
# Beyond, nobody who asked nothing is told to walk.
WALK_MINUTES_MAX = 40


@dataclass(frozen=True, slots=True)
class Granted:
    """Something wished: granted for certain, or only likely."""

    label: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One place of the list. `number` is its rank and its number on the map."""

    number: int
    place_id: int
    name: str
    address: str
    distance: str
    travel: str
    is_open: bool | None
    day_hours: str
    accepts: bool
    is_free: bool
    phone: str
    phone_words: str
    services: tuple[str, ...]
    more_services: int
    granted: tuple[Granted, ...]
    lesson: Lesson | None
    week: tuple[tuple[str, str], ...]


def found(places: Sequence[PlaceSummary], asked: Asked, at: datetime, *, first: int = 1, with_week: bool = False) -> list[Found]:
    """The places of one page in words, numbered from `first`; their next lesson is looked up for all of them at once."""
    soonest = workshops.next_with_seats(
        place_ids=[place.place_id for place in places],
        at=at,
        until_on=asked.lesson_until,
        service=asked.lesson_service,
        weekday=asked.lesson_weekday,
    )
    next_lessons = {place_id: lessons.lesson(view) for place_id, view in soonest.items()}
    return [_found(place, asked, at, rank, next_lessons, with_week) for rank, place in enumerate(places, first)]


def _found(place: PlaceSummary, asked: Asked, at: datetime, number: int, next_lessons: Mapping[int, Lesson], with_week: bool) -> Found:
    paid = service_words(sorted({code for acceptance in place.acceptances for code in acceptance.service_codes}))
    services = paid or list(place.services)
    day = asked.shown_day
    return Found(
        number=number,
        place_id=place.place_id,
        name=place.name,
        address=f"{place.address}, {place.postcode} {place.commune}",
        distance=formats.distance(place.distance_km),
        travel=travel_words(place.distance_km, asked),
        is_open=place.is_open,
        day_hours=f"{formats.weekday(day)} : {spans_words(opening.spans_of(place.opening_hours, day=day))}" if day else "",
        accepts=bool(place.acceptances),
        is_free=FREE in place.traits,
        phone=place.phone,
        phone_words=formats.phone(place.phone),
        services=tuple(services[:SERVICES_SHOWN_MAX]),
        more_services=max(0, len(services) - SERVICES_SHOWN_MAX),
        granted=_granted(place, asked),
        lesson=next_lessons.get(place.place_id),
        week=grouped_week(place.opening_hours, day=legal_day(at)) if with_week else (),
    )


def _granted(place: PlaceSummary, asked: Asked) -> tuple[Granted, ...]:
    """What was asked and this place grants, and the languages it named when one was asked."""
    told = []
    for code in asked.wishes:
        wish = WISH_BY_CODE[code]
        if code == FREE:
            continue  # said of every place that is
        if is_certain(wish, place.traits) or is_likely(wish, place.traits):
            told.append(Granted(_(wish.label), is_certain(wish, place.traits)))
    language = asked.filters.get("language")
    if language:
        named = [_(LANGUAGES[code]) for code in LANGUAGES if f"language:{code}" in place.traits]
        is_sure = language == "other" or f"language:{language}" in place.traits
        told.append(Granted(", ".join(named) if named and is_sure else _("D’autres langues"), is_sure and bool(named)))
    return tuple(told)


def travel_words(km: float | None, asked: Asked) -> str:
    """``environ 25 min à pied``, ``environ 15 min en voiture``: by the means that was asked, else on foot when it is not far."""
    if km is None:
        return ""
    means = asked.means
    if means is None:
        walks = travel.minutes(km, Means.WALK, asked.density) <= WALK_MINUTES_MAX
        means = Means.WALK if walks else Means.CAR
    minutes = max(5, round(travel.minutes(km, means, asked.density) / 5) * 5)
    told = _("%(minutes)s min") % {"minutes": minutes} if minutes < 60 else hours_words(minutes)
    said = _("environ %(time)s à pied") if means is Means.WALK else _("environ %(time)s en voiture")
    return (said % {"time": told}).replace(f"{told}", told.replace(" ", formats.NO_BREAK))


def hours_words(minutes: int) -> str:
    """``1 h``, ``1 h 25``."""
    hours, rest = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{rest:02d}"} if rest else _("%(hours)s h") % {"hours": hours}
