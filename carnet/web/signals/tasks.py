"""The line of the operator's home: signals that nobody has sorted."""

from collections.abc import Collection, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.controls.queries import signals as queries
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web.design import formats
from carnet.web.design.components import Task


def tasks(actor: Actor, programme_ids: Collection[int]) -> Iterator[Task]:
    """One line, when signals wait: for whoever sorts them."""
    if not programme_ids or not allowed(actor.roles, "controls.sort-signals"):
        return
    waiting, since = queries.waiting(programme_ids)
    if waiting:
        told = ngettext("%(count)s signal à trier", "%(count)s signaux à trier", waiting) % {"count": formats.number(waiting)}
        yield Task(told, _("Trier"), reverse("signals:signals"), since, _("Un signal est une question, pas une accusation."))
