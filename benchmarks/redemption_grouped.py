"""Redemptions over HTTP through the grouped-commit process: token, key, place, programme, double entry, journal, signed receipt, in JSON.

Database, server and clients share this machine's processors; every commit waits for the disk.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, UNIT, Arena, served

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "redemption-grouped"
GOAL = 1.0
WORDS = ["fast", "--workers", "2"]


@contextmanager
def contender(arena: Arena) -> Iterator[Callable[[], float]]:
    with served(arena, WORDS) as our_round:
        yield our_round
