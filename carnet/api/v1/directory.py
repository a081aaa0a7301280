"""Places and figures, open to anybody."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse

from carnet.api.v1.schemas import LabelsQuery, PlacesQuery
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, legal_day
from carnet.observatory.queries import procedures
from carnet.observatory.rules import AssistedProgramme, ProgrammeFigures, proof_of
from carnet.parties import queries as parties
from carnet.parties.queries import OperatorLabelView
from carnet.places import queries as places
from carnet.places.queries import Filters, LabelView, PlaceSummary
from carnet.places.rules import SearchRefused
from carnet.places.rules.travel import Density, Means, minutes
from carnet.places.rules.wishes import WISHES, is_certain, is_likely
from carnet.web import clock
from carnet.web.public import figures as published_figures
from carnet.web.public.search_form import next_saturday, reach, with_lesson
from carnet.web.tenancy import stream_as
from carnet.workshops import queries as workshops
from carnet.workshops.queries import SessionView


def found(filters: PlacesQuery, *, path: str, query: QueryDict, at: datetime) -> dict[str, Any]:
    """One page of the public directory. Raises: SearchRefused, ServiceKindUnknown, LocalityUnknown, ProgrammeUnknown."""
    open_at = _moment(filters.open_at, at)
    asked = _asked(filters, open_at, at)
    lesson: dict[str, Any] = {}
    if filters.lesson:
        lesson = dict(zip(("until_on", "weekday", "service"), with_lesson(asked, filters.lesson, at), strict=True))
    page = places.search(at=at, page=filters.page, per_page=filters.per_page, **asked)
    ids = [each.place_id for each in page.places]
    is_open = places.open_at(ids, at=open_at) if open_at else {}
    soonest = workshops.next_with_seats(place_ids=ids, at=at, **lesson)
    density = places.density(page.centre) if page.centre else None
    return {
        "places": [_place(each, is_open.get(each.place_id, each.is_open), soonest.get(each.place_id), density) for each in page.places],
        "total": page.total,
        "page": page.page,
        "pages": page.page_count,
        "next": _next(path, query, page.page + 1) if page.page < page.page_count else None,
    }


def one(place: PlaceSummary, *, at: datetime) -> dict[str, Any]:
    """One place, as the list gives it."""
    soonest = workshops.next_with_seats(place_ids=[place.place_id], at=at)
    return _place(place, place.is_open, soonest.get(place.place_id), None)


def _asked(filters: PlacesQuery, open_at: datetime | None, at: datetime) -> Filters:
    asked: Filters = {
        "near": _point(filters.near),
        "commune": _commune(filters.commune),
        "territory": _codes(filters.territory),
        "postcode": filters.postcode or None,
        "name": filters.name or None,
        "service": filters.service or None,
        "accepts": _programme(filters.accepts),
        "open_at": open_at,
        "open_on": _day(filters.open_on, at),
        "need": filters.need or None,
        "wishes": _words(filters.wish),
        "language": filters.language or None,
    }
    centre = asked["near"]
    if filters.where and centre is None:
        around = places.locality(filters.where)
        asked["around"], centre = around.code, around.point
    if filters.within:
        asked["radius_km"], _means = reach(filters.within, places.density(centre) if centre else Density.RURAL, field="within")
    elif filters.radius_km is not None:
        asked["radius_km"] = filters.radius_km
    return asked


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _codes(text: str | None) -> tuple[str, ...]:
    for code in (codes := tuple(each.upper() for each in _words(text))):
        if not places.territory([code]):
            raise SearchRefused(field="territory", value=code[:100])
    return codes


def _day(text: str | None, at: datetime) -> date | None:
    if not text:
        return None
    if text == "saturday":
        return next_saturday(legal_day(at))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SearchRefused(field="open_on", value=text[:100]) from None


def _place(place: PlaceSummary, is_open: bool | None, lesson: SessionView | None, density: Density | None) -> dict[str, Any]:
    latitude, longitude = place.point or (None, None)
    return {
        "id": place.place_id,
        "name": place.name,
        "address": place.address,
        "postcode": place.postcode,
        "commune": place.commune,
        "latitude": latitude,
        "longitude": longitude,
        "distance_km": None if place.distance_km is None else round(place.distance_km, 3),
        "walk_minutes": _minutes(place, Means.WALK, density),
        "drive_minutes": _minutes(place, Means.CAR, density),
        "phone": place.phone,
        "services": list(place.services),
        "accepts": [{"programme": each.programme_id, "services": list(each.service_codes)} for each in place.acceptances],
        "offers": [wish.code for wish in WISHES if is_certain(wish, place.traits)],
        "may_offer": [wish.code for wish in WISHES if is_likely(wish, place.traits)],
        "languages": [trait.partition(":")[2] for trait in place.traits if trait.startswith("language:")],
        "next_lesson": None if lesson is None else _lesson(lesson),
        "opening_hours": place.opening_hours,
        "is_open": is_open,
    }


def _minutes(place: PlaceSummary, means: Means, density: Density | None) -> int | None:
    """An estimate, by five minutes: finer would pass for exact."""
    if place.distance_km is None or density is None:
        return None
    return max(5, round(minutes(place.distance_km, means, density) / 5) * 5)


def _lesson(lesson: SessionView) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "title": lesson.title,
        "service": lesson.service,
        "starts_at": lesson.starts_at,
        "ends_at": lesson.ends_at,
        "free_seats": lesson.free_seats,
        "vouchers": lesson.voucher_count,
    }


def labels(filters: LabelsQuery, *, at: datetime) -> dict[str, Any]:
    """Who holds a label on a day: operators by the State, places by their network. What was refused or withdrawn stays listed."""
    day = filters.day or legal_day(at)
    shown = places.place_labels(day=day, programme_id=filters.programme)
    return {
        "day": day,
        "operators": [_operator_label(each) for each in parties.operator_labels(day=day)],
        "places": [_place_label(each) for each in shown if filters.place is None or each.place_id == filters.place],
    }


def _operator_label(label: OperatorLabelView) -> dict[str, Any]:
    return {
        "organisation": label.organisation,
        "level": label.level.lower(),
        "state": label.state.lower(),
        "in_force": label.is_in_force,
        "order": label.order_reference,
        "requested_on": legal_day(label.requested_at),
        "first_day": label.from_on,
        "last_day": label.until_on - timedelta(days=1) if label.until_on else None,
        "withdrawn_on": label.withdrawn_on,
    }


def _place_label(label: LabelView) -> dict[str, Any]:
    return {
        "place": label.place_id,
        "name": label.place,
        "commune": label.commune,
        "programme": label.programme_id,
        "organisation": label.organisation,
        "state": label.state.lower(),
        "first_day": label.from_on,
        "last_day": label.until_on - timedelta(days=1),
        "suspended_on": label.suspended_on,
        "withdrawn_on": label.withdrawn_on,
    }


def _point(near: str | None) -> tuple[float, float] | None:
    if not near:
        return None
    try:
        latitude, longitude = (float(part) for part in near.split(","))
    except ValueError:
        raise SearchRefused(field="near", value=near[:100]) from None
    return latitude, longitude


def _commune(code: str | None) -> str | None:
    if not code:
        return None
    if places.commune(code) is None:
        raise SearchRefused(field="commune", value=code[:100])
    return code


def _programme(accepts: str | None) -> int | bool | None:
    if not accepts:
        return None
    if accepts.lower() in ("any", "true"):
        return True
    if accepts.isascii() and accepts.isdigit() and len(accepts) <= 18:
        return funding.programme(int(accepts)).id
    return funding.programme_by_slug(accepts).id


def _moment(text: str | None, at: datetime) -> datetime | None:
    if not text:
        return None
    if text == "now":
        return at
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped + arrives as a space
    except ValueError:
        raise SearchRefused(field="open_at", value=text[:100]) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=PARIS)


def _next(path: str, query: QueryDict, page: int) -> str:
    again = query.copy()
    again["page"] = str(page)
    return f"{path}?{again.urlencode()}"


def places_csv(request: HttpRequest) -> HttpResponseBase:
    """The directory in the national schema v1.0.2; one département alone with ``?department=44``."""
    department = request.GET.get("department") or None
    at = clock.now()
    if department is not None and not (department.isascii() and department.isalnum() and len(department) <= 3):
        raise SearchRefused(field="department", value=department[:100])

    def lines() -> Iterator[bytes]:
        return (line.encode() for line in places.export_lines(at=at, department=department))

    response = StreamingHttpResponse(stream_as(Actor.anonymous(), lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="places.csv"'
    return response


def figures(*, at: datetime) -> dict[str, Any]:
    """What is published of every programme, and the sums of the home page."""
    published = published_figures.published(at)
    proof = proof_of(published)
    return {
        "redeemed": proof.redeemed,
        "missing_cents": proof.missing_cents,
        "days_to_be_paid": proof.days_to_be_paid,
        "slowest_days_to_be_paid": proof.slowest_days,
        "promised": proof.promised_count,
        "paid_as_promised": proof.kept_count,
        "programmes": [_programme_figures(each) for each in published],
        "assisted": [_assisted_figures(each) for each in published_figures.published_assisted(at)],
        "done_afterwards": [asdict(each) for each in procedures.answers_told()],
    }


def _assisted_figures(each: AssistedProgramme) -> dict[str, Any]:
    return {
        "programme": {"id": each.programme_id, "name": each.name},
        "slug": each.slug,
        "is_simulated": each.is_simulated,
        "structures": each.structures,
    }


def _programme_figures(each: ProgrammeFigures) -> dict[str, Any]:
    return {
        "programme": {"id": each.programme_id, "name": each.name},
        "slug": each.slug,
        "is_simulated": each.is_simulated,
        "vouchers": each.counts.as_dict(),
        "money_cents": each.money.as_dict(),
        "missing_cents": each.missing_cents,
        "by_funder": [{"name": funder.name, "money_cents": funder.money.as_dict()} for funder in each.by_funder],
        "prescribers": each.prescriber_count,
        "places": each.place_count,
        "days_to_be_paid": each.days_to_be_paid,
        "slowest_days_to_be_paid": each.slowest_days,
        "promised": each.promised_count,
        "paid_as_promised": each.kept_count,
    }
