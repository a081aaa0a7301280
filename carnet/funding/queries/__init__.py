"""Reads of funding. Answers are frozen; money is whole cents.

Programmes are public facts. Everything else is read inside the tenant the door announced; see `access`.
"""

from carnet.funding.queries._agreements import (
    AgreementFacts,
    Engagement,
    RingFence,
    ShareVersionFacts,
    agreement,
    agreement_for_order,
    agreements,
    already_ordered,
    engagements,
    ring_fence,
    shares_if_ordered,
    versions,
    weights_if_ordered,
)
from carnet.funding.queries._money import FunderCommitment, PledgeFacts, Receipt, commitments_by_funder, committed_cents, pledges, receipts
from carnet.funding.queries._programmes import (
    ProgrammeFacts,
    RedemptionRules,
    SeriesDates,
    acceptance_for_hand_over,
    programme,
    programme_by_slug,
    programme_ids_for,
    programmes,
    programmes_of_operator,
    rules_for_redemption,
    series_dates,
)

__all__ = [
    "AgreementFacts",
    "Engagement",
    "FunderCommitment",
    "PledgeFacts",
    "ProgrammeFacts",
    "Receipt",
    "RedemptionRules",
    "RingFence",
    "SeriesDates",
    "ShareVersionFacts",
    "acceptance_for_hand_over",
    "agreement",
    "agreement_for_order",
    "agreements",
    "already_ordered",
    "commitments_by_funder",
    "committed_cents",
    "engagements",
    "pledges",
    "programme",
    "programme_by_slug",
    "programme_ids_for",
    "programmes",
    "programmes_of_operator",
    "receipts",
    "ring_fence",
    "rules_for_redemption",
    "series_dates",
    "shares_if_ordered",
    "versions",
    "weights_if_ordered",
]
