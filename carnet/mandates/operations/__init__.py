"""Mandates signed, renewed, ended, carried elsewhere, used; structures admitted. What is asked of habilitation is in `habilitation`."""

from carnet.mandates.operations._drafting import (
    check_open,
    confirm_paper,
    drop_draft,
    forget_drafts,
    identify_draft,
    note_paper,
    open_draft,
    sign_draft,
)
from carnet.mandates.operations._ending import Ended, end_authorisations, end_for_person
from carnet.mandates.operations._people import Known
from carnet.mandates.operations._signing import Signed, renew_mandate, sign_mandate, transfer_mandates
from carnet.mandates.operations._structures import admit_structure, close_structure, restrict_families
from carnet.mandates.operations._using import Used, check_live, record_use

__all__ = [
    "Ended",
    "Known",
    "Signed",
    "Used",
    "admit_structure",
    "check_live",
    "check_open",
    "close_structure",
    "confirm_paper",
    "drop_draft",
    "end_authorisations",
    "end_for_person",
    "forget_drafts",
    "identify_draft",
    "note_paper",
    "open_draft",
    "record_use",
    "renew_mandate",
    "restrict_families",
    "sign_draft",
    "sign_mandate",
    "transfer_mandates",
]
