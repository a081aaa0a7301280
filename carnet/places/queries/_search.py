"""Finding places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from carnet.kernel.periods import legal_day
from carnet.places.models import Place
from carnet.places.queries._acceptance import accepting
from carnet.places.queries._geography import commune as commune_of
from carnet.places.queries._summaries import PlaceSummary, Point, summaries
from carnet.places.rules import needs, opening
from carnet.places.rules.geography import box_around, distance_km
from carnet.places.rules.refusals import LocalityUnknown, SearchRefused
from carnet.places.rules.services import SERVICE_BY_CODE, service_kind
from carnet.places.rules.standard import SERVICES

PER_PAGE = 24
PER_PAGE_MAX = 100
RADIUS_KM = 10.0
RADIUS_KM_MAX = 100.0


@dataclass(frozen=True, slots=True)
class PlacesFound:
    """One page of a search."""

    places: tuple[PlaceSummary, ...]
    total: int
    page: int
    page_count: int


class _Candidate(NamedTuple):
    """What the second pass needs of each place the database let through."""

    id: int
    name: str
    latitude: float | None
    longitude: float | None
    commune_code: str
    postcode: str
    opening_hours: str


def search(
    *,
    at: datetime,
    near: Point | None = None,
    radius_km: float = RADIUS_KM,
    around: str | None = None,
    commune: str | None = None,
    department: str | None = None,
    postcode: str | None = None,
    name: str | None = None,
    service: str | None = None,
    accepts: int | bool | None = None,
    operator_id: int | None = None,
    open_at: datetime | None = None,
    open_on: date | None = None,
    need: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> PlacesFound:
    """Places open to the public at `at`, the nearest first when a point is given, else by postal code and name.

    Units:   `near` is (latitude, longitude) in degrees; `radius_km` at most 100; moments are aware.
    Filters: `around` an INSEE code: the places of that commune first, then those within the radius of its point;
             `commune` an INSEE code, alone; `service` a code of the catalogue or one of the nine national services;
             `accepts` a programme's id, or True for any; `open_at` a moment, `open_on` a day; `need` a code of `rules.NEEDS`.
    Cost:    cheap filters run in the database, opening hours only on what is left.
    Raises:  SearchRefused, ServiceKindUnknown, LocalityUnknown.
    """
    day = legal_day(at)
    centre, own_commune = _centre(near, around)
    rows = Place.objects.exclude(ended_on__lte=day)
    rows = _filtered(
        rows, day, commune=commune, department=department, postcode=postcode, name=name,
        service=service, accepts=accepts, operator_id=operator_id, need=need,
    )  # fmt: skip
    if centre is not None:
        rows = _within(rows, centre, _radius(radius_km), own_commune)
    elif own_commune is not None:
        rows = rows.filter(commune_code=own_commune)
    page, per_page = max(1, page), min(max(1, per_page), PER_PAGE_MAX)
    if centre is None and open_at is None and open_on is None:
        total = rows.count()
        ids = list(rows.order_by("postcode", "name", "id").values_list("id", flat=True)[(page - 1) * per_page : page * per_page])
        return _found(ids, {}, total, page, per_page, at)
    kept = _second_pass(rows, centre, _radius(radius_km), own_commune, open_at, open_on)
    shown = kept[(page - 1) * per_page : page * per_page]
    distances = {candidate.id: km for _rank, km, candidate in shown if km is not None}
    return _found([candidate.id for _rank, _km, candidate in shown], distances, len(kept), page, per_page, at)


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


def _filtered(
    rows: QuerySet[Place],
    day: date,
    *,
    commune: str | None,
    department: str | None,
    postcode: str | None,
    name: str | None,
    service: str | None,
    accepts: int | bool | None,
    operator_id: int | None,
    need: str | None,
) -> QuerySet[Place]:
    if commune:
        rows = rows.filter(commune_code=commune)
    if department:
        rows = rows.filter(commune_code__startswith=department)
    if postcode:
        rows = rows.filter(postcode=postcode)
    if name:
        rows = rows.filter(name__icontains=name.strip()[:100])
    if operator_id is not None:
        rows = rows.filter(operator_id=operator_id)
    if need:
        wanted = needs.need(need)
        rows = rows.filter(**{f"{wanted.column}__contains": [wanted.value]})
    return _offering(rows, day, service, accepts)


def _offering(rows: QuerySet[Place], day: date, service: str | None, accepts: int | bool | None) -> QuerySet[Place]:
    """A service is offered when the place declares its national kind, or accepts a voucher for it.

    Where vouchers are asked for, only an acceptance that names the service counts.
    """
    programme_id = accepts if accepts is not None and not isinstance(accepts, bool) else None
    wants_vouchers = programme_id is not None or accepts is True
    if not service:
        return rows.filter(accepting(day, programme_id=programme_id)) if wants_vouchers else rows
    if service in SERVICES:
        rows = rows.filter(services__contains=[service])
        return rows.filter(accepting(day, programme_id=programme_id)) if wants_vouchers else rows
    kind = service_kind(service)
    paid = accepting(day, programme_id=programme_id, service_code=kind.code)
    return rows.filter(paid) if wants_vouchers else rows.filter(Q(services__contains=[kind.national_service]) | Q(paid))


def _within(rows: QuerySet[Place], centre: Point, radius_km: float, own_commune: str | None) -> QuerySet[Place]:
    box = box_around(centre, radius_km)
    inside = Q(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
    return rows.filter(inside | Q(commune_code=own_commune)) if own_commune else rows.filter(inside)


def _second_pass(
    rows: QuerySet[Place],
    centre: Point | None,
    radius_km: float,
    own_commune: str | None,
    open_at: datetime | None,
    open_on: date | None,
) -> list[tuple[Any, float | None, _Candidate]]:
    """Exact distances and opening hours, on the few places left; sorted."""
    kept: list[tuple[Any, float | None, _Candidate]] = []
    for values in rows.order_by("id").values_list(*_Candidate._fields):
        candidate = _Candidate(*values)
        if open_at is not None and not opening.is_open(candidate.opening_hours, postcode=candidate.postcode, at=open_at):
            continue
        if open_on is not None and not opening.opens_on(candidate.opening_hours, day=open_on):
            continue
        is_own = own_commune is not None and candidate.commune_code == own_commune
        km = None
        if centre is not None and candidate.latitude is not None and candidate.longitude is not None:
            km = distance_km(centre, (candidate.latitude, candidate.longitude))
        if centre is not None and not is_own and (km is None or km > radius_km):
            continue
        by_name = (candidate.postcode, candidate.name, candidate.id)
        rank = by_name if centre is None else (not is_own, km is None, km or 0.0, *by_name)
        kept.append((rank, km, candidate))
    kept.sort(key=lambda each: each[0])
    return kept


def _found(ids: Sequence[int], distances: dict[int, float], total: int, page: int, per_page: int, at: datetime) -> PlacesFound:
    return PlacesFound(summaries(ids, at=at, distances=distances), total, page, max(1, ceil(total / per_page)))


def known_service(code: str) -> bool:
    """Whether a code belongs to the catalogue."""
    return code in SERVICE_BY_CODE
