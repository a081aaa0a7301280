"""The whole request: where it stands, what was written both ways, what was answered and why; sending, contesting, giving up."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries.habilitation import StructureFileView
from carnet.mandates.rules.habilitation import FILLED, FileState, PaperKind, Problem, Step
from carnet.web import clock
from carnet.web.design.components import Task
from carnet.web.design.screens import show_refusal
from carnet.web.joining import problem_words
from carnet.web.public.joining._forms import DraftForm, YesForm
from carnet.web.public.structures._forms import AppealForm, CommitmentsForm, HelperForm, LeadForm, MessageForm, WhoForm
from carnet.web.public.structures._link import file_of, link_of, with_file
from carnet.web.public.structures._steps import locked, page
from carnet.web.structures import FILE_STATES, PAPERS, STEPS, messages_table, parts, step_states, told

PAGES: dict[Step, str] = {step: f"public:structure-{step.value}" for step in FILLED}
FORMS_OF_STEP: dict[Step, type[DraftForm]] = {
    Step.WHO: WhoForm,
    Step.LEAD: LeadForm,
    Step.HELPERS: HelperForm,
    Step.COMMITMENTS: CommitmentsForm,
}
TEXT_FIELDS = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text", "structure-messages-too-many"), "text")


def _overview(request: HttpRequest, form: MessageForm) -> HttpResponseBase:
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
        "said": messages_table(view),
        "form": form,
        "appeal_waits": any(not each.is_answered for each in view.appeals),
        "may_take_back": view.state is FileState.SENT,
        "take_back_id": uuid4(),
        "may_withdraw": view.state in (FileState.DRAFT, FileState.SENT, FileState.COMPLETION),
        "parts": parts(view) if not view.is_writable else [],
    }
    return render(request, "public/structures/file.html", context, status=422 if form.is_bound else 200)


@with_file
def overview(request: HttpRequest) -> HttpResponseBase:
    """The steps and their states while it is written; the answer afterwards."""
    return _overview(request, MessageForm())


@require_POST
@with_file
def write(request: HttpRequest) -> HttpResponseBase:
    """A message to the programme."""
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            operations.write_to_programme(key=link_of(request), **form.cleaned_data, at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal, TEXT_FIELDS)
        else:
            messages.success(request, _("Votre message est envoyé."))
            return redirect("public:structure-file")
    return _overview(request, form)


@with_file
def summary(request: HttpRequest) -> HttpResponseBase:
    """Read the whole again, then send."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.send_structure_file(key=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Votre demande est envoyée. Une lettre le confirme à votre adresse."))
            return redirect("public:structure-file")
    context: dict[str, Any] = {
        "form": form,
        "parts": [(part, reverse(PAGES[part.step])) for part in parts(view)],
        "problems": [(_where(view, each), problem_words(each), reverse(PAGES[each.step])) for each in view.problems],
    }
    return page(request, Step.SUMMARY, status=422 if form.is_bound else 200, **context)


def _where(view: StructureFileView, problem: Problem) -> str:
    """The step, then the helper and the field or the paper: six times "to complete" says nothing."""
    names = [str(STEPS[problem.step])]
    if problem.item:
        names += [str(each["name"]) for each in view.answers["helpers"] if each["key"] == problem.item and each.get("name")]
    if problem.step is Step.PAPERS and problem.field:
        names.append(str(PAPERS[PaperKind(problem.field)][0]))
    elif (form := FORMS_OF_STEP.get(problem.step)) is not None and problem.field in form.base_fields:
        names.append(str(form.base_fields[problem.field].label))
    return " · ".join(names)


@require_POST
@with_file
def take_back(request: HttpRequest) -> HttpResponseBase:
    """Correct a request already sent, while nobody has answered."""
    form = YesForm(request.POST)
    if form.is_valid():
        operations.take_back_structure_file(key=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("Vous pouvez corriger. Pensez à renvoyer la demande."))
    return redirect("public:structure-file")


@with_file
def contest(request: HttpRequest) -> HttpResponseBase:
    """Contest the latest decision, once, in time."""
    view, form = file_of(request), AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.contest_by_key(key=link_of(request), **form.cleaned_data, at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal, TEXT_FIELDS)
        else:
            messages.success(request, _("Votre recours est envoyé. D’autres personnes y répondront."))
            return redirect("public:structure-file")
    if view.appeal_until is None:
        return redirect("public:structure-file")
    return render(request, "public/structures/contest.html", {"form": form, "file": view}, status=422 if form.is_bound else 200)


@with_file
def withdraw(request: HttpRequest) -> HttpResponseBase:
    """Give the request up, once asked again."""
    form = YesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.withdraw_structure_file(key=link_of(request), request_id=form.cleaned_data["request_id"], at=clock.now())
        messages.success(request, _("La demande est abandonnée. Ce qu’elle contient sera effacé."))
        return redirect("public:structure-file")
    return render(request, "public/structures/withdraw.html", {"form": form, "file": file_of(request)})
