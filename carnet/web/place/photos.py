"""A photo of a voucher, read by the server for a browser without JavaScript. Nothing of it is kept."""

from typing import IO

from carnet.gateways import photographs

PHOTO_BYTES_MOST = 12 * 10**6
FORMATS = photographs.KINDS


class PhotoUnreadable(Exception):
    """Not a picture this place reads, or too large once unfolded."""


def codes_in(file: IO[bytes]) -> list[str]:
    """The texts of the QR codes in a picture, each once, from top to bottom.

    Raises: PhotoUnreadable.
    """
    file.seek(0)
    try:
        return list(photographs.texts_in(file.read()))
    except photographs.PhotographRefused as fault:
        raise PhotoUnreadable from fault
