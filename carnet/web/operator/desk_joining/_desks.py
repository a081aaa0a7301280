"""The desks of one's programmes with what each lacks; and one page for each desk."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import operations, queries
from carnet.distribution.queries import DeskLineView, DeskView
from carnet.distribution.rules.joining import TRAINING, DecisionKind, DeskState, FileState, ImportState, Todo
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.applications import decision_rows, printed_number
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.desks import (
    AGREEMENTS,
    DECISIONS,
    DESK_STATES,
    FILE_STATES,
    TODO_STATES,
    TODOS,
    agreement_state,
    last_day,
    missing_words,
    point_rows,
)

ENDED = (FileState.ADMITTED, FileState.REFUSED)


def network(request: HttpRequest) -> HttpResponse:
    """Every desk of one's open programmes, what each lacks; applications, signatures and files that wait."""
    actor = actor_of(request)
    programmes = _programmes(actor)
    names = {each.id: each.name for each in programmes}
    context = {
        "files": _files_table(queries.desk_files(actor=actor, programme_ids=names), names),
        "sections": [_section(actor, each) for each in programmes],
        "imports": [each for each in queries.desk_imports(actor=actor, programme_ids=names) if each.state is not ImportState.TAKEN],
        "may_import": allowed(actor.roles, "distribution.import-desks"),
    }
    return render(request, "operator/desk_joining/network.html", context)


def _programmes(actor: Actor) -> list[ProgrammeFacts]:
    return [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.is_open_at(clock.now())]


def _section(actor: Actor, programme: ProgrammeFacts) -> dict[str, Any]:
    at = clock.now()
    lines = queries.desk_lines(programme.id, at=at)
    waiting = queries.agreements_waiting(programme.id)
    names = {line.organisation_id: line.name for line in lines}
    states = [line.state for line in lines]
    return {
        "programme": programme,
        "texts": queries.desk_texts(programme.id, at=at),
        "waiting": [(each, names.get(each.organisation_id, ""), AGREEMENTS[each.kind][0]) for each in waiting],
        "figures": [
            Figure(formats.number(len(lines)), _("guichets")),
            Figure(formats.number(sum(each is DeskState.OPEN for each in states)), _("en ordre")),
            Figure(formats.number(sum(Todo.AGREEMENT in line.missing for line in lines)), _("sans convention signée")),
            Figure(formats.number(states.count(DeskState.SUSPENDED)), _("suspendus")),
        ],
        "table": _table(lines, programme),
    }


def _table(lines: Sequence[DeskLineView], programme: ProgrammeFacts) -> Table:
    columns = [
        Column(_("Guichet")),
        Column(_("Commune")),
        Column(_("État")),
        Column(_("Ce qui manque, dans l’ordre")),
        Column(_("Convention")),
    ]
    rows = [
        [
            Cell(line.name, url=reverse("operator:desk", args=[line.programme_id, line.organisation_id])),
            line.city,
            Cell(str(DESK_STATES[line.state][0]), tone=DESK_STATES[line.state][1]),
            missing_words(line) or "–",
            _("jusqu’au %(day)s") % {"day": last_day(line.agreed_until)} if line.agreed_until else "–",
        ]
        for line in lines
    ]
    return Table(_("Guichets de « %(programme)s »") % {"programme": programme.name}, columns, rows, empty=_("Aucun guichet encore."))


def _files_table(found: Sequence[queries.DeskFileLine], names: dict[int, str]) -> Table | None:
    columns = [Column(_("Structure")), Column(_("Numéro")), Column(_("Programme")), Column(_("État")), Column(_("Envoyée le"))]
    rows = []
    for each in found:
        words, tone = (_("décision à prendre"), "warning") if each.waits_for_second else FILE_STATES[each.state]
        rows.append([
            Cell(each.name or _("Demande sans nom"), url=reverse("operator:desk-file", args=[each.file_id])),
            printed_number(each.number), names.get(each.programme_id, ""), Cell(str(words), tone=tone),
            formats.day(each.sent_at) if each.sent_at else "–",
        ])  # fmt: skip
    return Table(_("Demandes pour devenir guichet"), columns, rows) if rows else None


def desk(request: HttpRequest, programme_id: int, organisation_id: int) -> HttpResponse:
    """One desk whole."""
    actor, today = actor_of(request), legal_day(clock.now())
    view = queries.desk(programme_id=programme_id, organisation_id=organisation_id, actor=actor, at=clock.now())
    people = parties.names_of([person for each in view.decisions for person in (each.prepared_by, each.decided_by or 0)])
    context = {
        "view": view,
        "state": DESK_STATES[view.line.state],
        "rows": _rows(view, actor),
        "todos": [(TODOS[todo], *TODO_STATES[state]) for todo, state in view.line.todos.items()],
        "agreements": [(each, AGREEMENTS[each.kind][0], agreement_state(each, today)) for each in view.agreements],
        "points": [(point, point_rows(point, today)) for point in view.points if point.closed_at is None],
        "training": _training(view),
        "decisions": [(str(DECISIONS[each.kind][0]), decision_rows(each, people)) for each in view.decisions],
        "prepared_url": reverse("operator:desk-decision", args=[view.prepared.id]) if view.prepared else "",
        "choices": _choices(view, actor),
        "may_keep": allowed(actor.roles, "distribution.keep-points"),
        "may_finish": view.leaving_at is not None and allowed(actor.roles, "distribution.admit-prescriber"),
    }
    return render(request, "operator/desk_joining/desk.html", context)


