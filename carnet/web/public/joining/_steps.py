"""The plain steps of a file: who, people, documents, bank, charter. Whatever is typed is kept; the page says what is left to mend."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.places import operations, queries
from carnet.places.rules.joining import DocumentKind, Problem, Step
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.joining import DOCUMENTS, STEPS, attachment, document_name, is_begun, problem_words
from carnet.web.public.joining._forms import BankForm, CharterForm, DocumentForm, DraftForm, PeopleForm, WhoForm, filled
from carnet.web.public.joining._link import file_of, link_of, reloaded, with_file

# After each step, the page that comes next.
NEXT = {
    Step.WHO: "public:joining-sites", Step.SITES: "public:joining-teaching", Step.TEACHING: "public:joining-people",
    Step.PEOPLE: "public:joining-documents", Step.DOCUMENTS: "public:joining-bank", Step.BANK: "public:joining-charter",
    Step.CHARTER: "public:joining-summary",
}  # fmt: skip
PLAIN: dict[Step, type[DraftForm]] = {Step.WHO: WhoForm, Step.PEOPLE: PeopleForm, Step.BANK: BankForm}


def problems_of(request: HttpRequest, step: Step, key: str = "") -> list[Problem]:
    """What is left to mend in one step (at one site) of this page's file."""
    return [each for each in file_of(request).problems if each.step is step and (not key or each.item == key)]


def rank_of(step: Step) -> int:
    """Where a step stands, from 1."""
    return list(Step).index(step) + 1


