"""Every request as whoever runs the site sees it: a number that follows it through the log, how long it took, how it ended. No address, no name.

The number is in the answer's `X-Request-Id`, a problem's included, and in every line written meanwhile; what is journalled meanwhile says its
own operation beside it, so that a line of the journal leads to the request, and back.
"""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Histogram

# As a relay in front writes it; anything else is not believed.
GIVEN = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SLOW_SECONDS = 2.0
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
        given = request.headers.get("X-Request-Id", "").lower()
        number = given if GIVEN.fullmatch(given) else str(uuid4())
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
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


def method_of(request: HttpRequest) -> str:
    """The method, one of few: what a caller invents makes no new series."""
    return request.method if request.method in METHODS else "OTHER"


def office_of(request: HttpRequest) -> str:
    """Whose pages these are: the first word of the route's namespace; `api`; `site` for the rest, unknown addresses included."""
    if request.path_info.startswith("/api/"):
        return "api"
    matched = request.resolver_match
    return matched.namespaces[0] if matched is not None and matched.namespaces else "site"
