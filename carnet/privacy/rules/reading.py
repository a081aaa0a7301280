"""How what is sealed about people is opened: for each column, what its key was drawn for. A table without its line here cannot be searched.

`needs`: other values of the row, in SQL, by the names that `person` and `purpose` are written with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """`person`: whose own key it is under, "" for the installation's. `under`: a column that holds the key, itself sealed so. `opaque`: a picture."""

    table: str
    column: str
    purpose: str
    person: str = ""
    needs: Mapping[str, str] = field(default_factory=dict)
    under: str = ""
    key_purpose: str = ""
    opaque: bool = False


_NUMBER: Final = {"number": "r.number"}
_REQUEST: Final = {"request_id": "r.request_id"}
_CONNECTION: Final = {"number": "(SELECT c.number FROM connectivity_connection c WHERE c.id = r.connection_id)"}


def _application(table: str, word: str) -> tuple[SealedColumn, ...]:
    return (SealedColumn(table, "sealed_answers", f"{word}-answers"), SealedColumn(table, "sealed_email", f"{word}-email"))


def _helped(column: str, purpose: str) -> SealedColumn:
    return SealedColumn(
        "mandates_assistedperson",
        column,
        purpose,
        person="person-{number}",
        needs=_NUMBER,
        under="sealed_key",
        key_purpose="key of person {number}",
    )


SEALED_COLUMNS: Final[tuple[SealedColumn, ...]] = (
    _helped("sealed_identity", "identity of person {number}"),
    _helped("sealed_contact", "contact of person {number}"),
    SealedColumn("mandates_draft", "sealed_identity", "draft {request_id}", needs=_REQUEST),
    SealedColumn("mandates_remoteconsent", "sealed_number", "number of consent {request_id}", needs=_REQUEST),
    *_application("mandates_structurefile", "structure"),
    SealedColumn("mandates_structurepaper", "sealed_content", "structure-paper", opaque=True),
    SealedColumn("mandates_structuremessage", "sealed_text", "structure-message"),
    SealedColumn("mandates_structureappeal", "sealed_text", "structure-appeal"),
    SealedColumn("mandates_helperfile", "sealed_identity", "helper-identity"),
    SealedColumn("connectivity_contact", "sealed_phone", "contact of connection {number}", person="household-{number}", needs=_CONNECTION),
    SealedColumn("distribution_postalrequest", "sealed_address", "postal address of request {number}", person="postal-{number}", needs=_NUMBER),
    SealedColumn("distribution_remindercontact", "sealed", "reminders of {request_id}", person="reminded-{request_id}", needs=_REQUEST),
    *_application("distribution_deskfile", "desk"),
    SealedColumn("distribution_deskimport", "sealed_rows", "desk-rows"),
    *_application("places_joiningfile", "joining"),
    SealedColumn("places_joiningdocument", "sealed_content", "joining-document", opaque=True),
    SealedColumn("workshops_contact", "sealed_phone", "telephone of booking {booking_id}", needs={"booking_id": "r.booking_id"}),
    SealedColumn("helpline_complaint", "sealed_contact", "contact of complaint {number}", person="complaint-{number}", needs=_NUMBER),
    SealedColumn("observatory_selfcheckinvitation", "sealed", "self-check invitation {request_id}", needs=_REQUEST),
    SealedColumn("notices_textnotice", "sealed", "text notice"),
    SealedColumn("redemption_outgoingtext", "sealed_to", "text to send"),
    SealedColumn("redemption_outgoingtext", "sealed_body", "text to send"),
    SealedColumn("redemption_sheetpicture", "sealed_content", "sheet picture", opaque=True),
    SealedColumn("redemption_sheetpicture", "sealed_codes", "sheet codes"),
    SealedColumn("parties_headchange", "sealed_document", "head-document", opaque=True),
    SealedColumn("funding_statedbalance", "sealed_paper", "balance paper {request_id}", needs=_REQUEST, opaque=True),
    SealedColumn("continuity_paperclaim", "sealed_photograph", "paper claim", opaque=True),
)  # fmt: skip