def page(request: HttpRequest, step: Step, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page of one step."""
    view = file_of(request)
    standard = {
        "file": view,
        "step": step,
        "title": STEPS[step],
        "rank": rank_of(step),
        "count": len(Step),
        "step_labels": list(STEPS.values()),
    }
    return render(request, f"public/joining/{step.value}.html", standard | context, status=status)


def locked(request: HttpRequest) -> HttpResponseBase | None:
    """A file that was sent is only read: back to where it says so."""
    if file_of(request).is_writable:
        return None
    messages.info(request, _("Ce dossier est envoyé : il se relit, il ne se modifie plus."))
    return redirect("public:joining-file")


def go_on(request: HttpRequest, step: Step) -> HttpResponseBase:
    """To the next step, or to the whole file for whoever has had enough for today."""
    return redirect("public:joining-file" if "later" in request.POST else NEXT[step])


def _plain(request: HttpRequest, step: Step, **context: Any) -> HttpResponseBase:
    if (stopped := locked(request)) is not None:
        return stopped
    form_class = PLAIN[step]
    if request.method == "POST":
        operations.write_step(secret=link_of(request), step=step, given=form_class(request.POST).typed(), at=clock.now())
        reloaded(request)
        left = problems_of(request, step)
        if not left or "later" in request.POST:
            return go_on(request, step)
        form = form_class(request.POST)
        form.show(left)
        return page(request, step, form=form, status=422, **context)
    kept = file_of(request).answers[step.value]
    if not is_begun(step, file_of(request)):
        return page(request, step, form=form_class(initial=kept), **context)
    form = filled(form_class, kept)
    form.show(problems_of(request, step))
    return page(request, step, form=form, **context)


@with_file
def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    typed = request.POST.get("number", "")
    if request.method == "POST" and "fill" in request.POST:
        if (stopped := locked(request)) is not None:
            return stopped
        given = WhoForm(request.POST).typed()
        known = queries.known_structure(typed)
        if known is not None:
            found = {"name": known.name, "street": known.street, "postcode": known.postcode, "city": known.city}
            given |= {name: value for name, value in found.items() if not given.get(name)}
        operations.write_step(secret=link_of(request), step=Step.WHO, given=given, at=clock.now())
        reloaded(request)
        form = filled(WhoForm, file_of(request).answers["who"])
        form.show([each for each in problems_of(request, Step.WHO) if each.field == "number"])
        text = (
            _("Voici ce qui est connu de ce numéro. Corrigez si besoin.")
            if known
            else _("Rien n’est encore connu de ce numéro : remplissez le reste.")
        )
        return page(request, Step.WHO, form=form, told="" if form.errors else text)
    return _plain(request, Step.WHO)


@with_file
def people(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the structure, who is written to."""
    return _plain(request, Step.PEOPLE)


@with_file
def bank(request: HttpRequest) -> HttpResponseBase:
    """Where the vouchers will be paid."""
    return _plain(request, Step.BANK)


@with_file
def documents(request: HttpRequest) -> HttpResponseBase:
    """The papers asked for, one at a time."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    held = {each.kind for each in view.documents}
    kinds = [kind for kind in view.documents_needed if kind not in held]
    kinds += [kind for kind in (*view.documents_needed, DocumentKind.OTHER) if kind not in kinds]
    is_sent = request.method == "POST" and "kind" in request.POST
    if request.method == "POST" and not is_sent:
        return go_on(request, Step.DOCUMENTS)
    form = DocumentForm(request.POST if is_sent else None, request.FILES if is_sent else None, kinds=kinds)
    if is_sent and form.is_valid():
        given = form.cleaned_data
        try:
            operations.add_document(
                secret=link_of(request), kind=given["kind"], content=given["file"].read(), request_id=given["request_id"], at=clock.now()
            )
        except Refusal as refusal:
            codes = ("document-too-heavy", "document-unreadable", "document-locked", "documents-too-many")
            show_refusal(form, refusal, dict.fromkeys(codes, "file"))
        else:
            messages.success(request, _("« %(name)s » est ajouté.") % {"name": DOCUMENTS[DocumentKind(given["kind"])][0]})
            return redirect("public:joining-documents")
    left = [each for each in problems_of(request, Step.DOCUMENTS) if each.code != "document-missing"]
    context = {
        "form": form,
        "needed": [(DOCUMENTS[kind][0], DOCUMENTS[kind][1], kind in held) for kind in view.documents_needed],
        "held": [(each, document_name(each)) for each in view.documents],
        "told": [problem_words(each) for each in left],
    }
    return page(request, Step.DOCUMENTS, status=422 if is_sent else 200, **context)


@with_file
def document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """One of one's own papers, to save."""
    content, media_type = operations.own_document(secret=link_of(request), document_id=document_id)
    return attachment(content, media_type, f"document-{document_id}")


@require_POST
@with_file
def remove_document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """Take a paper out: it is erased at once."""
    operations.remove_document(secret=link_of(request), document_id=document_id, at=clock.now())
    messages.success(request, _("Le document est effacé."))
    return redirect("public:joining-documents")


@with_file
def charter(request: HttpRequest) -> HttpResponseBase:
    """The charter, and whoever accepts it."""
    if (stopped := locked(request)) is not None:
        return stopped
    view = file_of(request)
    kept, version = view.answers["charter"], view.terms.version
    if request.method == "POST":
        form = CharterForm(request.POST)
        accepts = "is_accepted" in request.POST and request.POST.get("version") == str(version)
        name = request.POST.get("accepted_by", "").strip()
        if accepts and name:
            operations.accept_charter(
                secret=link_of(request),
                accepted_by=name,
                role=request.POST.get("role", ""),
                version=version,
                request_id=uuid4(),
                at=clock.now(),
            )
            return go_on(request, Step.CHARTER)
        if "later" in request.POST:
            return go_on(request, Step.CHARTER)
        left = [] if accepts else [Problem(Step.CHARTER, "charter-missing", "is_accepted")]
        left += [] if name else [Problem(Step.CHARTER, "missing", "accepted_by")]
        form.show(left)
        return page(request, Step.CHARTER, form=form, status=422)
    known = view.answers["people"]
    initial = {
        "version": version,
        "is_accepted": kept.get("version") == version,
        "accepted_by": kept.get("accepted_by") or known.get("head_name", ""),
        "role": kept.get("role") or known.get("head_title", ""),
    }
    told = [problem_words(each) for each in problems_of(request, Step.CHARTER) if each.code == "charter-changed"]
    return page(request, Step.CHARTER, form=CharterForm(initial=initial), told=told)
