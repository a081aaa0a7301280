"""A kept logo as a picture a browser shows: its pixels, framed as PNG (ISO/IEC 15948) with nothing but the standard library."""

import struct
import zlib

from carnet.gateways.printer import Logo

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS, _RGB = 8, 2


def png_of(logo: Logo) -> bytes:
    """The logo, pixel for pixel."""
    stride = logo.width_px * 3
    lines = b"".join(b"\0" + logo.rgb[start : start + stride] for start in range(0, len(logo.rgb), stride))
    header = struct.pack(">IIBBBBB", logo.width_px, logo.height_px, _EIGHT_BITS, _RGB, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
