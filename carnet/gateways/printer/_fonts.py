"""The two fonts of our paper, embedded as subsets, and how wide a text is in them."""

import io
import logging
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from carnet.gateways.printer._file import PdfFile

# fontTools tells every glyph it keeps at the level of ordinary news.
logging.getLogger("fontTools").setLevel(logging.WARNING)
_FOLDER = Path(__file__).parent / "fonts"
_FILES = {"R": "AtkinsonHyperlegibleNext_400Regular.ttf", "B": "AtkinsonHyperlegibleNext_700Bold.ttf"}
_TAG = "CARNET+"
# Windows-1252 holds every letter of French, its quotes, its ligature and the euro: one byte a character.
_CHARACTERS = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(32, 256)}
# Joiners and marks that stand on no letter of ours: they take no room and say nothing.
_UNSEEN = frozenset({"Cf", "Mn", "Me"})


def encoded(text: str) -> bytes:
    """`text` in the fonts' one-byte encoding; a letter of another alphabet loses its accent, or becomes ?."""
    text = "".join(character if character >= " " else " " for character in text)
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        # Text typed on some machines writes an accent after its letter.
        text = unicodedata.normalize("NFC", text).replace("\u202f", "\u00a0").replace("\u2011", "-")
        return b"".join(_closest(character) for character in text)


def _closest(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        if unicodedata.category(character) in _UNSEEN:
            return b""
        return unicodedata.normalize("NFKD", character).encode("ascii", "ignore") or b"?"


def lost(text: str) -> str:
    """The signs of `text` that paper would show as a question mark, each once."""
    text = unicodedata.normalize("NFC", text)
    return "".join(dict.fromkeys(each for each in text if each != "?" and encoded(each) == b"?"))


def drawable(text: str) -> str:
    """`text` in letters the whole faces have, for the copy set by Typst: PDF/UA refuses a file that lacks one, and no name of a place stops it."""
    text = unicodedata.normalize("NFC", text)
    return "".join(each if each in _letters() else encoded(each).decode("cp1252") for each in text)


@cache
def _letters() -> frozenset[str]:
    # Spaces and the no-break hyphen are drawn from their plain kin.
    whole = (frozenset(TTFont(_FOLDER / name).getBestCmap()) for name in _FILES.values())
    return frozenset(map(chr, frozenset.intersection(*whole))) | frozenset("\n\t\u202f\u2011")


@dataclass(frozen=True, slots=True)
class Face:
    """One embedded font: its program and its metrics in thousandths of the size."""

    name: str
    program: bytes
    widths: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    is_bold: bool

    def width(self, text: str, size: float) -> float:
        """How wide `text` is at `size`. Unit: that of `size`."""
        return sum(self.widths[byte - 32] for byte in encoded(text)) * size / 1000


@cache
def face(key: str) -> Face:
    """The regular (``R``) or bold (``B``) face, cut down to Windows-1252."""
    font = TTFont(_FOLDER / _FILES[key], recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[1, 2, 6], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(_CHARACTERS.values()))
    cutter.subset(font)
    program = io.BytesIO()
    font.save(program)
    scale = 1000 / font["head"].unitsPerEm
    glyphs, advances, head, os2 = font.getBestCmap(), font["hmtx"], font["head"], font["OS/2"]
    return Face(
        name=_TAG + Path(_FILES[key]).stem.replace("_", "-"),
        program=program.getvalue(),
        widths=tuple(
            round(advances[glyphs[ord(character)]][0] * scale) if character and ord(character) in glyphs else 0
            for character in _CHARACTERS.values()
        ),
        box=(round(head.xMin * scale), round(head.yMin * scale), round(head.xMax * scale), round(head.yMax * scale)),
        ascent=round(os2.sTypoAscender * scale),
        descent=round(os2.sTypoDescender * scale),
        cap_height=round(os2.sCapHeight * scale),
        is_bold=key == "B",
    )


def embed(file: PdfFile, key: str) -> int:
    """Put a face into a file; returns the number of the font to name in its pages' resources."""
    cut = face(key)
    program = file.stream(cut.program, b"/Length1 %d" % len(cut.program))
    name = cut.name.encode("ascii")
    descriptor = file.add(
        b"<</Type/FontDescriptor/FontName/%b/Flags 32/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV %d"
        b"/FontFile2 %d 0 R>>" % (name, *cut.box, cut.ascent, cut.descent, cut.cap_height, 140 if cut.is_bold else 80, program)
    )
    widths = b" ".join(b"%d" % width for width in cut.widths)
    return file.add(
        b"<</Type/Font/Subtype/TrueType/BaseFont/%b/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 255/Widths[%b]/FontDescriptor %d 0 R>>"
        % (name, widths, descriptor)
    )
