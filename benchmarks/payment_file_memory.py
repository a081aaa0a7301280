"""The memory of a payment file of a hundred thousand transfers, written and validated as a stream, beside one of ten thousand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _paying

NAME = "payment-file-memory"
UNIT = "MB at most"
REFERENCE = "the same for 10,000 transfers"
LESS_IS_BETTER = True
GOAL = 1.25


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    yield lambda: _paying.megabytes(100_000), lambda: _paying.megabytes(10_000)
