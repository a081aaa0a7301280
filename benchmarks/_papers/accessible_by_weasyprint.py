"""Copies in large print by WeasyPrint, tagged as PDF/UA-1."""

from typing import Any

from weasyprint import HTML

from benchmarks._papers import page


def write(edition: dict[str, Any], booklets: list[dict[str, Any]]) -> bytes:
    return HTML(string=page.html(edition, booklets, page.LARGE)).write_pdf(pdf_variant="pdf/ua-1")
