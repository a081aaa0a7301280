"""Sessions as an iCalendar feed (RFC 5545): any calendar reads it, and asks again by itself."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from icalendar import Calendar, Event, vUri

from carnet.web import lessons
from carnet.workshops.queries import SessionView

CALENDAR = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=6)
KEPT_SECONDS = 900


def calendar_bytes(name: str, sessions: Sequence[SessionView]) -> bytes:
    """The calendar of these sessions; a cancelled one stays in it, marked so. The same sessions give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Carnet//Carnet//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for view in sessions:
        calendar.add_component(_event(view))
    content: bytes = calendar.to_ical()
    return content


def _event(view: SessionView) -> Event:
    event = Event()
    url = f"{settings.BASE_URL}{reverse('public:session', args=[view.id])}"
    event.add("uid", f"session-{view.id}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", view.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", view.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", view.revision)
    event.add("dtstart", view.starts_at.astimezone(UTC))
    event.add("dtend", view.ends_at.astimezone(UTC))
    event.add("summary", view.title)
    event.add("location", f"{view.place_name}, {view.address}")
    event.add("description", "\n".join(f"{row.label} : {row.value}" for row in lessons.facts(view)))
    event.add("url", vUri(url))
    event.add("status", "CONFIRMED" if view.cancelled_at is None else "CANCELLED")
    return event


def etag_of(*parts: object) -> str:
    """The mark of a feed that says the same as long as these parts are the same."""
    return quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])


def fresh(request: HttpRequest, *, etag: str, latest: datetime | None) -> HttpResponse | None:
    """The answer to whoever has this very feed already, or None when it must be written."""
    answer = get_conditional_response(request, etag=etag, last_modified=int(latest.timestamp()) if latest else None)
    return _kept(answer, etag=etag, latest=latest) if isinstance(answer, HttpResponseNotModified) else None


def feed(name: str, sessions: Sequence[SessionView], *, etag: str, latest: datetime | None) -> HttpResponse:
    """The feed, with what a calendar needs to ask only for what changed."""
    return _kept(HttpResponse(calendar_bytes(name, sessions), content_type=CALENDAR), etag=etag, latest=latest)


def _kept(response: HttpResponse, *, etag: str, latest: datetime | None) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    if latest is not None:
        response["Last-Modified"] = http_date(latest.timestamp())
    return response
