"""Who begins first, drawn from a seed by anybody: the units in the order of SHA-256("seed:stratum:id"), the first ones begin.

The draw asks nothing of a language or a library: `printf 'seed:stratum:id' | sha256sum`, then sort.
"""

import hashlib
from collections.abc import Mapping
from itertools import groupby

from carnet.observatory.rules.evaluations._plans import Design, Plan, Unit

# A unit that waits to the end is given no step.
WAITS = 0


def draw(plan: Plan) -> Mapping[str, int]:
    """The step at which each unit begins, from 1; for a waiting list, 1 begins and `WAITS` waits. The same plan gives the same draw."""
    steps: dict[str, int] = {}
    by_stratum = sorted(plan.units, key=lambda unit: unit.stratum)
    for _stratum, found in groupby(by_stratum, key=lambda unit: unit.stratum):
        ordered = sorted(found, key=lambda unit: (rank_of(plan.seed, unit), unit.id))
        count = first_count(plan.treated, len(ordered))
        for place, unit in enumerate(ordered):
            if plan.design is Design.WAITING_LIST:
                steps[unit.id] = 1 if place < count else WAITS
            else:
                steps[unit.id] = place * plan.steps // len(ordered) + 1
    return steps


def rank_of(seed: str, unit: Unit) -> str:
    """What a unit is ordered by."""
    return hashlib.sha256(f"{seed}:{unit.stratum}:{unit.id}".encode()).hexdigest()


def first_count(percent: int, size: int) -> int:
    """How many of `size` begin first: the percentage, rounded down; at least one begins and one waits, when there are two."""
    return min(max(size * percent // 100, 1), size - 1) if size > 1 else 0
