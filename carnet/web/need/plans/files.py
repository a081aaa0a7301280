"""A plan taken away: tables, the paper, the maps, and everything that was computed from. Loaded by the first file that is asked (see `urls`)."""

from importlib import import_module

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.planning.queries import plans as queries
from carnet.planning.queries.plans import VersionPage
from carnet.web.design.components import Download
from carnet.web.design.screens import actor_of
from carnet.web.need.plans import tables, words
from carnet.web.spreadsheets import KINDS, as_file

METHOD_OF = {slug: method for method, slug in words.SLUGS.items()}


def communes_file(request: HttpRequest, plan_id: int, number: int, kind: str) -> HttpResponseBase:
    """Every commune, to take away."""
    found = _with_answer(request, plan_id, number, kind)
    return as_file(kind, f"plan-{plan_id}-{number}-communes", tables.communes_sheet(found), actor_of(request))


def desks_file(request: HttpRequest, plan_id: int, number: int, kind: str) -> HttpResponseBase:
    """Every desk, to take away."""
    found = _with_answer(request, plan_id, number, kind)
    return as_file(kind, f"plan-{plan_id}-{number}-guichets", tables.desks_sheet(found), actor_of(request))


def given(request: HttpRequest, plan_id: int, number: int) -> JsonResponse:
    """Everything the computation was given and answered, for whoever does it again."""
    told = queries.given(actor_of(request), plan_id, number)
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    response["Content-Disposition"] = f'attachment; filename="plan-{plan_id}-{number}.json"'
    return response


def paper(request: HttpRequest, plan_id: int, number: int) -> HttpResponse:
    """The same on paper, tagged."""
    found = _with_answer(request, plan_id, number)
    make = import_module("carnet.web.need.plans.paper").plan_paper
    response = HttpResponse(make(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plan-{plan_id}-{number}.pdf"'
    return response


def map_of(request: HttpRequest, plan_id: int, number: int, method: str) -> HttpResponse:
    """The map of one method, as a drawing of its own: three of them would weigh too much in a page."""
    found = _with_answer(request, plan_id, number)
    if METHOD_OF.get(method) not in found.outcomes:
        raise Http404
    drawing = tables.map_of(found, METHOD_OF[method]).drawing
    if drawing is None:
        raise Http404
    response = HttpResponse(drawing.painted(font="sans-serif"), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _with_answer(request: HttpRequest, plan_id: int, number: int, kind: str = KINDS[0]) -> VersionPage:
    found = queries.version(actor_of(request), plan_id, number)
    if found.answer is None or kind not in KINDS:
        raise Http404
    return found


def files_of(page: VersionPage) -> list[Download]:
    """Everything that may be taken away of an answered version."""
    arguments = [page.plan_id, page.number]
    tables = [(_("Carnets par guichet"), "need:plan-desks"), (_("Carnets par commune"), "need:plan-communes")]
    found = [Download(name, reverse(route, args=[*arguments, kind]), kind.upper()) for name, route in tables for kind in KINDS]
    return [
        Download(_("Ce plan, sur papier"), reverse("need:plan-paper", args=arguments), "PDF"),
        *found,
        Download(_("Tout ce qui a servi au calcul"), reverse("need:plan-given", args=arguments), "JSON"),
    ]
