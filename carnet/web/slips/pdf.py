"""A paper as a PDF that a screen reader reads: PDF/UA-1, in its language and direction, with the fonts this project carries."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from carnet.gateways import printer
from carnet.web import design
from carnet.web.slips.content import TICKETS_DRAWN_MAX, Paper
from carnet.web.slips.languages import LANGUAGE_BY_CODE, Language

_HERE = Path(__file__).parent
_FONTS = (Path(printer.__file__).parent / "fonts", _HERE / "fonts")
_LATIN, _CYRILLIC, _ARABIC = "Atkinson Hyperlegible Next", "Noto Sans", "Noto Sans Arabic"
# The first that has a letter draws it: figures and French names keep the face drawn to be read, whatever the language around.
FONTS = {"ar": (_LATIN, _ARABIC), "uk": (_CYRILLIC,)}
_SYMBOL = re.compile(r'<symbol id="([^"]+)" viewBox="([^"]+)"([^>]*)>(.*?)</symbol>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Letter:
    """Who sends, and the lines of the address for a window envelope. Rendered, never kept."""

    sender: tuple[str, ...]
    address: tuple[str, ...] = field(repr=False)


def paper_pdf(paper: Paper, *, letter: Letter | None = None, at: datetime) -> bytes:
    """One page (a letter may take two), exported as PDF/UA-1; the same paper at the same moment gives the same bytes."""
    return compiled("paper.typ", "paper", _words(paper, letter), at=at)


def compiled(template: str, name: str, words: dict[str, Any], *, at: datetime) -> bytes:
    """A document of this folder, from its words."""
    content: bytes = typst.compile(
        str(_HERE / template),
        format="pdf",
        font_paths=[str(folder) for folder in _FONTS],
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _words(paper: Paper, letter: Letter | None) -> dict[str, Any]:
    language = paper.language
    return {
        "language": language.code,
        "direction": language.direction,
        "fonts": list(fonts_of(language)),
        "title": paper.title,
        "mark": _marks(paper.mark, language),
        "blocks": [
            {
                "icon": each.icon,
                "title": each.title,
                "tickets": each.tickets,
                "lines": [{"text": line.text, "is_big": line.is_big} for line in each.lines],
            }
            for each in paper.blocks
        ],
        "icons": {name: _drawings()[name] for name in {each.icon for each in paper.blocks}},
        "value": paper.value,
        "drawn": TICKETS_DRAWN_MAX,
        "foot": list(paper.foot),
        "qr": paper.qr,
        "qr_words": paper.qr_words,
        "address": paper.address,
        "letter": {"sender": letter.sender, "address": letter.address} if letter else None,
    }


def _marks(mark: Sequence[str], language: Language) -> list[dict[str, Any]]:
    spoken = (language, LANGUAGE_BY_CODE["fr"])
    return [
        {"text": text, "language": each.code, "direction": each.direction, "fonts": list(fonts_of(each))}
        for text, each in zip(mark, spoken, strict=False)
    ]


def fonts_of(language: Language) -> tuple[str, ...]:
    """The faces a language is set in, in order."""
    return FONTS.get(language.code, (_LATIN,))


def drawn(names: Iterable[str]) -> dict[str, str]:
    """Some of the site's pictograms, each as a drawing by itself."""
    return {name: _drawings()[name] for name in names}


@cache
def _drawings() -> dict[str, str]:
    """The site's own pictograms, each as a drawing by itself, black on white."""
    sprite = files(design).joinpath("static/design/pictograms.svg").read_text(encoding="utf-8")
    return {
        name: f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" fill="none" stroke="#111111"{rest}>{drawn}</svg>'
        for name, box, rest, drawn in _SYMBOL.findall(sprite)
    }
