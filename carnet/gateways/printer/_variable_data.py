"""The data file of a print shop that composes pages itself: one line a voucher, everything that changes on paper, in order.

Its columns only ever grow, at the end: a shop's template made for one edition serves the next. docs/operating/print-files.md says each.
"""

import csv
from collections.abc import Iterable
from typing import TextIO

from carnet.gateways.printer._edition import NEAREST_MAX, Edition, NearPlace, PrintedBooklet

_PLACE = ("nom", "adresse", "telephone", "horaires", "distance")
CSV_HEADER = (
    "carnet", "code_barres", "rang", "cheque", "code", "qr", "valeur", "validite", "telephone", "mention",
    "titre", "nombre_de_cheques", "telephone_horaires", "site", "perimetre", "financeurs", "emetteur", "colis", "point",
    *(f"lieu_{number}_{what}" for number in range(1, NEAREST_MAX + 1) for what in _PLACE),
)  # fmt: skip


def write_csv(file: TextIO, edition: Edition, booklets: Iterable[PrintedBooklet], *, header: bool = True) -> None:
    """Write semicolons and Windows line ends, the way French print shops' tools open a file.

    Open `file` with ``newline=""`` and the encoding ``utf-8-sig``.
    """
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    if header:
        writer.writerow(CSV_HEADER)
    shared = (
        edition.value, edition.validity, edition.phone, "activité simulée" if edition.is_simulated else "",
        edition.title, edition.booklet_size, edition.phone_hours, edition.website, edition.perimeter,
        ", ".join(edition.funders), edition.operator,
    )  # fmt: skip
    for booklet in booklets:
        where = (booklet.box, booklet.point, *_places(booklet.nearest))
        writer.writerows(
            (booklet.serial, booklet.barcode, rank, voucher.serial, voucher.code, voucher.url, *shared, *where)
            for rank, voucher in enumerate(booklet.vouchers, start=1)
        )


def _places(places: tuple[NearPlace, ...]) -> list[str]:
    """Five columns for each of four places, empty when there is none."""
    said = [word for place in places[:NEAREST_MAX] for word in (place.name, place.address, place.phone, place.hours, place.distance)]
    return said + [""] * (len(_PLACE) * NEAREST_MAX - len(said))
