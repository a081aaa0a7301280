"""Booklets by reportlab: a form for what pages share, a path for each QR code, compressed pages."""

import io
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks._papers import codes

pdfmetrics.registerFont(TTFont("R", codes.REGULAR))
pdfmetrics.registerFont(TTFont("B", codes.BOLD))
WIDTH, HEIGHT, AROUND = 210, 99, 12
ACCENT = "#14506B"


def write(edition: dict[str, Any], booklets: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    size = ((WIDTH + 2 * AROUND) * mm, (HEIGHT + 2 * AROUND) * mm)
    inner = (AROUND * mm, AROUND * mm, (AROUND + WIDTH) * mm, (AROUND + HEIGHT) * mm)
    canvas = Canvas(file, pagesize=size, pageCompression=1, initialFontName="R", trimBox=inner, bleedBox=inner)
    _shared(canvas, edition, booklets[0])
    for booklet in booklets:
        _started(canvas, "front")
        _runs(canvas, codes.bars(booklet["barcode"]), 24, 78.4, 47, 9.4)
        _text(canvas, 47.5, 92, f"Carnet n° {booklet['serial']}", "B", 10, "middle")
        canvas.showPage()
        _started(canvas, "inside")
        canvas.showPage()
        for rank, voucher in enumerate(booklet["vouchers"], start=1):
            _started(canvas, "ticket")
            _ticket(canvas, edition, rank, voucher)
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def _started(canvas: Canvas, form: str) -> None:
    canvas.translate(AROUND * mm, AROUND * mm)
    canvas.doForm(form)


def _ticket(canvas: Canvas, edition: dict[str, Any], rank: int, voucher: dict[str, str]) -> None:
    number = f"N° {voucher['serial']}"
    canvas.setFillColor("#FFFFFF")
    _text(canvas, 148, 14.4, f"Chèque {rank} sur {edition['booklet_size']}", "B", 11, "right")
    canvas.setFillGray(0)
    for position, group in enumerate(voucher["code"].split(" ")):
        _text(canvas, (27.5, 69.5, 111.5)[position % 3], (62.2, 79.6)[position // 3], group, "B", 50.92)
    _text(canvas, 148, 90, number, "R", 10, "right")
    _runs(canvas, codes.qr(voucher["url"]), 157.5, 11, 42, 42)
    _text(canvas, 178.5, 64, number, "B", 10, "middle")
    canvas.saveState()
    canvas.translate(9.6 * mm, 6 * mm)
    canvas.rotate(90)
    canvas.setFont("B", 9)
    canvas.drawString(0, 0, f"Chèque {rank} sur {edition['booklet_size']}  –  {number}")
    canvas.restoreState()


def _runs(canvas: Canvas, symbol: tuple[int, list[codes.Run]], x: float, y: float, width: float, height: float) -> None:
    across, runs = symbol
    rows = runs[-1][0] + 1
    canvas.saveState()
    canvas.translate(x * mm, (HEIGHT - y) * mm)
    canvas.scale(width * mm / across, -height * mm / rows)
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for row, first, many in runs:
        path.rect(first, row, many, 1)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _text(canvas: Canvas, x: float, y: float, text: str, font: str, points: float, align: str = "left") -> None:
    canvas.setFont(font, points)
    draw = {"left": canvas.drawString, "middle": canvas.drawCentredString, "right": canvas.drawRightString}[align]
    draw(x * mm, (HEIGHT - y) * mm, text)


def _shared(canvas: Canvas, edition: dict[str, Any], booklet: dict[str, Any]) -> None:
    """The words every front, inside and ticket has, as forms: drawn once."""
    canvas.beginForm("front")
    canvas.setFillColor(ACCENT)
    canvas.rect(-3 * mm, -3 * mm, 83 * mm, 105 * mm, stroke=0, fill=1)
    canvas.setFillColor("#FFFFFF")
    canvas.rect(19 * mm, 5 * mm, 57 * mm, 17.6 * mm, stroke=0, fill=1)
    _lines(canvas, 19, 16, [edition["title"], f"{edition['booklet_size']} chèques de {edition['value']}", edition["validity"]])
    canvas.setFillGray(0)
    _lines(
        canvas,
        87,
        14,
        ["Comment utiliser ce carnet ?", "Choisissez un lieu.", "Allez-y avec ce carnet.", "Payez avec vos chèques.", edition["phone"]],
    )
    _lines(canvas, 87, 90, ["Payé par " + ", ".join(edition["funders"])])
    canvas.endForm()
    canvas.beginForm("inside")
    canvas.setFillColor(ACCENT)
    canvas.rect(-3 * mm, -3 * mm, 19 * mm, 105 * mm, stroke=0, fill=1)
    canvas.setFillGray(0)
    _lines(canvas, 20, 14, ["Où aller, près d’ici ?", *(line for place in booklet["nearest"] for line in place.values())])
    canvas.endForm()
    canvas.beginForm("ticket")
    canvas.setFillColor(ACCENT)
    canvas.roundRect(20 * mm, 5 * mm, 185 * mm, 89 * mm, 4 * mm, stroke=1, fill=0)
    canvas.rect(20 * mm, 80 * mm, 132 * mm, 14 * mm, stroke=0, fill=1)
    canvas.setFillGray(0)
    _lines(canvas, 25, 30, [edition["value"], "pour apprendre à utiliser l’ordinateur", edition["validity"]])
    _lines(canvas, 25, 90, [f"Une question ? Appelez le {edition['phone']}"])
    canvas.endForm()


def _lines(canvas: Canvas, x: float, y: float, lines: list[str]) -> None:
    for line in lines:
        _text(canvas, x, y, line, "R", 11)
        y += 5
