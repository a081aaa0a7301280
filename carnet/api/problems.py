"""A refusal as an RFC 9457 problem document: status, stable code, a sentence in the caller's language, the facts that may be told."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.web.design.sentences import sentence_for

log = structlog.get_logger(__name__)

JSON = "application/json"
PROBLEM = "application/problem+json"
GUESSES_RETRY_SECONDS = 900  # the window in which guesses are counted
REALM = 'Bearer realm="carnet"'

# A refusal of a lower room that is not listed is a 409: nothing is wrong with the request, it cannot be done now.
STATUS = {
    "body-not-json": 400,
    "idempotency-key-missing": 400,
    "idempotency-key-invalid": 400,
    "token-missing": 401,
    "token-invalid": 401,
    "device-signature-invalid": 401,
    "not-allowed": 403,
    "place-not-accepted": 403,
    "metrics-closed": 403,
    "address-unknown": 404,
    "device-unknown": 404,
    "voucher-unknown": 404,
    "redemption-unknown": 404,
    "programme-unknown": 404,
    "place-unknown": 404,
    "place-not-yours": 404,
    "space-unknown": 404,
    "claim-unknown": 404,
    "reservation-unknown": 404,
    "issuer-unknown": 404,
    "clearing-claim-unknown": 404,
    "clearing-place-not-accepted": 403,
    "method-not-allowed": 405,
    "body-too-large": 413,
    "body-type-unsupported": 415,
    "request-invalid": 422,
    "cursor-invalid": 422,
    "reservation-in-past": 422,
    "reservation-too-late": 422,
    "nir-in-text": 422,
    "iban-in-text": 422,
    "code-mistyped": 422,
    "receipt-standing-not-said": 422,
    "service-not-accepted": 422,
    "voucher-count-wrong": 422,
    "place-required": 422,
    "attended-invalid": 422,
    "batch-too-large": 422,
    "reason-missing": 422,
    "workshop-session-unknown": 422,
    "activity-place-required": 422,
    "activity-word-unknown": 422,
    "activity-day-invalid": 422,
    "activity-people-invalid": 422,
    "activity-minutes-invalid": 422,
    "idempotency-mismatch": 422,
    "place-search-refused": 422,
    "service-kind-unknown": 422,
    "locality-unknown": 422,
    "area-unknown": 404,
    "span-unclear": 422,
    "span-reversed": 422,
    "span-too-long": 422,
    "cut-not-published": 422,
    "too-many-attempts": 429,
    "answer-failed": 500,
    "too-busy": 503,
    "database-away": 503,
    "disk-full": 503,
}
CONFLICT = 409

TITLES = {
    400: _("Demande illisible"),
    401: _("Identification nécessaire"),
    403: _("Pas autorisé"),
    404: _("Introuvable"),
    405: _("Méthode refusée"),
    409: _("Impossible en l’état"),
    413: _("Demande trop longue"),
    415: _("Format refusé"),
    422: _("Demande refusée"),
    429: _("Trop d’essais"),
    500: _("Panne"),
    503: _("Indisponible"),
}

RETRY_AFTER = {"too-many-attempts": GUESSES_RETRY_SECONDS, "idempotency-in-flight": 1, "too-busy": 2, "database-away": 5, "disk-full": 60}

# What may be told besides the sentence. Everything else a refusal knows stays inside.
TOLD = ("redeemed_at", "accepted_until", "reserved_until", "undo_until", "field", "errors", "items_max", "answers")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before any server has its hands on it."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """Its headers, the content type first."""
        return [("Content-Type", self.content_type), *self.headers]


def as_response(reply: Reply) -> HttpResponse:
    """The reply as Django's response."""
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
    for name, value in reply.headers:
        response[name] = value
    return response


def json_reply(value: Mapping[str, Any], *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A JSON answer."""
    return Reply(status, as_json(value), JSON, headers)


def as_json(value: Any) -> bytes:
    """JSON as every answer writes it: UTF-8, moments in UTC."""
    return _JSON.encode(value).encode()


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_written)


def moment(at: datetime) -> str:
    """A moment as RFC 3339, in UTC."""
    return at.astimezone(UTC).isoformat()


def status_of(code: str) -> int:
    """The HTTP status of a refusal's code."""
    return STATUS.get(code, CONFLICT)


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """The problem document of a refusal, in the language that is active."""
    status = status_of(refusal.code)
    document: dict[str, Any] = {
        "type": f"urn:carnet:problem:{refusal.code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": sentence_for(refusal),
        "code": refusal.code,
    }
    document.update({name: refusal.facts[name] for name in TOLD if refusal.facts.get(name) is not None})
    if refusal.code == "voucher-already-redeemed" and refusal.facts.get("place_id") is not None:
        place_id = refusal.facts["place_id"]
        document["place"] = {"id": place_id, "name": places.names_of([place_id]).get(place_id, "")}
    return document


def refused(refusal: Refusal) -> Reply:
    """The whole answer to a refused request."""
    headers: list[tuple[str, str]] = [("Content-Language", translation.get_language() or "fr")]
    document = problem_of(refusal)
    if document["status"] in (401, 403):
        log.warning("refused", code=refusal.code, status=document["status"])
    if refusal.code in RETRY_AFTER:
        headers.append(("Retry-After", str(RETRY_AFTER[refusal.code])))
    if document["status"] == 401:
        headers.append(("WWW-Authenticate", REALM if refusal.code == "token-missing" else f'{REALM}, error="invalid_token"'))
    if refusal.code == "method-not-allowed":
        headers.append(("Allow", ", ".join(refusal.facts["allowed"])))
    return Reply(document["status"], as_json(document), PROBLEM, tuple(headers))


def language_of(accept_language: str) -> str:
    """The language, among ours, that an ``Accept-Language`` header prefers; French when it names none."""
    ours = [code for code, _name in settings.LANGUAGES]
    for wanted, _weight in parse_accept_lang_header(accept_language.lower()[:500]):
        if wanted == "*":
            break
        if wanted.split("-")[0] in ours:
            return wanted.split("-")[0]
    return str(settings.LANGUAGE_CODE)


@contextmanager
def speaking(accept_language: str) -> Iterator[None]:
    """Answer in the caller's language."""
    with translation.override(language_of(accept_language)):
        yield
