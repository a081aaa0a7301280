"""The whole file: where it stands, what was decided and why, how to contest it; and the last page before it is sent."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.places import operations
from carnet.places.rules.joining import FileState, Step
from carnet.web import clock, labels
from carnet.web.design.components import Task
from carnet.web.design.screens import show_refusal
from carnet.web.joining import STATES, STEPS, decision_told, parts, problem_words, step_states
from carnet.web.public.joining._forms import AppealForm, YesForm
from carnet.web.public.joining._link import file_of, link_of, with_file
from carnet.web.public.joining._steps import locked, page

PAGES = {step: f"public:joining-{step.value}" for step in Step}


@with_file
def overview(request: HttpRequest) -> HttpResponseBase:
    """The steps and their states while it is written; the decisions afterwards."""
    view = file_of(request)
    words, tone = STATES[view.state]
    steps = [
        Task(
            str(STEPS[step]),
            _("Revoir") if state_tone == "success" else _("Remplir"),
            reverse(PAGES[step]),
            tone=state_tone,
            tone_text=text,
        )
        for step, text, state_tone in step_states(view)
    ]
    context = {
        "file": view,
        "state": (words, tone),
        "steps": steps if view.is_writable else [],
        "is_complete": view.is_writable and not view.problems,
        "decisions": [decision_told(each, view.terms) for each in view.decisions],
        "appeal": view.open_appeal,
        "labels": labels.places_table(view.labels, caption=_("Vos labels")) if view.labels else None,
        "may_take_back": view.state is FileState.SENT,
        "take_back_id": uuid4(),
        "may_withdraw": view.state in (FileState.DRAFT, FileState.SENT, FileState.COMPLETION),
        "parts": parts(view, show_bank=False) if not view.is_writable else [],
    }
    return render(request, "public/joining/file.html", context)


@with_file
def summary(request: HttpRequest) -> HttpResponseBase:
    """Read the whole again, then send."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.send_joining_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Votre dossier est envoyé. Une lettre le confirme à votre adresse."))
            return redirect("public:joining-file")
    context = {
        "form": form,
        "parts": [(part, reverse(PAGES[part.step])) for part in parts(view, show_bank=True)],
        "problems": [(str(STEPS[each.step]), problem_words(each), reverse(PAGES[each.step])) for each in view.problems],
    }
    return page(request, Step.SUMMARY, status=422 if form.is_bound else 200, **context)


@require_POST
@with_file
def take_back(request: HttpRequest) -> HttpResponseBase:
    """Correct a file already sent, while nobody has answered."""
    form = YesForm(request.POST)
    if form.is_valid():
        operations.take_back_joining_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("Vous pouvez corriger. Pensez à renvoyer le dossier."))
    return redirect("public:joining-file")


@with_file
def withdraw(request: HttpRequest) -> HttpResponseBase:
    """Give the application up, once asked again."""
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.withdraw_joining_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("Le dossier est abandonné. Ce qu’il contient sera effacé."))
        return redirect("public:joining-file")
    return render(request, "public/joining/withdraw.html", {"form": form, "file": file_of(request)})


@with_file
def appeal(request: HttpRequest) -> HttpResponseBase:
    """Contest the latest decision."""
    view = file_of(request)
    if view.appeal_until is None:
        return redirect("public:joining-file")
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.appeal_by_link(secret=link_of(request), text=given["text"], request_id=given["request_id"], at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal, dict.fromkeys(("appeal-text-missing", "nir-in-text", "iban-in-text"), "text"))
        else:
            messages.success(request, _("Votre recours est enregistré. Des personnes qui n’ont pas pris la décision y répondront."))
            return redirect("public:joining-file")
    context = {"form": form, "file": view, "decision": decision_told(view.decisions[0], view.terms)}
    return render(request, "public/joining/appeal.html", context, status=422 if form.is_bound else 200)
