"""The lessons of the programmes' places, in counts: nobody's booking is seen from here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.kernel.periods import add_months, legal_day
from carnet.places import queries as places
from carnet.web import clock
from carnet.web import lessons as words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door
from carnet.workshops import queries


def lessons(request: HttpRequest) -> HttpResponse:
    """A month's sessions by place: seats, bookings, people who came."""
    actor, at = actor_of(request), clock.now()
    month = words.month_of(request.GET.get("month", ""), legal_day(at))
    from_at, until_at = queries.month_around(month)
    programmes = funding.programmes(actor.programme_ids)
    place_ids = {place_id for each in programmes for place_id in places.places_accepting(each.id, at=at)}
    found = queries.totals(place_ids=place_ids, from_at=from_at, until_at=until_at)
    names = places.names_of(found)
    columns = [
        Column(_("Lieu")), Column(_("Séances"), number=True), Column(_("Annulées"), number=True), Column(_("Places"), number=True),
        Column(_("Réservées"), number=True), Column(_("Venus"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(names[place_id], url=reverse("public:agenda-place", args=[place_id])),
            *(formats.number(count) for count in (each.sessions, each.cancelled, each.seats, each.booked, each.came)),
        ]
        for place_id, each in sorted(found.items(), key=lambda item: (-item[1].sessions, names[item[0]]))
    ]
    held = sum(each.sessions for each in found.values())
    context = {
        "month": formats.month(month),
        "earlier": f"?month={add_months(month, -1):%Y-%m}",
        "later": f"?month={add_months(month, 1):%Y-%m}",
        "figures": [
            Figure(formats.number(held), ngettext("séance", "séances", held)),
            Figure(formats.number(sum(each.booked for each in found.values())), _("places réservées")),
            Figure(formats.number(sum(each.came for each in found.values())), _("personnes venues")),
            Figure(formats.number(len(place_ids) - len(found)), _("lieux sans aucune séance")),
        ],
        "table": Table(_("Séances par lieu"), columns, rows, empty=_("Aucun lieu n’a de séance ce mois-ci.")),
        "programmes": programmes,
    }
    return render(request, "operator/lessons.html", context)


urlpatterns = [path("lessons/", door("workshops.see-figures")(lessons), name="lessons")]
