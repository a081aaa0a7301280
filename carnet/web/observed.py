"""Every request as whoever runs the site sees it: a number that follows it through the log, how long it took, how it ended. No address, no name.

The number is in the answer's `X-Request-Id`, a problem's included, and in every line written meanwhile; what is journalled meanwhile says its
own operation beside it, so that a line of the journal leads to the request, and back.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from prometheus_client import Counter, Histogram

from carnet.gateways import traces

# As a relay in front writes it; anything else is not believed.
GIVEN = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SLOW_SECONDS = 2.0
UNTRACED = ("/static/", "/healthz", "/readyz", "/metrics")
PAGES = Counter("carnet_pages_total", "Pages answered, by office.", ["office", "method", "status"])
PAGE_SECONDS = Histogram(
    "carnet_page_seconds", "Time to answer a page, by office.", ["office"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
)
log = structlog.get_logger(__name__)


class ObservedMiddleware:
    """The first of all: it times what the others do too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = number_of(request.headers.get("X-Request-Id", ""))
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=number), traced(request, number) as span:
            # A method nobody answers here (TRACE among them) stops at the door, whatever page it names.
            known = method_of(request) != "OTHER"
            response = self.get_response(request) if known else HttpResponseNotAllowed(sorted(METHODS))
            told(span, request, response)
            seconds = time.perf_counter() - began
            office = office_of(request)
            if response.status_code >= 500 or seconds > SLOW_SECONDS:
                log.warning(
                    "answered badly",
                    office=office,
                    method=method_of(request),
                    status=response.status_code,
                    milliseconds=round(seconds * 1000),
                )
        # Endpoints of the API count themselves, by their routes.
        if office != "api":
            PAGES.labels(office, method_of(request), str(response.status_code)).inc()
            PAGE_SECONDS.labels(office).observe(seconds)
        response.headers.setdefault("X-Request-Id", number)
        return response


def number_of(given: str) -> str:
    """The number of a request: the one a relay gave, if it is one, else a new one."""
    return given.lower() if GIVEN.fullmatch(given.lower()) else str(uuid4())


def traced(request: HttpRequest, number: str) -> traces.Begun:
    """The span of a request, under its caller's if it says so (`traceparent`). Files and health are nobody's story: they have none."""
    if not traces.is_on() or request.path_info.startswith(UNTRACED):
        return traces.OFF
    span = traces.serving("request", request.headers.get("traceparent"))
    span.tell(request=number)
    return span


def told(span: traces.Begun, request: HttpRequest, response: HttpResponseBase) -> None:
    """What is known once it is answered: the name and the pattern of its route, never its address."""
    if span is traces.OFF:
        return
    matched, method = request.resolver_match, method_of(request)
    span.name(f"{method} {(matched.view_name if matched is not None else '') or 'unknown'}")
    span.tell(route=f"/{matched.route}" if matched is not None else "unknown", method=method, status=response.status_code)
    if response.status_code >= 500:
        span.fail(str(response.status_code))


def method_of(request: HttpRequest) -> str:
    """The method, one of few: what a caller invents makes no new series."""
    return request.method if request.method in METHODS else "OTHER"


def office_of(request: HttpRequest) -> str:
    """Whose pages these are: the first word of the route's namespace; `api`; `site` for the rest, unknown addresses included."""
    if request.path_info.startswith("/api/"):
        return "api"
    matched = request.resolver_match
    return matched.namespaces[0] if matched is not None and matched.namespaces else "site"
