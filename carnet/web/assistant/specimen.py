"""A specimen booklet: what the paper will look like, with codes that no programme could accept."""

import io
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.funding.rules import latest_acceptance
from carnet.gateways.printer import Edition, PrintedBooklet, PrintedVoucher, printed_validity, write_pdf
from carnet.kernel.identifiers import BookletSerial, PhoneNumber, PhoneNumberInvalid, VoucherSerial
from carnet.parties import queries as parties

PREFIX = "SPEC"
NO_CODE = " ".join(["000"] * 6)  # its check digits are wrong: every counter answers "mistyped"


def specimen_pdf(programme_id: int, *, funder_ids: tuple[int, ...]) -> io.BytesIO:
    """One booklet of the programme as it will be printed, marked as a specimen. Raises: ProgrammeUnknown."""
    facts = funding.programme(programme_id)
    terms, windows = facts.terms, facts.windows
    funders = parties.organisations(funder_ids)
    edition = Edition(
        title=f"SPÉCIMEN – {terms.print_title or terms.name}",
        booklet_size=terms.booklet_size,
        value_cents=terms.voucher_value_cents,
        validity=printed_validity(
            printed_until=latest_acceptance(windows).printed_until, months_after_hand_over=windows.months_after_hand_over
        ),
        phone=_printed_phone(terms.phone),
        website=settings.BASE_URL.split("://", 1)[-1],
        funders=tuple(funders[each].name for each in funder_ids if each in funders) or (_("vos financeurs"),),
        operator=parties.organisation(facts.operator_id).name,
        notice=terms.print_notice,
        is_simulated=facts.is_simulated,
    )
    vouchers = tuple(
        PrintedVoucher(serial=VoucherSerial(PREFIX, rank).printed(), code=NO_CODE, url=f"{settings.BASE_URL}/".upper())
        for rank in range(1, terms.booklet_size + 1)
    )
    cover = BookletSerial(PREFIX, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "specimen.pdf"
        write_pdf(path, edition, [PrintedBooklet(serial=cover.printed(), barcode=str(cover), vouchers=vouchers)])
        return io.BytesIO(path.read_bytes())


def _printed_phone(phone: str) -> str:
    try:
        return PhoneNumber.parse(phone).printed()
    except PhoneNumberInvalid:
        return phone
