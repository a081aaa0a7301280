"""The steps of a request. Whatever is typed is kept; the page says what is left to mend."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.rules.habilitation import PaperKind, Problem, Step, papers_needed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.joining import attachment, problem_words
from carnet.web.public.joining._forms import DraftForm, filled
from carnet.web.public.structures._forms import CommitmentsForm, HelperForm, LeadForm, PaperForm, WhoForm
from carnet.web.public.structures._link import file_of, link_of, reloaded, with_file
from carnet.web.structures import PAPERS, STEPS, helper_typed_rows, is_begun

NEXT = {
    Step.WHO: "public:structure-lead",
    Step.LEAD: "public:structure-helpers",
    Step.HELPERS: "public:structure-commitments",
    Step.COMMITMENTS: "public:structure-papers",
    Step.PAPERS: "public:structure-summary",
}


def problems_of(request: HttpRequest, step: Step, helper: str = "") -> list[Problem]:
    """What is left to mend in one step (of one helper) of this page's request."""
    return [each for each in file_of(request).problems if each.step is step and (not helper or each.item == helper)]


def page(request: HttpRequest, step: Step, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
    """The page of one step."""
    standard = {"file": file_of(request), "title": STEPS[step], "rank": list(Step).index(step) + 1, "count": len(Step)}
    return render(request, f"public/structures/{template or step.value}.html", standard | context, status=status)


def locked(request: HttpRequest) -> HttpResponseBase | None:
    """A request that was sent is only read: back to where it says so."""
    if file_of(request).is_writable:
        return None
    messages.info(request, _("Cette demande est envoyée : elle se relit, elle ne se modifie plus."))
    return redirect("public:structure-file")


def _go_on(request: HttpRequest, step: Step) -> HttpResponseBase:
    return redirect("public:structure-file" if "later" in request.POST else NEXT[step])


def _plain(request: HttpRequest, step: Step, form_class: Any, **context: Any) -> HttpResponseBase:
    if (stopped := locked(request)) is not None:
        return stopped
    if request.method == "POST":
        operations.write_structure_step(key=link_of(request), step=step, given=form_class(request.POST).typed(), at=clock.now())
        reloaded(request)
        left = problems_of(request, step)
        if not left or "later" in request.POST:
            return _go_on(request, step)
        form = form_class(request.POST)
        form.show(left)
        return page(request, step, form=form, status=422, **context)
    kept = file_of(request).answers[step.value]
    if not is_begun(step, file_of(request)):
        return page(request, step, form=form_class(initial=kept), **context)
    form = form_class({name: value for name, value in kept.items() if value not in (None, False)})
    form.show(problems_of(request, step))
    return page(request, step, form=form, **context)


@with_file
def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    if request.method != "POST" or "fill" not in request.POST:
        return _plain(request, Step.WHO, WhoForm)
    if (stopped := locked(request)) is not None:
        return stopped
    given = WhoForm(request.POST).typed()
    known = places.known_structure(request.POST.get("number", ""))
    if known is not None:
        found = {"name": known.name, "street": known.street, "postcode": known.postcode, "city": known.city}
        given |= {name: value for name, value in found.items() if not given.get(name)}
    operations.write_structure_step(key=link_of(request), step=Step.WHO, given=given, at=clock.now())
    reloaded(request)
    form = filled(WhoForm, file_of(request).answers["who"])
    form.show([each for each in problems_of(request, Step.WHO) if each.field == "number"])
    words = _("Voici ce qui est connu de ce numéro. Corrigez si besoin.") if known else ""
    text = words or _("Rien n’est encore connu de ce numéro : remplissez le reste.")
    return page(request, Step.WHO, form=form, told="" if form.errors else text)


@with_file
def lead(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the helpers."""
    return _plain(request, Step.LEAD, LeadForm)


@with_file
def commitments(request: HttpRequest) -> HttpResponseBase:
    """The terms, what is promised, and who promises."""
    terms = file_of(request).terms
    version = terms.version if terms is not None else 0
    return _plain(request, Step.COMMITMENTS, partial(CommitmentsForm, terms_version=version), terms=terms)


@with_file
def helpers(request: HttpRequest) -> HttpResponseBase:
    """Those already written, and the way to add one."""
    if (stopped := locked(request)) is not None:
        return stopped
    answers = file_of(request).answers
    if request.method == "POST":
        if answers["helpers"] or answers["lead"].get("lead_helps") or "later" in request.POST:
            return _go_on(request, Step.HELPERS)
        return redirect("public:structure-helper-new")
    shown = [
        {
            "key": int(each["key"]),
            "name": each.get("name") or _("Aidant sans nom"),
            "rows": helper_typed_rows(each),
            "problems": [problem_words(left) for left in problems_of(request, Step.HELPERS, str(each["key"]))],
        }
        for each in answers["helpers"]
    ]
    lead_name = answers["lead"].get("lead_name") if answers["lead"].get("lead_helps") else ""
    return page(request, Step.HELPERS, "people", helpers=shown, lead_name=lead_name)


@with_file
def new_helper(request: HttpRequest) -> HttpResponseBase:
    """Another helper."""
    if (stopped := locked(request)) is not None:
        return stopped
    if request.method == "POST":
        key = operations.write_structure_helper(key=link_of(request), given=HelperForm(request.POST).typed(), at=clock.now())
        return _written(request, key)
    return page(request, Step.HELPERS, "helper", form=HelperForm())


@with_file
def helper(request: HttpRequest, helper: int) -> HttpResponseBase:
    """One helper, to be corrected."""
    if (stopped := locked(request)) is not None:
        return stopped
    kept = next((each for each in file_of(request).answers["helpers"] if each["key"] == str(helper)), None)
    if kept is None:
        raise Http404
    if request.method == "POST":
        given = HelperForm(request.POST).typed()
        operations.write_structure_helper(key=link_of(request), helper=str(helper), given=given, at=clock.now())
        return _written(request, str(helper))
    form: DraftForm = filled(HelperForm, kept)
    form.show(problems_of(request, Step.HELPERS, str(helper)))
    return page(request, Step.HELPERS, "helper", form=form)


def _written(request: HttpRequest, key: str) -> HttpResponseBase:
    reloaded(request)
    left = problems_of(request, Step.HELPERS, key)
    if not left or "later" in request.POST:
        return redirect("public:structure-helpers")
    form = HelperForm(request.POST)
    form.show(left)
    # Sent again, it corrects the helper just kept rather than adding one.
    return page(request, Step.HELPERS, "helper", form=form, key=int(key), status=422)


@require_POST
@with_file
def remove_helper(request: HttpRequest, helper: int) -> HttpResponseBase:
    """Take a helper out of the request."""
    operations.remove_structure_helper(key=link_of(request), helper=str(helper), at=clock.now())
    messages.success(request, _("L’aidant est retiré."))
    return redirect("public:structure-helpers")


@with_file
def papers(request: HttpRequest) -> HttpResponseBase:
    """The papers asked for, one at a time; a public body sends none."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    held, needed = {each.kind for each in view.papers}, papers_needed(view.answers)
    kinds = [kind for kind in needed if kind not in held]
    kinds += [kind for kind in (*needed, PaperKind.DPO, PaperKind.OTHER) if kind not in kinds]
    is_sent = request.method == "POST" and "kind" in request.POST
    if request.method == "POST" and not is_sent:
        return _go_on(request, Step.PAPERS)
    form = PaperForm(request.POST if is_sent else None, request.FILES if is_sent else None, kinds=kinds)
    if is_sent and form.is_valid():
        given = form.cleaned_data
        try:
            operations.add_structure_paper(
                key=link_of(request), kind=given["kind"], content=given["file"].read(), request_id=given["request_id"], at=clock.now()
            )
        except Refusal as refusal:
            codes = ("document-too-heavy", "document-unreadable", "document-locked", "structure-papers-too-many")
            show_refusal(form, refusal, dict.fromkeys(codes, "file"))
        else:
            messages.success(request, _("« %(name)s » est ajouté.") % {"name": PAPERS[PaperKind(given["kind"])][0]})
            return redirect("public:structure-papers")
    context: dict[str, Any] = {
        "form": form,
        "needed": [(*PAPERS[kind], kind in held) for kind in needed],
        "held": [(each, PAPERS[each.kind][0]) for each in view.papers],
    }
    return page(request, Step.PAPERS, status=422 if is_sent else 200, **context)


@with_file
def paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """One of one's own papers, to save."""
    content, media_type = operations.own_structure_paper(key=link_of(request), paper_id=paper_id)
    return attachment(content, media_type, f"document-{paper_id}")


@require_POST
@with_file
def remove_paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """Take a paper out: it is erased at once."""
    operations.remove_structure_paper(key=link_of(request), paper_id=paper_id, at=clock.now())
    messages.success(request, _("Le document est effacé."))
    return redirect("public:structure-papers")
