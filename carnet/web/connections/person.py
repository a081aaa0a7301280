"""The person's own page: where their connection is, how much, what to do when it does not work, how to stop. The telephone first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from carnet.connectivity import operations
from carnet.connectivity.queries.told import ToldConnection
from carnet.connectivity.rules import IncidentKind, VisitOver
from carnet.funding import queries as funding
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.web import clock, lessons
from carnet.web.calling import call_of
from carnet.web.connections import near, session, telling, words
from carnet.web.connections.forms import IncidentForm, PaperForm
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import show_refusal
from carnet.web.public.person import page as person_page
from carnet.workshops.rules import TooManyTries

WRONG = ("connection-wrong", "connection-locked")


@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """One's connection; without a visit, the way in."""
    at = clock.now()
    try:
        told = session.visiting(request, at)
    except VisitOver:
        return _page(request, "door", {"form": PaperForm(initial={"request_id": uuid4()})}, at)
    return _own(request, told, at)


def _own(request: HttpRequest, told: ToldConnection, at: datetime, *, form: IncidentForm | None = None) -> HttpResponse:
    found, is_own = near.told(place_id=told.place_id, commune=told.commune, at=at)
    context = {
        "told": told,
        "card": _card(told),
        "kinds": [(each.value, words.INCIDENTS[each]) for each in IncidentKind if each is not IncidentKind.COMPUTER or told.wants_computer],
        "request_id": uuid4(),
        "form": form,
        "lessons": found,
        "are_own": is_own,
    }
    return _page(request, "own", context, at, told=told, status=422 if form is not None else 200)


@never_cache
@sensitive_post_parameters("code", "number")
def enter(request: HttpRequest) -> HttpResponseBase:
    """Open the page with what is printed on the paper; an address typed or kept leads to the form."""
    if request.method != "POST":
        return redirect("connections:own")
    at, form = clock.now(), PaperForm(request.POST)
    try:
        lessons.check_tries(request)
        if form.is_valid():
            token = operations.open_visit(number=form.cleaned_data["number"], code=form.cleaned_data["code"], at=at)
            response = redirect("connections:own")
            session.COOKIE.keep(response, token)
            return response
    except Refusal as refusal:
        if refusal.code in WRONG:
            lessons.note_wrong(request)
        form.is_valid()
        show_refusal(form, refusal, dict.fromkeys(WRONG, "code"))
    return _page(request, "door", {"form": form}, at, status=429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422)


@never_cache
@require_POST
def report(request: HttpRequest) -> HttpResponseBase:
    """It does not work: one tap says what, and the provider is told."""
    at, form = clock.now(), IncidentForm(request.POST)

    def say() -> None:
        if form.is_valid():
            operations.report_own(
                token=session.COOKIE.token_of(request), kind=IncidentKind(form.cleaned_data["kind"]),
                request_id=form.cleaned_data["request_id"], at=at,
            )  # fmt: skip

    return _act(request, form, say, at)


@never_cache
def stop(request: HttpRequest) -> HttpResponseBase:
    """Stop: GET asks once, in plain words; POST does it."""
    at = clock.now()
    try:
        told = session.visiting(request, at)
    except VisitOver:
        return redirect("connections:own")
    card = _card(told)
    if not card.may_end:
        return redirect("connections:own")
    if request.method != "POST":
        return _page(request, "stop", {"card": card, "told": told, "request_id": uuid4()}, at, told=told)
    form = OperationForm(request.POST)
    request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
    operations.end_own(token=session.COOKIE.token_of(request), request_id=request_id, at=at)
    response = redirect("connections:stopped")
    session.COOKIE.forget(response)
    return response


@never_cache
def stopped(request: HttpRequest) -> HttpResponse:
    """It is stopped. Whoever holds the paper reads it again with the number and the code."""
    return _page(request, "stopped", {}, clock.now())


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """End the visit: nothing of it stays in this browser."""
    return session.COOKIE.leave(request, operations.leave_visit, to="connections:left", at=clock.now())


@never_cache
def left(request: HttpRequest) -> HttpResponse:
    """The computer may be left. A page nobody touched comes here by itself, and its visit ends."""
    at = clock.now()
    return session.COOKIE.left(request, operations.leave_visit, lambda alone: _page(request, "left", {"was_alone": alone}, at), at=at)


def _act(request: HttpRequest, form: IncidentForm, act: Callable[[], None], at: datetime) -> HttpResponseBase:
    """Do it, and come back to the page; a refusal, or nothing chosen, is said there."""
    try:
        told = session.visiting(request, at)
        act()
    except VisitOver:
        return redirect("connections:own")
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _own(request, session.visiting(request, at), at, form=form)
    return redirect("connections:own") if form.is_valid() else _own(request, told, at, form=form)


def _card(told: ToldConnection) -> telling.Card:
    names = parties.organisations({told.landlord_id, told.provider_id})
    return telling.card(told, landlord=names[told.landlord_id].name, provider=names[told.provider_id].name)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], at: datetime, *, told: ToldConnection | None = None, status: int = 200
) -> HttpResponse:
    if told is not None:
        context = {"call": call_of(funding.programme(told.programme_id), at), "until_seconds": 600} | context
    return person_page(request, template, context, at, status=status, folder="connections")
