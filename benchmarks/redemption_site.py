"""Redemptions over HTTP through the ordinary site, each in a commit of its own: what any town has without the grouped-commit process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks._redemption_http import REFERENCE, beside_pgbench

__all__ = ["GOAL", "NAME", "REFERENCE", "UNIT", "rounds"]

NAME = "redemption-site"
UNIT = "redemptions/s"
GOAL = 0.25


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with beside_pgbench(["serve", "--workers", "2"], "site") as both:
        yield both
