"""The cases of the programmes one runs or audits, what waits first, what they came to; and what waits for this person."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from carnet.controls.operations import cases as operations
from carnet.controls.queries import cases as queries
from carnet.controls.queries.cases import CaseLine
from carnet.controls.rules.cases import CaseState
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import cases as words
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Task
from carnet.web.design.screens import actor_of


def cases(request: HttpRequest) -> HttpResponse:
    """The cases of the programmes one runs or audits, what waits first; and what they came to."""
    actor, at = actor_of(request), clock.now()
    programmes = {each.id: each for each in funding.programmes(actor.programme_ids)}
    lines = queries.cases(actor, programme_ids=list(programmes), at=at)
    lines.sort(key=lambda line: (line.state is CaseState.CLOSED, not line.waits_for_decision(at), -line.id))
    context = {
        "table": _table(lines, {each.id: each.name for each in programmes.values()}),
        "measures": [
            (each.name, _figures(queries.measures(actor, each.id, at=at))) for each in programmes.values() if _any(lines, each.id)
        ],
        "may_open": allowed(actor.roles, operations.OPEN),
    }
    return render(request, "operator/cases/cases.html", context)


def _any(lines: list[CaseLine], programme_id: int) -> bool:
    return any(line.programme_id == programme_id for line in lines)


def _table(lines: list[CaseLine], programmes: dict[int, str]) -> Table:
    names = places.names_of({line.place_id for line in lines})
    columns = [
        Column(_("Lieu")),
        Column(_("Programme")),
        Column(_("Ouvert le")),
        Column(_("En question")),
        Column(_("Retenu"), number=True),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(names.get(line.place_id, ""), url=reverse("operator:case", args=[line.id])),
            programmes.get(line.programme_id, ""),
            formats.day(line.opened_at),
            words.counted(line.voucher_count, line.cents),
            formats.euros(line.held_cents) if line.held_cents else "–",
            Cell(*state_of(line)),
        ]
        for line in lines
    ]
    return Table(pgettext("controls", "Dossiers"), columns, rows, empty=_("Aucun dossier : aucun lieu n’a été questionné."))


def state_of(line: CaseLine) -> tuple[str, str, str]:
    at = clock.now()
    if line.waits_for_decision(at):
        return _("à décider"), "", "warning"
    if line.waits_to_be_carried_out(at):
        return _("à exécuter"), "", "warning"
    text, tone = words.STATES[line.state]
    if line.state is CaseState.CLOSED and words.final(line) is not None:
        return str(words.DECISIONS[words.final(line)]), "", tone  # type: ignore[index]
    return str(text), "", tone


def _figures(found: queries.Measures) -> list[Figure]:
    median = "–" if found.median_days is None else formats.number(found.median_days)
    return [
        Figure(formats.number(found.opened_count), _("dossiers ouverts")),
        Figure(median, _("jours pour décider, la moitié du temps")),
        Figure(formats.euros(found.holding_cents), _("retenus aujourd’hui")),
        Figure(formats.euros(found.held_in_error_cents), _("retenus puis rendus")),
        Figure(formats.euros(found.recovered_cents), _("repris")),
    ]


def tasks(actor: Actor, programme_ids: Iterable[int], at: datetime) -> list[Task]:
    """Cases that wait for this person: to decide, to answer an appeal, to carry out."""
    if not (allowed(actor.roles, operations.DECIDE) or allowed(actor.roles, operations.DECIDE_APPEAL)):
        return []
    found = []
    for line in queries.cases(actor, programme_ids=list(programme_ids), at=at, is_open=True):
        others = actor.person_id != line.opened_by_id
        url = reverse("operator:case", args=[line.id])
        name = places.names_of([line.place_id]).get(line.place_id, "")
        if line.waits_for_decision(at) and others:
            found.append(Task(_("Dossier de %(place)s à décider") % {"place": name}, _("Décider"), url, line.opened_at))
        elif line.state is CaseState.APPEALED and others and actor.person_id != line.decided_by_id:
            found.append(Task(_("Recours de %(place)s") % {"place": name}, _("Répondre"), url, line.appealed_at))
        elif line.waits_to_be_carried_out(at) and others:
            found.append(Task(_("Décision à exécuter pour %(place)s") % {"place": name}, _("Exécuter"), url, line.decided_at))
    return found
