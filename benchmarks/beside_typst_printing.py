"""Our booklets beside Typst's: the engine of our accessible copies, setting the tickets too."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import _printing as CONTEST

NAME = "beside-typst-printing"
UNIT = "booklets/s"
REFERENCE = "Typst, simpler pages, QR codes as SVG; processor time of both"
GOAL = None
THEIRS = 60


@contextmanager
def contender(arena: CONTEST.Arena) -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with CONTEST.writer(arena, "by_typst", THEIRS, Path(sys.executable)) as theirs:
        yield arena.ours, theirs
