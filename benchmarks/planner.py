"""The best allotment for 1,300 communes and 500 points, with its proof: floor, priority publics, seats, half an hour and a minimum by desk kept.

The time is that of a person who changes the budget and waits: the model built, solved and proved. The real communes and places of Pays de la Loire
are solved once beside.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django

NAME = "planner"
UNIT = "s for 1,300 communes and 500 points"
REFERENCE = "ten seconds, as long as a person waits for what-if"
LESS_IS_BETTER = True
GOAL = 1.0
WAIT_SECONDS = 10.0
_told: list[str] = []


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks._settings")
    django.setup()
    from benchmarks import _plans
    from carnet.planning.queries import solving
    from carnet.planning.rules.allotment import check

    problem = _plans.drawn(1)

    def ours() -> float:
        started = time.perf_counter()
        solved = solving.solve(problem, with_costs=False)
        seconds = time.perf_counter() - started
        assert not check(problem, solved.allotment)
        _told[:1] = [f"gap {solved.gap * 100:.4f} %, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"]
        return seconds

    _told[:] = ["", _of_real(solving.solve(_plans.real(), with_costs=False))]
    yield ours, lambda: WAIT_SECONDS


def _of_real(solved: object) -> str:
    return f"Pays de la Loire {solved.seconds:.1f} s, gap {solved.gap * 100:.4f} %"  # type: ignore[attr-defined]


def described() -> str:
    """The reference, and what was proved."""
    return f"{REFERENCE}; {'; '.join(_told)}"
