"""Screens of a file of places: sending it, reading its report line by line."""

import csv
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.places import queries
from carnet.places.operations import import_places
from carnet.places.rules import Fault, ImportReport, Outcome
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences.places import OUTCOMES, kinds_of_faults, sentence_of_fault
from carnet.web.operator.places._forms import ImportForm

LINES_PER_PAGE = 100
TONES = {Outcome.REFUSED: "danger", Outcome.SET_ASIDE: "warning", Outcome.MENDED: "info", Outcome.KEPT: "neutral"}


class ImportView(OperationView):
    """Send a file. A check shows the report on the spot; an import keeps it at its own address."""

    template_name = "operator/places/import.html"
    form_class = ImportForm
    refusal_fields = {"place-provenance-missing": "provenance"} | dict.fromkeys(
        (
            "place-file-too-large",
            "place-file-empty",
            "place-file-unreadable",
            "place-file-lines-too-many",
            "place-file-columns-missing",
            "place-file-columns-too-many",
            "place-workbook-unreadable",
            "place-workbook-too-large",
        ),
        "file",
    )

    def perform(self, form: ImportForm) -> HttpResponseBase:
        said = form.cleaned_data
        report = import_places(
            provenance=said["provenance"],
            file_name=said["file"].name,
            stream=said["file"],
            dry_run=said["dry_run"],
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        if report.import_id is None:
            # A file cannot be kept by the browser: the form stays, to be sent again without the box.
            return self.render_to_response(self.get_context_data(form=form, **_told(report, report.faults[:LINES_PER_PAGE])))
        kept = ngettext("%(count)s lieu lu.", "%(count)s lieux lus.", report.read_count) % {"count": formats.number(report.read_count)}
        messages.success(self.request, kept)
        return redirect("operator:places-import-report", report.import_id)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        made = queries.imports(organisation_id=actor_of(self.request).organisation_id)
        columns = [
            Column(_("Fichier")),
            Column(_("Provenance")),
            Column(_("Le")),
            Column(_("Lieux"), number=True),
            Column(_("Refusés"), number=True),
        ]
        rows = [
            [
                Cell(each.file_name, url=reverse("operator:places-import-report", args=[each.import_id])),
                each.provenance,
                formats.moment(each.imported_at),
                formats.number(each.read_count),
                formats.number(each.refused_count),
            ]
            for each in made
        ]
        table = Table(_("Derniers fichiers"), columns, rows, empty=_("Aucun fichier encore."))
        return super().get_context_data(imports=table, back_url=reverse("operator:places"), **context)


def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """What became of each line of one file."""
    told = queries.import_report(import_id, organisation_id=actor_of(request).organisation_id)
    page = Paginator(told.faults, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_told(told, tuple(page.object_list)),
        "page_of": page,
        "back_url": reverse("operator:places"),
        "csv_url": reverse("operator:places-import-faults", args=[import_id]) if told.faults else "",
    }
    return render(request, "operator/places/report.html", context)


def faults_csv(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every fault, to hand to whoever made the file."""
    told = queries.import_report(import_id, organisation_id=actor_of(request).organisation_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{import_id}.csv"'
    writer = csv.writer(response)
    writer.writerow(["line", "code", "outcome", "field", "value", "detail", "sentence"])
    for fault in told.faults:
        writer.writerow(
            _inert(cell)
            for cell in (fault.line, fault.code, fault.outcome, fault.field, fault.value, fault.detail, sentence_of_fault(fault))
        )
    return response


def _inert(cell: str | int) -> str | int:
    # A value of a stranger's file that begins like a formula would run in a spreadsheet.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _told(told: ImportReport, shown: tuple[Fault, ...]) -> dict[str, Any]:
    """The report in words and tables."""
    figures = [
        Figure(formats.number(told.read_count), _("lieux lus"), _("standard %(version)s") % {"version": told.version}),
        Figure(formats.number(told.refused_count), _("refusés")),
        Figure(formats.number(told.created_count), _("nouveaux")),
        Figure(formats.number(told.updated_count), _("changés")),
        Figure(formats.number(told.unchanged_count), _("inchangés")),
        Figure(formats.number(told.absent_count), _("absents du fichier"), _("laissés tels quels")),
    ]
    kinds = [
        [sentence, Cell(str(OUTCOMES[outcome]), tone=TONES[outcome]), formats.number(count)]
        for sentence, outcome, count in kinds_of_faults(told.faults)
    ]
    lines = [
        [
            formats.number(fault.line) if fault.line else _("fichier"),
            fault.field or "–",
            sentence_of_fault(fault),
            Cell(str(OUTCOMES[fault.outcome]), tone=TONES[fault.outcome]),
        ]
        for fault in shown
    ]
    return {
        "report": told,
        "figures": figures,
        "kinds": Table(
            _("Ce qui ne va pas, un exemple de chaque sorte"),
            [Column(_("Exemple")), Column(_("Ce qui a été fait")), Column(_("Combien"), number=True)],
            kinds,
        ),
        "lines": Table(
            _("Ligne par ligne"), [Column(_("Ligne")), Column(_("Colonne")), Column(_("Défaut")), Column(_("Ce qui a été fait"))], lines
        ),
    }
