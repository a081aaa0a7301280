"""Tables of settlement, all under row-level security: a programme's people, and the payee for its own rows.

Ids of other rooms are plain numbers. Claim lines, bank files and statements are append-only; name,
account and amount of a transfer are frozen by a trigger (migrations/0001_settlement.py).
"""

from carnet.kernel.personal import PersonalColumn
from carnet.settlement.models._bank import BankLine, ChannelChoice, RunFile
from carnet.settlement.models._books import AccountBook
from carnet.settlement.models._claims import Claim, ClaimLine, CutOff
from carnet.settlement.models._closing import Closing, Repayment, Statement
from carnet.settlement.models._debts import Advice, DebitNote, DebitNoteLine, Debt, Netting, Numbering, RecoveryTerms
from carnet.settlement.models._expiry import CreditNote, Expiry, ExpiryChange, ExpiryStep, JointStatement
from carnet.settlement.models._fees import FeeInvoice, FeeTerms
from carnet.settlement.models._payments import BankFile, PaymentRun, Transfer
from carnet.settlement.models._schedule import BandsVersion, HeldForCase, Hold, PaymentRequest

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Transfer.creditor_name": PersonalColumn("to pay the right holder, and prove it", _ACCOUNTING),
    "Transfer.creditor_iban": PersonalColumn("to pay the right account, and prove it", _ACCOUNTING),
    "Transfer.creditor_bic": PersonalColumn("to pay the right account, and prove it", _ACCOUNTING),
}

__all__ = [
    "PERSONAL_DATA",
    "AccountBook",
    "Advice",
    "BandsVersion",
    "BankFile",
    "BankLine",
    "ChannelChoice",
    "Claim",
    "ClaimLine",
    "Closing",
    "CreditNote",
    "CutOff",
    "DebitNote",
    "DebitNoteLine",
    "Debt",
    "Expiry",
    "ExpiryChange",
    "ExpiryStep",
    "FeeInvoice",
    "FeeTerms",
    "HeldForCase",
    "Hold",
    "JointStatement",
    "Netting",
    "Numbering",
    "PaymentRequest",
    "PaymentRun",
    "RecoveryTerms",
    "Repayment",
    "RunFile",
    "Statement",
    "Transfer",
]
