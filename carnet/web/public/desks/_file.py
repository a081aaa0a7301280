"""The whole application: where it stands, what was answered and why; and the last page before it is sent."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.distribution import operations
from carnet.distribution.rules.joining import FILLED, FileState, Step
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design.components import Task
from carnet.web.design.screens import show_refusal
from carnet.web.desks import FILE_STATES, STEPS, parts, step_states, told
from carnet.web.joining import problem_words
from carnet.web.public.desks._link import file_of, link_of, with_file
from carnet.web.public.desks._steps import locked, page
from carnet.web.public.joining._forms import YesForm

PAGES: dict[Step, str] = {step: f"public:desk-{step.value}" for step in FILLED}


@with_file
def overview(request: HttpRequest) -> HttpResponseBase:
    """The steps and their states while it is written; the answer afterwards."""
    view = file_of(request)
    steps = [
        Task(str(STEPS[step]), _("Revoir") if tone == "success" else _("Remplir"), reverse(PAGES[step]), tone=tone, tone_text=text)
        for step, text, tone in step_states(view)
    ]
    context = {
        "file": view,
        "state": FILE_STATES[view.state],
        "steps": steps if view.is_writable else [],
        "is_complete": view.is_writable and not view.problems,
        "decisions": [told(each) for each in view.decisions],
        "may_take_back": view.state is FileState.SENT,
        "take_back_id": uuid4(),
        "may_withdraw": view.state in (FileState.DRAFT, FileState.SENT, FileState.COMPLETION),
        "parts": parts(view) if not view.is_writable else [],
    }
    return render(request, "public/desks/file.html", context)


@with_file
def summary(request: HttpRequest) -> HttpResponseBase:
    """Read the whole again, then send."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.send_desk_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Votre demande est envoyée. Une lettre le confirme à votre adresse."))
            return redirect("public:desk-file")
    context: dict[str, Any] = {
        "form": form,
        "parts": [(part, reverse(PAGES[part.step])) for part in parts(view)],
        "problems": [(str(STEPS[each.step]), problem_words(each), reverse(PAGES[each.step])) for each in view.problems],
    }
    return page(request, Step.SUMMARY, status=422 if form.is_bound else 200, **context)


@require_POST
@with_file
def take_back(request: HttpRequest) -> HttpResponseBase:
    """Correct an application already sent, while nobody has answered."""
    form = YesForm(request.POST)
    if form.is_valid():
        operations.take_back_desk_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("Vous pouvez corriger. Pensez à renvoyer la demande."))
    return redirect("public:desk-file")


@with_file
def withdraw(request: HttpRequest) -> HttpResponseBase:
    """Give the application up, once asked again."""
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.withdraw_desk_file(secret=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("La demande est abandonnée. Ce qu’elle contient sera effacé."))
        return redirect("public:desk-file")
    return render(request, "public/desks/withdraw.html", {"form": form, "file": file_of(request)})
