"""What a voucher weighs on disk: its row and its indexes, in a million just drawn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _million
from benchmarks._million import Million

NAME = "voucher-size"
UNIT = "bytes"
REFERENCE = "the promise: 220 bytes with its indexes"
LESS_IS_BETTER = True
GOAL = 1.0
CONTEST = _million
ROUNDS = 2
PROMISED_BYTES = 220.0


@contextmanager
def contender(arena: Million) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    yield arena.bytes_each, lambda: PROMISED_BYTES
