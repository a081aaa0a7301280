"""Signing in as a professional through ProConnect: instead of the password, never instead of an invitation."""

import structlog
from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from carnet.gateways.database import acting_as
from carnet.gateways.identity import IdentityRefused, ProfessionalIdentity, proconnect_is_offered
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import access
from carnet.parties import queries as parties
from carnet.parties.rules import ProfessionalUnknown
from carnet.web import clock
from carnet.web.accounts.sign_in import note_proof, safe_next
from carnet.web.doors import public
from carnet.web.identity import exchange
from carnet.web.identity.views import refused
from carnet.web.tenancy import CHOSEN_ORGANISATION

log = structlog.get_logger(__name__)
PURPOSE, METHOD = "professional", "proconnect"


@never_cache
@public
def begin(request: HttpRequest) -> HttpResponseBase:
    """To ProConnect, and back to where the person was going."""
    if not proconnect_is_offered():
        raise Http404
    try:
        return exchange.begin(request, "proconnect", purpose=PURPOSE, back=safe_next(request))
    except IdentityRefused as refusal:
        exchange.noted("proconnect", refusal)
        return _refused(request, refusal)


@never_cache
@public
def back(request: HttpRequest) -> HttpResponseBase:
    """Sign in the member ProConnect answers with; their second factor is asked unless ProConnect asked for several proofs."""
    if not proconnect_is_offered():
        raise Http404
    try:
        begun = exchange.claim(request, "proconnect")
        found = exchange.proconnected(request, begun)
        person_id, organisation_id = parties.member_of_establishment(email=found.email, siret=found.siret, at=clock.now())
    except (IdentityRefused, ProfessionalUnknown) as refusal:
        return _refused(request, refusal)
    if request.user.is_authenticated:
        logout(request)
    with access.knowing(person_id), acting_as(Actor.anonymous()):
        person = get_user_model().objects.get(pk=person_id)
        request.session[CHOSEN_ORGANISATION] = organisation_id
        exchange.remember_way_out(request, found.id_token)
        return _enter(request, person, found, begun.back)


@never_cache
@public
def out(request: HttpRequest) -> HttpResponseBase:
    """Signed out of ProConnect."""
    return HttpResponseRedirect(exchange.left(request) or "/")


@never_cache
@public
def left(request: HttpRequest) -> HttpResponseBase:
    """Signed out of here, and still known of ProConnect: the way to leave it too."""
    url = request.session.pop(exchange.WAY_OUT, None)
    return redirect("/") if url is None else render(request, "accounts/proconnect_left.html", {"url": url})


def _enter(request: HttpRequest, person: AbstractBaseUser, found: ProfessionalIdentity, going: str) -> HttpResponseBase:
    record = {"email": found.email}
    signing_in = Login(user=person, email_verification=app_settings.EmailVerificationMethod.NONE, redirect_url=going)
    if not found.has_two_factors:
        record_authentication(request, person, METHOD, **record)
        response: HttpResponseBase = perform_login(request, signing_in)
        return response
    adapter = get_adapter()
    adapter.login(request, person)
    record_authentication(request, person, METHOD, **record)
    note_proof(request, person, METHOD)
    entered: HttpResponse = adapter.post_login(
        request, person, email_verification=signing_in.email_verification, signal_kwargs=None, email=None, signup=False, redirect_url=going
    )
    return entered


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    log.warning("sign-in failed", method=METHOD, code=refusal.code)
    return refused(request, refusal, reverse("account_login"), provider="ProConnect")
