"""Screens of importing: sending a file, what is on its way, and the report of each import line by line."""

import csv
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.places import queries
from carnet.places.operations import send_place_file
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences.places import sentence_of_fault
from carnet.web.operator.places._files import STATES, go_on
from carnet.web.operator.places._forms import ImportForm
from carnet.web.operator.places._reports import LINES_PER_PAGE, inert, told


class ImportView(OperationView):
    """Send a file. It is checked first: nothing changes before somebody has read its report and said so."""

    template_name = "operator/places/import.html"
    form_class = ImportForm
    refusal_fields = {"place-provenance-missing": "provenance"} | dict.fromkeys(
        (
            "place-file-too-large", "place-file-empty", "place-file-unreadable", "place-file-lines-too-many", "place-file-columns-too-many",
            "place-workbook-unreadable", "place-workbook-too-large",
        ),
        "file",
    )  # fmt: skip

    def perform(self, form: ImportForm) -> HttpResponseBase:
        said, actor = form.cleaned_data, actor_of(self.request)
        file_id = send_place_file(
            provenance=said["provenance"],
            file_name=said["file"].name,
            stream=said["file"],
            actor=actor,
            request_id=said["request_id"],
            at=clock.now(),
        )
        return go_on(queries.place_file(file_id, actor=actor))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        made = queries.imports(organisation_id=actor.organisation_id)
        under_way = [
            [
                Cell(each.file_name, url=reverse("operator:places-file", args=[each.file_id])),
                each.provenance,
                formats.moment(each.sent_at),
                str(STATES[each.state]),
            ]
            for each in queries.place_files(actor=actor)
        ]
        waiting = [Column(_("Fichier")), Column(_("Provenance")), Column(_("Le")), Column(_("État"))]
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
        return super().get_context_data(
            imports=table,
            under_way=Table(_("Fichiers en chemin"), waiting, under_way) if under_way else None,
            back_url=reverse("operator:places"),
            **context,
        )


def report(request: HttpRequest, import_id: int) -> HttpResponse:
    """What became of each line of one file."""
    actor = actor_of(request)
    read = queries.import_report(import_id, organisation_id=actor.organisation_id)
    page = Paginator(read.faults, LINES_PER_PAGE).get_page(request.GET.get("page"))
    file_id = queries.file_of_import(import_id, actor=actor) if read.refused_count else None
    context = {
        **told(read, tuple(page.object_list)),
        "page_of": page,
        "back_url": reverse("operator:places"),
        "csv_url": reverse("operator:places-import-faults", args=[import_id]) if read.faults else "",
        "refused_url": reverse("operator:places-file-refused", args=[file_id]) if file_id else "",
    }
    return render(request, "operator/places/report.html", context)


def faults_csv(request: HttpRequest, import_id: int) -> HttpResponse:
    """Every fault, to hand to whoever made the file."""
    read = queries.import_report(import_id, organisation_id=actor_of(request).organisation_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{import_id}.csv"'
    writer = csv.writer(response)
    writer.writerow(["line", "code", "outcome", "field", "value", "detail", "sentence"])
    for fault in read.faults:
        writer.writerow(
            inert(cell)
            for cell in (fault.line, fault.code, fault.outcome, fault.field, fault.value, fault.detail, sentence_of_fault(fault))
        )
    return response
