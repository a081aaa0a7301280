"""The PDF of a monthly statement: tagged, in the reader's language, marked when the activity is simulated."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format

from carnet.gateways import printer
from carnet.jobs.monthly._words import words_of
from carnet.observatory.rules import MonthlyFigures, charts, likely_months

_TEMPLATE = Path(__file__).parent / "letter.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def letter_pdf(figures: MonthlyFigures) -> bytes:
    """One or two pages, exported as PDF/UA-1; the same figures give the same bytes in the same language."""
    words: dict[str, Any] = words_of(figures)
    words["chart"] = _chart(figures) if figures.forecast.is_said else ""
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


def _chart(figures: MonthlyFigures) -> str:
    bars = [
        charts.Bar(date_format(month.first_on, "m/y"), month.used, "", low=min(month.low, month.used), high=max(month.high, month.used))
        for month in likely_months(figures.forecast.cash.months)
    ]
    return charts.columns(bars).painted() if bars else ""
