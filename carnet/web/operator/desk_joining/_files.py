"""One application to become a desk: what it says, what was decided, what may be decided now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from carnet.distribution import queries
from carnet.distribution.queries import DeskFileView
from carnet.distribution.rules.joining import DecisionKind, decisions_of_application
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.applications import decision_rows
from carnet.web.design.screens import actor_of
from carnet.web.desks import DECISIONS, FILE_STATES, parts


def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One application."""
    actor = actor_of(request)
    view = queries.desk_file(file_id, actor=actor, at=clock.now())
    people = parties.names_of([person for each in view.decisions for person in (each.prepared_by, each.decided_by or 0)])
    desk_url = reverse("operator:desk", args=[view.programme.id, view.organisation_id]) if view.organisation_id else ""
    context = {
        "file": view,
        "state": FILE_STATES[view.state],
        "parts": parts(view),
        "decisions": [(str(DECISIONS[each.kind][0]), decision_rows(each, people)) for each in view.decisions],
        "prepared_url": reverse("operator:desk-decision", args=[view.prepared.id]) if view.prepared else "",
        "choices": _choices(view, actor),
        "desk_url": desk_url,
    }
    return render(request, "operator/desk_joining/file.html", context)


def _choices(view: DeskFileView, actor: Actor) -> list[tuple[str, str, str]]:
    if view.prepared is not None or not allowed(actor.roles, "distribution.prepare-joining"):
        return []
    possible = decisions_of_application(view.state)
    kinds = [kind for kind in (DecisionKind.ADMIT, DecisionKind.COMPLETE, DecisionKind.REFUSE) if kind in possible]
    return [
        (
            str(DECISIONS[kind][0]),
            reverse("operator:desk-file-prepare", args=[view.file_id, kind.value.lower()]),
            "secondary" if rank else "",
        )
        for rank, kind in enumerate(kinds)
    ]
