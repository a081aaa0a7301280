"""The endpoints a program calls: no session, no cookie, no page. The library answers; what it lacks is here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from oauth2_provider.views.mixins import OAuthLibMixin

from carnet.gateways.database import acting_as
from carnet.parties import access as parties
from carnet.web.openid import signing
from carnet.web.openid.claims import SUPPORTED
from carnet.web.openid.models import AccessToken, Grant
from carnet.web.openid.parameters import ACR, CODE_CHALLENGE_METHOD, SCOPES, ParametersRefused, check_at_token
from carnet.web.openid.validator import hashed, issuer

_LIST_SECONDS = int(signing.LIST_LIFE.total_seconds())
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Library(OAuthLibMixin):  # type: ignore[misc]
    """django-oauth-toolkit's way to its server, for functions rather than classes of views."""


library = Library()


def address(name: str) -> str:
    """One of our endpoints, as the outside world reaches it: under the issuer's own name, whatever the request says of its host."""
    return issuer() + reverse(f"openid:{name}").removeprefix("/openid")


@require_GET
def discovery(request: HttpRequest) -> HttpResponseBase:
    """What this provider does, where (OpenID Connect Discovery 1.0). Only what it really does."""
    described = {
        "issuer": issuer(),
        "authorization_endpoint": address("authorize"),
        "token_endpoint": address("token"),
        "userinfo_endpoint": address("userinfo"),
        "jwks_uri": address("jwks"),
        "introspection_endpoint": address("introspect"),
        "revocation_endpoint": address("revoke"),
        "end_session_endpoint": address("end-session"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": signing.algorithms(),
        "scopes_supported": list(SCOPES),
        "claims_supported": list(SUPPORTED),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "acr_values_supported": [ACR],
        "prompt_values_supported": ["login", "consent", "select_account"],
        "code_challenge_methods_supported": [CODE_CHALLENGE_METHOD],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["fr", "en"],
    }
    return JsonResponse(described, headers={"Cache-Control": f"public, max-age={_LIST_SECONDS}"})


@require_GET
def jwks(request: HttpRequest) -> HttpResponseBase:
    """The public keys: the one that signs, the next one, and the one whose last token may still live."""
    return JsonResponse({"keys": signing.published()}, headers={"Cache-Control": f"public, max-age={_LIST_SECONDS}"})


@csrf_exempt  # the client proves itself by its secret; no cookie is read
@require_POST
def token(request: HttpRequest) -> HttpResponseBase:
    """A code against an access token and an identity token."""
    try:
        check_at_token(dict(request.POST.lists()))
        refuse_query(request)
    except ParametersRefused as refusal:
        return said(refusal.error, refusal.about)
    with _opened(Grant, "code", request.POST["code"]):
        _, headers, body, status = library.create_token_response(request)
    return _answer(headers, body, status)


@csrf_exempt  # the token is the proof; no cookie is read
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponseBase:
    """Who the person is, for a token whose authorisation is live at this moment."""
    try:
        refuse_query(request)
    except ParametersRefused as refusal:
        return said(refusal.error, refusal.about)
    with _opened(AccessToken, "token_checksum", _bearer(request)):
        _, headers, body, status = library.create_userinfo_response(request)
    return _answer(headers, body, status)


@csrf_exempt  # the client proves itself by its secret; no cookie is read
@require_POST
def introspect(request: HttpRequest) -> HttpResponseBase:
    """Whether a token is live (RFC 7662): asked of the authorisation itself. A client learns of its own tokens only."""
    return _of_token(request, "create_introspect_response")


@csrf_exempt  # the client proves itself by its secret; no cookie is read
@require_POST
def revoke(request: HttpRequest) -> HttpResponseBase:
    """End a token (RFC 7009). The answer is the same for a token that never was."""
    return _of_token(request, "create_revocation_response")


def refuse_query(request: HttpRequest) -> None:
    """Nothing in the address of these endpoints: addresses are written in logs. Raises: ParametersRefused."""
    if request.GET:
        raise ParametersRefused("invalid_request", "parameters in the address")


def said(error: str, about: str) -> JsonResponse:
    """A refusal in the protocol's words. What was sent is never repeated."""
    return JsonResponse({"error": error, "error_description": about}, status=400, headers=_NOT_KEPT)


def _of_token(request: HttpRequest, ask: str) -> HttpResponseBase:
    given = dict(request.POST.lists())
    try:
        refuse_query(request)
        if set(given) - {"token", "token_type_hint", "client_id", "client_secret"} or any(len(values) != 1 for values in given.values()):
            raise ParametersRefused("invalid_request", "unknown or doubled parameter")
    except ParametersRefused as refusal:
        return said(refusal.error, refusal.about)
    core = library.get_oauthlib_core()
    uri, method, body, headers = core._extract_params(request)  # noqa: SLF001 - the library has no view that asks this of oauthlib
    with _opened(AccessToken, "token_checksum", request.POST.get("token", "")):
        headers, content, status = getattr(core.server, ask)(uri, method, body, headers)
    return _answer(headers, content, status)


@contextmanager
def _opened(table: Any, column: str, secret: str) -> Iterator[None]:
    """One transaction, seeing the rows of the structure whose code or token is presented; of nobody if there is none such."""
    with parties.presenting(secret):
        organisation_id = table.objects.filter(**{column: hashed(secret)}).values_list("organisation_id", flat=True).first()
    with acting_as(organisation_ids=[organisation_id] if organisation_id is not None else []):
        yield


def _bearer(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _answer(headers: dict[str, str], body: str | None, status: int) -> HttpResponse:
    return HttpResponse(body or "", status=status, headers={**_NOT_KEPT, **headers})
