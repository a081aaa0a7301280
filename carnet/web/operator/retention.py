"""How many people were archived and erased each night: the proof that nobody is kept longer than said."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.mandates.queries.retention import erased_on_request, nights
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.web.follow import words

SHORT = 12


def retention(request: HttpRequest) -> HttpResponse:
    """The latest night of each programme, and the nights on which somebody was archived or erased."""
    actor = actor_of(request)
    found = nights(actor)
    latest = {night.programme_id: night for night in reversed(found)}
    moved = nights(actor, moved_only=True)
    names = {each.id: each.name for each in funding.programmes({night.programme_id for night in (*found, *moved)})}
    newest, asked = list(latest.values()), erased_on_request(actor)
    context = {
        "base": words.base_of(actor),
        "figures": [
            Figure(formats.number(sum(each.people_in_use for each in newest)), _("personnes suivies")),
            Figure(formats.number(sum(each.people_archived for each in newest)), _("en archive")),
            Figure(formats.number(sum(each.people_erased for each in newest)), _("identités détruites")),
            Figure(formats.number(sum(asked.values())), _("détruites parce que la personne l’a demandé")),
        ]
        if newest
        else [],
        "table": Table(
            _("Les nuits où quelque chose a changé"),
            [
                Column(_("Nuit du")), Column(_("Programme")), Column(_("Archivées"), number=True), Column(_("Détruites"), number=True),
                Column(_("Empreinte des archivées")), Column(_("Empreinte des détruites")),
            ],
            [
                [
                    formats.day(each.day), names.get(each.programme_id, "–"), formats.number(each.archived_count),
                    formats.number(each.erased_count), Cell(each.archived_digest[:SHORT] if each.archived_count else "–"),
                    Cell(each.erased_digest[:SHORT] if each.erased_count else "–"),
                ]
                for each in moved
            ],
            empty=_("Personne n’a encore été archivé ni effacé."),
        ),
        "latest": [(names.get(each.programme_id, "–"), formats.moment(each.at)) for each in newest],
    }  # fmt: skip
    return render(request, "operator/retention.html", context)


urlpatterns = [path("retention/", door("mandates.see-retention")(retention), name="retention")]
