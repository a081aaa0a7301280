"""FranceConnect and ProConnect, played on this machine: their machines' side as the real ones, their page with invented people.

A double keeps its codes and keys in the memory of its process: the demonstration has one. A browser that identified itself stays so, by a
cookie of the double's own, until it is signed out there: this is what the next person at a shared computer must never find.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qs

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from carnet.gateways.identity import (
    DEMO_CLIENT,
    INVENTED,
    Asked,
    DoubleClient,
    DoubleProvider,
    DoubleRefused,
    Play,
    demo_issuer,
    demo_secret,
    invented,
)
from carnet.parties import access
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.demo.views import on_this_machine, to_try
from carnet.web.helper.words import born

Name = Literal["franceconnect", "proconnect"]
SERVICE_CLIENT = "service"
COOKIE = "carnet-demo-identity"
PLAYS = {
    Play.NOTHING: gettext_lazy("Tout se passe bien"),
    Play.NEW_KEY: gettext_lazy("La clé de signature vient de changer (c’est permis)"),
    Play.OTHER_SIGNATURE: gettext_lazy("La signature n’est pas la bonne"),
    Play.OTHER_NONCE: gettext_lazy("La réponse est celle d’une autre demande"),
    Play.OTHER_AUDIENCE: gettext_lazy("La réponse est destinée à un autre service"),
    Play.OTHER_SUBJECT: gettext_lazy("Les informations sont celles de quelqu’un d’autre"),
    Play.LATE: gettext_lazy("La réponse est trop vieille"),
    Play.WEAK: gettext_lazy("L’identification est plus faible que demandé"),
    Play.INCOMPLETE: gettext_lazy("Il manque une information"),
    Play.DOWN: gettext_lazy("Le service tombe en panne"),
}


def double(name: Name) -> DoubleProvider:
    """The double of this name, as it is known at this site's address. Raises: Http404."""
    if name not in ("franceconnect", "proconnect"):
        raise Http404
    return _double(name, settings.BASE_URL)


@lru_cache(maxsize=8)
def _double(name: Name, base_url: str) -> DoubleProvider:
    def client(client_id: str, back: str, out: str) -> DoubleClient:
        return DoubleClient(client_id, demo_secret(client_id), (base_url + reverse(back),), (base_url + reverse(out),))

    if name == "proconnect":
        ours = client(DEMO_CLIENT, "accounts:proconnect-back", "accounts:proconnect-out")
        return DoubleProvider(demo_issuer(name), {DEMO_CLIENT: ours}, acr_known=("eidas1",), algorithm="RS256")
    clients = {
        DEMO_CLIENT: client(DEMO_CLIENT, "identity:franceconnect", "identity:franceconnect-out"),
        SERVICE_CLIENT: client(SERVICE_CLIENT, "demo:service-back", "demo:service-out"),
    }
    return DoubleProvider(demo_issuer(name), clients, acr_known=("eidas1", "eidas2", "eidas3"))


def now() -> int:
    """This site's clock, in whole seconds."""
    return int(clock.now().timestamp())


# --- The machines' side --------------------------------------------------------------------------------------------------------


@on_this_machine
def description(request: HttpRequest, name: Name) -> HttpResponse:
    """Discovery."""
    return JsonResponse(double(name).description())


@on_this_machine
def keys(request: HttpRequest, name: Name) -> HttpResponse:
    """The public keys."""
    return JsonResponse(double(name).keys())


@csrf_exempt
@on_this_machine
@require_POST
def token(request: HttpRequest, name: Name) -> HttpResponse:
    """Tokens against a code."""
    try:
        answer = double(name).token(_once(request.POST.lists()), now=now())
    except DoubleRefused as refused:
        return JsonResponse({"error": refused.code}, status=refused.status)
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@on_this_machine
@never_cache
def userinfo(request: HttpRequest, name: Name) -> HttpResponse:
    """Who it is, signed."""
    try:
        answer = double(name).userinfo(request.headers.get("Authorization", ""), now=now())
    except DoubleRefused as refused:
        return JsonResponse({"error": refused.code}, status=refused.status)
    return HttpResponse(answer, content_type="application/jwt")


