"""Places as lists show them, by their ids, their organisation or their territory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.kernel.periods import legal_day
from carnet.places.models import Place
from carnet.places.queries._acceptance import Acceptance, accepted_by, promising
from carnet.places.rules import opening
from carnet.places.rules.partners import PARTNERS

Point = tuple[float, float]
# What a list shows: a place has forty columns more.
_READ = (
    "id", "name", "address", "postcode", "commune", "latitude", "longitude", "services", "opening_hours", "phone", "traits", "operator_id", "ended_on",
    "national_programmes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlaceSummary:
    """A place as a list shows it. `is_open`: at the moment of the search; None when its hours do not say."""

    place_id: int
    name: str
    address: str
    postcode: str
    commune: str
    point: Point | None
    distance_km: float | None
    services: tuple[str, ...]
    acceptances: tuple[Acceptance, ...]
    opening_hours: str
    is_open: bool | None
    phone: str
    traits: tuple[str, ...]  # of `rules.offers`
    operator_id: int | None
    ended_on: date | None
    national_programmes: tuple[str, ...] = ()


def summaries(place_ids: Iterable[int], *, at: datetime, distances: dict[int, float] | None = None) -> tuple[PlaceSummary, ...]:
    """The places with these ids, in the order given (two queries); unknown ids are left out."""
    ids = list(place_ids)
    rows = {row.id: row for row in Place.objects.filter(id__in=ids).order_by("id").values_list(*_READ, named=True)}
    acceptances = accepted_by(ids, at=at)
    return tuple(summary_of(rows[each], acceptances.get(each, ()), (distances or {}).get(each), at) for each in ids if each in rows)


def summary_of(place: Any, acceptances: tuple[Acceptance, ...], km: float | None, at: datetime) -> PlaceSummary:
    """One place already read, whole or by the columns of `_READ`, as lists show it."""
    return PlaceSummary(
        place_id=place.id,
        name=place.name,
        address=place.address,
        postcode=place.postcode,
        commune=place.commune,
        point=None if place.latitude is None or place.longitude is None else (place.latitude, place.longitude),
        distance_km=km,
        services=tuple(place.services),
        acceptances=acceptances,
        opening_hours=place.opening_hours,
        is_open=opening.is_open(place.opening_hours, postcode=place.postcode, at=at),
        phone=place.phone,
        traits=tuple(place.traits),
        operator_id=place.operator_id,
        ended_on=place.ended_on,
        national_programmes=tuple(place.national_programmes),
    )


def open_at(place_ids: Iterable[int], *, at: datetime) -> dict[int, bool | None]:
    """Whether each place is open at the aware moment `at`; None when its hours do not say."""
    rows = Place.objects.filter(id__in=list(place_ids)).order_by("id").values_list("id", "opening_hours", "postcode")
    return {place_id: opening.is_open(hours, postcode=postcode, at=at) for place_id, hours, postcode in rows}


def places_of(organisation_ids: Iterable[int], *, at: datetime) -> tuple[PlaceSummary, ...]:
    """The open places these organisations run, by name."""
    rows = Place.objects.filter(operator_id__in=list(organisation_ids)).exclude(ended_on__lte=legal_day(at))
    return summaries(list(rows.order_by("name", "id").values_list("id", flat=True)), at=at)


def has_places_besides_partners(organisation_id: int) -> bool:
    """Whether an organisation ever ran a place of its own here, besides standing for another operator's places."""
    return Place.objects.filter(operator_id=organisation_id).exclude(provenance=PARTNERS).exists()


def ids_in(commune_codes: Iterable[str], *, at: datetime, name: str | None = None, not_accepting: int | None = None) -> tuple[int, ...]:
    """The ids of the open places of these communes (INSEE codes), in order: a territory's places.

    `name` is a part of their name; `not_accepting` leaves out those that accept that programme today or will later.
    """
    rows = Place.objects.filter(commune_code__in=list(commune_codes)).exclude(ended_on__lte=legal_day(at))
    if name:
        rows = rows.filter(name__icontains=name.strip()[:100])
    if not_accepting is not None:
        rows = rows.exclude(promising(legal_day(at), not_accepting))
    return tuple(rows.order_by("id").values_list("id", flat=True))


def open_points(*, at: datetime) -> tuple[Point, ...]:
    """Where every open place stands, (latitude, longitude), those without a point left out. One light statement, whatever their number."""
    rows = Place.objects.filter(latitude__isnull=False).exclude(ended_on__lte=legal_day(at))
    found = rows.order_by("id").values_list("latitude", "longitude")
    return tuple((latitude, longitude) for latitude, longitude in found if latitude is not None and longitude is not None)


def names_of(place_ids: Iterable[int]) -> dict[int, str]:
    """The names of places, by id."""
    return dict(Place.objects.filter(id__in=list(place_ids)).order_by("id").values_list("id", "name"))


def communes_of(place_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The code and the name of the commune of places, by id. A place that says none has an empty code."""
    rows = Place.objects.filter(id__in=list(place_ids)).order_by("id").values_list("id", "commune_code", "commune")
    return {place_id: (code, name) for place_id, code, name in rows}


def place_count(*, at: datetime) -> int:
    """How many places are open to the public."""
    return Place.objects.exclude(ended_on__lte=legal_day(at)).exclude(provenance=PARTNERS).count()
