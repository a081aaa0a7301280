"""Logos, as an outside system: looked at with suspicion, drawn anew from their pixels, refused when they would print badly.

A refusal says what is wrong and what would be right, so that whoever sends the picture knows what to ask of their communication office.
"""

import warnings
from io import BytesIO
from itertools import accumulate

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from carnet.gateways.printer._edition import Logo
from carnet.kernel.refusals import Refusal

BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
KINDS = ("PNG", "JPEG", "WEBP")
# The box of one logo on a cover, and how many stand side by side.
BOX_WIDTH_MM, BOX_HEIGHT_MM, LOGOS_MAX = 33, 11, 4
# Less is seen as steps at the distance of a hand; more than twice that is weight for nothing.
DOTS_PER_INCH, DOTS_PER_INCH_KEPT = 300, 600
RATIO_MAX, RATIO_MIN = 6, 1 / 3
# WCAG 2.2, 1.4.11 (docs/sources/accessibility.md#contrast): what must be seen differs from the paper by three to one.
CONTRAST_NEEDED = 3
_MM_PER_INCH = 25.4
# A shade nobody sees on paper is margin.
_PAPER_FROM = 245
# The darkest hundredth of a logo is what carries its words: one speck of black does not save a pale one.
_DARKEST = 0.01
_LINEAR = [round(255 * ((v / 255) / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4)) for v in range(256)]
_DRAWINGS = (b"<?xml", b"<svg", b"<!doctype svg", b"%pdf", b"%!ps", b"\xc5\xd0\xd3\xc6")
_TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")


class LogoRefused(Refusal):
    """Base of the refusals of a logo."""

    code = "logo-refused"


class LogoTooHeavy(LogoRefused):
    """More bytes, or more pixels, than are read. Facts: megabytes_max, megapixels_max."""

    code = "logo-too-heavy"


class LogoUnreadable(LogoRefused):
    """Not a PNG, JPEG or WebP picture, or a broken one."""

    code = "logo-unreadable"


class LogoIsDrawing(LogoRefused):
    """An SVG, PDF or EPS file: a drawing that each program draws in its own way. Facts: needed (pixels of width to export)."""

    code = "logo-is-drawing"


class LogoTooSmall(LogoRefused):
    """Too few pixels for its width on the cover. Facts: pixels, needed (both of its width, margins left out)."""

    code = "logo-too-small"


class LogoTooPale(LogoRefused):
    """What it draws would not be seen on white paper, or there is nothing in it. Facts: contrast, contrast_needed (tenths)."""

    code = "logo-too-pale"


class LogoTooLong(LogoRefused):
    """So long or so high that its letters would be too small to read. Facts: ratio_max."""

    code = "logo-too-long"


def read_logo(content: bytes, *, name: str) -> Logo:
    """A logo fit to print, its white margins cut. `name` says in words whose it is.

    Raises: LogoTooHeavy, LogoIsDrawing, LogoUnreadable, LogoTooPale, LogoTooLong, LogoTooSmall.
    """
    if len(content) > BYTES_MAX:
        raise _too_heavy()
    if content[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_DRAWINGS):
        raise LogoIsDrawing(needed=_pixels(BOX_WIDTH_MM))
    drawn = _on_white(content)
    seen = drawn.convert("L").point(lambda shade: 255 if shade < _PAPER_FROM else 0).getbbox()
    if seen is None:
        raise LogoTooPale(contrast="1,0", contrast_needed=CONTRAST_NEEDED)
    drawn = drawn.crop(seen)
    _check_contrast(drawn)
    width_mm, height_mm = printed_size(drawn.width, drawn.height)
    if not RATIO_MIN <= drawn.width / drawn.height <= RATIO_MAX:
        raise LogoTooLong(ratio_max=RATIO_MAX)
    if drawn.width < _pixels(width_mm):
        raise LogoTooSmall(pixels=drawn.width, needed=_pixels(width_mm))
    kept = (_pixels(width_mm, DOTS_PER_INCH_KEPT), _pixels(height_mm, DOTS_PER_INCH_KEPT))
    if drawn.width > kept[0]:
        drawn = drawn.resize(kept, Image.Resampling.LANCZOS)
    return Logo(name=name, width_px=drawn.width, height_px=drawn.height, rgb=drawn.tobytes())


def _too_heavy() -> LogoTooHeavy:
    return LogoTooHeavy(megabytes_max=BYTES_MAX // 2**20, megapixels_max=PIXELS_MAX // 1_000_000)


def printed_size(width_px: int, height_px: int) -> tuple[float, float]:
    """How large a logo is on the cover, in millimetres: as large as its box allows."""
    scale = min(BOX_WIDTH_MM / width_px, BOX_HEIGHT_MM / height_px)
    return width_px * scale, height_px * scale


def _pixels(mm: float, dots_per_inch: int = DOTS_PER_INCH) -> int:
    return max(1, round(mm / _MM_PER_INCH * dots_per_inch))


def _on_white(content: bytes) -> Image.Image:
    """The first picture of the file, upright, in sRGB, on white."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=KINDS)
            if picture.width * picture.height > PIXELS_MAX:
                raise _too_heavy()
            return _flat(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_heavy() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, EOFError):
        raise LogoUnreadable from None


def _flat(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: the eight that paper can show.
        picture = picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.mode in _TRANSPARENT or "transparency" in picture.info:
        opaque = picture.convert("RGBA")
        white = Image.new("RGBA", opaque.size, "#FFFFFF")
        return Image.alpha_composite(white, opaque).convert("RGB")
    return _in_srgb(picture, profile) if profile else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Through the colour profile the file carries (a JPEG of a print shop is in CMYK); without it when it is broken."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert("RGB")
    return converted if converted is not None else picture.convert("RGB")


def _check_contrast(drawn: Image.Image) -> None:
    """Its darkest hundredth against white. Raises: LogoTooPale."""
    linear = drawn.point(_LINEAR * 3).convert("RGB")
    luminance = linear.convert("RGB", (0.2126, 0.7152, 0.0722, 0) * 3).getchannel(0)
    counted = list(accumulate(luminance.histogram()))
    darkest = next(shade for shade, count in enumerate(counted) if count > _DARKEST * counted[-1])
    contrast = 1.05 / (darkest / 255 + 0.05)
    if contrast < CONTRAST_NEEDED:
        raise LogoTooPale(contrast=f"{contrast:.1f}".replace(".", ","), contrast_needed=CONTRAST_NEEDED)
