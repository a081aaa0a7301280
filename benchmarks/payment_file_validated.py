"""The time of a payment file of a hundred thousand transfers written and held against the ISO schema, beside writing it alone."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from benchmarks import _paying
from carnet.gateways.bank import payments
from carnet.gateways.bank.payments import Payment

NAME = "payment-file-validated"
UNIT = "s"
REFERENCE = "written without the schema"
LESS_IS_BETTER = True
GOAL = 2.0
TRANSFERS = 100_000


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    yield lambda: _timed(payments.write), lambda: _timed(payments.write_unchecked)


def _timed(write: Callable[[Payment, BinaryIO], None]) -> float:
    with tempfile.TemporaryFile() as file:
        started = time.perf_counter()
        write(_paying.payment(TRANSFERS), file)
        return time.perf_counter() - started
