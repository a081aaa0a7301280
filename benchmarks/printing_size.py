"""What a booklet of five vouchers weighs in a file of five hundred, fonts and all."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _printing
from carnet.gateways.printer import write_pdf

NAME = "printing-size"
UNIT = "bytes a booklet"
REFERENCE = "what is promised"
LESS_IS_BETTER = True
GOAL = 1.0


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    file = io.BytesIO()
    write_pdf(file, _printing.EDITION, _printing.booklets(_printing.BOOKLETS))
    size = len(file.getvalue()) / _printing.BOOKLETS
    yield lambda: size, lambda: float(_printing.PROMISED_BYTES)
