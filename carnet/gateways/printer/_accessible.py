"""The accessible copy: the same booklets in large print, tagged as PDF/UA-1, for whoever reads with a screen reader or needs large letters.

Typst sets any number of booklets in one go. Nothing goes through the disk but the file itself: codes are as good as cash.
"""

import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from struct import pack
from typing import Any, BinaryIO

import typst

from carnet.gateways.printer import _cover as cover
from carnet.gateways.printer import _ticket as ticket
from carnet.gateways.printer._canvas import qr_pixels
from carnet.gateways.printer._edition import NEAREST_MAX, Edition, NearPlace, PrintedBooklet, PrintedVoucher
from carnet.gateways.printer._file import written
from carnet.gateways.printer._fonts import drawable
from carnet.gateways.printer._pictograms import PICTOGRAMS, svg

_FOLDER = Path(__file__).parent
_QUIET = 4


def accessible_pdf(edition: Edition, booklets: Iterable[PrintedBooklet], *, over: str = "") -> tuple[bytes, int]:
    """The copy, `over` written above each page, and how many booklets it holds. The same booklets give the same bytes."""
    told = [_booklet(edition, each) for each in booklets]
    words = {**_drawable(_words(edition)), "over": over, "booklets": told}
    content: bytes = typst.compile(
        str(_FOLDER / "accessible.typ"),
        format="pdf",
        font_paths=[str(_FOLDER / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"booklets": json.dumps(words, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return content, len(told)


def write_accessible(path: Path | BinaryIO, edition: Edition, booklets: Iterable[PrintedBooklet]) -> int:
    """Behind the package's `write_accessible`, which says what it promises."""
    content, count = accessible_pdf(edition, booklets)
    with written(path) as file:
        file.write(content)
    return count


def _words(edition: Edition) -> dict[str, Any]:
    elsewhere = f"Tous les autres lieux\u00a0: {edition.website}" + (f", ou {edition.phone}." if edition.phone else ".")
    return {
        "title": f"{edition.title}, en grands caractères",
        "name": edition.title,
        "accent": edition.accent,
        "signs": {name: svg(name, edition.accent) for name in PICTOGRAMS},
        "warnings": [ticket.SIMULATED] if edition.is_simulated else [],
        "holds": f"{edition.booklet_size} chèques de {edition.value}",
        "value": edition.value,
        "validity": edition.validity,
        "perimeter": edition.perimeter,
        "how": cover.HOW_TO_USE,
        "steps": [{"sign": sign, "heading": heading, "detail": detail} for sign, heading, detail in cover.steps(edition)],
        "question": cover.QUESTION,
        "phone": edition.phone,
        "phone_hours": edition.phone_hours,
        "help": ticket.help_line(edition),
        "booklet_word": "Numéro de ce carnet\u00a0:",
        "where": cover.WHERE_TO_GO,
        "they_accept": cover.THEY_ACCEPT,
        "ask": cover.ASK,
        "elsewhere": elsewhere,
        "what": "Ce que vous pouvez faire",
        "services_word": cover.SERVICES,
        "services": list(edition.services),
        "notice": cover.notice(edition),
        "paid": cover.paid_by(edition),
        "code_word": "Les 18 chiffres du chèque",
        "number_word": "Numéro du chèque\u00a0:",
        "qr_word": "Le lieu vise ce carré avec un téléphone, ou tape les 18 chiffres.",
        "legal": ticket.legal(edition),
    }


def _booklet(edition: Edition, booklet: PrintedBooklet) -> dict[str, Any]:
    return {
        "serial": booklet.serial,
        "nearest": [_place(each) for each in booklet.nearest[:NEAREST_MAX]],
        "vouchers": [_voucher(edition, rank, each) for rank, each in enumerate(booklet.vouchers, start=1)],
    }


def _place(place: NearPlace) -> dict[str, Any]:
    way = ", ".join(each for each in (place.address, place.distance) if each)
    told: dict[str, Any] = _drawable({"name": place.name, "phone": place.phone, "lines": [each for each in (way, place.hours) if each]})
    return told


def _drawable(told: Any) -> Any:
    """The same in letters the fonts have."""
    if isinstance(told, str):
        return drawable(told)
    if isinstance(told, dict):
        return {name: _drawable(each) for name, each in told.items()}
    return [_drawable(each) for each in told] if isinstance(told, list) else told


def _voucher(edition: Edition, rank: int, voucher: PrintedVoucher) -> dict[str, Any]:
    return {
        "heading": f"Chèque {rank} sur {edition.booklet_size}",
        "groups": voucher.code.split(" "),
        "serial": voucher.serial,
        "qr": list(_png(*qr_pixels(voucher.url))),
        # What the square holds is for a camera; read aloud it would only be a secret said in the room.
        "alt": f"Code QR du chèque {voucher.serial}. Il dit la même chose que les 18 chiffres.",
    }


def _png(dark: bytes, per_row: int) -> bytes:
    """One bit a module, with the quiet zone."""
    side = per_row + 2 * _QUIET
    white = (1 << side) - 1
    filler = -side % 8
    width = (side + 7) // 8
    blank = b"\x00" + (white << filler).to_bytes(width, "big")
    rows = [blank] * _QUIET
    for start in range(0, len(dark), per_row):
        bits = int(dark[start : start + per_row].translate(_AS_BITS), 2) << _QUIET | (white >> (side - _QUIET) << (side - _QUIET)) | 15
        rows.append(b"\x00" + (bits << filler).to_bytes(width, "big"))
    rows += [blank] * _QUIET
    parts = ((b"IHDR", pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in parts
    )


_AS_BITS = bytes(0x31 if value else 0x30 for value in range(256))
