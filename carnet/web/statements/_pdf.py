"""The PDF a funder signs: tagged, in the reader's language, marked when the activity is simulated."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.settlement.queries import FunderStatement
from carnet.web.design import formats
from carnet.web.statements._lines import Line, sections

_TEMPLATE = Path(__file__).parent / "statement.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def statement_pdf(figures: FunderStatement) -> bytes:
    """One statement of one or two pages, exported as PDF/UA-1; the same figures give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"statement": json.dumps(_words(figures))},
        pdf_standards=["ua-1"],
        timestamp=int(figures.as_of.timestamp()),
    )
    return content


def _words(figures: FunderStatement) -> dict[str, Any]:
    return {
        "language": (get_language() or "fr")[:2],
        "title": _("État des comptes de %(funder)s") % {"funder": figures.funder},
        "lead": _("%(programme)s, %(agreement)s. Arrêté au %(moment)s.")
        % {"programme": figures.programme, "agreement": figures.agreement, "moment": formats.moment(figures.as_of)},
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if figures.is_simulated else "",
        "columns": [_("Ligne"), _("Chèques"), _("Montant")],
        "sections": [{"title": section.title, "lines": [_line(line) for line in section.lines]} for section in sections(figures)],
        "explanation": _(
            "Chaque somme vient du registre, au centime près. « Émis » est la somme des lignes au-dessus ; « Votre apport » est la somme"
            " de ce que vous avez versé et de ce qui est à votre charge, et se retrouve en entier dans les lignes qui disent où il est."
        ),
        "signatures": [
            _("Pour %(organisation)s, financeur") % {"organisation": figures.funder},
            _("Pour %(organisation)s, opérateur") % {"organisation": figures.operator},
        ],
        "signed": _("Nom, qualité, date et signature"),
        "page": _("Page"),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "count": "" if line.count is None else formats.number(line.count),
        "amount": formats.euros(line.cents),
        "strong": line.is_sum,
    }
