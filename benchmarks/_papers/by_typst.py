"""Booklets by Typst, as pages of 210 by 99 mm, each QR code a drawing (SVG)."""

import json
from pathlib import Path
from typing import Any

import typst

from benchmarks._papers import codes

_HERE = Path(__file__).resolve().parent


def write(edition: dict[str, Any], booklets: list[dict[str, Any]]) -> bytes:
    told = [{**booklet, "vouchers": [{**each, "qr": _svg(each["url"])} for each in booklet["vouchers"]]} for booklet in booklets]
    content: bytes = typst.compile(
        str(_HERE / "booklets.typ"), format="pdf", font_paths=[str(codes.FONTS)], ignore_system_fonts=True,
        sys_inputs={"told": json.dumps({"edition": edition, "booklets": told})},
    )  # fmt: skip
    return content


def _svg(text: str) -> str:
    across, runs = codes.qr(text)
    path = "".join(f"M{first} {row}h{many}v1h-{many}z" for row, first, many in runs)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {across}"><path d="{path}"/></svg>'
