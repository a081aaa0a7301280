"""Objectives: read by whoever has a part in it, set by whoever runs it; and INSEE's files of communes."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.funding import queries as funding
from carnet.observatory.operations import indicators as indicator_operations
from carnet.observatory.operations import objectives as operations
from carnet.observatory.operations.indicators import ImportReport
from carnet.observatory.queries import objectives as queries
from carnet.observatory.queries import reach as reached
from carnet.observatory.queries.objectives import ObjectiveView
from carnet.observatory.rules.indicators import FAULTS
from carnet.observatory.rules.objectives import Target
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.local import forms, views, words

FAULTS_SHOWN = 100


def objectives(request: HttpRequest) -> HttpResponse:
    """Each objective, what is done, what is likely, and the national figures beside."""
    actor, at = actor_of(request), clock.now()
    found = queries.objectives(at=at)
    may_set = allowed(actor.roles, "observatory.set-objective")
    context = {
        "office": words.office_of(actor),
        "objectives": [
            {**told(each), "may_end": may_set and each.organisation_id == actor.organisation_id} for each in found
        ],
        "table": views.objectives_table(found),
        "nation": views.national_table(),
        "may_set": may_set,
        "counted_at": found[0].counted_at if found else None,
    }  # fmt: skip
    return render(request, "local/objectives.html", context)


def told(each: ObjectiveView) -> dict[str, Any]:
    """One objective in a card: where it starts, where it is, what would be needed."""
    name = words.target(each.measure)
    return {
        "id": each.id,
        "title": f"{name}, {each.programme}" if each.programme else _("%(name)s, toute l’installation") % {"name": name},
        "sentence": _("De %(start)s le %(since)s à %(target)s avant le %(due)s. Fixé par %(who)s.")
        % {
            "start": formats.number(each.starting_count), "since": formats.day(each.starting_on), "target": formats.number(each.target_count),
            "due": formats.day(each.due_on), "who": each.set_by or _("l’installation"),
        },
        "words": each.words,
        "source": each.source,
        "done": formats.number(each.outlook.so_far),
        "likely": likely(each),
        "reached": _reached(each),
        "standing": words.standing(each.outlook.standing),
        "is_simulated": each.is_simulated,
    }  # fmt: skip


def likely(each: ObjectiveView) -> str:
    """What the pace leads to, in one sentence; and why nothing is said when nothing is."""
    found = each.outlook
    if found.expected is None or found.low is None or found.high is None:
        return _("Il faut trois mois entiers pour parler d’un rythme.") if found.standing.value == "TOO_SOON" else ""
    return _("Au rythme des %(months)s derniers mois entiers : environ %(expected)s ce jour-là, entre %(low)s et %(high)s.") % {
        "months": formats.number(found.months), **{name: formats.number(value) for name, value in words.likely(found).items()},
    }  # fmt: skip


def _reached(each: ObjectiveView) -> str:
    found = each.outlook
    if found.needed_pace is None:
        return ""
    needed = _("Il faudrait %(needed)s par mois") % {"needed": formats.number(found.needed_pace)}
    pace = _("le rythme est de %(pace)s") % {"pace": formats.number(found.pace)} if found.pace is not None else ""
    when = _("il mène à l’objectif vers le %(day)s") % {"day": formats.day(found.reached_on)} if found.reached_on else ""
    return "; ".join(filter(None, (needed, pace, when))).replace("; ", " ; ") + "."


class ObjectiveNewView(OperationView):
    """Set an objective."""

    template_name = "local/form.html"
    form_class = forms.ObjectiveForm
    refusal_fields = {"objective-too-low": "target_count", "objective-days-wrong": "due_on", "programme-unknown": "programme"}

    def get_form_kwargs(self) -> dict[str, Any]:
        run = funding.programmes(actor_of(self.request).programme_ids)
        return super().get_form_kwargs() | {"programmes": [(str(each.id), each.name) for each in run]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        words_of_page = {
            "office": words.office_of(actor_of(self.request)),
            "title": _("Un objectif"),
            "lead": _("Il est lu par tous, à côté de ce qui est fait. Il ne se réécrit pas : on y met fin."),
            "verb": _("Fixer l’objectif"),
            "cancel_url": reverse("local:objectives"),
            "back_text": _("Objectifs"),
        }
        return super().get_context_data(**(words_of_page | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        operations.set_objective(
            programme_id=int(given["programme"]) if given["programme"] else None, measure=Target(given["measure"]),
            starting_count=given["starting_count"], starting_on=given["starting_on"], target_count=given["target_count"], due_on=given["due_on"],
            words=given["words"], source=given["source"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("L’objectif est fixé."))
        return redirect("local:objectives")


@require_POST
def end_objective(request: HttpRequest, objective_id: int) -> HttpResponse:
    """No longer aim at it."""
    operations.end_objective(objective_id=objective_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    messages.success(request, _("L’objectif n’est plus suivi."))
    return redirect("local:objectives")


class IndicatorsView(OperationView):
    """A file of INSEE: read, told line by line, kept or only checked."""

    template_name = "local/indicators.html"
    form_class = forms.IndicatorsForm
    refusal_fields = {
        "indicators-unreadable": "file", "indicators-without-column": "file", "indicators-too-heavy": "file", "territory-words-missing": "source",
    }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        context = {"office": words.office_of(actor), "table": _imported_table(reached.imported(actor=actor))}
        return super().get_context_data(**(context | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        report = indicator_operations.import_indicators(
            content=given["file"].read(), source=given["source"], is_dry=given["is_dry"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        # The form is shown again below the report, ready for another file.
        return self.render_to_response(
            self.get_context_data(form=self.form_class(), report=report, faults=_faults(report), told=_told(report))
        )


def _told(report: ImportReport) -> str:
    facts = {
        "communes": formats.number(report.communes),
        "figures": formats.number(report.figures),
        "faults": formats.number(report.fault_count),
    }
    if not report.is_kept:
        return _("Communes lues : %(communes)s ; chiffres lus : %(figures)s ; lignes en défaut : %(faults)s. Rien n’est gardé.") % facts
    return _("Communes gardées : %(communes)s ; chiffres gardés : %(figures)s ; lignes en défaut : %(faults)s.") % facts


def _faults(report: ImportReport) -> Table | None:
    if not report.faults:
        return None
    columns = [Column(_("Ligne"), number=True), Column(_("Défaut")), Column(_("Valeur"))]
    rows = [[formats.number(each.line), _(FAULTS[each.code]), each.value] for each in report.faults[:FAULTS_SHOWN]]
    return Table(_("Les premières lignes en défaut"), columns, rows)


def _imported_table(found: list[reached.Imported]) -> Table:
    columns = [
        Column(_("Chiffre")), Column(_("Année"), number=True), Column(_("Communes"), number=True), Column(_("Secret ou absent"), number=True),
        Column(_("Source")), Column(_("Lu le")),
    ]  # fmt: skip
    rows = [
        [
            words.indicator(each.indicator), str(each.vintage), formats.number(each.communes), formats.number(each.secret), each.source,
            formats.day(each.imported_at),
        ]
        for each in found
    ]  # fmt: skip
    return Table(
        _("Ce qui est déjà lu"), columns, rows, empty=_("Aucun fichier n’a été lu. Les estimations viennent du nombre d’habitants.")
    )
