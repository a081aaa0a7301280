"""Places whose data nobody confirmed in time, for the operator to call."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.places import queries
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of


def late(request: HttpRequest) -> HttpResponse:
    """The places of one's programmes that are a month late, the latest due first."""
    actor, at = actor_of(request), clock.now()
    programme_ids = [each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)]
    found = queries.late_confirmations(programme_ids, at=at)
    runners = parties.organisations({each.organisation_id for each in found})
    rows = [
        [
            Cell(each.name, url=reverse("operator:offer", args=[each.place_id])),
            runners[each.organisation_id].name if each.organisation_id in runners else "–",
            formats.day(each.confirmed_on) if each.confirmed_on else _("jamais"),
            formats.day(each.due_on),
            formats.number((legal_day(at) - each.due_on).days),
        ]
        for each in found
    ]
    columns = [
        Column(_("Lieu")), Column(_("Tenu par")), Column(_("Confirmé le")), Column(_("À confirmer avant le")), Column(_("Jours de retard"), number=True),
    ]  # fmt: skip
    table = Table(_("Lieux à rappeler"), columns, rows, empty=_("Tous les lieux ont confirmé leur page à temps."))
    return render(request, "operator/places/late.html", {"table": table})
