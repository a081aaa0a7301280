"""Cells, the sums between them, and which cells tell too much by themselves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from carnet.observatory.rules._figures import SMALL_COUNT

# What a cell is called: a measure and where, when, of what; the last part tells a corrected count from the one it replaces.
Key = tuple[str, ...]
# A count that is not small but rests on one source may not be known closer than this part of itself, upwards or downwards.
NEARNESS = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A count. `people`: how many people, at most, stand behind it. About somebody's situation (a public), also: `largest`, the people of
    the largest source (a desk, a place), and `whole`, everybody who could have given that answer; else both 0."""

    value: int
    people: int
    largest: int = 0
    whole: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        """Both together: two territories, two services. The largest source is the larger of theirs."""
        return Cell(self.value + other.value, self.people + other.people, max(self.largest, other.largest), self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class Sum:
    """The total is the sum of the parts, and whoever reads the tables knows it."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything a release says or could say. `told`: said elsewhere already. `never`: never published, yet known to exist.

    `twins`: each of these cells is hidden with the other, since one is nearly a multiple of the other: people, and the vouchers they were given.
    """

    cells: Mapping[Key, Cell]
    sums: tuple[Sum, ...]
    told: frozenset[Key] = frozenset()
    never: frozenset[Key] = frozenset()
    twins: Mapping[Key, Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How wide an attacker's bounds must stay: from `low` or below to `high` or above."""

    low: int
    high: int


def is_primary(cell: Cell, *, least: int = SMALL_COUNT) -> bool:
    """Whether the count tells too much by itself.

    Fewer people than `least`; about their situation, also when the rest is fewer than `least` once the largest source is taken off (one only
    desk, or one desk that would read its only neighbour), or when everybody gave that answer.
    """
    if cell.people <= 0:
        return False
    if cell.people < least:
        return True
    return bool(cell.largest) and (cell.people - cell.largest < least or cell.people == cell.whole)


def wanted(cell: Cell, *, least: int = SMALL_COUNT) -> Wanted:
    """The bounds a primary cell must be left with.

    Few people: nobody can tell that there was anybody (0), nor that they were few (`least`, or as many vouchers as so many people would have
    had). One source: not closer than `least`, nor than a tenth of the count.
    """
    if cell.people < least:
        return Wanted(0, max(least, -(-cell.value * least // max(1, cell.people))))
    margin = max(least, -(-cell.value // NEARNESS))
    return Wanted(max(0, cell.value - margin), cell.value + margin)
