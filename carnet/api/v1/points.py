"""Where one is given a booklet: the published points of the desks that hand over now, open to anybody. Never how many booklets are left."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Field, Query, Router, Schema

from carnet.api.problems import as_response, json_reply
from carnet.api.v1.schemas import Problem
from carnet.distribution import queries
from carnet.distribution.queries import OpenPoint
from carnet.places import queries as places
from carnet.places.rules import SearchRefused
from carnet.web import clock

points = Router(tags=["public"])
PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}


class PointOut(Schema):
    """A point. `exact`: whether latitude and longitude are its door's, not its commune's. Ages: years, both included; null: no bound."""

    id: int
    name: str
    organisation: str
    programme: int
    street: str
    street_extra: str
    postcode: str
    commune: str
    commune_code: str
    latitude: float
    longitude: float
    exact: bool
    distance_km: float | None
    phone: str
    opening_hours: str
    is_open: bool | None
    has_booklets: bool
    age_from: int | None
    age_until: int | None
    serves_communes: list[str]
    by_appointment: bool
    languages: list[str]
    note: str


class PointsOut(Schema):
    """A page of points, the nearest first when the search is around somewhere."""

    points: list[PointOut]
    total: int
    page: int
    pages: int
    next: str | None


class PointsQuery(Schema):
    """The filters of points."""

    where: str | None = Field(None, description=_("Une commune ou un code postal, comme une personne l’écrit."), examples=["Rezé"])
    near: str | None = Field(None, description=_("lat,lon en degrés, arrondis à trois décimales."), examples=["47.218,-1.553"])
    radius_km: float = Field(queries.POINTS_RADIUS_KM, ge=1, le=100, description=_("Avec near ou where : au plus 100."))
    programme: int | None = Field(None, description=_("Le numéro d’un programme."))
    age: int | None = Field(None, ge=0, le=120, description=_("L’âge de la personne : les guichets qui la reçoivent."))
    has_booklets: bool | None = Field(None, description=_("true : seulement où il reste des carnets."))
    page: int = Field(1, ge=1, le=10_000)
    per_page: int = Field(24, ge=1, le=100)


@points.get("", operation_id="points", auth=None, response={200: PointsOut, **PROBLEMS})
def find(request: HttpRequest, filters: PointsQuery = Query(...)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: B008
    at = clock.now()
    found = queries.open_points(
        at=at,
        programme_ids=None if filters.programme is None else [filters.programme],
        around=places.locality(filters.where).code if filters.where else None,
        near=_point(filters.near),
        radius_km=filters.radius_km,
        age=filters.age,
        has_booklets=filters.has_booklets,
        offset=(filters.page - 1) * filters.per_page,
        limit=filters.per_page,
    )
    pages = max(1, -(-found.total // filters.per_page))
    told = {
        "points": [_told(each, at) for each in found.points],
        "total": found.total,
        "page": filters.page,
        "pages": pages,
        "next": _next(request, filters.page + 1) if filters.page < pages else None,
    }
    return as_response(json_reply(told))


def _told(each: OpenPoint, at: datetime) -> dict[str, Any]:
    point = each.point
    return {
        "id": point.id,
        "name": point.name,
        "organisation": each.organisation,
        "programme": point.programme_id,
        "street": point.street,
        "street_extra": point.street_extra,
        "postcode": point.postcode,
        "commune": point.commune,
        "commune_code": point.commune_code,
        "latitude": point.latitude,
        "longitude": point.longitude,
        "exact": point.is_exact,
        "distance_km": None if each.km is None else round(each.km, 1),
        "phone": point.phone,
        "opening_hours": point.opening_hours,
        "is_open": point.is_open_at(at),
        "has_booklets": each.has_booklets,
        "age_from": point.age_from,
        "age_until": point.age_until,
        "serves_communes": list(point.commune_codes),
        "by_appointment": point.by_appointment,
        "languages": list(point.languages),
        "note": point.note,
    }


def _point(near: str | None) -> tuple[float, float] | None:
    if not near:
        return None
    try:
        latitude, longitude = (float(part) for part in near.split(","))
    except ValueError:
        raise SearchRefused(field="near", value=near[:100]) from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise SearchRefused(field="near", value=near[:100])
    return latitude, longitude


def _next(request: HttpRequest, page: int) -> str:
    asked = {name: value for name, value in request.GET.items() if name != "page"}
    return f"{request.path}?{urlencode({**asked, 'page': page})}"