# --- The browser's side ----------------------------------------------------------------------------------------------------------


@on_this_machine
@never_cache
def authorize(request: HttpRequest, name: Name) -> HttpResponseBase:
    """The page where somebody says who they are, or goes back."""
    query = request.POST.get("query", "") if request.method == "POST" else request.META.get("QUERY_STRING", "")
    try:
        asked = double(name).asked(parse_qs(query, keep_blank_values=True))
    except DoubleRefused as refused:
        return render(request, "demo/identity_refused.html", {"code": refused.code}, status=400)
    if request.method != "POST":
        return _page(request, name, asked, query)
    if request.POST.get("choice") == "back":
        return HttpResponseRedirect(double(name).refuse(asked))
    chosen = request.POST.get("person") or ("" if request.POST.get("choice") == "typed" else _remembered(request, name))
    claims = _claims(name, chosen, request.POST)
    if claims is None:
        return _page(request, name, asked, query, is_missing=True)
    play = Play(request.POST["play"]) if request.POST.get("play") in set(Play) else Play.NOTHING
    proof = {"acr": "eidas1", "amr": ["pwd", "mfa"] if request.POST.get("mfa") else ["pwd"]}
    response = HttpResponseRedirect(double(name).grant(asked, claims, proof=proof, play=play, now=now()))
    if chosen:
        response.set_cookie(COOKIE, signing.dumps([name, chosen]), httponly=True, samesite="Lax", path="/demo/")
    return response


@on_this_machine
@never_cache
def end(request: HttpRequest, name: Name) -> HttpResponseBase:
    """Sign the browser out of the double, then send it back."""
    try:
        response = HttpResponseRedirect(double(name).end(request.GET.dict()))
    except DoubleRefused as refused:
        return render(request, "demo/identity_refused.html", {"code": refused.code}, status=400)
    response.delete_cookie(COOKIE, path="/demo/")
    return response


def _page(request: HttpRequest, name: Name, asked: Asked, query: str, *, is_missing: bool = False) -> HttpResponse:
    remembered = _remembered(request, name)
    people = [(each.key, each.name, born(each.birthdate)) for each in INVENTED] if name == "franceconnect" else _members()
    return render(
        request,
        f"demo/{name}.html",
        {
            "service": _("Carnet") if asked.client_id == DEMO_CLIENT else _("Service public de démonstration"),
            "query": query,
            "people": people,
            "remembered": next((shown for key, shown, _detail in people if key == remembered), ""),
            "plays": list(PLAYS.items()),
            "is_missing": is_missing,
            "by_helper": f"{reverse('demo:through-carnet')}?{query}" if asked.client_id == SERVICE_CLIENT else "",
        },
        status=422 if is_missing else 200,
    )


def _members() -> list[tuple[str, str, str]]:
    """The demonstration's own people whose organisation has a SIRET: e-mail, name and organisation, SIRET."""
    found = []
    for line in to_try()["sign_in"]:
        person_id = int(line["person_id"])
        with access.recognised(person_id):
            mine = parties.organisations_of(person_id=person_id, at=clock.now())
            cards = parties.organisations([each.id for each in mine])
            account = parties.account(person_id)
        if account is not None:
            found += [
                (f"{account.email}|{card.siret}", f"{account.display_name}, {card.name}", card.siret)
                for card in cards.values()
                if card.siret
            ]
    return found


def _claims(name: Name, chosen: str, typed: Mapping[str, Any]) -> dict[str, str] | None:
    if name == "franceconnect":
        person = invented(chosen)
        return person.claims if person is not None else None
    email, _bar, siret = chosen.partition("|") if chosen else (typed.get("email", ""), "", typed.get("siret", ""))
    if not email or not siret:
        return None
    return {"email": email, "siret": siret.replace(" ", ""), "uid": email, "given_name": "Camille", "usual_name": email.split("@")[0]}


def _remembered(request: HttpRequest, name: Name) -> str:
    """Who this browser is still known as there."""
    try:
        where, who = signing.loads(request.COOKIES.get(COOKIE, ""))
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(who) if where == name else ""


def _once(lists: Any) -> dict[str, str]:
    return {name: values[0] for name, values in lists if len(values) == 1}
