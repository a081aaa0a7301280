"""Where FranceConnect sends a browser back: with somebody, or with nobody; and once it has signed out there."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from carnet.gateways.identity import IdentityNotOffered, IdentityRefused, SignInCancelled
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import ProfessionalUnknown
from carnet.web.design.sentences import sentence_for
from carnet.web.identity import exchange

# Refused before anybody signed in at the provider, as far as this browser knows.
NOBODY_THERE = (IdentityNotOffered, SignInCancelled)


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


def refused(request: HttpRequest, refusal: Refusal, back: str, *, provider: str = "FranceConnect") -> HttpResponse:
    """Say in one sentence why nobody was identified, and lead back to the page that asked, when it is known.

    Where the browser may still be signed in at the provider, say so: the next person at this computer must not be the former one.
    """
    context = {
        "sentence": sentence_for(refusal),
        "code": refusal.code,
        "back": back,
        "is_cancelled": isinstance(refusal, SignInCancelled),
        "still_known_at": "" if isinstance(refusal, NOBODY_THERE) else provider,
    }
    return render(request, "identity/refused.html", context, status=_status(refusal))


def _status(refusal: Refusal) -> int:
    if isinstance(refusal, SignInCancelled):
        return 200
    return 404 if isinstance(refusal, IdentityNotOffered) else 403 if isinstance(refusal, ProfessionalUnknown) else 409
