"""The landlord's first screen: what waits for an answer, what does not work, then its residences."""

from collections.abc import Iterator
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.connectivity import queries
from carnet.connectivity.queries import Waiting
from carnet.connectivity.rules import ConnectionState, OfferState, Part
from carnet.kernel.periods import legal_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure, Task
from carnet.web.design.screens import actor_of
from carnet.web.landlord.residences import residences_table

_S = ConnectionState


def home(request: HttpRequest) -> HttpResponse:
    """What waits today."""
    actor, at = actor_of(request), clock.now()
    waiting, residences = queries.waiting(actor=actor, today=legal_day(at)), queries.residences(actor=actor)
    is_partner = bool(queries.programmes_as(actor=actor, part=Part.LANDLORD))
    offers = [each for each in queries.offers(actor=actor) if each.state is OfferState.OPEN]
    context = {
        "tasks": [*_tasks(waiting), *([] if residences or not is_partner else [_first_file()])],
        "figures": [
            Figure(formats.number(sum(each.homes for each in residences if not each.has_ended)), _("logements")),
            Figure(formats.number(waiting.count(_S.ACTIVE, _S.SUSPENDED)), _("branchés")),
            Figure(formats.number(waiting.count(_S.ACCEPTED, _S.TO_ACTIVATE, _S.COULD_NOT)), _("à brancher")),
            Figure(formats.number(waiting.incidents), _("en panne")),
        ],
        "table": residences_table(tuple(each for each in residences if not each.has_ended)) if residences else None,
        "offers": len(offers),
        "is_partner": is_partner,
    }
    return render(request, "landlord/home.html", context)


def _tasks(waiting: Waiting) -> Iterator[Task]:
    count = waiting.count(_S.APPLIED)
    if count:
        title = ngettext("%(count)s demande attend votre réponse", "%(count)s demandes attendent votre réponse", count)
        yield Task(title % {"count": count}, _("Répondre"), reverse("landlord:requests"), waiting.oldest_application)
    if waiting.incidents:
        title = ngettext("%(count)s logement en panne", "%(count)s logements en panne", waiting.incidents)
        since: date | datetime | None = waiting.oldest_incident
        yield Task(title % {"count": waiting.incidents}, _("Voir"), f"{reverse('landlord:connections')}?etat=pannes", since)


def _first_file() -> Task:
    return Task(_("Apportez la liste de vos logements"), _("Apporter"), reverse("landlord:bring-in"))
