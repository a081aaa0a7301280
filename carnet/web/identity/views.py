"""Where FranceConnect sends a browser back: with somebody, or with nobody; and once it has signed out there."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from carnet.gateways.identity import IdentityNotOffered, IdentityRefused, ProviderUnreachable, SignInCancelled
from carnet.web.design.sentences import sentence_for
from carnet.web.identity import exchange


@never_cache
def franceconnect(request: HttpRequest) -> HttpResponseBase:
    """Read the answer, remember the person for what they came for, sign the browser out of FranceConnect, and go on."""
    back = ""
    try:
        begun = exchange.claim(request, "franceconnect")
        back = begun.back
        person = exchange.franceconnected(request, begun)
    except IdentityRefused as refusal:
        return refused(request, refusal, back)
    exchange.keep(request, begun.purpose, person)
    return HttpResponseRedirect(exchange.leave(request, "franceconnect", id_token=person.id_token, back=back))


@never_cache
def franceconnect_out(request: HttpRequest) -> HttpResponseBase:
    """Signed out of FranceConnect: back to what it was for."""
    return HttpResponseRedirect(exchange.left(request) or "/")


def refused(request: HttpRequest, refusal: IdentityRefused, back: str) -> HttpResponse:
    """Say in one sentence why nobody was identified, and lead back to the page that asked, when it is known."""
    context = {"sentence": sentence_for(refusal), "code": refusal.code, "back": back, "is_cancelled": isinstance(refusal, SignInCancelled)}
    return render(request, "identity/refused.html", context, status=_status(refusal))


def _status(refusal: IdentityRefused) -> int:
    if isinstance(refusal, SignInCancelled):
        return 200
    if isinstance(refusal, ProviderUnreachable):
        return 503
    return 404 if isinstance(refusal, IdentityNotOffered) else 409
