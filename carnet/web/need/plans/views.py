"""Allotment plans as pages and files. Loaded by the first page that is asked (see `urls`): what a plan stands on needs numpy."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.jobs import planning as background
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.planning.operations import plans as operations
from carnet.planning.queries import plans as queries
from carnet.planning.queries.plans import VersionLine, VersionPage
from carnet.planning.rules.plan_ground import Added, Asked
from carnet.planning.rules.plans import VersionState
from carnet.planning.rules.travel import Mode
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_of_code
from carnet.web.need.plans import tables, words
from carnet.web.need.plans.files import files_of
from carnet.web.need.plans.forms import NewPlanForm, TryForm
from carnet.web.need.plans.ordering import SHOWN_MOST, is_orderable, office_of, orders_table

POINTS_MOST = 40
# As many pairs of a commune and a point are answered while one waits; more go to the workers.
AT_ONCE_MAX = 40_000
AT_ONCE_SECONDS = 8.0


def plans(request: HttpRequest) -> HttpResponse:
    """The plans of one's programmes."""
    actor = actor_of(request)
    rows = [
        [
            Cell(each.name, url=reverse("need:plan-version", args=[each.id, each.latest])),
            each.programme,
            formats.number(each.versions),
            Cell(_("gardé"), tone="success") if each.kept else Cell(_("à l’essai"), tone="neutral"),
            formats.day(each.made_at),
        ]
        for each in queries.plans(actor)
    ]
    columns = [Column(_("Plan")), Column(_("Programme")), Column(_("Versions"), number=True), Column(_("État")), Column(_("Commencé le"))]
    context = {
        "office": office_of(actor),
        "table": Table(_("Vos plans"), columns, rows, empty=_("Aucun plan.")),
        "is_empty": not rows,
        "may_plan": allowed(actor.roles, "planning.plan"),
    }
    return render(request, "need/plans/plans.html", context)


class NewPlan(OperationView):
    """Begin a plan."""

    form_class = NewPlanForm
    template_name = "need/plans/new.html"
    refusal_fields = {
        "plan-name-missing": "name", "plan-outside": "territory", "plan-nowhere": "territory", "plan-too-wide": "territory",
        "plan-budget-too-small": "budget", "plan-without-desks": "programme", "plan-priority-unknown": "priority_percent",
        "plan-maximum-too-small": "desk_maximum",
    }  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        found = [each for each in funding.programmes(actor_of(self.request).programme_ids) if each.ended_at is None]
        return super().get_form_kwargs() | {"programmes": [(each.id, each.name) for each in found]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"office": office_of(actor_of(self.request))} | more))

    def perform(self, form: NewPlanForm) -> HttpResponseBase:
        actor, given = actor_of(self.request), form.cleaned_data
        plan_id = operations.make_plan(
            programme_id=given["programme"],
            name=given["name"],
            asked=_asked(given),
            territory=given["territory"],
            mode=Mode(given["mode"]),
            seats_assumed=given["seats_assumed"],
            actor=actor,
            request_id=given["request_id"],
            at=clock.now(),
        )
        return _answer(actor, plan_id, 1)


new_plan = NewPlan.as_view()


