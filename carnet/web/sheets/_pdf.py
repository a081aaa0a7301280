"""Blank sheets as a PDF: tagged, in the reader's language, large enough to write in."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.redemption.queries import SheetFacts
from carnet.redemption.rules import NUMBER_OF_SERVICE, SHEET_LINES
from carnet.web.design import formats
from carnet.web.figures import service_words

_TEMPLATE = Path(__file__).parent / "sheet.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def sheets_pdf(sheets: Sequence[SheetFacts], *, place_name: str, service_codes: Sequence[str], at: datetime) -> bytes:
    """One page per sheet, exported as PDF/UA-1; the same sheets at the same moment give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"sheets": json.dumps(_words(sheets, place_name, service_codes))},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _words(sheets: Sequence[SheetFacts], place_name: str, service_codes: Sequence[str]) -> dict[str, Any]:
    services = [{"number": str(number), "label": label} for number, label, _code in numbered(service_codes)]
    return {
        "language": (get_language() or "fr")[:2],
        "title": _("Feuille de chèques, %(place)s") % {"place": place_name},
        "footer": _("Carnet : feuille à saisir sur le site, page « Feuilles ». Une ligne se lit le numéro d’abord, puis les 18 chiffres."),
        "warning": _("Ces chiffres valent de l’argent. Gardez cette feuille sous clé. Détruisez-la dès que le site a tout confirmé."),
        "steps": [
            _("1. Une ligne par chèque : son numéro, puis ses 18 chiffres, trois par trois."),
            _("2. Le jour de la leçon, et le numéro du service."),
            _("3. Gardez le chèque avec la feuille jusqu’à la saisie."),
        ],
        "columns": [_("N°"), _("Numéro du chèque"), _("Les 18 chiffres, trois par trois"), _("Jour / mois"), _("Service")],
        "services_title": _("Numéros des services"),
        "services": services,
        "sheets": [
            {
                "title": _("Feuille n° %(number)s") % {"number": formats.number(each.number)},
                "place": _("%(place)s (lieu n° %(number)s)") % {"place": place_name, "number": each.place_id},
                "lines": SHEET_LINES,
                "services": services,
            }
            for each in sheets
        ],
    }


def numbered(service_codes: Sequence[str]) -> list[tuple[int, str, str]]:
    """Services with the number they have on paper, in that order: number, name, code."""
    return sorted((NUMBER_OF_SERVICE[code], service_words([code])[0], code) for code in set(service_codes) if code in NUMBER_OF_SERVICE)
