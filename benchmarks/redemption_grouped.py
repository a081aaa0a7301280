"""Redemptions over HTTP through the grouped-commit process: token, key, place, programme, double entry, journal, signed receipt, in JSON.

Database, server and clients share this machine's processors; every commit waits for the disk.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks._redemption_http import REFERENCE, beside_pgbench

__all__ = ["GOAL", "NAME", "REFERENCE", "UNIT", "rounds"]

NAME = "redemption-grouped"
UNIT = "redemptions/s"
GOAL = 1.0


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with beside_pgbench(["fast", "--workers", "2"], "grouped") as both:
        yield both
