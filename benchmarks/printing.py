"""Booklets printed: a cover, its inside and five vouchers with their QR codes, embedded fonts, marks to cut by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _printing as CONTEST

NAME = "printing"
UNIT = "booklets/s"
REFERENCE = "reportlab, the same pages with forms, embedded fonts and vector QR codes; processor time of both"
GOAL = 3.0
THEIRS = 100


@contextmanager
def contender(arena: CONTEST.Arena) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with CONTEST.writer(arena, "by_reportlab", THEIRS) as theirs:
        yield arena.ours, theirs
