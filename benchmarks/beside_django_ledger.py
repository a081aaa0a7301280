"""Shown beside: django-ledger's posted journal entry, called directly: less than a redemption (no voucher, place nor key), and no HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _peer
from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, Arena

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "beside-django-ledger"
UNIT = "entries/s"
GOAL = None


@contextmanager
def contender(_arena: Arena) -> Iterator[Callable[[], float]]:
    with _peer.called("ledger") as one_round:
        yield one_round
