"""Redemptions over HTTP through the ordinary site, each in a commit of its own: what any town has without the grouped-commit process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, UNIT, Arena, served

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "redemption-site"
GOAL = 0.25
WORDS = ["serve", "--workers", "2"]


@contextmanager
def contender(arena: Arena) -> Iterator[Callable[[], float]]:
    with served(arena, WORDS) as our_round:
        yield our_round
