"""People, organisations and what binds them; shared computers and PINs; cards of codes. The database refuses what can never be true; see
migrations/0001_parties.py for the row-level walls and the frozen columns.
"""

from carnet.parties.models._cards import CardCode, CardShipment, CodeCard, FactorRecovery
from carnet.parties.models._parties import (
    PERSONAL_DATA,
    ApiToken,
    Approval,
    ApprovalVoice,
    BankAccount,
    HeadChange,
    Invitation,
    Membership,
    OperatorLabel,
    OperatorLabelDecision,
    Organisation,
    Person,
)
from carnet.parties.models._sessions import BrowserSession
from carnet.parties.models._stations import Pin, PinDay, Station, Turn

__all__ = [
    "PERSONAL_DATA",
    "ApiToken",
    "Approval",
    "ApprovalVoice",
    "BankAccount",
    "BrowserSession",
    "CardCode",
    "CardShipment",
    "CodeCard",
    "FactorRecovery",
    "HeadChange",
    "Invitation",
    "Membership",
    "OperatorLabel",
    "OperatorLabelDecision",
    "Organisation",
    "Person",
    "Pin",
    "PinDay",
    "Station",
    "Turn",
]
