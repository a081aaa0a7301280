"""QR codes of the length of a voucher's token, as printed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import segno
import zxingcpp

NAME = "qr-codes"
UNIT = "codes/s"
REFERENCE = "segno, the usual Python library"
GOAL = 4.0
CODES = 150


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    texts = [f"HTTPS://CARNET.EXAMPLE/V/{rank:0150X}" for rank in range(CODES)]

    def ours() -> float:
        started = time.perf_counter()
        for text in texts:
            zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1, add_quiet_zones=False)
        return CODES / (time.perf_counter() - started)

    def theirs() -> float:
        started = time.perf_counter()
        for text in texts:
            segno.make_qr(text, error="m", boost_error=False)
        return CODES / (time.perf_counter() - started)

    yield ours, theirs
