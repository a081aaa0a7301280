"""A paper of a mandate as a PDF that a screen reader reads: PDF/UA-1, with the fonts this project carries."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from carnet.gateways import printer
from carnet.web import slips

_TEMPLATE = Path(__file__).parent / "paper.typ"
_FONTS = (Path(printer.__file__).parent / "fonts", Path(slips.__file__).parent / "fonts")


def paper_pdf(words: dict[str, Any], *, at: datetime) -> bytes:
    """The paper that `content` said; the same words at the same aware moment give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(folder) for folder in _FONTS],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content
