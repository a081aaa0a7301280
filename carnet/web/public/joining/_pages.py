"""A place's file: its steps, its words, its operations, and its charter; the pages are those of every application."""

from functools import partial
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.places import operations, queries
from carnet.places.rules.joining import DocumentKind, JoiningFileUnknown, Problem, Step
from carnet.web import clock, labels
from carnet.web.applications import problem_words
from carnet.web.joining import DOCUMENTS, STATES, STEPS, decision_told, is_begun, parts
from carnet.web.public.applications import FilePages, Kind, PaperWords, StepPages, Words
from carnet.web.public.joining._forms import BankForm, CharterForm, PeopleForm, PlaceForm
from carnet.web.public.links import FileLink, LinkedPages


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return KIND.render(request, "gone", {"networks": queries.networks(at=clock.now())}, status=404)


KIND = Kind(
    name="joining",
    folder="joining",
    key="secret",
    steps=Step,
    titles=STEPS,
    words=Words(
        whole=gettext_lazy("Tout le dossier"),
        send=gettext_lazy("Envoyer mon dossier"),
        sent=gettext_lazy("Votre dossier est envoyé. Une lettre le confirme à votre adresse."),
        locked=gettext_lazy("Ce dossier est envoyé : il se relit, il ne se modifie plus."),
        take_back=gettext_lazy("Reprendre le dossier pour le corriger"),
        taken_back=gettext_lazy("Vous pouvez corriger. Pensez à renvoyer le dossier."),
        withdraw=gettext_lazy("Abandonner ce dossier"),
        withdraw_asked=gettext_lazy("Abandonner ce dossier ?"),
        withdraw_lead=gettext_lazy("Ce qu’il contient sera effacé au bout d’un an. Vous pourrez en ouvrir un autre."),
        withdrawn=gettext_lazy("Le dossier est abandonné. Ce qu’il contient sera effacé."),
    ),
    pages=LinkedPages(
        FileLink("joining", "/rejoindre/"),
        find=lambda secret, at: queries.joining_file_of_link(secret, at=at),
        unknown=JoiningFileUnknown,
        start="public:joining",
        gone=gone,
    ),
    is_begun=is_begun,
    parts=partial(parts, show_bank=True),
)
STEP_PAGES = StepPages(KIND, operations.write_step)
FILES = FilePages(
    KIND,
    STEP_PAGES,
    states=STATES,
    told=lambda decision, view: decision_told(decision, view.terms),
    send=operations.send_joining_file,
    take_back_operation=operations.take_back_joining_file,
    withdraw_operation=operations.withdraw_joining_file,
    parts_shown=partial(parts, show_bank=False),
    # What is taught is said of each site: with no site, there is nothing to say yet.
    may_be_done=lambda step, view: step is not Step.TEACHING or bool(view.answers["sites"]),
)
FILE_DOCUMENTS = PaperWords(
    step=Step.DOCUMENTS,
    words=DOCUMENTS,
    always=(DocumentKind.OTHER,),
    needed=lambda view: view.documents_needed,
    held=lambda view: view.documents,
    add=operations.add_document,
    remove=operations.remove_document,
    own=operations.own_document,
    page="document",
    numbered="document_id",
    named="document_id",
)


def overview(request: HttpRequest) -> HttpResponseBase:
    """The steps and their states while it is written; the decisions and the labels afterwards."""
    view = KIND.file(request)
    held = labels.places_table(view.labels, caption=_("Vos labels")) if view.labels else None
    return FILES.overview(request, appeal=view.open_appeal, labels=held)


def appeal(request: HttpRequest) -> HttpResponseBase:
    """Contest the latest decision."""
    sent = _("Votre recours est enregistré. Des personnes qui n’ont pas pris la décision y répondront.")
    return FILES.contest(request, operations.appeal_by_link, sent)


def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    return STEP_PAGES.who(request, Step.WHO, PlaceForm)


def people(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the structure, who is written to."""
    return STEP_PAGES.plain(request, Step.PEOPLE, PeopleForm)


def bank(request: HttpRequest) -> HttpResponseBase:
    """Where the vouchers will be paid."""
    return STEP_PAGES.plain(request, Step.BANK, BankForm)


def documents(request: HttpRequest) -> HttpResponseBase:
    """The papers asked for, one at a time."""
    return STEP_PAGES.papers(request, FILE_DOCUMENTS)


def document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """One of one's own papers, to save."""
    return STEP_PAGES.paper(request, FILE_DOCUMENTS, document_id)


def remove_document(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """Take a paper out: it is erased at once."""
    return STEP_PAGES.remove_paper(request, FILE_DOCUMENTS, document_id)


def charter(request: HttpRequest) -> HttpResponseBase:
    """The charter, and whoever accepts it."""
    if (stopped := STEP_PAGES.locked(request)) is not None:
        return stopped
    view = KIND.file(request)
    kept, version = view.answers["charter"], view.terms.version
    if request.method == "POST":
        form = CharterForm(request.POST)
        accepts = "is_accepted" in request.POST and request.POST.get("version") == str(version)
        name = request.POST.get("accepted_by", "").strip()
        if accepts and name:
            role = request.POST.get("role", "")
            KIND.call(operations.accept_charter, request, accepted_by=name, role=role, version=version, request_id=uuid4())
            return KIND.after(request, Step.CHARTER)
        if "later" in request.POST:
            return KIND.after(request, Step.CHARTER)
        left = [] if accepts else [Problem(Step.CHARTER, "charter-missing", "is_accepted")]
        left += [] if name else [Problem(Step.CHARTER, "missing", "accepted_by")]
        form.show(left)
        return STEP_PAGES.page(request, Step.CHARTER, form=form, status=422)
    known = view.answers["people"]
    initial = {
        "version": version,
        "is_accepted": kept.get("version") == version,
        "accepted_by": kept.get("accepted_by") or known.get("head_name", ""),
        "role": kept.get("role") or known.get("head_title", ""),
    }
    told = [problem_words(each) for each in KIND.problems(request, Step.CHARTER) if each.code == "charter-changed"]
    return STEP_PAGES.page(request, Step.CHARTER, form=CharterForm(initial=initial), told=told)
