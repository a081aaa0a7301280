"""Shown beside: the same redemption as a Django textbook would write it (select_for_update, save), over HTTP under the same server and clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _peer
from benchmarks import _redemption as CONTEST
from benchmarks._redemption import REFERENCE, Arena

__all__ = ["CONTEST", "GOAL", "NAME", "REFERENCE", "UNIT", "contender"]

NAME = "beside-django-textbook"
UNIT = "redemptions/s"
GOAL = None


@contextmanager
def contender(_arena: Arena) -> Iterator[Callable[[], float]]:
    with _peer.textbook() as one_round:
        yield one_round
