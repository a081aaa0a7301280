"""PINs: one's own, once fully signed in; and those of one's team, for whoever leads it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import VOLUNTEER_ROLES, PinUnknown, allowed, printed_code
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import BareForm, role_choices
from carnet.web.accounts.station_forms import OwnPinForm, VolunteerForm
from carnet.web.accounts.stations import pin_state
from carnet.web.accounts.words import ROLE_NAMES
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


@door("parties.choose-pin")
def own_pin(request: HttpRequest) -> HttpResponseBase:
    """Choose one's PIN for the shared computers of one's organisation."""
    actor = actor_of(request)
    form = OwnPinForm(request.POST or None)

    def choose(typed: dict[str, Any]) -> None:
        operations.choose_own_pin(pin=typed["pin"], actor=actor, request_id=typed["request_id"], at=clock.now())

    if request.method == "POST" and performed(form, choose):
        messages.success(request, _("Votre code PIN est choisi. Il sert sur les postes partagés de votre organisation."))
        return redirect("accounts:account")
    return page(request, "own_pin", form=form, has_pin=parties.has_own_pin(actor), status=422 if form.is_bound else 200)


@never_cache
@door("parties.manage-stations")
def volunteer(request: HttpRequest) -> HttpResponseBase:
    """Add somebody without an e-mail address; their first code is shown once."""
    actor = actor_of(request)
    organisation = parties.organisation(actor.organisation_id or 0)
    roles = [(role, name) for role, name in role_choices(organisation.kinds, actor.roles) if role in VOLUNTEER_ROLES]
    form = VolunteerForm(request.POST or None, roles=roles)
    made: list[operations.FirstCode] = []

    def add(typed: dict[str, Any]) -> None:
        made.append(operations.add_volunteer(**typed, actor=actor, at=clock.now()))

    if request.method == "POST" and performed(form, add):
        return _first_code(request, made[0], form.cleaned_data["display_name"])
    return page(request, "volunteer", form=form, status=422 if form.is_bound else 200)


@never_cache
@door("parties.see-stations", post="parties.manage-stations")
def turn_taker(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """One person of one's team: a first code, an unlocking, the end of a PIN."""
    actor, at = actor_of(request), clock.now()
    person = next((each for each in parties.turn_takers(actor=actor, at=at) if each.person_id == person_id), None)
    if person is None:
        raise PinUnknown
    asked, made = request.POST.get("do", ""), []
    form = BareForm(request.POST if asked else None)
    acts = {
        "code": lambda typed: made.append(operations.give_first_code(person_id=person_id, actor=actor, at=at, **typed)),
        "unlock": lambda typed: operations.unlock_pin(person_id=person_id, actor=actor, at=at, **typed),
        "remove": lambda typed: operations.remove_pin(person_id=person_id, actor=actor, at=at, **typed),
    }
    if asked in acts and performed(form, acts[asked]):
        if made:
            return _first_code(request, made[0], person.display_name)
        messages.success(request, _("C’est fait."))
        return redirect("accounts:turn-taker", person_id)
    return page(
        request,
        "turn_taker",
        person=person,
        role=ROLE_NAMES[person.role],
        state=pin_state(person),
        form=form,
        may_manage=allowed(actor.roles, "parties.manage-stations"),
        status=422 if asked else 200,
    )


def _first_code(request: HttpRequest, given: operations.FirstCode, name: str) -> HttpResponseBase:
    if given.code is None:
        messages.info(request, _("Ce code a déjà été affiché. Demandez-en un autre ici."))
        return redirect("accounts:turn-taker", given.person_id)
    return page(request, "first_code", code=printed_code(given.code), name=name, expires_at=given.expires_at)
