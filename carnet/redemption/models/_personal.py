"""Columns that may hold words or numbers about a person: why each exists, and how long it is kept."""

from carnet.kernel.personal import PersonalColumn

_ACCOUNTING = "10 years after the payment (commercial code, L123-22)"

# Words typed by a person, screened for social-security and bank numbers; the screens ask for no name.
PERSONAL_DATA: dict[str, PersonalColumn] = {
    "Dispute.reason": PersonalColumn("to decide whether a redemption was a mistake", _ACCOUNTING),
    "DisputeDecision.reason": PersonalColumn("to tell the place why", _ACCOUNTING),
    "Device.name": PersonalColumn("to tell a place's devices apart; the screen asks for no person's name", "as long as what it sent"),
    "SerialEvent.reason": PersonalColumn("why a person unlocked a serial", _ACCOUNTING),
    # Numbers of telephones are those of professionals; photographs show codes and handwriting. All are kept sealed, or as keyed hashes.
    "Telephone.number_mark": PersonalColumn(
        "to know the telephone of a place that writes; a keyed hash", "until the telephone is taken away"
    ),
    "Telephone.last_digits": PersonalColumn("to tell two telephones apart on the screen", "until the telephone is taken away"),
    "OutgoingText.sealed_to": PersonalColumn("to send one text message", "until it is sent, 6 hours at most"),
    "OutgoingText.sealed_body": PersonalColumn("to send one text message", "until it is sent, 6 hours at most"),
    "Stranger.number_mark": PersonalColumn("to answer an unknown number once a day; a keyed hash", "1 day"),
    # Keyed hashes under a key of the day: the same address has another mark tomorrow.
    "BalanceTry.address_mark": PersonalColumn("to slow whoever tries numbers and secrets; a keyed hash", "2 days"),
    "SheetPicture.sealed_content": PersonalColumn("to type what was written by hand", "until the sheet is finished, 30 days at most"),
    "SheetPicture.sealed_codes": PersonalColumn("to fill the lines of a sheet", "until the sheet is finished, 30 days at most"),
}
