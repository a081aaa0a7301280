"""Photographs of paper, as an outside system: what a telephone sends is looked at with suspicion, read, and made small again.

Nothing of the file that came is kept: the picture is drawn anew from its pixels, so that neither a position, nor a serial number of
the camera, nor anything hidden behind the picture goes on living.
"""

from dataclasses import dataclass, field
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from carnet.kernel.refusals import Refusal

# A telephone's photograph weighs 2 to 8 MB.
BYTES_MAX = 12 * 1024 * 1024
# Announced by the file's first bytes, before a pixel is drawn: the largest common sensors give 50 million.
PIXELS_MAX = 64_000_000
KINDS = ("JPEG", "PNG", "WEBP")
# Looked at for QR codes at this size at most, kept at that one: handwriting stays easy to read.
READ_SIDE, KEPT_SIDE = 4000, 2000
KEPT_QUALITY = 78
CODES_MAX = 40


class PhotographRefused(Refusal):
    """Base of the refusals of a photograph."""

    code = "photograph-refused"


class PhotographTooHeavy(PhotographRefused):
    """More bytes than BYTES_MAX, or more pixels than PIXELS_MAX, whatever they weigh."""

    code = "photograph-too-heavy"


class PhotographUnreadable(PhotographRefused):
    """Not a JPEG, PNG or WebP picture, or a broken one."""

    code = "photograph-unreadable"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture drawn anew (JPEG), and what its QR codes say, from top to bottom."""

    jpeg: bytes = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)


def read(content: bytes) -> Photograph:
    """Read one photograph, and draw it anew to be kept. Raises: PhotographTooHeavy, PhotographUnreadable."""
    drawn = _drawn(content)
    texts = _texts(drawn)
    drawn.thumbnail((KEPT_SIDE, KEPT_SIDE))
    kept = BytesIO()
    drawn.save(kept, "JPEG", quality=KEPT_QUALITY)
    return Photograph(kept.getvalue(), texts)


def texts_in(content: bytes) -> tuple[str, ...]:
    """What the QR codes of one photograph say, from top to bottom; nothing is kept. Raises: as `read`."""
    return _texts(_drawn(content))


def _drawn(content: bytes) -> Image.Image:
    if len(content) > BYTES_MAX:
        raise PhotographTooHeavy(megabytes_max=BYTES_MAX // 2**20)
    picture = _opened(content)
    try:
        # A JPEG is drawn straight at half, a quarter or an eighth of its size: the memory it takes stays small.
        picture.draft("RGB", (READ_SIDE, READ_SIDE))
        drawn = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        raise PhotographUnreadable() from None
    drawn.thumbnail((READ_SIDE, READ_SIDE))
    return drawn


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(BytesIO(content), formats=KINDS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotographTooHeavy(megabytes_max=BYTES_MAX // 2**20) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise PhotographUnreadable() from None
    if picture.width * picture.height > PIXELS_MAX:
        raise PhotographTooHeavy(megabytes_max=BYTES_MAX // 2**20)
    return picture


def _texts(drawn: Image.Image) -> tuple[str, ...]:
    found = zxingcpp.read_barcodes(drawn.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    from_the_top = sorted(found, key=lambda each: (each.position.top_left.y, each.position.top_left.x))
    return tuple(dict.fromkeys(each.text for each in from_the_top))[:CODES_MAX]
