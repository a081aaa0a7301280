"""Columns that may hold words or pictures about a person: why each exists, and how long it is kept."""

from carnet.kernel.personal import PersonalColumn

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "ClearingClaim.withdraw_reason": PersonalColumn("why a place withdrew a claim; stays here, the screen asks for no name", _ACCOUNTING),
    "ClearingPayment.reason": PersonalColumn("why a payment to a place was refused; the screen asks for no name", _ACCOUNTING),
    "PartnerIdentity.reason": PersonalColumn("why another operator was refused; the screen asks for no name", _ACCOUNTING),
    "PaperClaim.sealed_photograph": PersonalColumn("to see the paper before paying for it; sealed", "until the claim is decided"),
    "PaperClaim.reason": PersonalColumn("to tell the place why its claim was refused; screened for numbers of persons", _ACCOUNTING),
    "BroughtReceipt.note": PersonalColumn("how the operator settled a receipt by hand; the screen asks for no name", _ACCOUNTING),
}
