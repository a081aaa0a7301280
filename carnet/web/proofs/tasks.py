"""Proofs that wait for whoever looks at a home page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.issuing.operations.proofs import APPROVE
from carnet.issuing.queries import proofs as queries
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web.design.components import Task


def tasks(actor: Actor) -> Iterator[Task]:
    """One line a proof that this person may answer."""
    if not allowed(actor.roles, APPROVE):
        return
    waiting = {each.subject_id for each in parties.approvals_waiting_for(actor=actor) if each.action == APPROVE}
    if not waiting:
        return
    for line in reversed(queries.proofs(actor)):
        if line.id in waiting:
            yield Task(
                _("Commande n° %(order)s : dites si les carnets peuvent être imprimés ainsi") % {"order": line.order_id},
                _("Regarder l’épreuve"),
                reverse("proofs:proof", args=[line.id]),
                line.sent_at,
                _("%(programme)s, version %(version)s") % {"programme": line.programme_name, "version": line.version},
            )
