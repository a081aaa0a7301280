"""Booklets as HTML, for WeasyPrint: as tickets, or in large print for a copy that is read aloud."""

from html import escape
from typing import Any

from benchmarks._papers import codes

_FACES = "".join(
    f"@font-face{{font-family:H;src:url({path.as_uri()});font-weight:{weight}}}"
    for path, weight in ((codes.REGULAR, 400), (codes.BOLD, 700))
)
TICKET = _FACES + (
    "@page{size:210mm 99mm;margin:6mm 6mm 6mm 20mm}body{font:11pt H;margin:0}section{break-after:page}"
    "h1{font-size:16pt;margin:0 0 2mm;color:#14506B}p{margin:0 0 1mm}.code{font:bold 50.9pt/1.05 H;width:125mm;float:left}svg{width:42mm;float:right}"
)
LARGE = _FACES + (
    "@page{size:A4;margin:16mm 18mm 30mm}body{font:18pt H;margin:0}section{break-after:page}h1{font-size:30pt}h2{font-size:25pt}h3{font-size:21pt}"
    ".code p{font:bold 64pt H;display:inline-block;width:31%;margin:4mm 0}svg{width:62mm}h1,h2,h3{color:#14506B}"
)


def html(edition: dict[str, Any], booklets: list[dict[str, Any]], style: str) -> str:
    parts = [f'<html lang="fr"><head><title>{escape(edition["title"])}</title><style>{style}</style></head><body>']
    for booklet in booklets:
        parts.append(f"<section><h1>{escape(edition['title'])}</h1><p><b>{edition['booklet_size']} chèques de {edition['value']}</b></p>")
        parts.append(f"<p>{edition['validity']}</p><h2>Comment utiliser ce carnet&nbsp;?</h2>")
        parts.append("<p>1. Choisissez un lieu.</p><p>2. Allez-y avec ce carnet.</p><p>3. Payez avec vos chèques.</p>")
        parts.append(
            f"<p>Une question&nbsp;? <b>{edition['phone']}</b></p><p>Carnet n° {booklet['serial']}</p></section><section><h2>Où aller&nbsp;?</h2>"
        )
        for place in booklet["nearest"]:
            parts.append(
                f"<h3>{escape(place['name'])}</h3>" + "".join(f"<p>{escape(place[key])}</p>" for key in ("address", "hours", "phone"))
            )
        parts.append("</section>")
        for rank, voucher in enumerate(booklet["vouchers"], start=1):
            across, runs = codes.qr(voucher["url"])
            path = "".join(f"M{first} {row}h{many}v1h-{many}z" for row, first, many in runs)
            groups = "".join(f"<p>{group}</p>" for group in voucher["code"].split(" "))
            parts.append(
                f"<section><h2>Chèque {rank} sur {edition['booklet_size']}</h2><p><b>{edition['value']}</b></p><p>{edition['validity']}</p>"
            )
            said = f"Code QR du chèque {voucher['serial']}"
            parts.append(
                f'<div class="code">{groups}</div><svg viewBox="0 0 {across} {across}" role="img" aria-label="{said}"><path d="{path}"/></svg>'
            )
            parts.append(f"<p>N° {voucher['serial']}</p></section>")
    return "".join([*parts, "</body></html>"])
