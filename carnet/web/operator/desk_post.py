"""Booklets asked by post and not sent yet, desk by desk: which desk to telephone. Never an address, nor the number that opens a request."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import queries
from carnet.distribution.queries import PostalView
from carnet.distribution.rules.postal import ASKED_PER_DAY_MAX, LATE_AFTER
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.prescriber.post import STATES

# More than three weeks of the fullest days: nothing that waits is left out.
MOST = 25 * ASKED_PER_DAY_MAX


def post(request: HttpRequest) -> HttpResponse:
    """What waits in each programme, the oldest first; what waits for too long in red."""
    actor, at = actor_of(request), clock.now()
    return render(request, "operator/desks/post.html", {"sections": [_section(each, at) for each in _programmes(actor, at)]})


def _programmes(actor: Actor, at: datetime) -> list[ProgrammeFacts]:
    return [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.is_open_at(at)]


def _waiting(programme: ProgrammeFacts) -> list[PostalView]:
    return queries.postal_requests(programme_id=programme.id, open_only=True, limit=MOST)


def _section(programme: ProgrammeFacts, at: datetime) -> dict[str, Any]:
    found = _waiting(programme)
    names = parties.organisations({each.organisation_id for each in found})
    columns = [Column(_("Guichet")), Column(_("Reçue le")), Column(_("Où en est-elle")), Column(_("Adresse effacée au plus tard"))]
    rows = []
    for each in found:
        url = reverse("operator:desk", args=[programme.id, each.organisation_id])
        words, tone = (_("en retard"), "danger") if each.is_late_at(at) else STATES[each.state]
        rows.append([
            Cell(names[each.organisation_id].name, url=url), formats.day(each.asked_at), Cell(str(words), tone=tone),
            formats.day(each.forgotten_at),
        ])  # fmt: skip
    return {
        "programme": programme,
        "table": Table(_("À envoyer"), columns, rows, empty=_("Personne n’attend de carnet par la poste.")),
    }


def tasks(actor: Actor, at: datetime) -> Iterator[Task]:
    """The requests that no desk answered in time."""
    if not allowed(actor.roles, "distribution.see-desks"):
        return
    late = [each.asked_at for programme in _programmes(actor, at) for each in _waiting(programme) if each.is_late_at(at)]
    if late:
        title = ngettext(
            "%(count)s carnet demandé par la poste attend depuis plus de %(days)s jours",
            "%(count)s carnets demandés par la poste attendent depuis plus de %(days)s jours",
            len(late),
        )
        said = title % {"count": formats.number(len(late)), "days": LATE_AFTER.days}
        yield Task(said, _("Voir"), reverse("operator:desk-post"), min(late), "", "danger", _("en retard"))


urlpatterns = [path("desks/post/", door("distribution.see-desks")(post), name="desk-post")]
