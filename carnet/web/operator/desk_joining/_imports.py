"""A file of desks: sent, read line by line, prepared for a second person, or given up."""

import csv
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution import operations, queries
from carnet.distribution.queries import DeskImportView
from carnet.distribution.rules.joining import COLUMNS, NEEDED, DeskLine, ImportState, LineOutcome, Problem, Step
from carnet.funding.access import operated_programme
from carnet.parties.rules import allowed
from carnet.places.rules.tables import SIZE_MAX_BYTES
from carnet.web import clock
from carnet.web.applications import problem_words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import OUTCOMES
from carnet.web.operator.desk_joining._decisions import REASONS, ReasonForm, YesForm
from carnet.web.operator.places._reports import inert

LINES_PER_PAGE = 100
FILE_REFUSALS = (
    "place-file-too-large", "place-file-empty", "place-file-unreadable", "place-file-lines-too-many", "place-file-columns-too-many",
    "place-workbook-unreadable", "place-workbook-too-large", "desk-columns-missing", "too-many-desks",
)  # fmt: skip
# Two lines to show what is expected: one association with two points.
SPECIMEN = (
    ("W449990000", "Les Voisins", "association", "1 rue du Pré", "44000", "Nantes", "Ana Roy", "ana@exemple.fr", "", "Bottière", "2 rue du Port", "", "",
     "02 40 00 00 00", "lundi au vendredi 9h-12h", "", "", "", "non", "arabe", "", "oui"),
    ("W449990000", "Les Voisins", "association", "1 rue du Pré", "44000", "Nantes", "Ana Roy", "ana@exemple.fr", "", "Malakoff", "", "", "",
     "", "mardi 14h-17h", "16", "25", "Nantes, Rezé", "oui", "", "Au premier étage", "oui"),
)  # fmt: skip


class FileForm(OperationForm):
    """The file."""

    file = WeighedFileField(
        label=gettext_lazy("Le fichier"),
        help_text=gettext_lazy("CSV ou Excel (.xlsx). Une ligne par point d’accueil ; les lignes d’un même numéro font un guichet."),
        most_bytes=SIZE_MAX_BYTES,
        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        error_messages={"required": gettext_lazy("Choisissez un fichier.")},
    )


class Send(OperationView):
    """Send a file. It is read and shown first: nothing is written before two people have said so."""

    template_name = "operator/desk_joining/import.html"
    form_class = FileForm
    refusal_fields = dict.fromkeys(FILE_REFUSALS, "file")

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        programme = operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        needed = ", ".join(COLUMNS[name][0] for name in NEEDED)
        others = ", ".join(titles[0] for name, titles in COLUMNS.items() if name not in NEEDED)
        return super().get_context_data(programme=programme, needed=needed, others=others, **more)

    def perform(self, form: FileForm) -> HttpResponseBase:
        given = form.cleaned_data
        import_id = operations.send_desks_file(
            programme_id=self.kwargs["programme_id"], file_name=given["file"].name, stream=given["file"],
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        return redirect("operator:desk-import", import_id)


def model(request: HttpRequest) -> HttpResponse:
    """An example to fill in."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="guichets.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow([titles[0] for titles in COLUMNS.values()])
    writer.writerows(SPECIMEN)
    return response


def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """What each line would do, or did."""
    actor = actor_of(request)
    view = queries.desk_import(import_id, actor=actor)
    page = Paginator(sorted(view.lines, key=lambda line: (line.outcome is not LineOutcome.REFUSED, line.line)), LINES_PER_PAGE)
    shown = page.get_page(request.GET.get("page"))
    is_read = view.state is ImportState.READ
    context = {
        "view": view,
        "figures": [
            Figure(formats.number(view.desk_count), _("guichets nouveaux")),
            *(
                Figure(formats.number(view.count(outcome)), _("lignes : %(what)s") % {"what": OUTCOMES[outcome][0]})
                for outcome in LineOutcome
            ),
        ],
        "table": _table(shown.object_list),
        "page_of": shown,
        "may_prepare": is_read and bool(view.desk_count) and allowed(actor.roles, "distribution.prepare-joining"),
        "may_drop": is_read and allowed(actor.roles, "distribution.import-desks"),
        "decision_url": reverse("operator:desk-decision", args=[view.decision.id]) if view.decision and not is_read else "",
        "again_url": reverse("operator:desk-import-new", args=[view.programme_id]),
    }
    return render(request, "operator/desk_joining/report.html", context)


def _table(lines: Any) -> Table:
    columns = [
        Column(_("Ligne"), number=True),
        Column(_("Structure")),
        Column(_("Point")),
        Column(_("Ce qu’elle devient")),
        Column(_("Pourquoi")),
    ]
    rows = [
        [
            str(each.line),
            each.name,
            each.point,
            Cell(str(OUTCOMES[each.outcome][0]), tone=OUTCOMES[each.outcome][1]),
            line_words(each) or "–",
        ]
        for each in lines
    ]
    return Table(_("Lignes du fichier"), columns, rows, empty=_("Le fichier n’a aucune ligne."))


def line_words(line: DeskLine) -> str:
    """Why a line is refused, with the column it is about."""
    if not line.code:
        return ""
    words = problem_words(Problem(Step.POINTS, line.code, line.field, facts=line.facts or {}))
    column = COLUMNS[line.field][0] if line.field in COLUMNS else ""
    return f"{column} : {words}" if column else words


def lines_csv(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every line's fate, to hand to whoever made the file."""
    view = queries.desk_import(import_id, actor=actor_of(request))
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="guichets-{import_id}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow(["ligne", "structure", "point", "devient", "pourquoi"])
    for each in view.lines:
        writer.writerow(inert(cell) for cell in (each.line, each.name, each.point, str(OUTCOMES[each.outcome][0]), line_words(each)))
    return response


class _OfImport(OperationView):
    template_name = "operator/confirm.html"

    @cached_property
    def found(self) -> DeskImportView:
        return queries.desk_import(self.kwargs["import_id"], actor=actor_of(self.request))

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "rows": [Row(_("Fichier"), self.found.file_name), Row(_("Guichets nouveaux"), formats.number(self.found.desk_count))],
            "kind": "",
            "cancel_url": reverse("operator:desk-import", args=[self.found.id]),
        }
        return super().get_context_data(**(standard | more))


class Prepare(_OfImport):
    """Prepare the admission of the file's new desks."""

    form_class = ReasonForm
    refusal_fields = REASONS

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Une autre personne prendra la décision pour tous à la fois. Les lignes à corriger restent dehors.")
        return super().get_context_data(title=_("Admettre les guichets de ce fichier"), lead=lead, verb=_("Préparer"), **more)

    def perform(self, form: ReasonForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.prepare_desks_file(
            import_id=self.found.id, reason=given["reason"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("La décision est préparée. Une autre personne doit la prendre."))
        return redirect("operator:desk-import", self.found.id)


class Drop(_OfImport):
    """Give the file up: what it says of people is erased."""

    form_class = YesForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Aucun guichet n’est créé. Ce qu’il dit des personnes est effacé.")
        return super().get_context_data(
            **{"title": _("Abandonner ce fichier ?"), "lead": lead, "verb": _("Abandonner"), "kind": "danger"} | more
        )

    def perform(self, form: YesForm) -> HttpResponseBase:
        operations.drop_desks_file(
            import_id=self.found.id, actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )  # fmt: skip
        messages.success(self.request, _("Le fichier est abandonné."))
        return redirect("operator:desk-joining")
