"""Shown beside: django-hordak's two-legged transfer, called directly: less than a redemption (no voucher, place, key nor journal), and no HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _peer
from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, Arena

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "beside-django-hordak"
UNIT = "transfers/s"
GOAL = None


@contextmanager
def contender(_arena: Arena) -> Iterator[Callable[[], float]]:
    with _peer.called("hordak") as one_round:
        yield one_round
