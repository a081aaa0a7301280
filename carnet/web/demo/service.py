"""A public service of demonstration: it knows people through the demonstration's FranceConnect, and nobody else.

Somebody comes in by themselves, or through Carnet, which FranceConnect's double offers as one of the ways to say who one is: a helper then
acts for them under a mandate, and the service is told so.
"""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.gateways.database import acting_as
from carnet.gateways.identity import (
    FRANCECONNECT_SCOPES,
    Client,
    DoubleRefused,
    Expected,
    IdentityRefused,
    RelyingParty,
    SignInMixedUp,
    demo_issuer,
    demo_secret,
    person,
)
from carnet.kernel.actors import Actor
from carnet.web import clock
from carnet.web.demo.providers import SERVICE_CLIENT, double, now
from carnet.web.demo.views import on_this_machine
from carnet.web.design.sentences import sentence_for
from carnet.web.helper.words import born
from carnet.web.openid import clients
from carnet.web.openid.validator import issuer

# What FranceConnect's double asks of Carnet, the provider of identities (carnet/web/openid).
CARNET_SCOPES = ("openid", "profile", "birth", "email")
ARRIVED, ASKED = "demo_service", "demo_asked"  # in the session


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came to the service, and under which perimeter somebody acts for them (empty: by themselves)."""

    name: str
    birthdate: str
    sub: str
    rep_scope: tuple[str, ...]
    id_token: str


def _arrived(user: Mapping[str, Any], proof: Mapping[str, Any]) -> Arrived:
    found = person(user, proof)
    acted = proof.get("rep_scope")
    scopes = tuple(str(each) for each in acted) if isinstance(acted, list) else ()
    return Arrived(f"{found.given_names} {found.family_name}", found.birthdate, found.sub, scopes, found.id_token)


def _vouched(user: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    found = person(user, proof)
    return {"user": dict(user), "proof": {name: proof[name] for name in ("acr", "rep_scope") if name in proof}, "name": found.family_name}


@lru_cache(maxsize=4)
def _service(base_url: str) -> RelyingParty[Arrived]:
    client = Client(
        demo_issuer("franceconnect"),
        SERVICE_CLIENT,
        demo_secret(SERVICE_CLIENT),
        scopes=FRANCECONNECT_SCOPES,
        acr=("eidas1",),
        loopback=True,
    )
    return RelyingParty(client, _arrived)


@lru_cache(maxsize=4)
def _carnet(at_issuer: str) -> RelyingParty[dict[str, Any]]:
    client = Client(
        at_issuer,
        _known_as(),
        demo_secret(_known_as()),
        scopes=CARNET_SCOPES,
        acr=("eidas1",),
        uses_pkce=True,
        loopback=True,
    )
    return RelyingParty(client, _vouched)


# --- The service -----------------------------------------------------------------------------------------------------------------


@on_this_machine
@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    """Its one page: come in, or one's account."""
    return render(request, "demo/service.html", {"arrived": request.session.get(ARRIVED), "sentence": ""})


@on_this_machine
@never_cache
def enter(request: HttpRequest) -> HttpResponseBase:
    """To FranceConnect's double."""
    expected = _drawn(request, {})
    return HttpResponseRedirect(_service(settings.BASE_URL).begin(redirect_uri=_address("demo:service-back"), expected=expected))


@on_this_machine
@never_cache
def back(request: HttpRequest) -> HttpResponseBase:
    """Somebody came in, or nobody."""
    try:
        _query, expected = _claimed(request)
        found = _service(settings.BASE_URL).finish(
            query=request.GET.dict(), redirect_uri=_address("demo:service-back"), expected=expected, now=now()
        )
    except IdentityRefused as refusal:
        return render(request, "demo/service.html", {"arrived": None, "sentence": sentence_for(refusal)}, status=409)
    request.session[ARRIVED] = {
        "name": found.name, "birthdate": born(found.birthdate), "sub": found.sub, "rep_scope": list(found.rep_scope), "id_token": found.id_token,
    }  # fmt: skip
    return redirect("demo:service")


