"""Applications to one's networks: those that wait first, then one of them whole."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import operations, queries
from carnet.places.queries import DecisionView, JoiningFileView, JoiningLine
from carnet.places.rules.joining import ANSWERS_AN_APPEAL, DECISIONS_OF_STATE, DecisionKind, FileState
from carnet.web import clock, labels
from carnet.web.applications import attachment, decided_rows, needs_another, printed_number
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.joining import KINDS, STATES, document_name, parts


def files(request: HttpRequest) -> HttpResponse:
    """Every application that was sent, and the networks' terms."""
    actor = actor_of(request)
    programmes = funding.programmes_of_operator(actor.organisation_id or 0)
    names = {each.id: each.name for each in programmes}
    found = queries.joining_files(actor=actor, programme_ids=names)
    networks = [(each, queries.current_terms(each.id)) for each in programmes if each.is_open_at(clock.now())]
    context = {"table": _table(found, names), "networks": networks, "may_publish": allowed(actor.roles, "places.publish-terms")}
    return render(request, "operator/joining/files.html", context)


def _table(found: Sequence[JoiningLine], names: dict[int, str]) -> Table:
    today = legal_day(clock.now())
    columns = [
        Column(_("Structure")),
        Column(_("Numéro")),
        Column(_("Réseau")),
        Column(_("État")),
        Column(_("Envoyé le")),
        Column(_("À répondre avant")),
    ]
    rows = []
    for each in found:
        due = Cell(formats.day(each.due_on), tone="danger" if each.due_on < today else "") if each.due_on else "–"
        rows.append(
            [
                Cell(each.name or _("Dossier sans nom"), url=reverse("operator:joining-file", args=[each.file_id])),
                printed_number(each.number),
                names.get(each.programme_id, ""),
                Cell(*_state(each)),
                formats.day(each.sent_at) if each.sent_at else "–",
                due,
            ]
        )
    return Table(_("Dossiers"), columns, rows, empty=_("Aucun dossier n’est arrivé."))


def _state(line: JoiningLine) -> tuple[str, str, str]:
    if line.has_appeal:
        return _("recours à traiter"), "", "danger"
    if line.waits_for_second:
        return _("décision à prendre"), "", "warning"
    words, tone = STATES[line.state]
    return str(words), "", tone


def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One application: what it says, its papers, what was decided, what may be decided now."""
    actor, at = actor_of(request), clock.now()
    view = queries.joining_file(file_id, actor=actor, at=at)
    words, tone = STATES[view.state]
    people = parties.names_of([person for each in view.decisions for person in (each.prepared_by, each.decided_by or 0)])
    contested = view.open_appeal.decision_id if view.open_appeal is not None else None
    is_mine = needs_another(next((each for each in view.decisions if each.decision_id == contested), None), actor.person_id)
    context = {
        "file": view,
        "state": (words, tone),
        "parts": parts(view, show_bank=allowed(actor.roles, "places.prepare-joining") or allowed(actor.roles, "places.approve-joining")),
        "documents": [
            (document_name(each), reverse("operator:joining-document", args=[file_id, each.document_id])) for each in view.documents
        ],
        "decisions": [(str(KINDS[each.kind][0]), decision_rows(each, view, people)) for each in view.decisions],
        "prepared_url": reverse("operator:joining-decision", args=[view.prepared.decision_id]) if view.prepared else "",
        "appeal": view.open_appeal,
        "choices": [] if is_mine else _choices(view, actor),
        "is_contested_mine": is_mine,
        "labels": labels.places_table(view.labels, caption=_("Labels")) if view.labels else None,
    }
    return render(request, "operator/joining/file.html", context)


def _choices(view: JoiningFileView, actor: Actor) -> list[tuple[str, str, str]]:
    """What may be prepared now: the words, the address, the kind of button."""
    if view.prepared is not None or not allowed(actor.roles, "places.prepare-joining"):
        return []
    open_to = ANSWERS_AN_APPEAL if view.open_appeal is not None else DECISIONS_OF_STATE[view.state]
    kinds = [kind for kind in (DecisionKind.ADMIT, *(each for each in DecisionKind if each is not DecisionKind.ADMIT)) if kind in open_to]
    return [
        (str(KINDS[kind][0]), reverse("operator:joining-prepare", args=[view.file_id, kind.value.lower()]), "secondary" if rank else "")
        for rank, kind in enumerate(kinds)
    ]


def decision_rows(decision: DecisionView, view: JoiningFileView, people: dict[int, str]) -> list[Row]:
    """One decision, with who had a hand in it."""
    titles = [criterion.title for code in decision.criteria if (criterion := view.terms.criterion(code)) is not None]
    places = {label.place_id: label.place for label in view.labels}
    rows = [Row(_("Pourquoi"), decision.reason)]
    if titles:
        rows.append(Row(_("Critères"), " ; ".join(titles)))
    if decision.from_on is not None:
        rows.append(Row(_("Prend effet le"), formats.day(decision.from_on)))
    if decision.place_ids:
        rows.append(Row(_("Lieux"), " ; ".join(places.get(each, str(each)) for each in decision.place_ids)))
    return rows + decided_rows(decision, people)


def document(request: HttpRequest, file_id: int, document_id: int) -> HttpResponse:
    """A paper, to save. Each look is journalled."""
    content, media_type = operations.look_at_document(
        file_id=file_id, document_id=document_id, actor=actor_of(request), request_id=uuid4(), at=clock.now()
    )
    return attachment(content, media_type, f"dossier-{file_id}-document-{document_id}")


def tasks(actor: Actor) -> Iterator[Task]:
    """What the office's home page says of applications that wait."""
    if not allowed(actor.roles, "places.prepare-joining"):
        return
    programmes = [each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)]
    found = queries.joining_files(actor=actor, programme_ids=programmes)
    waiting = [each for each in found if each.state is FileState.SENT and not each.waits_for_second]
    if waiting:
        title = ngettext("%(count)s lieu demande à rejoindre le réseau", "%(count)s lieux demandent à rejoindre le réseau", len(waiting))
        yield Task(
            title % {"count": len(waiting)},
            _("Instruire"),
            reverse("operator:joining"),
            min(each.sent_at or each.changed_at for each in waiting),
        )
    appeals = [each for each in found if each.has_appeal and not each.waits_for_second]
    if appeals:
        title = ngettext("%(count)s recours attend une réponse", "%(count)s recours attendent une réponse", len(appeals))
        yield Task(title % {"count": len(appeals)}, _("Répondre"), reverse("operator:joining"), min(each.changed_at for each in appeals))