def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The latest version of a plan."""
    return redirect("need:plan-version", plan_id, queries.versions(actor_of(request), plan_id)[0].number)


def version(request: HttpRequest, plan_id: int, number: int) -> HttpResponseBase:
    """One version: its answer, or how far it is. A POST computes it here, where no worker does."""
    actor = actor_of(request)
    found = queries.version(actor, plan_id, number)
    if request.method == "POST":
        if found.is_live:
            _run(found)
        return redirect("need:plan-version", plan_id, number)
    context = {
        "office": office_of(actor),
        "shown": found,
        "lead": _("Version %(number)s, demandée le %(moment)s") % {"number": number, "moment": formats.moment(found.asked_at)},
        "versions": _versions_table(queries.versions(actor, plan_id), plan_id, number),
        "asked": words.asked_rows(found),
        "may_plan": allowed(actor.roles, "planning.plan"),
    }
    if found.is_live:
        return render(request, "need/plans/waiting.html", context | {"percent": formats.percent(found.done, found.total)})
    if found.state is VersionState.FAILED:
        sentence = sentence_of_code(found.error, found.error_facts)
        return render(request, "need/plans/failed.html", context | {"failure": words.failure(found, sentence), "form": _try_form(found)})
    return render(request, "need/plans/version.html", context | _answered(actor, found))


def _answered(actor: Actor, found: VersionPage) -> dict[str, Any]:
    may_plan = allowed(actor.roles, "planning.plan")
    try_url = reverse("need:plan-try", args=[found.plan_id, found.number]) if may_plan else ""
    arguments = [found.plan_id, found.number]
    return {
        "figures": words.figures(found),
        "said": words.said(found),
        "change": words.change_sentences(found),
        "methods": words.methods_table(found),
        "broken": words.broken(found),
        "maps": [
            {
                "title": str(words.METHODS[method]),
                "said": tables.map_of(found, method).description,
                "url": reverse("need:plan-map", args=[*arguments, words.SLUGS[method]]),
            }
            for method in found.outcomes
        ],
        "costs": words.costs(found),
        "communes": tables.communes_table(found, most=SHOWN_MOST),
        "desks": tables.desks_table(found, most=SHOWN_MOST, try_url=try_url),
        "cautions": words.cautions(found),
        "more_desks": len(found.problem.desks) > SHOWN_MOST,
        "more_communes": len(found.problem.demands) > SHOWN_MOST,
        "files": files_of(found),
        "try_url": try_url,
        "form": _try_form(found) if may_plan else None,
        "orders": orders_table(found),
        "may_order": allowed(actor.roles, "planning.order") and is_orderable(found),
        "kept_on": formats.moment(found.kept_at) if found.kept_at else "",
        "seconds": formats.decimal(found.answer.seconds) if found.answer else "",
        "solver": found.answer.solver if found.answer else "",
    }


class TryAgain(OperationView):
    """Ask the same ground something else."""

    form_class = TryForm
    template_name = "need/plans/try.html"
    refusal_fields = {
        "plan-budget-too-small": "budget", "locality-unknown": "new_commune", "plan-added-elsewhere": "new_commune",
        "plan-priority-unknown": "priority_percent", "plan-maximum-too-small": "desk_maximum",
    }  # fmt: skip

    @property
    def page(self) -> VersionPage:
        return queries.version(actor_of(self.request), self.kwargs["plan_id"], self.kwargs["number"])

    def get_form_kwargs(self) -> dict[str, Any]:
        found = self.page
        closing = self.request.GET.get("without", "")
        return super().get_form_kwargs() | _choices(found) | {"initial": _initial(found, closing), "auto_id": "try-%s"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"office": office_of(actor_of(self.request)), "shown": self.page} | more))

    def perform(self, form: TryForm) -> HttpResponseBase:
        actor, given, before = actor_of(self.request), form.cleaned_data, self.page.asked
        kept = tuple(before.added[int(rank)] for rank in given.get("added", ()))
        new = (Added(places.locality(given["new_commune"]).code, given["new_people"] or 1),) if given["new_commune"] else ()
        shown = {code for code, _name in form.fields["closed"].choices}  # type: ignore[attr-defined]
        # What is closed and not shown stays closed: a form cannot open what it does not say.
        closed = {code for code in before.closed if code not in shown} | set(given["closed"])
        number = operations.try_again(
            plan_id=self.kwargs["plan_id"],
            from_number=self.kwargs["number"],
            asked=replace(_asked(given), closed=tuple(sorted(closed)), added=kept + new),
            actor=actor,
            request_id=given["request_id"],
            at=clock.now(),
        )
        return _answer(actor, self.kwargs["plan_id"], number)


try_again = TryAgain.as_view()


def keep(request: HttpRequest, plan_id: int, number: int) -> HttpResponseBase:
    """Keep a version; nothing of it changes any more."""
    actor = actor_of(request)
    found = queries.version(actor, plan_id, number)
    if request.method == "POST":
        operations.keep_version(plan_id=plan_id, number=number, actor=actor, request_id=uuid4(), at=clock.now())
        messages.success(request, _("Cette version est gardée. Elle ne changera plus."))
        return redirect("need:plan-version", plan_id, number)
    return render(request, "need/plans/keep.html", {"office": office_of(actor), "shown": found, "rows": words.asked_rows(found)})


# --- inside -------------------------------------------------------------------------------------------------------------


def _answer(actor: Actor, plan_id: int, number: int) -> HttpResponse:
    """Compute at once what is small, hand the rest to the workers; then the version's page."""
    found = queries.version(actor, plan_id, number)
    pairs = len(found.problem.to_desks) + len(found.problem.to_sites)
    if pairs <= AT_ONCE_MAX:
        _run(found)
    else:
        background.enqueue(version_id=found.id, programme_id=found.programme_id)
    return redirect("need:plan-version", plan_id, number)


def _run(found: VersionPage) -> None:
    """Answer a version here. The solver is loaded now, and only now."""
    running = import_module("carnet.planning.operations.plan_runs")
    running.run_version(version_id=found.id, programme_id=found.programme_id, at=clock.now(), seconds=AT_ONCE_SECONDS)


def _asked(given: Mapping[str, Any]) -> Asked:
    return Asked(
        budget_cents=given["budget"],
        floor=given["floor"],
        priority_percent=given["priority_percent"],
        minutes_max=given["minutes_max"],
        desk_minimum=given["desk_minimum"],
        desk_maximum=given["desk_maximum"],
    )


def _initial(page: VersionPage, closing: str = "") -> dict[str, Any]:
    asked = page.asked
    return {
        "request_id": uuid4(),
        "budget": asked.budget_cents,
        "floor": asked.floor,
        "priority_percent": asked.priority_percent,
        "minutes_max": asked.minutes_max,
        "desk_minimum": asked.desk_minimum,
        "desk_maximum": asked.desk_maximum,
        "closed": [*asked.closed, *([closing] if closing in page.ground.points else [])],
        "added": [str(rank) for rank in range(len(asked.added))],
    }


def _choices(page: VersionPage) -> dict[str, Any]:
    return {"points": tables.points_of(page, most=POINTS_MOST), "added": tables.added_of(page)}


def _try_form(page: VersionPage) -> TryForm:
    return TryForm(initial=_initial(page), auto_id="try-%s", **_choices(page))


def _versions_table(lines: list[VersionLine], plan_id: int, shown: int) -> Table:
    columns = [
        Column(_("Version")), Column(_("Budget"), number=True), Column(_("Carnets"), number=True), Column(_("Besoin couvert"), number=True), Column(_("État")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                _("n° %(number)s") % {"number": each.number},
                url="" if each.number == shown else reverse("need:plan-version", args=[plan_id, each.number]),
            ),
            formats.euros(each.asked.budget_cents, short=True),
            formats.number(each.booklets) if each.booklets is not None else "–",
            words.need(each.covered) if each.covered is not None else "–",
            Cell(_("gardée"), tone="success") if each.kept_at else Cell(str(words.STATES[each.state][0]), tone=words.STATES[each.state][1]),
        ]
        for each in lines
    ]
    return Table(_("Les versions de ce plan"), columns, rows)
