"""The printer: booklets as PDF pages of 210 by 99 mm, and the variable data a print shop composes from.

``Edition`` says what every page of an edition shares, ``PrintedBooklet`` what one booklet carries.
``write_pdf`` and ``write_csv`` take booklets one at a time and keep memory flat; an edition of more
than a few thousand pages is cut into files by its caller, so that a killed run starts again at the
last whole file.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from carnet.gateways.printer._edition import Edition, Logo, NearPlace, Paper, PrintedBooklet, PrintedVoucher
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
    "Paper",
    "PrintedBooklet",
    "PrintedVoucher",
    "printed_validity",
    "read_logo",
    "write_csv",
    "write_pdf",
]


def write_pdf(path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet]) -> int:
    """Write one file, whole or not at all; returns its number of pages. An open file in memory never has a name on a disk.

    The same edition and booklets give the same bytes, so that an edition made twice can be compared.
    """
    # A PDF writer and a font cutter take half a second to load: every command starts without them.
    from carnet.gateways.printer import _pdf

    return _pdf.write_pdf(path, edition, booklets)
