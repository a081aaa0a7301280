"""Tables of archives, takeovers, daily commitments and clearing."""

from carnet.continuity.models._archives import Export
from carnet.continuity.models._clearing import (
    ClearingClaim,
    ClearingDecision,
    ClearingMessage,
    ClearingPayment,
    ClearingSending,
    ClearingStatement,
    ClearingSuspect,
    ClearingTransfer,
    Partner,
    PartnerIdentity,
)

__all__ = [
    "ClearingClaim",
    "ClearingDecision",
    "ClearingMessage",
    "ClearingPayment",
    "ClearingSending",
    "ClearingStatement",
    "ClearingSuspect",
    "ClearingTransfer",
    "Export",
    "Partner",
    "PartnerIdentity",
]
