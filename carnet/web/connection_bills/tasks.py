"""What a morning says of the bills of connections: to check, to pay, to ask for."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.connectivity.queries import bills as queries
from carnet.connectivity.rules import BillState
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web.design.components import Task

_TO_CHECK = (BillState.SUBMITTED, BillState.RETURNED)


def of_operator(actor: Actor) -> Iterator[Task]:
    """Bills that whoever prepares payments has to check, then to give to the bank."""
    if not allowed(actor.roles, "connectivity.prepare-bill"):
        return
    found, url = queries.bills(actor=actor), reverse("bills:home")
    to_check = [each.submitted_at for each in found if each.state in _TO_CHECK]
    if to_check:
        title = ngettext("%(count)s facture de connexions à contrôler", "%(count)s factures de connexions à contrôler", len(to_check))
        yield Task(title % {"count": len(to_check)}, _("Contrôler"), url, min(to_check))
    to_pay = [each.decided_at or each.submitted_at for each in found if each.state is BillState.AGREED]
    if to_pay:
        title = ngettext("%(count)s facture de connexions à payer", "%(count)s factures de connexions à payer", len(to_pay))
        yield Task(title % {"count": len(to_pay)}, _("Voir"), url, min(to_pay))


def of_provider(actor: Actor, at: datetime) -> Iterator[Task]:
    """Months of connection that are over and that nobody asked to be paid for."""
    found = queries.to_bill(actor=actor, at=at)
    if found:
        count = sum(each.line_count for each in found)
        title = ngettext("%(count)s mois de connexion à facturer", "%(count)s mois de connexion à facturer", count)
        yield Task(title % {"count": count}, _("Voir"), reverse("bills:home"))
