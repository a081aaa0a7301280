"""The label and the slip of a box, on one sheet: a number to scan, what is in it, who signs for it. No voucher's code, no secret."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
import zxingcpp
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.issuing.queries.parcels import ParcelView
from carnet.web.design import formats
from carnet.web.parcels import words

_TEMPLATE = Path(__file__).parent / "slip.typ"
_FONTS = Path(printer.__file__).parent / "fonts"
PAGES_MAX = 500


def response(boxes: Sequence[ParcelView], at: datetime) -> HttpResponse:
    """The sheets, to print."""
    found = HttpResponse(slips_pdf(boxes, at=at), content_type="application/pdf")
    found["Content-Disposition"] = f'inline; filename="colis-{boxes[0].id}.pdf"'
    return found


def slips_pdf(boxes: Sequence[ParcelView], *, at: datetime) -> bytes:
    """One page a box, exported as PDF/UA-1; the same boxes at the same moment give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"slips": json.dumps(_words(boxes))},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _words(boxes: Sequence[ParcelView]) -> dict[str, Any]:
    return {
        "language": (get_language() or "fr")[:2],
        "title": _("Bordereaux de colis"),
        "slip_title": _("Bordereau du colis"),
        "box": _("Colis de carnets"),
        "labels": {
            "from": _("De"), "to": _("À"), "holds": _("Contenu"), "first": _("Premier carnet"), "last": _("Dernier carnet"),
            "sent": _("Envoyé par (nom, date, signature)"), "received": _("Reçu par (nom, date, signature)"),
        },
        "steps_title": _("À l’arrivée"),
        "steps": [
            _("1. Sur le site, page « Colis », scannez cette étiquette."),
            _("2. Scannez le premier et le dernier carnet : si tout est là, c’est fini."),
            _("3. Il en manque ? Scannez ce qui est là. L’opérateur est prévenu aussitôt."),
        ],
        "warning": _("Ces carnets valent de l’argent une fois remis. Gardez-les sous clé."),
        "slips": [
            {
                "number": each.number,
                "scan": _("À scanner à l’arrivée : numéro du colis %(number)s") % {"number": each.number},
                "position": words.label(each),
                "from": each.from_name,
                "to": [line for line in (each.to_name, each.place_name if each.place_name != each.to_name else "", each.address) if line],
                "count": words.booklets(each.booklet_count),
                "first": each.whole.first_serial,
                "last": each.whole.last_serial,
                "sent": formats.day(each.sent_at) if each.sent_at else "",
                "qr": _drawn(each.number, zxingcpp.BarcodeFormat.QRCode),
                "bar": _drawn(each.number.replace("-", ""), zxingcpp.BarcodeFormat.Code128),
            }
            for each in boxes
        ],
    }  # fmt: skip


def _drawn(text: str, kind: Any) -> str:
    drawn: str = zxingcpp.create_barcode(text, kind).to_svg(scale=4, add_quiet_zones=False)
    return drawn
