"""Screens of a file of places on its way: its columns given a meaning, its checking followed, its report, its lines to mend."""

import csv
from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from carnet.jobs import places as background
from carnet.places import operations, queries
from carnet.places.queries import PlaceFileView
from carnet.places.rules import ColumnsMissing, FileState
from carnet.places.rules.tables import LIST_MARK, OWN_COLUMN
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_of_code
from carnet.web.design.sentences.places import sentence_of_fault
from carnet.web.operator.places._forms import MappingForm
from carnet.web.operator.places._reports import LINES_PER_PAGE, inert, told
from carnet.web.operator.places._words import REASONS

STATES = {
    FileState.MAPPING: gettext_lazy("attend la correspondance des colonnes"),
    FileState.CHECKING: gettext_lazy("vérification en cours"),
    FileState.CHECKED: gettext_lazy("vérifié, pas encore importé"),
    FileState.WRITING: gettext_lazy("import en cours"),
    FileState.DONE: gettext_lazy("importé"),
    FileState.FAILED: gettext_lazy("arrêté"),
}
# Done while the person waits: about a second. The rest is background work, with its page.
PARTS_AT_ONCE = 3


def go_on(file: PlaceFileView) -> HttpResponseBase:
    """Do at once what is short, hand the rest to the workers, and show where the file is."""
    if file.state.is_work:
        state = operations.run_place_file(
            file_id=file.file_id, organisation_id=file.organisation_id, at=clock.now(), parts_max=PARTS_AT_ONCE
        )
        if state.is_work:
            background.enqueue(file_id=file.file_id, organisation_id=file.organisation_id)
    return redirect("operator:places-file", file.file_id)


def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Where a file is. Each POST while it is at work advances it by one part: it goes on even where no worker runs."""
    actor = actor_of(request)
    found = queries.place_file(file_id, actor=actor)
    if request.method == "POST" and found.state.is_work:
        operations.run_place_file(file_id=file_id, organisation_id=found.organisation_id, at=clock.now(), parts_max=1)
        return redirect("operator:places-file", file_id)
    if found.state is FileState.MAPPING:
        return redirect("operator:places-file-mapping", file_id)
    if found.state is FileState.DONE:
        return redirect("operator:places-import-report", found.import_id)
    if found.report is None or found.state.is_work:
        return render(request, "operator/places/file_at_work.html", _at_work(found))
    page = Paginator(found.report.faults, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {**told(found.report, tuple(page.object_list)), "file": found, "page_of": page, "new_count": found.report.kept_count}
    return render(request, "operator/places/file.html", context)


def _at_work(found: PlaceFileView) -> dict[str, Any]:
    return {
        "file": found,
        "is_failed": found.state is FileState.FAILED,
        "state": Cell(str(STATES[found.state]), tone="danger" if found.state is FileState.FAILED else "info"),
        "percent": formats.percent(found.done, found.total) if found.total else "",
        "failure": sentence_of_code(found.error, {}) if found.error else "",
    }


class MappingView(OperationView):
    """Say what each column means. The proposals are filled in; the answer is kept for the next file of this shape."""

    template_name = "operator/places/mapping.html"
    form_class = MappingForm

    def get_form_kwargs(self) -> dict[str, Any]:
        actor = actor_of(self.request)
        self.file = queries.place_file(self.kwargs["file_id"], actor=actor)
        return {
            **super().get_form_kwargs(),
            "proposals": queries.proposals(self.file.file_id, actor=actor),
            "chosen": self.file.targets if self.file.state is not FileState.MAPPING else {},
            "constants": self.file.constants,
        }

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form: MappingForm = context.get("form") or self.get_form()
        rows = [
            {
                "proposal": proposal,
                "field": form[form.name_of(rank)],
                "filled": formats.number(proposal.filled_count),
                "reason": Cell(str(REASONS[proposal.reason][0]), tone=REASONS[proposal.reason][1]),
            }
            for rank, proposal in enumerate(form.proposals)
        ]
        constants = [form[name] for name in form.constant_names]
        return super().get_context_data(**{**context, "form": form}, file=self.file, rows=rows, constants=constants)

    def perform(self, form: MappingForm) -> HttpResponseBase:
        actor = actor_of(self.request)
        try:
            operations.map_place_file(
                file_id=self.file.file_id,
                targets=form.targets(),
                constants=form.constants(),
                actor=actor,
                request_id=form.cleaned_data["request_id"],
                at=clock.now(),
            )
        except ColumnsMissing as refusal:
            form.say_missing(str(refusal.facts["columns"]).split(", "))
            return self.form_invalid(form)
        return go_on(queries.place_file(self.file.file_id, actor=actor))


def write(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Have the places of a checked file written."""
    if request.method == "POST":
        actor = actor_of(request)
        operations.write_place_file(file_id=file_id, actor=actor, request_id=uuid4(), at=clock.now())
        found = queries.place_file(file_id, actor=actor)
        if found.total <= PARTS_AT_ONCE * 500:
            return go_on(found)
        background.enqueue(file_id=file_id, organisation_id=found.organisation_id)
    return redirect("operator:places-file", file_id)


def drop(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Forget a file that is not written."""
    if request.method == "POST":
        operations.drop_place_file(file_id=file_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    return redirect("operator:places-import")


def refused_csv(request: HttpRequest, file_id: int) -> HttpResponse:
    """The lines left out, as they were written, with their faults beside: mended, the file is sent again as it is."""
    actor = actor_of(request)
    found = queries.place_file(file_id, actor=actor)
    # What French spreadsheets open without asking: a byte order mark and semicolons.
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="a-corriger-{file_id}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow([*found.columns, f"{OWN_COLUMN}ligne", f"{OWN_COLUMN}défauts"])
    for line in queries.lines_to_mend(file_id, actor=actor):
        cells = [line.cells.get(column, "").replace(LIST_MARK, "|") for column in found.columns]
        faults = " ".join(sentence_of_fault(fault) for fault in line.faults)
        writer.writerow([*map(inert, cells), line.line, inert(faults)])
    return response
