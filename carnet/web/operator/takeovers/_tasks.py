"""What of takeovers waits for somebody."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.continuity.queries import takeovers as queries
from carnet.continuity.rules.papers import PaperClaimState
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web.design.components import Task
from carnet.web.operator.takeovers._papers import APPROVE
from carnet.web.operator.takeovers._receipts import SETTLE


def tasks(actor: Actor) -> list[Task]:
    """Receipts to look at, and claims on paper that wait for an answer."""
    found: list[Task] = []
    if allowed(actor.roles, SETTLE):
        for each in queries.takeovers(actor=actor):
            if each.to_settle:
                title = ngettext("%(count)s reçu refusé à regarder", "%(count)s reçus refusés à regarder", each.to_settle)
                found.append(
                    Task(
                        title % {"count": each.to_settle},
                        _("Regarder"),
                        reverse("operator:takeover", args=[each.id]),
                        each.taken_at,
                        each.programme_name,
                    )
                )
    if allowed(actor.roles, APPROVE):
        waiting = queries.paper_claims(actor=actor, state=PaperClaimState.WAITING)
        if waiting:
            title = ngettext("%(count)s demande sur preuve papier", "%(count)s demandes sur preuve papier", len(waiting))
            since = min(each.claimed_at for each in waiting)
            found.append(Task(title % {"count": len(waiting)}, _("Répondre"), reverse("operator:takeovers"), since))
    return found
