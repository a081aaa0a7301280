"""What an offer asks of whoever keeps it today: errors to answer, pages to confirm."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.places import queries
from carnet.places.rules.confirming import Standing
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.offers.desks import OPERATOR, PLACE, Desk


def tasks(desk: Desk, actor: Actor, at: datetime) -> Iterator[Task]:
    """For whoever may act on them: a mediator of a place is not asked."""
    if not allowed(actor.roles, "places.edit"):
        return
    yield from _errors(desk, actor, at)
    if desk == PLACE:
        yield from _confirmations(actor, at)
    elif desk == OPERATOR:
        yield from _late(actor, at)


def _errors(desk: Desk, actor: Actor, at: datetime) -> Iterator[Task]:
    found = queries.reports(actor=actor, at=at, only_waiting=True)
    # The place answers first; the operator is asked for what waits too long, or has nobody else to answer it.
    waiting = [each for each in found if desk == PLACE or each.is_late or not each.is_run]
    if waiting:
        title = ngettext("%(count)s erreur signalée à lire", "%(count)s erreurs signalées à lire", len(waiting)) % {"count": len(waiting)}
        yield Task(title, _("Répondre"), desk.url("errors"), waiting[0].reported_at, waiting[0].place)


def _confirmations(actor: Actor, at: datetime) -> Iterator[Task]:
    for each in queries.confirmations_of([actor.organisation_id] if actor.organisation_id else [], at=at):
        if each.standing is not Standing.FRESH:
            late = each.standing is Standing.LATE
            yield Task(
                _("La page de « %(place)s » est-elle toujours juste ?") % {"place": each.name},
                _("Relire et confirmer"),
                PLACE.url("offer", each.place_id),
                detail=_("À confirmer avant le %(day)s.") % {"day": formats.day(each.due_on)},
                tone="warning" if late else "",
                tone_text=_("en retard") if late else "",
            )


def _late(actor: Actor, at: datetime) -> Iterator[Task]:
    programme_ids = [each.id for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.ended_at is None]
    late = queries.late_confirmations(programme_ids, at=at)
    if late:
        count = len(late)
        title = ngettext("%(count)s lieu n’a pas confirmé sa page", "%(count)s lieux n’ont pas confirmé leur page", count) % {
            "count": count
        }
        yield Task(title, _("Les rappeler"), reverse("operator:places-late"), late[0].due_on)
