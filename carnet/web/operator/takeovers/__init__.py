"""Programmes taken over from another operator: what came, what was checked, what is still to do; claims on paper proof."""

from django.urls import path

from carnet.web.doors import door
from carnet.web.operator.takeovers._accounts import AgreeAccount, EnterAccount
from carnet.web.operator.takeovers._papers import APPROVE, Decide, paper_claim, photograph
from carnet.web.operator.takeovers._receipts import SETTLE, Settle, receipt
from carnet.web.operator.takeovers._taken import takeover, takeovers
from carnet.web.operator.takeovers._tasks import tasks

__all__ = ["tasks", "urlpatterns"]

see = door("continuity.see-takeovers")
urlpatterns = [
    path("takeovers/", see(takeovers), name="takeovers"),
    path("takeovers/<int:takeover_id>/", see(takeover), name="takeover"),
    path("takeovers/receipts/<int:receipt_id>/", door(SETTLE)(receipt), name="takeover-receipt"),
    path("takeovers/receipts/<int:receipt_id>/settle/", door(SETTLE)(Settle.as_view()), name="takeover-receipt-settle"),
    path("agreements/<int:agreement_id>/account/", door("funding.enter-ring-fence")(EnterAccount.as_view()), name="ring-fence-enter"),
    path(
        "ring-fences/<int:change_id>/", door("settlement.see", post="funding.approve-ring-fence")(AgreeAccount.as_view()), name="ring-fence"
    ),
    path("takeovers/papers/<int:claim_id>/", door("continuity.see-takeovers")(paper_claim), name="paper-claim"),
    path("takeovers/papers/<int:claim_id>/photograph.jpg", door(APPROVE)(photograph), name="paper-claim-photograph"),
    path("takeovers/papers/<int:claim_id>/decide/", door(APPROVE)(Decide.as_view()), name="paper-claim-decide"),
]
