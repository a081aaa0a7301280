"""The PDF of a monthly statement: tagged, in the reader's language, marked when the activity is simulated."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format

from carnet.gateways import printer
from carnet.jobs.monthly._words import words_of
from carnet.observatory.rules import Chart, MonthlyFigures, chart_of

_TEMPLATE = Path(__file__).parent / "letter.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def letter_pdf(figures: MonthlyFigures) -> bytes:
    """One or two pages, exported as PDF/UA-1; the same figures give the same bytes in the same language."""
    words: dict[str, Any] = words_of(figures)
    chart = chart_of(figures.forecast.cash.months) if figures.forecast.is_said else None
    words["chart"] = _svg(chart) if chart else ""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(figures.made_at.timestamp()),
    )
    return content


def file_name(figures: MonthlyFigures) -> str:
    """What the file is called on a computer."""
    return f"mois-{figures.month_on:%Y-%m}-convention-{figures.forecast.agreement_id}.pdf"


def _svg(chart: Chart) -> str:
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}"'
        ' font-family="Atkinson Hyperlegible Next" font-size="14" text-anchor="middle">'
    ]
    for bar in chart.bars:
        if bar.is_named:
            drawn.append(f'<text x="{bar.middle}" y="{chart.ground + 20}">{date_format(bar.month_on, "m/y")}</text>')
        drawn.append(f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}" fill="#2f6f73"/>')
        drawn.append(f'<path d="M{bar.middle} {bar.high_y}V{bar.low_y}" stroke="#1b1b1b" stroke-width="2"/>')
    drawn.append(f'<path d="M0 {chart.ground}H{chart.width}" stroke="#1b1b1b"/></svg>')
    return "".join(drawn)
