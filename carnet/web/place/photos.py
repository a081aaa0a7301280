"""A photo of a voucher, read by the server for a browser without JavaScript. Nothing of it is kept."""

import warnings
from typing import IO

import zxingcpp
from PIL import Image, UnidentifiedImageError

PHOTO_BYTES_MOST = 12 * 10**6
# A photo of 50 million pixels is more than a telephone takes; beyond, a small file could unfold into gigabytes.
PIXELS_MOST = 50_000_000
# Reading is done on at most this side, in pixels: enough for a QR code filling an eighth of the picture.
SIDE_MOST = 2400
FORMATS = ("JPEG", "PNG", "WEBP")
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class PhotoUnreadable(Exception):
    """Not a picture this place reads, or too large once unfolded."""


def codes_in(file: IO[bytes]) -> list[str]:
    """The texts of the QR codes in a picture, each once, as they come.

    Raises: PhotoUnreadable.
    """
    image = _grey(file)
    for size in (SIDE_MOST, SIDE_MOST // 2):
        image.thumbnail((size, size))
        found = zxingcpp.read_barcodes(image, formats=QR)
        if found:
            return list(dict.fromkeys(each.text for each in found if each.text))
    return []


def _grey(file: IO[bytes]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > PIXELS_MOST:
                    raise PhotoUnreadable
                image.draft("L", (SIDE_MOST, SIDE_MOST))  # a JPEG is unfolded no larger than it will be read
                return image.convert("L")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as fault:
        raise PhotoUnreadable from fault
