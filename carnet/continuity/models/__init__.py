"""Tables of archives, takeovers, daily commitments, anchors and clearing."""

from carnet.continuity.models._anchors import Anchor, AnchorSent
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
from carnet.continuity.models._commitments import CommitmentDay
from carnet.continuity.models._papers import PaperClaim, PaperClaimLine, PaperFile, PaperVoucher
from carnet.continuity.models._personal import PERSONAL_DATA
from carnet.continuity.models._takeovers import BroughtReceipt, FormerBlock, Takeover, TakeoverPart

__all__ = [
    "PERSONAL_DATA",
    "Anchor",
    "AnchorSent",
    "BroughtReceipt",
    "ClearingClaim",
    "ClearingDecision",
    "ClearingMessage",
    "ClearingPayment",
    "ClearingSending",
    "ClearingStatement",
    "ClearingSuspect",
    "ClearingTransfer",
    "CommitmentDay",
    "Export",
    "FormerBlock",
    "PaperClaim",
    "PaperClaimLine",
    "PaperFile",
    "PaperVoucher",
    "Partner",
    "PartnerIdentity",
    "Takeover",
    "TakeoverPart",
]
