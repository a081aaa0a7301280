"""The provider's first screen: what does not work, days to give, homes to connect today."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.connectivity import queries
from carnet.connectivity.queries import ConnectionLine, Waiting
from carnet.connectivity.rules import ConnectionState, Part
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.web import clock
from carnet.web.connection_bills import tasks as connection_bills
from carnet.web.connections import offices
from carnet.web.connections.offices import PROVIDER
from carnet.web.design import formats
from carnet.web.design.components import Figure, Task
from carnet.web.design.screens import actor_of
from carnet.web.doors import door

_S = ConnectionState


def home(request: HttpRequest) -> HttpResponse:
    """What waits today."""
    actor, at = actor_of(request), clock.now()
    today = legal_day(at)
    waiting = queries.waiting(actor=actor, today=today)
    to_connect = queries.connections(actor=actor, states=[_S.ACCEPTED, _S.TO_ACTIVATE, _S.COULD_NOT])
    rounds = [each for each in to_connect if each.appointment_on is not None and each.appointment_on <= today]
    context = {
        "tasks": [*_tasks(waiting, to_connect), *connection_bills.of_provider(actor, at)],
        "figures": [
            Figure(formats.number(waiting.count(_S.ACTIVE, _S.SUSPENDED)), _("branchés")),
            Figure(formats.number(len(to_connect)), _("à brancher")),
            Figure(formats.number(waiting.incidents), _("en panne")),
        ],
        "round": offices.lines_table(_("À brancher aujourd’hui"), rounds, PROVIDER) if rounds else None,
        "is_partner": bool(queries.programmes_as(actor=actor, part=Part.PROVIDER)),
    }
    return render(request, "provider/home.html", context)


def _tasks(waiting: Waiting, to_connect: tuple[ConnectionLine, ...]) -> Iterator[Task]:
    listed = reverse("provider:connections")
    if waiting.incidents:
        title = ngettext("%(count)s panne à régler", "%(count)s pannes à régler", waiting.incidents)
        yield Task(title % {"count": waiting.incidents}, _("Voir"), f"{listed}?etat=pannes", waiting.oldest_incident)
    without_day = [each for each in to_connect if each.state is not _S.TO_ACTIVATE]
    if without_day:
        title = ngettext("%(count)s logement sans rendez-vous", "%(count)s logements sans rendez-vous", len(without_day))
        since: date = min(each.changed_at for each in without_day).date()
        yield Task(title % {"count": len(without_day)}, _("Donner un jour"), f"{listed}?etat=brancher", since)
    if waiting.late_appointments:
        title = ngettext(
            "%(count)s rendez-vous passé : dites ce qu’il en est", "%(count)s rendez-vous passés : dites ce qu’il en est",
            waiting.late_appointments,
        )  # fmt: skip
        yield Task(title % {"count": waiting.late_appointments}, _("Dire"), f"{listed}?etat=brancher")


def offers(request: HttpRequest) -> HttpResponse:
    """The offers this provider serves."""
    found = queries.offers(actor=actor_of(request))
    names = parties.organisations({each.terms.landlord_id for each in found} | {each.terms.provider_id for each in found})
    told = [(each.terms.name, offices.offer_rows(each, names), each.live, each.connected) for each in found]
    return render(request, "connections/office_offers.html", {"base": PROVIDER.base, "offers": told, "back": reverse("provider:home")})


urlpatterns = [
    path("", door("home.provider")(home), name="home"),
    path("offers/", door("connectivity.see-own")(offers), name="offers"),
]
