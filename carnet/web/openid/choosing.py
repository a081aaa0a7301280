"""The helper's side of an authorization request: for whom, then for what, said clearly, then on to the service, signed in for them."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauthlib.common import add_params_to_uri

from carnet.mandates.queries.acting import ActedFor, people_to_act_for, person_to_act_for
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import FAMILIES, OTHER_PROCEDURE, AuthorisationOver, PersonUnknown
from carnet.places.rules.procedures import procedure as named_procedure
from carnet.web import clock, doors
from carnet.web.design.formats import day
from carnet.web.design.screens import actor_of
from carnet.web.openid import acting, claims, pending
from carnet.web.openid.models import Client
from carnet.web.openid.parameters import CODE_CHALLENGE_METHOD, OPAQUE, Asked, ParametersRefused, asked
from carnet.web.openid.protocol import library
from carnet.web.openid.validator import issuer

# How old a helper's second factor may be: whoever walks away from the counter for longer is asked again.
PROOF_LIFE = timedelta(minutes=15)


class SearchForm(forms.Form):
    """The beginning of a name. Sent, never in an address: addresses are written in logs."""

    typed = forms.CharField(
        label=gettext_lazy("Le nom de la personne"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ChoiceForm(forms.Form):
    """One procedure, under one live authorisation."""

    chosen = forms.ChoiceField(
        label=gettext_lazy("La démarche"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choisissez une démarche."),
            "invalid_choice": gettext_lazy("Cette autorisation n’est plus valable. Choisissez-en une autre."),
        },
    )


@never_cache
@require_GET
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Where FranceConnect sends a helper. Nothing is shown before the client, its address and every parameter are checked."""
    given = dict(request.GET.lists())
    client = _client_asking(given)
    if client is None:
        return render(request, "openid/unknown.html", status=400)
    try:
        what = asked(given)
        library.validate_authorization_request(request)
    except ParametersRefused as refusal:
        return _back(given["redirect_uri"][0], error=refusal.error, state=_state(given))
    except FatalClientError:
        return render(request, "openid/unknown.html", status=400)
    except OAuthToolkitError as refusal:
        return _back(given["redirect_uri"][0], error=str(refusal.oauthlib_error.error), state=_state(given))
    if not _proved(request, what):
        return doors.ask_for_proof(request)
    return redirect("openid:whom", pending.keep(request.session, what, clock.now()))


