"""The paper of a report: PDF/UA-1, charts and maps as vectors with what they show said in words, tables that a screen reader reads."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.observatory.rules.council import KeptReport
from carnet.web.council.told import Block, facts_of, sections_of, title_of
from carnet.web.design.charts import Chart
from carnet.web.design.components import Table

_TEMPLATE = Path(__file__).parent / "report.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def report_pdf(report: KeptReport, *, organisation: str, published_url: str) -> bytes:
    """Two to four pages; the same report gives the same bytes in the same language."""
    with translation.override(report.language):
        words: dict[str, Any] = {
            "language": report.language,
            "title": _("Rapport au conseil : %(what)s") % {"what": title_of(report.figures)},
            "facts": facts_of(report, organisation),
            "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if report.figures.is_simulated else "",
            "page": _("Page"),
            "sections": [
                {"title": section.title, "blocks": [block_of(block) for block in section.blocks]}
                for section in sections_of(report, published_url=published_url)
            ],
        }
    return compiled(words, at=report.made_at)


def compiled(words: dict[str, Any], *, at: datetime) -> bytes:
    """The paper of these words, dated `at`: the same words give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def block_of(block: Block) -> dict[str, Any]:
    """A sentence, a table or a chart as the paper draws it."""
    if isinstance(block, str):
        return {"kind": "sentence", "words": block}
    if isinstance(block, Table):
        return {"kind": "table", **_table(block)}
    return _chart(block)


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [column.label for column in table.columns],
        "numbers": [column.number for column in table.columns],
        "rows": [[getattr(cell, "text", str(cell)) for cell in row] for row in table.rows],
        "total": [str(cell) for cell in table.total],
        "empty": table.empty,
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "kind": "chart",
        "drawing": chart.drawing.painted() if chart.drawing else "",
        "said": f"{chart.title}. {chart.description}",
        "table": _table(chart.table),
        "notes": [*chart.rest, *chart.notes],
    }
