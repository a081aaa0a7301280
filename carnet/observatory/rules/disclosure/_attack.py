"""The attacker: the exact bounds of every hidden count, from everything published. It knows nothing of how they were hidden.

What it knows: every count is a whole number, zero or more; every total is the sum of its parts; every release it kept. The bounds are exact
(a linear programme, then a whole-number one wherever its answer is not whole), so nobody with the same knowledge does better.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from carnet.observatory.rules.disclosure._cells import Key, Sum
from carnet.observatory.rules.disclosure._solver import INFINITY, Programme, Row


class Contradiction(ArithmeticError):
    """No whole table fits what was published: a total was changed, or a count was corrected without saying so. The facts: a cell of it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What an attacker is sure of: at least `low`, at most `high` (None: nothing limits it)."""

    low: int
    high: int | None

    @property
    def is_known(self) -> bool:
        """Whether only one count is possible."""
        return self.low == self.high

    def holds(self, low: int, high: int) -> bool:
        """Whether everything from `low` to `high` is still possible."""
        return self.low <= low and (self.high is None or self.high >= high)


def attack(
    shown: Mapping[Key, int],
    hidden: Iterable[Key],
    sums: Iterable[Sum],
    *,
    enough: Mapping[Key, tuple[int, int]] | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[Key, Interval]:
    """The bounds of each hidden cell. A cell that is neither shown nor hidden does not exist: it is zero. Raises: Contradiction.

    `enough`: for whoever only asks whether each cell can still go so low and so high. A whole table that shows it answers for every cell at
    once: the interval is then what was seen to be possible, and the exact bounds may be wider still; where it is narrower, it is exact.
    """
    unknown = set(hidden)
    rows = [row for each in sums if (row := _row(each, shown, unknown))]
    found: dict[Key, Interval] = {}
    for cells, own in _apart(unknown, rows):
        found |= _bounds(cells, own, enough)
        progress(len(found))
    return found


# A sum with only what is hidden: its cells with +1 (parts) or -1 (the total), and what they must sum to.
_Row = tuple[dict[Key, int], int]


def _row(each: Sum, shown: Mapping[Key, int], unknown: set[Key]) -> _Row | None:
    factors: dict[Key, int] = defaultdict(int)
    side = 0
    for key, factor in ((each.total, -1), *((part, 1) for part in each.parts)):
        if key in unknown:
            factors[key] += factor
        else:
            side -= factor * shown.get(key, 0)
    if not any(factors.values()):
        if side:
            raise Contradiction(each.total)
        return None
    return {key: factor for key, factor in factors.items() if factor}, side


def _apart(unknown: set[Key], rows: list[_Row]) -> Iterable[tuple[list[Key], list[_Row]]]:
    """The hidden cells that no sum binds together, each with its sums: what is learnt of one says nothing of the other."""
    leader = {key: key for key in unknown}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for factors, _side in rows:
        first, *others = factors
        for other in others:
            leader[find(other)] = find(first)
    cells: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(unknown):
        cells[find(key)].append(key)
    own: dict[Key, list[_Row]] = defaultdict(list)
    for row in rows:
        own[find(next(iter(row[0])))].append(row)
    for head, keys in cells.items():
        yield keys, own[head]


def _bounds(cells: list[Key], rows: list[_Row], enough: Mapping[Key, tuple[int, int]] | None) -> dict[Key, Interval]:
    column = {key: number for number, key in enumerate(cells)}
    programme = Programme(
        [0.0] * len(cells),
        [INFINITY] * len(cells),
        [Row([column[key] for key in factors], list(factors.values()), side) for factors, side in rows],
    )
    found: dict[Key, Interval] = {}
    # How low and how high each cell goes in the whole tables met so far.
    lows: list[int] = []
    highs: list[int] = []
    for key, number in column.items():
        if enough is not None and lows:
            low, high = enough.get(key, (lows[number], lows[number] + 1))
            if lows[number] <= low and highs[number] >= high:
                found[key] = Interval(lows[number], highs[number])
                continue
        costs = [0.0] * len(cells)
        costs[number] = 1.0
        least = programme.best(costs)
        if least is None:
            raise Contradiction(key)
        most = programme.best(costs, largest=True)
        if most is None and not programme.unlimited:
            raise Contradiction(key)
        found[key] = Interval(least[number], None if most is None else most[number])
        for whole in (least, most or least):
            lows = [min(pair) for pair in zip(lows or whole, whole, strict=True)]
            highs = [max(pair) for pair in zip(highs or whole, whole, strict=True)]
    return found
