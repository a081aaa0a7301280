"""See one's mandates and each use of them, stop one in a gesture, leave. The telephone first; the code and the number in no address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from carnet.funding import queries as funding
from carnet.gateways import identity
from carnet.gateways.identity import IdentityRefused
from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import visits
from carnet.mandates.operations.visits import Opened
from carnet.mandates.queries import own
from carnet.mandates.queries.own import OwnMandate
from carnet.mandates.rules import Family, MandateNumberMistyped
from carnet.mandates.rules.visits import OwnMandateUnknown, VisitOver
from carnet.parties import queries as parties
from carnet.web import clock, lessons
from carnet.web.calling import Call, call_of
from carnet.web.design import formats
from carnet.web.design.components import Download
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.identity import exchange
from carnet.web.own import session, words
from carnet.web.public.person import page as person_page
from carnet.workshops.rules import TooManyTries

PURPOSE = "own"  # what a sign-in at FranceConnect is kept for
WRONG = ("paper-code-wrong", "paper-code-locked")


class PaperForm(OperationForm):
    """What is printed on the mandate's paper."""

    number = forms.CharField(
        label=gettext_lazy("1. Le numéro du mandat"),
        help_text=gettext_lazy("Il commence par M, comme M-K7FM-42PX."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )
    code = forms.CharField(
        label=gettext_lazy("2. Votre code"),
        help_text=gettext_lazy("Il a 12 lettres et chiffres, par groupes de quatre."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le code.")},
    )


@never_cache
def mandates(request: HttpRequest) -> HttpResponseBase:
    """One's mandates; without a visit, the ways in. Whoever comes back from FranceConnect enters here."""
    at = clock.now()
    person = exchange.known(request, PURPOSE)
    if person is not None:
        exchange.forget(request, PURPOSE)
        return enter(visits.open_with_franceconnect(subject=person.sub, request_id=uuid4(), at=at))
    try:
        visit = session.visiting(request, at)
    except VisitOver:
        return _door(request, PaperForm(initial={"request_id": uuid4()}), at)
    found = own.own_mandates(visit.key_mark, at=at)
    names = _names(found)
    cards = [words.card(each, names) for each in found]
    context = {"cards": cards, "live_count": sum(each.is_live for each in cards)}
    return _page(request, "mandates", context, at, visit=visit, call=_call(found, at))


@never_cache
@sensitive_post_parameters("code", "number")
def paper(request: HttpRequest) -> HttpResponseBase:
    """Open a visit with the number of a mandate and the code on its paper; an address typed or kept leads to the form."""
    if request.method != "POST":
        return redirect("own:mandates")
    at = clock.now()
    form = PaperForm(request.POST)
    try:
        lessons.check_tries(request)
        if form.is_valid():
            given = form.cleaned_data
            opened = visits.open_with_paper(number=given["number"], code=given["code"], request_id=given["request_id"], at=at)
            return enter(opened)
    except Refusal as refusal:
        if refusal.code in WRONG:
            lessons.note_wrong(request)
        form.is_valid()
        show_refusal(form, refusal, dict.fromkeys(WRONG, "code"))
    return _door(request, form, at, status=429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422)


@never_cache
def franceconnect(request: HttpRequest) -> HttpResponseBase:
    """To FranceConnect, and back to one's mandates."""
    try:
        return exchange.begin(request, "franceconnect", purpose=PURPOSE, back=reverse("own:mandates"))
    except IdentityRefused as refusal:
        form = PaperForm(initial={"request_id": uuid4()})
        return _door(request, form, clock.now(), status=503, refused=sentence_for(refusal))


def enter(opened: Opened) -> HttpResponseBase:
    """The first page of a visit, with its secret in this browser."""
    response = redirect("own:mandates")
    session.COOKIE.keep(response, opened.token)
    return response


@never_cache
def mandate(request: HttpRequest, number: str) -> HttpResponseBase:
    """One mandate: what may be done, what was done, by whom, when."""
    at = clock.now()
    try:
        visit, found = _own(request, number, at)
    except VisitOver:
        return redirect("own:mandates")
    asked = request.GET.get("page", "")
    number_of_page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    uses, has_more = own.own_uses(visit.key_mark, found, page=number_of_page)
    context = {
        "card": words.card(found, _names([found])),
        "uses": words.use_lines(uses),
        "more_url": f"?page={max(number_of_page, 1) + 1}" if has_more else "",
        "files": _files(found),
    }
    return _page(request, "mandate", context, at, visit=visit, call=_call([found], at))


def _files(found: OwnMandate) -> list[Download]:
    files = [Download(_("Le mandat"), reverse("own:mandate-file", args=[found.number]), "PDF")]
    if any(each.reason is not None for each in found.families):
        files.append(Download(_("Le papier de l’arrêt"), reverse("own:stopped-file", args=[found.number]), "PDF"))
    return files


@never_cache
def stop(request: HttpRequest, number: str) -> HttpResponseBase:
    """Stop a mandate, or one family of it: GET asks once, in plain words; POST does it."""
    at = clock.now()
    try:
        visit, found = _own(request, number, at)
    except VisitOver:
        return redirect("own:mandates")
    family = _family(request, found)
    if request.method == "POST":
        form = OperationForm(request.POST)
        request_id = form.cleaned_data["request_id"] if form.is_valid() else uuid4()
        families = [family.value] if family else []
        visits.stop_own_mandate(
            token=session.COOKIE.token_of(request), number=found.number, families=families, request_id=request_id, at=at
        )
        return redirect("own:mandate", number=found.number)
    if not found.live:
        return redirect("own:mandate", number=found.number)
    context = {
        "card": words.card(found, _names([found])),
        "labels": [words.family_label(each) for each in ([family] if family else found.live)],
        "family": family.value if family else "",
        "request_id": uuid4(),
    }
    return _page(request, "stop", context, at, visit=visit, call=_call([found], at))


def _family(request: HttpRequest, found: OwnMandate) -> Family | None:
    asked = request.POST.get("famille") or request.GET.get("famille")
    return next((each.family for each in found.families if each.family.value == asked), None)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """End the visit: nothing of it stays in this browser."""
    return session.COOKIE.leave(request, visits.leave, to="own:left", at=clock.now())


@never_cache
def left(request: HttpRequest) -> HttpResponse:
    """The computer may be left. A page nobody touched comes here by itself, and its visit ends."""
    at = clock.now()
    return session.COOKIE.left(request, visits.leave, lambda alone: _page(request, "left", {"was_alone": alone}, at), at=at)


def _own(request: HttpRequest, number: str, at: datetime) -> tuple[Opened, OwnMandate]:
    """Raises: VisitOver, OwnMandateUnknown (a page that says so)."""
    visit = session.visiting(request, at)
    try:
        return visit, own.own_mandate(visit.key_mark, number, at=at)
    except MandateNumberMistyped:
        raise OwnMandateUnknown from None


def _names(found: Sequence[OwnMandate]) -> dict[int, str]:
    return {key: each.name for key, each in parties.organisations({each.organisation_id for each in found}).items()}


def _call(found: Sequence[OwnMandate], at: datetime) -> Call | None:
    """Whom to call: the structure when there is one, else the programme of the latest mandate in force."""
    houses = {each.organisation_id for each in found if each.live} or {each.organisation_id for each in found}
    cards = parties.organisations(houses) if len(houses) == 1 else {}
    for card in cards.values():
        if card.contact_phone:
            return Call(formats.phone(card.contact_phone), formats.dialled(card.contact_phone), (), None, card.name)
    for each in found:
        if each.programme_id:
            return call_of(funding.programme(each.programme_id), at)
    return None


def _door(request: HttpRequest, form: PaperForm, at: datetime, *, status: int = 200, refused: str = "") -> HttpResponse:
    context = {"form": form, "has_franceconnect": identity.franceconnect_is_offered(), "refused": refused}
    return _page(request, "door", context, at, status=status)


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    at: datetime,
    *,
    visit: Opened | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    until = {"until_seconds": max(int((visit.until - at).total_seconds()), 1)} if visit is not None else {}
    return person_page(request, template, context | until | more, at, status=status, folder="own")
