"""A million vouchers issued: codes drawn from the seed, keyed hashes, rows with their share patterns and indexes, committed chunk by chunk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _million
from benchmarks._million import Million

NAME = "issuing"
UNIT = "vouchers/s"
REFERENCE = "Django's bulk_create of the same rows, codes and hashes included"
GOAL = 8.0
CONTEST = _million
ROUNDS = 2


@contextmanager
def contender(arena: Million) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    yield arena.draw, arena.draw_as_django
