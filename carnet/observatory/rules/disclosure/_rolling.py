"""From lines to tables: every total of every dimension, and the sums that bind them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to cut: its finest values, and its totals, each after what it is made of. A value may count in several totals.

    `is_about_people`: its totals say nothing of anybody's situation any more.
    """

    leaves: tuple[str, ...]
    totals: Mapping[str, tuple[str, ...]]
    is_about_people: bool = False

    @property
    def nodes(self) -> tuple[str, ...]:
        """Leaves, then totals in their order."""
        return (*self.leaves, *self.totals)


def rolled_up(lines: Mapping[Key, Cell], dimensions: Sequence[Dimension]) -> tuple[dict[Key, Cell], list[Sum]]:
    """Every cell of the product of the dimensions, and every sum. A combination without a line is zero."""
    cells = {key: lines.get(key, Cell(0, 0)) for key in product(*(each.leaves for each in dimensions))}
    nodes: list[tuple[str, ...]] = [each.leaves for each in dimensions]
    for place, dimension in enumerate(dimensions):
        for each in _sums_along(place, dimension, nodes):
            whole = _together([cells[key] for key in each.parts])
            cells[each.total] = replace(whole, largest=0, whole=0) if dimension.is_about_people else whole
        nodes[place] = dimension.nodes
    return cells, [each for place, dimension in enumerate(dimensions) for each in _sums_along(place, dimension, nodes)]


def _sums_along(place: int, dimension: Dimension, nodes: Sequence[tuple[str, ...]]) -> Iterator[Sum]:
    """The sums of one dimension, totals after what they are made of, for whatever the other dimensions have by then."""
    for total, parts in dimension.totals.items():
        for rest in product(*nodes[:place], *nodes[place + 1 :]):
            before, after = rest[:place], rest[place:]
            yield Sum((*before, total, *after), tuple((*before, part, *after) for part in parts))


def _together(cells: Sequence[Cell]) -> Cell:
    whole = Cell(0, 0)
    for each in cells:
        whole = whole + each
    return whole