def _rows(view: DeskView, actor: Actor) -> list[Row]:
    card = parties.organisation(view.line.organisation_id)
    people_url = reverse("operator:organisation", args=[card.id]) if card.registered_by == actor.organisation_id else ""
    rows = [
        *([Row(_("Organisation"), card.name, people_url, _("Ouvrir"))] if people_url else []),
        Row(_("Numéro"), printed_number(card.siret or card.rna or "") or _("simulé")),
        Row(_("Admis le"), formats.day(view.line.joined_at)),
        Row(_("Carnets chez lui ou en route"), formats.number(view.left_to_return)),
    ]
    if view.regularise_until is not None and view.line.agreed_until is None:
        rows.append(Row(_("À régulariser avant"), formats.day(view.regularise_until)))
    if view.suspended_at is not None:
        rows.append(Row(_("Suspendu le"), formats.day(view.suspended_at)))
    if view.leaving_at is not None:
        rows.append(Row(_("Départ demandé le"), formats.day(view.leaving_at)))
    return rows


def _training(view: DeskView) -> Table:
    ticked = {each.item: each.ticked_at for each in view.training}
    rows = [[_(item.label), formats.day(ticked[item.code]) if item.code in ticked else _("à faire")] for item in TRAINING]
    return Table(_("Formation"), [Column(_("Point")), Column(_("Fait le"))], rows)


def _choices(view: DeskView, actor: Actor) -> list[tuple[str, str, str]]:
    """What may be prepared now: the words, the address, the kind of button."""
    if view.prepared is not None or not allowed(actor.roles, "distribution.prepare-joining"):
        return []
    order = [kind for kind in DecisionKind if kind in view.possible]
    ends = [view.line.programme_id, view.line.organisation_id]
    return [(str(DECISIONS[kind][0]), reverse("operator:desk-prepare", args=[*ends, kind.value.lower()]), "secondary") for kind in order]


class Finish(OperationView):
    """End the part of a desk that gave everything back."""

    template_name = "operator/confirm.html"
    form_class = OperationForm

    @cached_property
    def view(self) -> DeskView:
        return queries.desk(**self.about, actor=actor_of(self.request), at=clock.now())

    @property
    def about(self) -> dict[str, int]:
        return {name: self.kwargs[name] for name in ("programme_id", "organisation_id")}

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Terminer le départ de « %(desk)s »") % {"desk": self.view.line.name},
            "lead": _("Possible quand il ne reste aucun carnet à rendre."),
            "rows": [Row(_("Carnets à rendre"), formats.number(self.view.left_to_return))],
            "kind": "",
            "verb": _("Terminer"),
            "cancel_url": reverse("operator:desk", args=list(self.about.values())),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: OperationForm) -> HttpResponseBase:
        operations.finish_leaving(
            **self.about, actor=actor_of(self.request), request_id=form.cleaned_data["request_id"], at=clock.now()
        )  # fmt: skip
        messages.success(self.request, _("Le départ est terminé."))
        return redirect("operator:desk-joining")


def tasks(actor: Actor) -> Iterator[Task]:
    """What the office's home page says of desks: applications, signatures."""
    if not allowed(actor.roles, "distribution.see-joining"):
        return
    programmes, url = _programmes(actor), reverse("operator:desk-joining")
    if allowed(actor.roles, "distribution.prepare-joining"):
        found = queries.desk_files(actor=actor, programme_ids=[each.id for each in programmes])
        waiting = [each for each in found if each.state is FileState.SENT and not each.waits_for_second]
        if waiting:
            title = ngettext("%(count)s structure demande à être guichet", "%(count)s structures demandent à être guichet", len(waiting))
            yield Task(title % {"count": len(waiting)}, _("Instruire"), url, min(each.sent_at or each.changed_at for each in waiting))
    if allowed(actor.roles, "distribution.countersign-agreement"):
        signed = [each for programme in programmes for each in queries.agreements_waiting(programme.id)]
        if signed:
            title = ngettext("%(count)s convention de guichet à signer", "%(count)s conventions de guichet à signer", len(signed))
            yield Task(title % {"count": len(signed)}, _("Signer"), url, min(each.signed_at for each in signed))
