"""A proof: what one booklet will look like on paper, visibly a specimen, and the large-print copy beside it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pikepdf

from carnet.gateways.printer import _accessible as accessible
from carnet.gateways.printer import _pdf as pdf
from carnet.gateways.printer._edition import Edition, NearPlace, Paper, PrintedBooklet, PrintedVoucher
from carnet.gateways.printer._file import PdfFile, written
from carnet.kernel.identifiers import BookletSerial, VoucherSerial

SPECIMEN, PREFIX = "SPÉCIMEN", "SPEC"
# Its check digits are wrong: every counter answers "mistyped".
NO_CODE = " ".join(["000"] * 6)


def specimen(edition: Edition, nearest: Sequence[NearPlace]) -> PrintedBooklet:
    """A booklet of one voucher that no place could accept."""
    serial, number = BookletSerial(PREFIX, 1), VoucherSerial(PREFIX, 1)
    voucher = PrintedVoucher(serial=number.printed(), code=NO_CODE, url=f"HTTPS://{edition.website.upper()}/V/{PREFIX}{'0' * 122}")
    return PrintedBooklet(serial.printed(), str(serial), (voucher,), tuple(nearest))


def write_proof(path: Path | BinaryIO, edition: Edition, *, paper: Paper, nearest: Sequence[NearPlace]) -> int:
    """Behind the package's `write_proof`, which says what it promises."""
    booklet = specimen(edition, nearest)
    printed = io.BytesIO()
    pdf.Printing(PdfFile(printed), edition, paper, marks=True, over=SPECIMEN).whole([booklet])
    large, _count = accessible.accessible_pdf(edition, [booklet], over=SPECIMEN)
    with pikepdf.open(printed) as proof, pikepdf.open(io.BytesIO(large)) as copy:
        proof.pages.extend(copy.pages)
        whole = io.BytesIO()
        proof.save(whole, deterministic_id=True)
        pages = len(proof.pages)
    with written(path) as file:
        file.write(whole.getvalue())
    return pages