@never_cache
@sensitive_post_parameters("typed")
@require_http_methods(["GET", "HEAD", "POST"])
def whom(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The people for whom the structure has a live authorisation. A name is looked for by POST."""
    at = clock.now()
    what = pending.find(request.session, handle, at)
    if what is None:
        return _over(request)
    check_may_act(actor=actor_of(request), at=at)
    form = SearchForm(request.POST if request.method == "POST" else None)
    typed = form.cleaned_data["typed"] if form.is_bound and form.is_valid() else ""
    found = people_to_act_for(actor_of(request), typed=typed, page=_page(request), families=what.families, at=at)
    context = {
        "form": form,
        "found": found,
        "rows": [(person, _born(person.birthdate), _covers(person)) for person in found.people],
        "typed": typed,
        "pages": Paginator(range(found.total), found.per_page).get_page(found.page),
    }
    return _page_of(request, "openid/whom.html", handle, what, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def what(request: HttpRequest, handle: str, person_id: int) -> HttpResponseBase:
    """What to do for that person; then to the service. The authorisation is looked at once more as the code is made."""
    at, actor = clock.now(), actor_of(request)
    wanted = pending.find(request.session, handle, at)
    if wanted is None:
        return _over(request)
    try:
        person = person_to_act_for(actor, person_id, families=wanted.families, at=at)
    except PersonUnknown:
        return _stopped(request, handle, wanted, 404)
    form = ChoiceForm(request.POST or None)
    form.fields["chosen"].choices = _choices(person)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        if not _proved(request, wanted):
            return doors.ask_for_proof(request)
        try:
            return _give_code(request, handle, wanted, form.cleaned_data["chosen"], at)
        except AuthorisationOver:
            return _stopped(request, handle, wanted, 409)
    status = 422 if form.is_bound else 200
    return _page_of(request, "openid/what.html", handle, wanted, {"form": form, "person": person, "born": _born(person.birthdate)}, status)


@never_cache
@require_POST
def leave(request: HttpRequest, handle: str) -> HttpResponseBase:
    """Back to where one came from, without acting for anybody."""
    wanted = pending.find(request.session, handle, clock.now())
    if wanted is None:
        return _over(request)
    pending.forget(request.session, handle)
    return _back(wanted.redirect_uri, error="access_denied", state=wanted.state)


def _give_code(request: HttpRequest, handle: str, wanted: Asked, chosen: str, at: datetime) -> HttpResponseBase:
    authorisation, procedure = chosen.split(":")
    methods = claims.methods_of(get_authentication_records(request, request.user))
    choice = acting.choose(actor_of(request), authorisation_id=int(authorisation), procedure=procedure, methods=methods, at=at)
    pending.forget(request.session, handle)
    credentials = {
        "client_id": wanted.client_id,
        "redirect_uri": wanted.redirect_uri,
        "response_type": "code",
        "state": wanted.state,
        "nonce": wanted.nonce,
        "code_challenge": wanted.code_challenge,
        "code_challenge_method": CODE_CHALLENGE_METHOD,
        "carnet_choice": choice,
    }
    try:
        location, *_rest = library.create_authorization_response(request, " ".join(wanted.scopes), credentials, allow=True)
    except OAuthToolkitError:
        return render(request, "openid/unknown.html", status=400)  # the client was ended while one was choosing
    return _away(location)


def _born(birthdate: str) -> str:
    """As it is read on a page: a register may know the year alone."""
    year, month, rest = birthdate.split("-")
    return day(date.fromisoformat(birthdate)) if "00" not in (month, rest) else year


def _covers(person: ActedFor) -> str:
    return " · ".join(_(FAMILIES[live.family].label) for live in person.live)


def _choices(person: ActedFor) -> list[tuple[str, str]]:
    """Each procedure with its family and its last day: two families both have something else in them."""
    choices = []
    for live in person.live:
        family, last = _(FAMILIES[live.family].label), day(live.last_day)
        for code in live.procedures:
            known = {"what": _("Autre chose") if code == OTHER_PROCEDURE else _(named_procedure(code).label), "family": family, "day": last}
            choices.append((f"{live.authorisation_id}:{code}", _("%(what)s (%(family)s, jusqu’au %(day)s)") % known))
    return choices


def _client_asking(given: dict[str, list[str]]) -> Client | None:
    """The client, if it is known and the address to go back to is its own, each said once: else nobody is sent anywhere."""
    ids, addresses = given.get("client_id", []), given.get("redirect_uri", [])
    if len(ids) != 1 or len(addresses) != 1 or "\x00" in ids[0]:
        return None
    client = Client.objects.filter(client_id=ids[0], ended_at=None).first()
    return client if client is not None and client.redirect_uri_allowed(addresses[0]) else None


def _state(given: dict[str, list[str]]) -> str:
    states = given.get("state", [])
    return states[0] if len(states) == 1 and OPAQUE.fullmatch(states[0]) else ""


def _proved(request: HttpRequest, wanted: Asked) -> bool:
    """A second factor proved recently enough, for us and for the client (`max_age`)."""
    proved_at = actor_of(request).proved_at
    allowed = min(PROOF_LIFE, timedelta(seconds=wanted.max_age)) if wanted.max_age else PROOF_LIFE
    return proved_at is not None and clock.now() - proved_at <= allowed


def _back(redirect_uri: str, *, error: str, state: str) -> HttpResponse:
    said = [("error", error), *([("state", state)] if state else []), ("iss", issuer())]
    return _away(add_params_to_uri(redirect_uri, said))


def _away(location: str) -> HttpResponse:
    """To an address registered by command, whatever its scheme: nothing here came from the request unchecked."""
    return HttpResponseRedirect(location, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "openid/over.html", status=410)


def _stopped(request: HttpRequest, handle: str, wanted: Asked, status: int) -> HttpResponse:
    """Ended while one was choosing, or never this structure's: the same words for both, and the way back to the service."""
    return _page_of(request, "openid/stopped.html", handle, wanted, {}, status)


def _page(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 1


def _page_of(request: HttpRequest, template: str, handle: str, wanted: Asked, context: dict[str, Any], status: int = 200) -> HttpResponse:
    client = Client.objects.get(client_id=wanted.client_id)
    response = render(request, template, {**context, "handle": handle, "client": client.name}, status=status)
    # The answer to this page's form goes on to the client, and from it to the service: a browser holds the whole way to `form-action`.
    parts = urlsplit(wanted.redirect_uri)
    response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}", "https:"]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response
