"""When the site cannot answer: a page that needs no database and says what to do at the counter, and seats kept for the counter.

Django calls `server_error` for whatever no view caught. What is not the program's fault (database away, too many at once, no room on a disk)
gets the status 503, a Retry-After and the page of the paper procedure, in French then in English; the rest, the page of a fault. The
telephone number was learnt while the database answered.
"""

import sys
import threading
from collections.abc import Callable, Sequence

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.defaults import server_error as plain_server_error

from carnet.gateways.database import acting_as_everything
from carnet.gateways.troubles import RETRY_SECONDS, Trouble, forget_broken_connections, trouble_of
from carnet.web import calling
from carnet.web.design.sentences import sentence_of_code

# What may be done with a person in front of one: a place's counter, a desk's hand-over, their programs and devices; and who asks how the site is.
COUNTER = (
    "/api/v1/redemptions", "/api/v1/vouchers", "/api/v1/devices", "/api/v1/reservations", "/place/voucher/", "/place/workshop/",
    "/place/reservations/", "/place/offline/", "/prescriber/hand-over/", "/sms/", "/healthz", "/readyz", "/metrics", "/static/",
)  # fmt: skip
COUNTER_HOMES = ("/place/", "/prescriber/")
# Others wait this long for a seat. Longer, they would wait in the seats of the counter.
SEAT_WAIT_SECONDS = 1.0
log = structlog.get_logger(__name__)
_known: dict[str, Sequence[calling.Call]] = {"calls": ()}


class CounterSeatsMiddleware:
    """Of the threads of a process, a quarter (two of eight) are for the counter alone: slow pages of offices never take them all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        kept = max(1, settings.THREADS // 4)
        self.seats = threading.BoundedSemaphore(max(1, settings.THREADS - kept))
        # Whoever waits for a seat sits in one of the counter's meanwhile: never in all of them, where there are several.
        self.waiting = threading.BoundedSemaphore(max(1, kept - 1))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(COUNTER) or request.path_info in COUNTER_HOMES or settings.THREADS < 2:
            return self.get_response(request)
        if not self._seated():
            return answer(request, Trouble.BUSY)
        try:
            return self.get_response(request)
        finally:
            self.seats.release()

    def _seated(self) -> bool:
        if self.seats.acquire(blocking=False):
            return True
        if not self.waiting.acquire(blocking=False):
            return False
        try:
            return self.seats.acquire(timeout=SEAT_WAIT_SECONDS)
        finally:
            self.waiting.release()


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what nobody caught."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return plain_server_error(request)
    log.warning("cannot answer", trouble=trouble.value, error=type(sys.exc_info()[1]).__name__)
    if trouble is Trouble.AWAY:
        forget_broken_connections()
    return answer(request, trouble)


def answer(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """The page, or its sentence for a script that asked for JSON. Asks nothing of the database."""
    response: HttpResponse
    if "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse({"code": trouble.value, "sentence": sentence_of_code(trouble.value, {})})
    else:
        response = HttpResponse(page(request, trouble))
    response.status_code = 503
    response["Retry-After"] = str(RETRY_SECONDS[trouble])
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - said above in one line, without a trace
    return response


def page(request: HttpRequest, trouble: Trouble) -> str:
    """Both languages, the visitor's first."""
    ours = [code for code, _name in settings.LANGUAGES]
    first = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    languages = sorted(ours, key=lambda code: code != first)
    return render_to_string(
        "503.html", {"languages": languages, "trouble": trouble.name, "calls": _known["calls"], "again": _again(request)}
    )


def learn_whom_to_call() -> None:
    """Ask once, as the process starts; without a database, the page is without a number."""
    try:
        with acting_as_everything(why="the number printed on every booklet, for when the database is away"):
            _known["calls"] = tuple(calling.everybody_to_call(timezone.now()))
    except Exception as error:  # noqa: BLE001 - the site starts without it
        log.warning("nobody to call is known", error=type(error).__name__)


def _again(request: HttpRequest) -> str:
    # An address that was written to is not read: its office is.
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    office = request.path_info.split("/")[1]
    return f"/{office}/" if office else "/"
