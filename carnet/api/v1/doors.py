"""The frame around every endpoint: the caller's language, the clock, counters, and nothing but problem documents when it is refused."""

import time
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as FieldsRefused
from ninja.parser import Parser
from ninja.security import HttpBearer

from carnet.api.metrics import REQUESTS, SECONDS
from carnet.api.problems import as_response, refused, speaking
from carnet.api.refusals import AddressUnknown, AnswerFailed, BodyNotJson, DatabaseAway, DiskFull, MethodNotAllowed, TokenMissing, TooBusy
from carnet.api.tokens import actor_of
from carnet.api.v1.bodies import BATCH_BYTES_MAX, BODY_BYTES_MAX, CLEARING_BYTES_MAX, check_content_type, check_length, invalid, read_json
from carnet.gateways import replicas
from carnet.gateways.troubles import Trouble, forget_broken_connections, trouble_of
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.doors import public
from carnet.web.observed import method_of

TROUBLES: dict[Trouble, type[Refusal]] = {Trouble.AWAY: DatabaseAway, Trouble.BUSY: TooBusy, Trouble.FULL: DiskFull}
# What anybody may read, without a token: a replica of the database may answer.
PUBLISHED = (
    "/v1/places", "/v1/places/<int:number>", "/v1/places/<int:number>/space", "/v1/points", "/v1/labels", "/v1/figures", "/v1/figures/cuts",
    "/v1/open-data", "/v1/places.csv",
)  # fmt: skip
log = structlog.get_logger(__name__)


class Bearer(HttpBearer):
    """A token of one organisation, sent as `Authorization: Bearer …`. Revoked within five seconds."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        if not token.strip():
            raise TokenMissing
        return actor_of(token.strip(), at=clock.now())


class JsonBody(Parser):
    """Bodies are JSON, small, and say so."""

    def parse_body(self, request: HttpRequest) -> Any:
        check_content_type(request.headers.get("Content-Type", ""))
        return read_json(request.body)


def framed(view: Callable[..., HttpResponseBase], route: str) -> Callable[..., HttpResponseBase]:
    """A view of the API: whatever happens inside, its caller gets an answer it can read."""

    @csrf_exempt
    @wraps(view)
    def framed_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began = time.perf_counter()
        with speaking(request.headers.get("Accept-Language", "")):
            response = _answered(view, request, route, args, kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        # An expected refusal is an answer, not an incident; a fault was logged where it was caught.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        REQUESTS.labels(route, method_of(request), str(response.status_code)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response

    return public(framed_view)


def _answered(
    view: Callable[..., HttpResponseBase], request: HttpRequest, route: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponseBase:
    try:
        if request.method == "POST":
            bytes_max = BATCH_BYTES_MAX if route.endswith(("/batch", "/uploads")) else BODY_BYTES_MAX
            bytes_max = CLEARING_BYTES_MAX if route.endswith("/clearing/messages") else bytes_max
            check_length(request.headers.get("Content-Length"), bytes_max=bytes_max)
            if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
                _read_chunks(request, bytes_max)
        response = _called(view, request, route, args, kwargs)
    except Refusal as refusal:
        return as_response(refused(refusal))
    except Http404:
        return as_response(refused(AddressUnknown()))
    except Exception as error:  # noqa: BLE001 - the last door: a fault becomes an answer, and a line in the log
        return as_response(refused(failed(error)))
    if response.status_code == 405:
        return as_response(refused(MethodNotAllowed(allowed=[each.strip() for each in response.headers.get("Allow", "").split(",")])))
    return response


def _called(
    view: Callable[..., HttpResponseBase], request: HttpRequest, route: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponseBase:
    if request.method == "HEAD":
        return _answered_head(view, request, args, kwargs)
    if request.method != "GET" or not route.endswith(PUBLISHED) or "Authorization" in request.headers:
        return view(request, *args, **kwargs)
    # ninja makes an answer of every fault.
    return replicas.read(lambda: view(request, *args, **kwargs), is_a_failure=lambda answer: answer.status_code == 503)


def _read_chunks(request: HttpRequest, bytes_max: int) -> None:
    # Django takes a body without a length for an empty one; the server has put its pieces together. Raises: BodyTooLarge.
    raw = request.environ["wsgi.input"].read(bytes_max + 1)  # type: ignore[attr-defined]
    check_length(str(len(raw)), bytes_max=bytes_max)
    request._body = raw  # type: ignore[attr-defined]  # noqa: SLF001


def _answered_head(
    view: Callable[..., HttpResponseBase], request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponseBase:
    """The headers a GET would have."""
    request.method = "GET"
    response = view(request, *args, **kwargs)
    request.method = "HEAD"
    if isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def failed(error: Exception) -> Refusal:
    """What the caller is told of a fault; the log keeps the rest."""
    trouble = trouble_of(error)
    if trouble is not None:
        log.warning("cannot answer", trouble=trouble.value, error=type(error).__name__)
        if trouble is Trouble.AWAY:
            forget_broken_connections()
        return TROUBLES[trouble]()
    # Frames without their variables: a code must not be written to a log.
    log.error("request failed", trace="".join(traceback.format_exception(error)))
    return AnswerFailed()


class Anything(StringConverter):
    """Whatever an address goes on with, the end of a line included, which Django's `path` leaves out."""

    regex = "(?s:.+)"


register_converter(Anything, "anything")


def frame_every_view(patterns: list[Any], prefix: str) -> list[Any]:
    """Put the frame around every view of a list of addresses."""
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        pattern.callback = framed(pattern.callback, f"/{prefix}{pattern.pattern}")
    return patterns


def answer_refusals(api: NinjaAPI) -> None:
    """Every refusal of an endpoint, and of the frame it runs in, as a problem document."""
    for kind in (Refusal, HttpError, FieldsRefused, Exception):
        api.add_exception_handler(kind, _answer)


def _answer(_request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        return as_response(refused(TokenMissing()))
    if isinstance(error, HttpError):
        return as_response(refused(_of_frame(error)))
    if isinstance(error, FieldsRefused):
        return as_response(refused(_of_fields(error)))
    if isinstance(error, Refusal):
        return as_response(refused(error))
    raise error


def _of_frame(error: HttpError) -> Refusal:
    if isinstance(error.__cause__, Refusal):
        return error.__cause__
    return BodyNotJson() if error.status_code == 400 else AnswerFailed()


def _of_fields(error: FieldsRefused) -> Refusal:
    faults = []
    for fault in error.errors:
        source, *where = fault["loc"]
        if source == "body":
            where = where[1:]  # the name of the endpoint's own argument
        if source == "body" and not where and fault["type"] == "missing":
            return BodyNotJson()
        faults.append({**fault, "loc": where})
    return invalid(faults)


def address_unknown(_request: HttpRequest, **_path: Any) -> HttpResponseBase:
    """Nothing answers here."""
    raise AddressUnknown
