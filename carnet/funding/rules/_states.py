"""The states agreements and pledges go through, and how often places are paid."""

from enum import StrEnum


class AgreementState(StrEnum):
    """SIGNED while orders may be placed; CLOSED once settled."""

    SIGNED = "SIGNED"
    CLOSED = "CLOSED"


class PledgeState(StrEnum):
    """PLEDGED (said) → SIGNED (committed in writing) → JOINED (has a share); or WITHDRAWN before joining."""

    PLEDGED = "PLEDGED"
    SIGNED = "SIGNED"
    JOINED = "JOINED"
    WITHDRAWN = "WITHDRAWN"


class PaymentFrequency(StrEnum):
    """How often places are paid what they are owed. ON_DEMAND: each place asks, whatever the amount."""

    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"
    ON_DEMAND = "ON_DEMAND"
