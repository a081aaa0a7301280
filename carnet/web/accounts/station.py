"""A shared computer as it shows itself: enrolled once, then a name and six digits, and the next person."""

from typing import Any
from uuid import uuid4

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import PartiesRefused
from carnet.web import clock, turns
from carnet.web.accounts.desk import FIELDS, performed
from carnet.web.accounts.sign_in import safe_next
from carnet.web.accounts.station_forms import EnrolForm, FirstCodeForm, TurnForm
from carnet.web.design.screens import show_refusal
from carnet.web.doors import public

log = structlog.get_logger(__name__)


@public
@never_cache
def station(request: HttpRequest) -> HttpResponseBase:
    """Who is it? A name, six digits. A browser that is no shared computer is told how to become one."""
    secret = turns.station_secret(request)
    front = parties.station_front(station_secret=secret, at=clock.now()) if secret else None
    if front is None:
        return render(request, "accounts/station_none.html", {"was_one": bool(secret)})
    ended = turns.TURN in request.session and getattr(request, "turn", None) is None
    form = TurnForm(request.POST if request.method == "POST" else None, people=front.people)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        answer = operations.open_turn(
            station_secret=secret, person_id=typed["person_id"], pin=typed["pin"], request_id=typed["request_id"], at=clock.now()
        )
        if isinstance(answer, operations.TurnOpened):
            log.info("turn opened", person=answer.person_id, organisation=answer.organisation_id, turn=answer.id)
            return _begin(request, answer.id, secret)
        log.warning("sign-in failed", method="pin", person=typed["person_id"], station=front.station_id, code=answer.code)
        show_refusal(form, answer, FIELDS)
        front = parties.station_front(station_secret=secret, at=clock.now()) or front
    context = {"front": front, "form": form, "next": safe_next(request), "has_ended": ended and not form.is_bound}
    return render(request, "accounts/station.html", context, status=422 if form.is_bound else 200)


def _begin(request: HttpRequest, turn_id: int, secret: str) -> HttpResponseBase:
    """A session of one's own, whoever was there before; the cookie is good for another while."""
    wanted = safe_next(request)
    request.session.flush()
    request.session[turns.TURN] = turn_id
    response = redirect(wanted)
    turns.keep_secret(response, secret)
    return response


@public
@never_cache
def enrol(request: HttpRequest) -> HttpResponseBase:
    """Become a shared computer, with the code that an administrator's screen shows."""
    form = EnrolForm(request.POST if request.method == "POST" else None)
    made: list[operations.StationEnrolled] = []
    if form.is_bound and performed(form, lambda typed: made.append(operations.enrol_station(**typed, at=clock.now()))):
        request.session.flush()
        messages.success(request, _("Ce poste est enregistré."))
        response = redirect("accounts:station")
        turns.keep_secret(response, made[0].secret)
        return response
    return render(request, "accounts/station_enrol.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@never_cache
def choose_pin(request: HttpRequest) -> HttpResponseBase:
    """Choose one's PIN on the shared computer, with a first code."""
    secret = turns.station_secret(request)
    front = parties.station_front(station_secret=secret, at=clock.now()) if secret else None
    if front is None:
        return redirect("accounts:station")
    form = FirstCodeForm(request.POST if request.method == "POST" else None, people=front.awaited)
    if form.is_bound and form.is_valid() and _chosen(form, secret):
        messages.success(request, _("Votre code PIN est choisi. Prenez votre tour."))
        return redirect("accounts:station")
    return render(request, "accounts/station_pin.html", {"front": front, "form": form}, status=422 if form.is_bound else 200)


def _chosen(form: FirstCodeForm, secret: str) -> bool:
    typed = form.cleaned_data
    refused: PartiesRefused | None
    try:
        refused = operations.choose_pin_with_code(
            station_secret=secret,
            person_id=typed["person_id"],
            code=typed["code"],
            pin=typed["pin"],
            request_id=typed["request_id"],
            at=clock.now(),
        )
    except PartiesRefused as refusal:
        refused = refusal
    if refused is not None:
        log.warning("sign-in failed", method="first-code", person=typed["person_id"], code=refused.code)
        show_refusal(form, refused, FIELDS)
    return refused is None


@public
@require_POST
def change_person(request: HttpRequest) -> HttpResponseBase:
    """Leave the screen to the next person, in one tap: nothing of this turn stays in the browser."""
    turn: Any = getattr(request, "turn", None)
    if turn is not None:
        operations.end_turn(turn_id=turn.turn_id, actor=turn.actor, request_id=uuid4(), at=clock.now())
    request.session.flush()
    return redirect("accounts:station")


@public
@never_cache
def here(request: HttpRequest) -> HttpResponse:
    """Somebody still types on the page: the answer says whether the turn goes on, and asking made it go on."""
    return HttpResponse(status=204 if getattr(request, "turn", None) is not None else 205)
