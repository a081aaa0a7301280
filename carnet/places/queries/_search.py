"""Finding places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import TypedDict, Unpack

from django.db.models import Case, CharField, Count, F, FloatField, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from carnet.kernel.periods import legal_day
from carnet.places.models import Finder
from carnet.places.queries import _hours
from carnet.places.queries._filters import answering, granted, offering, one_of
from carnet.places.queries._geography import commune as commune_of
from carnet.places.queries._geography import territory as communes_of
from carnet.places.queries._summaries import PlaceSummary, Point, summaries
from carnet.places.rules.geography import EARTH_RADIUS_KM, box_around
from carnet.places.rules.indexing import plain
from carnet.places.rules.refusals import LocalityUnknown, SearchRefused
from carnet.places.rules.services import SERVICE_BY_CODE

PER_PAGE = 24
PER_PAGE_MAX = 100
RADIUS_KM = 10.0
RADIUS_KM_MAX = 100.0
# The same haversine as `rules.geography.distance_km`, computed where the rows are.
_HAVERSINE = f"""2 * {EARTH_RADIUS_KM} * asin(least(1, sqrt(power(sin(radians(places_finder.latitude - %s::float8) / 2), 2)
  + cos(radians(%s::float8)) * cos(radians(places_finder.latitude)) * power(sin(radians(places_finder.longitude - %s::float8) / 2), 2))))"""


@dataclass(frozen=True, slots=True)
class PlacesFound:
    """One page of a search. `centre`: what distances are counted from, (latitude, longitude); None when nothing is."""

    places: tuple[PlaceSummary, ...]
    total: int
    page: int
    page_count: int
    centre: Point | None = None


class Filters(TypedDict, total=False):
    """What a search may ask of places; anything left out, None or empty asks nothing.

    `near` (latitude, longitude) in degrees, with `radius_km` at most 100; `around` an INSEE code: the places of that commune first, then
    those within the radius of its point; `commune` an INSEE code, alone; `department` its code; `territory` départements, EPCI and communes
    mixed; `service` a code of the catalogue or one of the nine national services; `accepts` a programme's id, or True for any; `open_at` an
    aware moment, `open_on` a day; `need` a code of `rules.NEEDS`; `wishes` codes of `rules.wishes`, all of them; `language` a code of
    `rules.offers.LANGUAGES`, or `other`; `among` ids; `answering` ids of places known to answer the need in another way.
    """

    near: Point | None
    radius_km: float
    around: str | None
    commune: str | None
    department: str | None
    territory: Collection[str]
    postcode: str | None
    name: str | None
    service: str | None
    accepts: int | bool | None
    operator_id: int | None
    open_at: datetime | None
    open_on: date | None
    need: str | None
    wishes: Collection[str]
    language: str | None
    among: Sequence[int] | None
    answering: Collection[int]


def search(*, at: datetime, in_given_order: bool = False, page: int = 1, per_page: int = PER_PAGE, **asked: Unpack[Filters]) -> PlacesFound:
    """Places open to the public at `at`, the nearest first when a point is given, else by postal code and name; or as `among` orders them.

    Cost:   one statement over the places and one over the hours that bits of a week cannot say (few), whatever the filters.
    Raises: SearchRefused, ServiceKindUnknown, LocalityUnknown.
    """
    rows, centre, own_commune = _matching(at, asked)
    among = asked.get("among")
    order = [RawSQL("array_position(%s::bigint[], places_finder.place_id)", [list(among)])] if among is not None and in_given_order else []
    return _page_of(rows, centre, own_commune, order, max(1, page), min(max(1, per_page), PER_PAGE_MAX), at)


def counts_by_department(*, at: datetime, **asked: Unpack[Filters]) -> dict[str, int]:
    """How many places a search finds in each département, by its code; places of no known commune are left out (one statement).

    Raises: SearchRefused, ServiceKindUnknown, LocalityUnknown.
    """
    rows, _centre, _own = _matching(at, asked)
    code = Case(
        When(commune_code__startswith="97", then=Left("commune_code", 3)), default=Left("commune_code", 2), output_field=CharField()
    )
    counted = rows.exclude(commune_code="").annotate(department=code).values("department").annotate(places=Count("place_id"))
    return {row["department"]: row["places"] for row in counted.order_by("department")}


def _matching(at: datetime, asked: Filters) -> tuple[QuerySet[Finder], Point | None, str | None]:
    """The rows that answer, what their distances are counted from, and the commune whose own places come first."""
    day = legal_day(at)
    centre, own_commune = _centre(asked.get("near"), asked.get("around"))
    land = _where(Finder.objects.exclude(ended_on__lte=day), asked)
    if centre is not None:
        land = _within(land, centre, _radius(asked.get("radius_km", RADIUS_KM)), own_commune)
    elif own_commune is not None:
        land = land.filter(commune_code=own_commune)
    rows = offering(land, day, asked.get("service"), asked.get("accepts"))
    rows = granted(rows, asked.get("wishes") or (), asked.get("language"))
    rows = answering(rows, asked.get("need"), asked.get("answering") or ())
    # Hours that have to be read one by one are few, and read on the land that is searched only.
    if (moment := asked.get("open_at")) is not None:
        rows = _hours.open_at(rows, moment, land=land)
    if (on := asked.get("open_on")) is not None:
        rows = _hours.open_on(rows, on, land=land)
    return rows, centre, own_commune


def _centre(near: Point | None, around: str | None) -> tuple[Point | None, str | None]:
    if near is not None:
        if not (-90 <= near[0] <= 90 and -180 <= near[1] <= 180):
            raise SearchRefused(field="near", value=f"{near[0]},{near[1]}")
        return near, None
    if around is None:
        return None, None
    found = commune_of(around)
    if found is None:
        raise LocalityUnknown(value=around[:100])
    return found.point, found.code


def _radius(radius_km: float) -> float:
    if not 0 < radius_km <= RADIUS_KM_MAX:
        raise SearchRefused(field="radius_km", value=str(radius_km))
    return radius_km


def _where(rows: QuerySet[Finder], asked: Filters) -> QuerySet[Finder]:
    """What names places or the land they stand on."""
    if commune := asked.get("commune"):
        rows = rows.filter(commune_code=commune)
    if department := asked.get("department"):
        rows = rows.filter(commune_code__startswith=department)
    if territory := asked.get("territory"):
        rows = rows.filter(one_of("commune_code", "text", communes_of(tuple(sorted(territory)))))
    if postcode := asked.get("postcode"):
        rows = rows.filter(postcode=postcode)
    if name := asked.get("name"):
        rows = rows.filter(name__contains=plain(name.strip()[:100]))
    if (operator_id := asked.get("operator_id")) is not None:
        rows = rows.filter(operator_number=operator_id)
    if (among := asked.get("among")) is not None:
        rows = rows.filter(one_of("place_id", "bigint", among))
    return rows


def _within(rows: QuerySet[Finder], centre: Point, radius_km: float, own_commune: str | None) -> QuerySet[Finder]:
    """Inside a box, which an index knows, then inside the circle."""
    box = box_around(centre, radius_km)
    inside = Q(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east), km__lte=radius_km)
    rows = rows.annotate(km=RawSQL(_HAVERSINE, [centre[0], centre[0], centre[1]], output_field=FloatField()))  # noqa: S611 - a constant
    return rows.filter(inside | Q(commune_code=own_commune)) if own_commune else rows.filter(inside)


def _page_of(
    rows: QuerySet[Finder], centre: Point | None, own_commune: str | None, order: list[RawSQL], page: int, per_page: int, at: datetime
) -> PlacesFound:
    if centre is None:
        rows = rows.annotate(km=Value(None, output_field=FloatField()))
    elif not order:
        own_first = [Case(When(commune_code=own_commune, then=0), default=1, output_field=IntegerField())] if own_commune else []
        order = [*own_first, F("km").asc(nulls_last=True)]  # type: ignore[list-item]
    ordered = rows.annotate(total=Window(Count("*"))).order_by(*order, "postcode", "name", "place_id")
    shown = list(ordered.values_list("place_id", "km", "total")[(page - 1) * per_page : page * per_page])
    # Past the last page nothing is left to carry the count.
    total = shown[0][2] if shown else rows.count() if page > 1 else 0
    distances = {place_id: km for place_id, km, _total in shown if km is not None}
    found = summaries([place_id for place_id, _km, _total in shown], at=at, distances=distances)
    return PlacesFound(found, total, page, max(1, ceil(total / per_page)), centre)


def known_service(code: str) -> bool:
    """Whether a code belongs to the catalogue."""
    return code in SERVICE_BY_CODE
