"""The printer: booklets as PDF pages of 210 by 99 mm, the variable data a print shop composes from, copies in large print.

``Edition`` says what every page of an edition shares, ``PrintedBooklet`` what one booklet carries.
``write_pdf`` and ``write_csv`` take booklets one at a time and keep memory flat; an edition of more
than a few thousand pages is cut into files by its caller, so that a killed run starts again at the
last whole file.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from carnet.gateways.printer._edition import Edition, Logo, NearPlace, Overflow, Paper, PrintedBooklet, PrintedVoucher
from carnet.gateways.printer._logos import (
    LOGOS_MAX,
    LogoIsDrawing,
    LogoRefused,
    LogoTooHeavy,
    LogoTooLong,
    LogoTooPale,
    LogoTooSmall,
    LogoUnreadable,
    read_logo,
)
from carnet.gateways.printer._variable_data import CSV_HEADER, write_csv
from carnet.gateways.printer._words import printed_validity

__all__ = [
    "CSV_HEADER",
    "LOGOS_MAX",
    "Edition",
    "Logo",
    "LogoIsDrawing",
    "LogoRefused",
    "LogoTooHeavy",
    "LogoTooLong",
    "LogoTooPale",
    "LogoTooSmall",
    "LogoUnreadable",
    "NearPlace",
    "Overflow",
    "Paper",
    "PrintedBooklet",
    "PrintedVoucher",
    "overflows",
    "printed_validity",
    "read_logo",
    "unprintable",
    "write_accessible",
    "write_csv",
    "write_pdf",
    "write_proof",
]


def overflows(edition: Edition) -> tuple[Overflow, ...]:
    """Everything of an edition that would not be printed whole. Empty: it fits."""
    # What measures letters and writes PDF takes half a second to load: every command starts without it.
    from carnet.gateways.printer import _fits

    return _fits.overflows(edition)


def unprintable(edition: Edition) -> dict[str, str]:
    """The fields of an edition that hold signs our letters do not have, with those signs. Empty: every sign is printed as typed."""
    from carnet.gateways.printer import _fits

    return _fits.unprintable(edition)


def write_pdf(
    path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet], *, paper: Paper = Paper.DL, marks: bool = True
) -> int:
    """Write one file, whole or not at all; returns its number of pages. An open file in memory never has a name on a disk.

    DL: a page is a cover, its inside or a voucher, as it is cut. A4: three tickets a sheet; the pile, cut in three, makes three piles of
    whole booklets to put one on another, the first on top. The same edition and booklets give the same bytes, so that an edition made
    twice can be compared.
    """
    from carnet.gateways.printer import _pdf

    return _pdf.write_pdf(path, edition, booklets, paper=paper, marks=marks)


def write_proof(path: Path | BinaryIO, edition: Edition, *, paper: Paper = Paper.DL, nearest: Sequence[NearPlace] = ()) -> int:
    """Write what a booklet of the edition will look like, to be approved or sent back; returns its number of pages.

    Its cover, its inside, one voucher that no place could accept, with their marks, each across told a specimen; then the same in large
    print. The same edition gives the same bytes.
    """
    from carnet.gateways.printer import _proof

    return _proof.write_proof(path, edition, paper=paper, nearest=nearest)


def write_accessible(path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet]) -> int:
    """Write the same booklets in large print, tagged as PDF/UA-1, whole or not at all; returns how many booklets.

    On demand, for some people: all are held at once. The same edition and booklets give the same bytes.
    """
    from carnet.gateways.printer import _accessible

    return _accessible.write_accessible(path, edition, booklets)
