"""The slowest hundredth of redemptions over HTTP, at a tenth of the greatest rate, requests leaving when they are due: the site server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _latency
from benchmarks import _redemption as CONTEST
from benchmarks._latency import REFERENCE
from benchmarks._redemption import Arena
from benchmarks.redemption_site import WORDS

__all__ = ["CONTEST", "GOAL", "LESS_IS_BETTER", "NAME", "REFERENCE", "UNIT", "contender", "described"]

NAME = "latency-site"
UNIT = "ms (p99)"
LESS_IS_BETTER = True
GOAL = 1.0
_told: list[str] = []


@contextmanager
def contender(arena: Arena) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _latency.at_a_tenth(arena, WORDS, _told) as both:
        yield both


def described() -> str:
    return _told[0]
