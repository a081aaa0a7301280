"""Survey indicators and evaluations, as pages and files. Loaded by the first page that is asked (see `urls`): it needs numpy."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.observatory.operations import evaluations as evaluating
from carnet.observatory.operations import surveys as studying
from carnet.observatory.queries import evaluations, surveys
from carnet.observatory.rules.surveys import table_schema
from carnet.parties.rules import allowed, home_of
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.evaluations import words
from carnet.web.evaluations.forms import PlanForm, ReadingForm, StudyForm
from carnet.web.evaluations.paper import reading_paper
from carnet.web.spreadsheets import KINDS, as_file


def home(request: HttpRequest) -> HttpResponse:
    """The plans of one's programmes, and the tables of indicators of one's organisation."""
    actor = actor_of(request)
    plans = evaluations.plans(actor)
    names = {each.id: each.name for each in funding.programmes({each.programme_id for each in plans})} if plans else {}
    may_study = allowed(actor.roles, "observatory.study-answers")
    studies = surveys.studies(actor) if may_study else []
    context = {
        "office": _office(actor),
        "plans": Table(
            _("Plans scellés"),
            [Column(_("Plan")), Column(_("Programme")), Column(_("Comparaison")), Column(_("Scellé le"))],
            [
                [
                    Cell(each.name, url=reverse("evaluations:plan", args=[each.id])),
                    names.get(each.programme_id, ""),
                    str(words.DESIGN_WORDS[each.design]),
                    formats.day(each.sealed_at),
                ]
                for each in plans
            ],
            empty=_("Aucun plan scellé."),
        ),
        "studies": Table(
            _("Indicateurs d’enquêtes"),
            [Column(_("Enquête")), Column(_("Calculés le"))],
            [[Cell(each.name, url=reverse("evaluations:study", args=[each.id])), formats.day(each.made_at)] for each in studies],
            empty=_("Aucune enquête."),
        ),
        "may_study": may_study,
        "may_evaluate": allowed(actor.roles, "observatory.evaluate"),
    }
    return render(request, "evaluations/home.html", context)


class NewStudy(OperationView):
    """Bring a file of answers."""

    template_name = "evaluations/study_form.html"
    form_class = StudyForm
    refusal_fields = {
        "survey-mapping-wrong": "mapping",
        "survey-cut-unknown": "crossed",
        "survey-column-missing": "answers",
        "survey-no-answers": "answers",
        "place-file-empty": "answers",
        "place-file-unreadable": "answers",
    }

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        files = [
            Download(_("Un fichier d’exemple"), reverse("evaluations:example"), "CSV"),
            Download(_("Les colonnes"), reverse("evaluations:schema"), "JSON"),
            Download(_("Une correspondance d’exemple"), reverse("evaluations:mapping"), "TOML"),
        ]
        return super().get_context_data(**({"office": _office(actor_of(self.request)), "files": files} | more))

    def perform(self, form: StudyForm) -> HttpResponseBase:
        given = form.cleaned_data
        with given["answers"] as answers:
            study_id = studying.study_answers(
                name=given["name"],
                stream=answers,
                mapping=given["mapping"].read() if given["mapping"] else b"",
                crossed=given["crossed"],
                actor=actor_of(self.request),
                request_id=given["request_id"],
                at=clock.now(),
            )
        messages.success(self.request, _("Les tables sont calculées. Le fichier de réponses est effacé."))
        return redirect("evaluations:study", study_id)


new_study = NewStudy.as_view()


def study(request: HttpRequest, study_id: int) -> HttpResponse:
    """Every cut of a table of indicators, everybody first."""
    actor = actor_of(request)
    found = surveys.study(actor, study_id)
    cuts = list(dict.fromkeys(row.cut for row in found.table.rows))
    asked = tuple(name for name in request.GET.get("by", "").split(",") if name)
    if asked not in cuts:
        raise Http404
    keys = list(dict.fromkeys(row.indicator for row in found.table.rows))
    chosen = request.GET.get("indicator", "")
    chosen = chosen if chosen in keys else keys[-1]
    context = {
        "office": _office(actor),
        "study": found,
        "made_on": formats.day(found.made_at),
        "method": words.method_sentences(found.table),
        "faults": [_("Ligne %(line)s : %(column)s") % {"line": line, "column": column} for line, column in found.faults],
        "cuts": [(words.cut_name(cut), cut == asked, f"?by={','.join(cut)}") for cut in cuts],
        "indicators": [(words.indicator_name(key), key == chosen, f"?by={','.join(asked)}&indicator={key}") for key in keys]
        if asked
        else [],
        "chart": words.indicator_chart(found.table, asked, (chosen,)) if asked else words.indicator_chart(found.table, ()),
        "table": words.indicator_table(found.table, asked, chosen),
        "files": _files("evaluations:study-file", [study_id], _("Toutes les tables")),
    }
    return render(request, "evaluations/study.html", context)


def study_file(request: HttpRequest, study_id: int, kind: str) -> HttpResponseBase:
    """Every line of the table, to take away."""
    _check_kind(kind)
    actor = actor_of(request)
    return as_file(kind, f"indicateurs-{study_id}", words.indicator_sheet(surveys.study(actor, study_id).table), actor)


def example(_request: HttpRequest) -> HttpResponse:
    """Invented answers, in the documented columns."""
    return _attached(surveys.example_file(), "text/csv; charset=utf-8", "reponses-exemple.csv")


def mapping(_request: HttpRequest) -> HttpResponse:
    """An example of a mapping of columns."""
    return _attached(surveys.mapping_file(), "text/plain; charset=utf-8", "correspondance-exemple.toml")


def schema(_request: HttpRequest) -> JsonResponse:
    """The columns, as a Table Schema."""
    return JsonResponse(table_schema(), json_dumps_params={"ensure_ascii": False, "indent": 2})


class NewPlan(OperationView):
    """Seal a plan."""

    template_name = "evaluations/plan_form.html"
    form_class = PlanForm
    refusal_fields = {"evaluation-plan-wrong": "plan", "evaluation-plan-sealed": "plan"}

    def get_form_kwargs(self) -> dict[str, Any]:
        found = funding.programmes(actor_of(self.request).programme_ids)
        return super().get_form_kwargs() | {"programmes": [(each.id, each.name) for each in found]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"office": _office(actor_of(self.request))} | more))

    def perform(self, form: PlanForm) -> HttpResponseBase:
        given = form.cleaned_data
        plan_id = evaluating.seal_plan(
            programme_id=given["programme"],
            content=given["plan"].read(),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le plan est scellé. Il ne changera plus."))
        return redirect("evaluations:plan", plan_id)


new_plan = NewPlan.as_view()


def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A sealed plan, its draw, and every reading of its results."""
    actor = actor_of(request)
    found = evaluations.plan(actor, plan_id)
    files = [Download(_("Le plan"), reverse("evaluations:plan-file", args=[plan_id]), "TOML")]
    if found.plan.design.is_drawn:
        files += _files("evaluations:draw-file", [plan_id], _("Le tirage"))
    readings = Table(
        _("Résultats lus"),
        [Column(_("Lus le")), Column(_("Ce qu’on peut dire"))],
        [
            [
                Cell(formats.moment(each.read_at), url=reverse("evaluations:reading", args=[plan_id, each.id])),
                words.said(found.plan, each.result),
            ]
            for each in found.readings
        ],
        empty=_("Aucun résultat n’a été lu."),
    )
    context = {
        "office": _office(actor),
        "sealed": found,
        "sealed_on": formats.moment(found.sealed_at),
        "rows": words.plan_rows(found.plan),
        "assumptions": words.assumptions(found.plan.design),
        "readings": readings,
        "files": files,
        "may_evaluate": allowed(actor.roles, "observatory.evaluate"),
    }
    return render(request, "evaluations/plan.html", context)


