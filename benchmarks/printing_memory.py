"""The memory of two thousand booklets written one after the other, beside five hundred, each in a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _printing

NAME = "printing-memory"
UNIT = "MB at most"
REFERENCE = "the same for 500 booklets"
LESS_IS_BETTER = True
GOAL = 1.05


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    yield lambda: _printing.megabytes(2_000), lambda: _printing.megabytes(500)
