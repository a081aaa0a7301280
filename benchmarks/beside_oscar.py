"""Shown beside: django-oscar's voucher applied to an order, called directly: its own idea of spending a voucher, and no HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _peer
from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, Arena

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "beside-django-oscar"
UNIT = "orders/s"
GOAL = None


@contextmanager
def contender(_arena: Arena) -> Iterator[Callable[[], float]]:
    with _peer.called("oscar") as one_round:
        yield one_round
