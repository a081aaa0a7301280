"""The data file of a print shop that composes pages itself: one line a voucher."""

import csv
from collections.abc import Iterable
from typing import TextIO

from carnet.gateways.printer._edition import Edition, PrintedBooklet

CSV_HEADER = ("carnet", "code_barres", "rang", "cheque", "code", "qr", "valeur", "validite", "telephone", "mention")


def write_csv(file: TextIO, edition: Edition, booklets: Iterable[PrintedBooklet], *, header: bool = True) -> None:
    """Write semicolons and Windows line ends, the way French print shops' tools open a file.

    Open `file` with ``newline=""`` and the encoding ``utf-8-sig``.
    """
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    if header:
        writer.writerow(CSV_HEADER)
    mention = "activité simulée" if edition.is_simulated else ""
    for booklet in booklets:
        writer.writerows(
            (
                booklet.serial, booklet.barcode, rank, voucher.serial, voucher.code, voucher.url,
                edition.value, edition.validity, edition.phone, mention,
            )
            for rank, voucher in enumerate(booklet.vouchers, start=1)
        )  # fmt: skip
