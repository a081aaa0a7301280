"""An application to become a desk: its steps, its words, its operations; the pages are those of every application."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import DeskFileUnknown, Step
from carnet.web import clock
from carnet.web.desks import FILE_STATES, STEPS, is_begun, parts, told, typed_rows
from carnet.web.public.applications import FilePages, Items, Kind, StepPages, Words
from carnet.web.public.desks._forms import LeadForm, PointDraft, WhoForm
from carnet.web.public.links import FileLink, LinkedPages

REQUEST_WORDS = Words(
    whole=gettext_lazy("Toute la demande"),
    send=gettext_lazy("Envoyer ma demande"),
    sent=gettext_lazy("Votre demande est envoyée. Une lettre le confirme à votre adresse."),
    locked=gettext_lazy("Cette demande est envoyée : elle se relit, elle ne se modifie plus."),
    take_back=gettext_lazy("Reprendre la demande pour la corriger"),
    taken_back=gettext_lazy("Vous pouvez corriger. Pensez à renvoyer la demande."),
    withdraw=gettext_lazy("Abandonner cette demande"),
    withdraw_asked=gettext_lazy("Abandonner cette demande ?"),
    withdraw_lead=gettext_lazy("Ce qu’elle contient sera effacé au bout d’un an. Vous pourrez en ouvrir une autre."),
    withdrawn=gettext_lazy("La demande est abandonnée. Ce qu’elle contient sera effacé."),
)


def gone(request: HttpRequest) -> HttpResponse:
    """The page of a link that opens nothing."""
    return KIND.render(request, "gone", {"networks": queries.desk_networks(at=clock.now())}, status=404)


KIND = Kind(
    name="desk",
    folder="desks",
    key="secret",
    steps=Step,
    titles=STEPS,
    words=REQUEST_WORDS,
    pages=LinkedPages(
        FileLink("desk", "/devenir-guichet/"),
        find=lambda secret, at: queries.desk_file_of_link(secret, at=at),
        unknown=DeskFileUnknown,
        start="public:desks",
        gone=gone,
    ),
    is_begun=is_begun,
    parts=parts,
)
STEP_PAGES = StepPages(KIND, operations.write_desk_step)
FILES = FilePages(
    KIND,
    STEP_PAGES,
    states=FILE_STATES,
    told=lambda decision, _view: told(decision),
    send=operations.send_desk_file,
    take_back_operation=operations.take_back_desk_file,
    withdraw_operation=operations.withdraw_desk_file,
)
POINTS = Items(
    step=Step.POINTS,
    list_page="points",
    one_page="point",
    list_template="points",
    one_template="point",
    form=PointDraft,
    typed=lambda form: form.typed_point(),  # type: ignore[attr-defined]
    write=operations.write_desk_point,
    remove=operations.remove_desk_point,
    named="key",
    nameless=gettext_lazy("Point sans nom"),
    removed=gettext_lazy("Le point est retiré."),
    rows=typed_rows,
)


def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    return STEP_PAGES.who(request, Step.WHO, WhoForm)


def people(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the booklets."""
    return STEP_PAGES.plain(request, Step.PEOPLE, LeadForm)


def points(request: HttpRequest) -> HttpResponseBase:
    """The points already written, and the way to add one."""
    return STEP_PAGES.items(request, POINTS)


def new_point(request: HttpRequest) -> HttpResponseBase:
    """Another point. The first is proposed at the organisation's own address."""
    answers = KIND.file(request).answers
    of = {} if answers["points"] else answers["who"]
    initial = {"name": of.get("name"), "street": of.get("street"), "postcode": of.get("postcode"), "commune": of.get("city")}
    return STEP_PAGES.new_item(request, POINTS, initial)


def point(request: HttpRequest, key: int) -> HttpResponseBase:
    """One point, corrected."""
    return STEP_PAGES.item(request, POINTS, key)


def remove_point(request: HttpRequest, key: int) -> HttpResponseBase:
    """Take a point out of the application."""
    return STEP_PAGES.remove_item(request, POINTS, key)
