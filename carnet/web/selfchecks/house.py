"""The side of whoever gives slips: a desk, a place, a mediator. Print, answer together, type a sheet, post the letters that ask again."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.observatory.operations import selfchecks
from carnet.observatory.queries import selfchecks as queries
from carnet.observatory.rules.selfchecks import AgeOfTables, Mode
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.afterwards.views import frame_of
from carnet.web.design import formats
from carnet.web.design.components import Figure
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.selfchecks import words
from carnet.web.selfchecks.forms import NumberForm, PrintForm, SheetForm
from carnet.web.selfchecks.paper import slips_pdf
from carnet.web.selfchecks.results import tables_of


def home(request: HttpRequest) -> HttpResponse:
    """Print, type, post, and what came back here."""
    return _home(request)


def _home(request: HttpRequest, *, printing: PrintForm | None = None, typing: NumberForm | None = None, status: int = 200) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    programmes = {each.id: each.name for each in queries.programmes_of_house(actor, at=at)}
    found = queries.house_checks(actor)
    figures = [
        Figure(formats.number(found.printed), _("papiers donnés")),
        *(Figure(formats.number(count), str(words.MOMENTS[moment])) for moment, count in found.finished.items()),
    ]
    context = {
        "programmes": programmes,
        "printing": (printing or PrintForm(programmes=programmes)) if programmes else None,
        "typing": typing or NumberForm(),
        "figures": figures,
        "letters": queries.letters_to_post(actor, at=at),
        "house": parties.organisation(actor.organisation_id or 0),
        "today": at,
        "progress": [tables_of(each) for each in queries.house_progress(actor)],
        "request_id": uuid4(),
    }
    return render(request, "selfchecks/house.html", _framed(actor) | context, status=status)


def _framed(actor: Actor) -> dict[str, Any]:
    base, name = frame_of(actor)
    return {"base": base, "home_url": reverse(name)}


@never_cache
@require_POST
def print_slips(request: HttpRequest) -> HttpResponseBase:
    """New papers, each with its sheet. The codes are on them and nowhere else."""
    actor, at = actor_of(request), clock.now()
    programmes = {each.id: each.name for each in queries.programmes_of_house(actor, at=at)}
    form = PrintForm(request.POST, programmes=programmes)
    if not form.is_valid():
        return _home(request, printing=form, status=422)
    given = form.cleaned_data
    try:
        slips = selfchecks.print_slips(
            programme_id=given["programme"], count=given["count"], actor=actor, request_id=given["request_id"], at=at
        )
    except Refusal as refusal:
        show_refusal(form, refusal, {"self-check-too-many": "count"})
        return _home(request, printing=form, status=422)
    answer = HttpResponse(slips_pdf(slips, at=at), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="faire-le-point.pdf"'
    return answer


@never_cache
def sheet(request: HttpRequest) -> HttpResponseBase:
    """One sheet to type, or to fill in with the person beside. GET names it; POST counts it."""
    actor, at = actor_of(request), clock.now()
    asked = (request.POST if request.method == "POST" else request.GET).get("number", "")
    try:
        edition = queries.house_slip(actor, asked)
    except Refusal as refusal:
        form = NumberForm({"number": asked})
        # An empty number is said once, by the form.
        if form.is_valid():
            show_refusal(form, refusal, {"self-check-unknown": "number", "self-check-mistyped": "number"})
        return _home(request, typing=form, status=422)
    filled = SheetForm(
        request.POST if request.method == "POST" else None,
        edition=edition,
        today=legal_day(at),
        initial={"number": asked, "request_id": uuid4()},
    )
    if filled.is_bound and filled.is_valid():
        try:
            return _typed(request, filled, actor)
        except Refusal as refusal:
            show_refusal(filled, refusal, {"self-check-done": "answered_on"})
    context = {"form": filled, "parts": filled.parts(), "number": asked.upper()[:12]}
    return render(request, "selfchecks/sheet.html", _framed(actor) | context, status=422 if filled.errors else 200)


def _typed(request: HttpRequest, form: SheetForm, actor: Actor) -> HttpResponse:
    """Counted; and what it comes to, to be said to the person when they are there."""
    given, at = form.cleaned_data, clock.now()
    slip_id, _moment = selfchecks.type_answers(
        number=given["number"], answered_on=given["answered_on"], used_internet=form.used, answers=form.answers,
        age=AgeOfTables(given["age"] or AgeOfTables.NOT_SAID), mode=Mode(given["mode"]), actor=actor, request_id=given["request_id"], at=at,
    )  # fmt: skip
    context = {"told": words.result_of(queries.story(slip_id, at=at)), "is_together": given["mode"] == Mode.TOGETHER}
    return render(request, "selfchecks/typed.html", _framed(actor) | context)


@require_POST
def posted(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    """The letter is in the post: the address is erased."""
    try:
        selfchecks.note_letter_posted(invitation_id=invitation_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
        messages.success(request, _("C’est noté. L’adresse est effacée."))
    except Refusal as refusal:
        messages.error(request, sentence_for(refusal))
    return redirect("selfchecks:house")
