"""Columns that may hold words or pictures about a person: why each exists, and how long it is kept."""

from carnet.kernel.personal import PersonalColumn

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

PERSONAL_DATA: dict[str, PersonalColumn] = {
    "PaperClaim.sealed_photograph": PersonalColumn("to see the paper before paying for it; sealed", "until the claim is decided"),
    "PaperClaim.reason": PersonalColumn("to tell the place why its claim was refused; screened for numbers of persons", _ACCOUNTING),
    "BroughtReceipt.note": PersonalColumn("how the operator settled a receipt by hand; the screen asks for no name", _ACCOUNTING),
}