@on_this_machine
@never_cache
def leave(request: HttpRequest) -> HttpResponseBase:
    """Out of the service, and out of FranceConnect's double."""
    arrived = request.session.pop(ARRIVED, None)
    if arrived is None:
        return redirect("demo:service")
    url = _service(settings.BASE_URL).logout_url(id_token=arrived["id_token"], redirect_uri=_address("demo:service-out"), state="")
    return HttpResponseRedirect(url or reverse("demo:service"))


@on_this_machine
def out(request: HttpRequest) -> HttpResponseBase:
    """Signed out everywhere."""
    return redirect("demo:service")


# --- Through Carnet: FranceConnect's double asks who the helper acts for -----------------------------------------------------------


@on_this_machine
@never_cache
def through_carnet(request: HttpRequest) -> HttpResponseBase:
    """From FranceConnect's page to Carnet, where a helper chooses a person and a procedure."""
    query = request.META.get("QUERY_STRING", "")
    try:
        asked = double("franceconnect").asked(parse_qs(query))
        if asked.client_id != SERVICE_CLIENT:
            raise DoubleRefused("Y000400")
        _make_known()
        expected = _drawn(request, {"query": query})
        return HttpResponseRedirect(_carnet(issuer()).begin(redirect_uri=_address("demo:from-carnet"), expected=expected))
    except (DoubleRefused, IdentityRefused) as refused:
        return render(request, "demo/identity_refused.html", {"code": refused.code}, status=400)


@on_this_machine
@never_cache
def from_carnet(request: HttpRequest) -> HttpResponseBase:
    """Back from Carnet: the service is answered with the person, and with what the helper may do for them; or with nobody."""
    provider = double("franceconnect")
    try:
        kept, expected = _claimed(request)
        asked = provider.asked(parse_qs(kept.get("query", "")))
    except (SignInMixedUp, DoubleRefused) as refused:
        return render(request, "demo/identity_refused.html", {"code": refused.code}, status=400)
    try:
        vouched = _carnet(issuer()).finish(
            query=request.GET.dict(), redirect_uri=_address("demo:from-carnet"), expected=expected, now=now()
        )
    except IdentityRefused:
        return HttpResponseRedirect(provider.refuse(asked))
    return HttpResponseRedirect(provider.grant(asked, vouched["user"], proof=vouched["proof"], now=now()))


def _make_known() -> None:
    """Register FranceConnect's double at Carnet, the first time it is needed at this address."""
    actor = Actor.system("demonstration")
    with acting_as(actor), suppress(clients.ClientKnown):
        clients.add_client(
            name=_("FranceConnect, joué ici"),
            redirect_uris=[_address("demo:from-carnet")],
            client_id=_known_as(),
            secret=demo_secret(_known_as()),
            actor=actor,
            request_id=uuid4(),
            at=clock.now(),
        )


def _known_as() -> str:
    """How FranceConnect's double is known to Carnet: one client for each address the demonstration is played at."""
    return f"franceconnect-{hashlib.sha256(settings.BASE_URL.encode()).hexdigest()[:12]}"


def _drawn(request: HttpRequest, kept: dict[str, str]) -> Expected:
    expected = Expected(*(secrets.token_urlsafe(32) for _piece in range(3)))
    request.session[ASKED] = {expected.state: {**kept, "nonce": expected.nonce, "verifier": expected.verifier}, **_latest(request)}
    return expected


def _latest(request: HttpRequest) -> dict[str, Any]:
    return dict(list(request.session.get(ASKED, {}).items())[:3])


def _claimed(request: HttpRequest) -> tuple[dict[str, str], Expected]:
    waiting = dict(request.session.get(ASKED, {}))
    state = request.GET.get("state", "")
    kept = waiting.pop(state, None)
    if kept is None:
        raise SignInMixedUp
    request.session[ASKED] = waiting
    return kept, Expected(state, kept["nonce"], kept["verifier"])


def _address(route: str) -> str:
    return f"{settings.BASE_URL}{reverse(route)}"
