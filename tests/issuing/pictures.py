"""Logos for tests: one that prints well, and each way of printing badly."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw


def good(colour: str = "#14506B", width: int = 800, height: int = 260) -> bytes:
    """A dark shape on white, large enough."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).ellipse((5, 5, width - 5, height - 5), fill=colour)
    return _png(picture)


def pale() -> bytes:
    return good("#E8E8D0")


def tiny() -> bytes:
    return good(width=60, height=20)


def truncated() -> bytes:
    return good()[:400]


def bomb() -> bytes:
    """20,000 by 20,000 pixels said in a few hundred bytes of header and nothing behind."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 60_001))
        + chunk(b"IEND", b"")
    )


def drawing() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'


def _png(picture: Image.Image) -> bytes:
    held = BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()
