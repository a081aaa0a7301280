"""Copies in large print, tagged as PDF/UA-1: the same five vouchers, the places, the telephone, on sheets of A4."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _printing as CONTEST

NAME = "accessible-copies"
UNIT = "booklets/s"
REFERENCE = "WeasyPrint, the same words as pdf/ua-1; processor time of both"
GOAL = 8.0
OURS, THEIRS = 40, 6


@contextmanager
def contender(arena: CONTEST.Arena) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with CONTEST.writer(arena, "accessible_by_weasyprint", THEIRS) as theirs:
        yield lambda: arena.accessible(OURS), theirs
