"""Booklets by WeasyPrint, as pages of 210 by 99 mm."""

from typing import Any

from weasyprint import HTML

from benchmarks._papers import page


def write(edition: dict[str, Any], booklets: list[dict[str, Any]]) -> bytes:
    return HTML(string=page.html(edition, booklets, page.TICKET)).write_pdf()
