"""A reading of an evaluation on paper: PDF/UA-1, from the same words as the page."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.observatory.queries.evaluations import Reading, SealedPlan
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.evaluations import words

_TEMPLATE = Path(__file__).parent / "reading.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def reading_paper(sealed: SealedPlan, found: Reading) -> bytes:
    """What may be said, the figures, what is supposed, what is doubtful, the plan. The same reading gives the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"reading": json.dumps(_words(sealed, found))},
        pdf_standards=["ua-1"],
        timestamp=int(found.read_at.timestamp()),
    )
    return content


def _words(sealed: SealedPlan, found: Reading) -> dict[str, Any]:
    return {
        "language": (get_language() or "fr")[:2],
        "title": sealed.plan.name,
        "lead": _("Plan scellé le %(sealed)s, résultats lus le %(read)s.")
        % {"sealed": formats.moment(sealed.sealed_at), "read": formats.moment(found.read_at)},
        "said": words.said(sealed.plan, found.result),
        "conclusion": found.conclusion,
        "figures": [[each.label, each.value] for each in words.result_figures(found.result)] + _pairs(words.result_rows(found.result)),
        "tables": [
            {"caption": table.caption, "columns": [column.label for column in table.columns], "rows": [list(row) for row in table.rows]}
            for table in words.result_tables(found.result)
        ],
        "doubts_title": _("Ce qui est à savoir"),
        "doubts": words.doubts(found.result),
        "assumptions_title": _("Ce que cette comparaison suppose"),
        "assumptions": words.assumptions(found.result.design),
        "plan_title": _("Le plan"),
        "plan": [*_pairs(words.plan_rows(sealed.plan)), [_("Empreinte des résultats (SHA-256)"), found.data_digest]],
        "figures_title": _("Les chiffres"),
    }


def _pairs(rows: list[Row]) -> list[list[str]]:
    return [[row.label, str(row.value)] for row in rows]
