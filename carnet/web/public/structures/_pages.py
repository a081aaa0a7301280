"""A structure's request: its steps, its words, its operations, and messages both ways; the pages are those of every application."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.queries.habilitation import StructureFileView
from carnet.mandates.rules.habilitation import PaperKind, Problem, Step, StructureFileUnknown, papers_needed
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.public.applications import DraftForm, FilePages, Items, Kind, PaperWords, StepPages
from carnet.web.public.desks._pages import REQUEST_WORDS
from carnet.web.public.links import FileLink, LinkedPages
from carnet.web.public.structures._forms import CommitmentsForm, HelperForm, LeadForm, MessageForm, StructureForm
from carnet.web.structures import FILE_STATES, PAPERS, STEPS, helper_typed_rows, is_begun, messages_table, parts, told

FORMS_OF_STEP: dict[Step, type[DraftForm]] = {
    Step.WHO: StructureForm,
    Step.LEAD: LeadForm,
    Step.HELPERS: HelperForm,
    Step.COMMITMENTS: CommitmentsForm,
}
TEXT_FIELDS = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text", "structure-messages-too-many"), "text")


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return KIND.render(request, "gone", {"networks": queries.structure_networks(at=clock.now())}, status=404)


def where(view: StructureFileView, problem: Problem) -> str:
    """The step, then the helper and the field or the paper: six times "to complete" says nothing."""
    names = [str(STEPS[problem.step])]
    if problem.item:
        names += [str(each["name"]) for each in view.answers["helpers"] if each["key"] == problem.item and each.get("name")]
    if problem.step is Step.PAPERS and problem.field:
        names.append(str(PAPERS[PaperKind(problem.field)][0]))
    elif (form := FORMS_OF_STEP.get(problem.step)) is not None and problem.field in form.base_fields:
        names.append(str(form.base_fields[problem.field].label))
    return " · ".join(names)


KIND = Kind(
    name="structure",
    folder="structures",
    key="key",
    steps=Step,
    titles=STEPS,
    words=REQUEST_WORDS,
    pages=LinkedPages(
        FileLink("structure", "/devenir-structure/"),
        find=lambda key, at: queries.structure_file_of_key(key, at=at),
        unknown=StructureFileUnknown,
        start="public:structures",
        gone=gone,
    ),
    is_begun=is_begun,
    parts=parts,
)
STEP_PAGES = StepPages(KIND, operations.write_structure_step)
FILES = FilePages(
    KIND,
    STEP_PAGES,
    states=FILE_STATES,
    told=lambda decision, _view: told(decision),
    send=operations.send_structure_file,
    take_back_operation=operations.take_back_structure_file,
    withdraw_operation=operations.withdraw_structure_file,
    where=where,
)
HELPERS = Items(
    step=Step.HELPERS,
    list_page="helpers",
    one_page="helper",
    list_template="people",
    one_template="helper",
    form=HelperForm,
    typed=DraftForm.typed,
    write=operations.write_structure_helper,
    remove=operations.remove_structure_helper,
    named="helper",
    nameless=gettext_lazy("Aidant sans nom"),
    removed=gettext_lazy("L’aidant est retiré."),
    rows=helper_typed_rows,
)
FILE_PAPERS = PaperWords(
    step=Step.PAPERS,
    words=PAPERS,
    always=(PaperKind.DPO, PaperKind.OTHER),
    needed=lambda view: papers_needed(view.answers),
    held=lambda view: view.papers,
    add=operations.add_structure_paper,
    remove=operations.remove_structure_paper,
    own=operations.own_structure_paper,
    page="paper",
    numbered="id",
    named="paper_id",
)


def overview(request: HttpRequest, form: MessageForm | None = None) -> HttpResponseBase:
    """The steps and their states while it is written; the answer afterwards; messages all along."""
    view, form = KIND.file(request), form or MessageForm()
    more: dict[str, Any] = {
        "said": messages_table(view),
        "form": form,
        "appeal_waits": any(not each.is_answered for each in view.appeals),
    }
    return FILES.overview(request, status=422 if form.is_bound else 200, **more)


def write(request: HttpRequest) -> HttpResponseBase:
    """A message to the programme."""
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            KIND.call(operations.write_to_programme, request, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal, TEXT_FIELDS)
        else:
            messages.success(request, _("Votre message est envoyé."))
            return KIND.whole()
    return overview(request, form)


def contest(request: HttpRequest) -> HttpResponseBase:
    """Contest the latest decision, once, in time."""
    return FILES.contest(request, operations.contest_by_key, _("Votre recours est envoyé. D’autres personnes y répondront."))


def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    return STEP_PAGES.who(request, Step.WHO, StructureForm)


def lead(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the helpers."""
    return STEP_PAGES.plain(request, Step.LEAD, LeadForm)


def commitments(request: HttpRequest) -> HttpResponseBase:
    """The terms, what is promised, and who promises."""
    terms = KIND.file(request).terms
    version = terms.version if terms is not None else 0
    return STEP_PAGES.plain(request, Step.COMMITMENTS, partial(CommitmentsForm, terms_version=version), terms=terms)


def helpers(request: HttpRequest) -> HttpResponseBase:
    """Those already written, and the way to add one. A lead who helps is enough."""
    said = KIND.file(request).answers["lead"]
    lead_name = said.get("lead_name") if said.get("lead_helps") else ""
    return STEP_PAGES.items(request, HELPERS, is_enough=bool(said.get("lead_helps")), lead_name=lead_name)


def new_helper(request: HttpRequest) -> HttpResponseBase:
    """Another helper."""
    return STEP_PAGES.new_item(request, HELPERS)


def helper(request: HttpRequest, helper: int) -> HttpResponseBase:
    """One helper, to be corrected."""
    return STEP_PAGES.item(request, HELPERS, helper)


def remove_helper(request: HttpRequest, helper: int) -> HttpResponseBase:
    """Take a helper out of the request."""
    return STEP_PAGES.remove_item(request, HELPERS, helper)


def papers(request: HttpRequest) -> HttpResponseBase:
    """The papers asked for; a public body sends none."""
    return STEP_PAGES.papers(request, FILE_PAPERS)


def paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """One of one's own papers, to save."""
    return STEP_PAGES.paper(request, FILE_PAPERS, paper_id)


def remove_paper(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """Take a paper out: it is erased at once."""
    return STEP_PAGES.remove_paper(request, FILE_PAPERS, paper_id)