def plan_file(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan, byte for byte: its SHA-256 is the one that was sealed."""
    found = evaluations.plan(actor_of(request), plan_id)
    return _attached(found.content.encode(), "text/plain; charset=utf-8", f"plan-{plan_id}.toml")


def draw_file(request: HttpRequest, plan_id: int, kind: str) -> HttpResponseBase:
    """Who begins when, to take away."""
    _check_kind(kind)
    actor = actor_of(request)
    found = evaluations.plan(actor, plan_id)
    if not found.plan.design.is_drawn:
        raise Http404
    return as_file(kind, f"tirage-{plan_id}", words.draw_sheet(found.plan), actor)


class NewReading(OperationView):
    """Read results under a sealed plan."""

    template_name = "evaluations/reading_form.html"
    form_class = ReadingForm
    refusal_fields = {"evaluation-results-wrong": "results", "evaluation-causal-words": "conclusion", "place-file-empty": "results"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        sealed = evaluations.plan(actor, self.kwargs["plan_id"])
        return super().get_context_data(**({"office": _office(actor), "sealed": sealed, "columns": words.columns_of(sealed.plan)} | more))

    def perform(self, form: ReadingForm) -> HttpResponseBase:
        given = form.cleaned_data
        with given["results"] as results:
            reading_id = evaluating.read_results(
                plan_id=self.kwargs["plan_id"],
                stream=results,
                conclusion=given["conclusion"],
                actor=actor_of(self.request),
                request_id=given["request_id"],
                at=clock.now(),
            )
        return redirect("evaluations:reading", self.kwargs["plan_id"], reading_id)


new_reading = NewReading.as_view()


def reading(request: HttpRequest, plan_id: int, reading_id: int) -> HttpResponse:
    """What a result allows to be said, with every figure and every doubt behind it."""
    actor = actor_of(request)
    sealed, found = evaluations.reading(actor, plan_id, reading_id)
    context = {
        "office": _office(actor),
        "sealed": sealed,
        "found": found,
        "read_on": formats.moment(found.read_at),
        "said": words.said(sealed.plan, found.result),
        "figures": words.result_figures(found.result),
        "rows": words.result_rows(found.result),
        "tables": words.result_tables(found.result),
        "chart": words.result_chart(found.result),
        "assumptions": words.assumptions(found.result.design),
        "doubts": words.doubts(found.result),
        "files": [Download(_("Ce compte rendu"), reverse("evaluations:reading-pdf", args=[plan_id, reading_id]), "PDF")],
        "others": len(sealed.readings) - 1,
    }
    return render(request, "evaluations/reading.html", context)


def reading_pdf(request: HttpRequest, plan_id: int, reading_id: int) -> HttpResponse:
    """The same on paper, tagged."""
    sealed, found = evaluations.reading(actor_of(request), plan_id, reading_id)
    response = HttpResponse(reading_paper(sealed, found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="evaluation-{plan_id}-{reading_id}.pdf"'
    return response


def _files(route: str, arguments: list[Any], name: str) -> list[Download]:
    return [Download(name, reverse(route, args=[*arguments, kind]), kind.upper()) for kind in KINDS]


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Http404


def _office(actor: Actor) -> str:
    return f"{home_of(actor.roles).split(':')[0]}/office.html"
