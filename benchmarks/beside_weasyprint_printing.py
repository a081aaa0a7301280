"""Our booklets beside WeasyPrint's, which makes them of HTML."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _printing as CONTEST

NAME = "beside-weasyprint-printing"
UNIT = "booklets/s"
REFERENCE = "WeasyPrint, simpler pages, QR codes as SVG; processor time of both"
GOAL = None
THEIRS = 6


@contextmanager
def contender(arena: CONTEST.Arena) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with CONTEST.writer(arena, "by_weasyprint", THEIRS) as theirs:
        yield arena.ours, theirs
