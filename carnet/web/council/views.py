"""Reports for councils: the list, a territory typed and a period chosen, one click, the report on a page and as its paper."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.actors import Actor
from carnet.observatory.operations import council as operations
from carnet.observatory.queries import boards, releases
from carnet.observatory.queries import council as queries
from carnet.observatory.rules.boards import Span
from carnet.observatory.rules.council import KeptReport
from carnet.parties import queries as parties
from carnet.parties.rules import Role, allowed
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel
from carnet.web import clock
from carnet.web.boards import words
from carnet.web.council.pdf import report_pdf
from carnet.web.council.told import facts_of, sections_of, title_of
from carnet.web.design import formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Cell, Column, Download, Row, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of

MATCHES_SHOWN = 20
_OPERATOR = frozenset({Role.OPERATOR_ADMIN, Role.OPERATOR_AGENT, Role.TREASURER, Role.APPROVER})
_FRAMES = (
    (Role.FUNDER, "funder/office.html"),
    (Role.AUDITOR, "auditor/office.html"),
    (Role.STATE_OFFICER, "state/office.html"),
    (Role.LOCAL_ACTOR, "local/office.html"),
)


class MakeForm(OperationForm):
    """A territory among those that were found, a period among those published."""

    area = forms.ChoiceField(label=gettext_lazy("Territoire"), widget=forms.RadioSelect)
    period = forms.ChoiceField(label=gettext_lazy("Période"))

    def __init__(self, *arguments: Any, areas: list[tuple[str, str]], periods: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["period"].choices = periods  # type: ignore[attr-defined]
        if len(areas) == 1:
            self.fields["area"].initial = areas[0][0]


def reports(request: HttpRequest) -> HttpResponse:
    """The reports of one's organisation, and the way to a new one."""
    found = queries.council_reports(actor_of(request))
    columns = [Column(_("Rapport")), Column(_("Territoire")), Column(_("Période")), Column(_("Fait le"))]
    rows = [
        [
            Cell(_("n° %(number)s") % {"number": each.number}, url=reverse("council:report", args=[each.id])),
            each.figures.name,
            words.span_words(each.figures.span),
            formats.day(each.made_at),
        ]
        for each in found
    ]
    table = Table(_("Rapports de votre organisation"), columns, rows, empty=_("Aucun rapport encore."))
    return render(
        request,
        "council/reports.html",
        {
            "frame": _frame(actor_of(request)),
            "table": table,
            "is_released": releases.latest() is not None,
            "may_make": allowed(actor_of(request).roles, "observatory.make-council-report"),
        },
    )


class MakeView(OperationView):
    """The territory is typed, the latest year is chosen already: one click."""

    template_name = "council/make.html"
    form_class = MakeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "areas": _areas(self.request), "periods": _periods()}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        query = _typed(self.request)
        found = _areas(self.request)
        return super().get_context_data(
            **context,
            frame=_frame(actor_of(self.request)),
            query=query,
            is_found=bool(found),
            is_released=releases.latest() is not None,
        )

    def perform(self, form: MakeForm) -> HttpResponseBase:
        level, _slash, code = form.cleaned_data["area"].partition("/")
        actor = actor_of(self.request)
        organisation = _organisation(actor.organisation_id or 0)
        request = self.request
        report_id = operations.make_council_report(
            level=AreaLevel(level),
            code=code,
            period=form.cleaned_data["period"],
            language=translation.get_language() or "fr",
            draw=lambda made: report_pdf(made, organisation=organisation, published_url=_published(request, made)),
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        return redirect("council:report", report_id)


def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report on a page: what its paper says."""
    found = queries.council_report(actor_of(request), report_id)
    sections = [
        {"title": section.title, "blocks": [_shown(block) for block in section.blocks]}
        for section in sections_of(found, published_url=_published(request, found))
    ]
    facts = [Row(label, value) for label, value in facts_of(found, _organisation(found.organisation_id))]
    context = {
        "frame": _frame(actor_of(request)),
        "title": _("Rapport au conseil : %(what)s") % {"what": title_of(found.figures)},
        "facts": [*facts, Row(_("Empreinte du fichier (SHA-256)"), found.digest)],
        "is_simulated": found.figures.is_simulated,
        "files": [Download(_("Le rapport, à imprimer ou à envoyer"), reverse("council:paper", args=[found.id]), "PDF")],
        "sections": sections,
        "again_url": f"{reverse('council:make')}?area={found.figures.level.value}/{found.figures.code}",
    }
    return render(request, "council/report.html", context)


def paper(request: HttpRequest, report_id: int) -> HttpResponse:
    """The paper of a report, the same bytes as the day it was made."""
    actor = actor_of(request)
    found = queries.council_report(actor, report_id)
    answer = HttpResponse(queries.council_paper(actor, report_id), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(found)}"'
    return answer


def _file_name(found: KeptReport) -> str:
    period = found.figures.span.key.replace("..", "-a-")
    return f"rapport-{found.number}-{found.figures.level.value.lower()}-{found.figures.code}-{period}.pdf"


def _shown(block: Any) -> dict[str, Any]:
    kind = "sentence" if isinstance(block, str) else "chart" if isinstance(block, Chart) else "table"
    return {"kind": kind, kind: block}


def _frame(actor: Actor) -> str:
    """The frame of the reader's own audience."""
    if not actor.roles.isdisjoint(_OPERATOR):
        return "operator/office.html"
    return next((frame for role, frame in _FRAMES if role in actor.roles), "council/office.html")


def _published(request: HttpRequest, found: KeptReport) -> str:
    """Where the public finds the same numbers."""
    return request.build_absolute_uri(words.board_url(found.figures.level, found.figures.code, found.figures.span))


def _typed(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").split())[:80]


def _areas(request: HttpRequest) -> list[tuple[str, str]]:
    """The territories that what was typed may mean, or the one that a link names."""
    named = request.POST.get("area", "") or request.GET.get("area", "")
    if named and not _typed(request):
        level, _slash, code = named.partition("/")
        area = places.atlas().area(AreaLevel(level), code) if level in set(AreaLevel) else None
        found = [area] if area else []
    else:
        found = list(places.atlas().typed(_typed(request), most=MATCHES_SHOWN))
    return [(f"{area.level.value}/{area.code}", f"{words.area_words(area)}, {words.area_lead(area)}") for area in found]


def _periods() -> list[tuple[str, str]]:
    release = releases.latest()
    spans: tuple[Span, ...] = boards.spans_of(release) if release else ()
    return [(span.key, words.span_words(span)) for span in spans]


def _organisation(organisation_id: int) -> str:
    card = parties.organisations([organisation_id]).get(organisation_id)
    return card.name if card else ""
