"""Reading a file of areas, keeping weights."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.observatory.rules.indicators import FAULTS
from carnet.planning.operations import need as operations
from carnet.planning.operations.need import AreaReport
from carnet.planning.rules.area_files import FAULTS as AREA_FAULTS
from carnet.planning.rules.need import Component
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.local.words import office_of
from carnet.web.need import forms, told, words
from carnet.web.need.asking import asked

FAULTS_SHOWN = 100


class AreasView(OperationView):
    """A file of areas: read, told line by line, kept or only checked."""

    template_name = "need/areas.html"
    form_class = forms.AreasForm
    refusal_fields = {
        "indicators-unreadable": "file", "areas-unreadable": "file", "indicators-too-heavy": "file", "territory-words-missing": "source",
    }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        return super().get_context_data(**({"office": office_of(actor), "table": told.imported_table(actor)} | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        report = operations.import_areas(
            content=given["file"].read(), source=given["source"], is_dry=given["is_dry"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        # The form is shown again below the report, ready for another file.
        return self.render_to_response(
            self.get_context_data(form=self.form_class(), report=report, told=_told(report), faults=_faults(report))
        )


class KeepWeightsView(OperationView):
    """The weights of the address, under a name."""

    template_name = "need/keep.html"
    form_class = forms.WeighingForm
    refusal_fields = {"weighing-unnamed": "name"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = asked(self.request, actor_of(self.request))
        columns = [Column(_("Indicateur")), Column(_("Poids"), number=True)]
        rows = [[words.component(each), formats.number(found.weights.of(each))] for each in Component]
        context = {
            "office": office_of(actor_of(self.request)),
            "table": Table(_("Les poids à garder"), columns, rows),
            "back": f"{reverse('need:home')}?{found.query()}",
        }
        return super().get_context_data(**(context | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given, found = form.cleaned_data, asked(self.request, actor_of(self.request))
        weighing_id = operations.keep_weights(
            name=given["name"], words=given["words"], weights=found.weights, actor=actor_of(self.request), request_id=given["request_id"],
            at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Ces poids sont gardés."))
        area = f"&area={found.area.key}" if found.area else ""
        return redirect(f"{reverse('need:home')}?weighing={weighing_id}{area}")


def _told(report: AreaReport) -> str:
    facts = {
        "kind": words.file_kind(report.kind), "areas": formats.number(report.areas), "figures": formats.number(report.figures),
        "untold": formats.number(report.untold), "faults": formats.number(report.fault_count),
    }  # fmt: skip
    said = (
        _(
            "Fichier de %(kind)s : %(areas)s territoires, %(figures)s chiffres dont %(untold)s secrets ou absents ; lignes en défaut : %(faults)s."
        )
        % facts
    )
    if report.is_kept:
        return said
    nothing = _("Rien n’est gardé.")
    return f"{said} {nothing}"


def _faults(report: AreaReport) -> Table | None:
    if not report.faults:
        return None
    columns = [Column(_("Ligne"), number=True), Column(_("Défaut")), Column(_("Valeur"))]
    rows = [
        [formats.number(each.line), _(FAULTS.get(each.code) or AREA_FAULTS[each.code]), each.value] for each in report.faults[:FAULTS_SHOWN]
    ]
    return Table(_("Les premières lignes en défaut"), columns, rows)
