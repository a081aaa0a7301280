"""Several releases as one set of tables: what an attacker holds who kept them all. Pure."""

from collections.abc import Mapping, Sequence

from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum, Tables


def merged(releases: Sequence[Tables]) -> tuple[Tables, list[Mapping[Key, Key]]]:
    """The releases together, and what each calls its cells in the whole.

    A count that stood still is one cell, whichever release says it. One that was corrected is another cell from then on: whoever attacks is
    given the best, to know which counts moved even where they are hidden.
    """
    cells: dict[Key, Cell] = {}
    twins: dict[Key, Key] = {}
    told: set[Key] = set()
    never: set[Key] = set()
    sums: dict[Sum, None] = {}
    names: list[Mapping[Key, Key]] = []
    version: dict[Key, int] = {}
    for release in releases:
        own: dict[Key, Key] = {}
        for key, cell in release.cells.items():
            number = version.get(key, 0)
            if key in version and cells[*key, str(number)] != cell:
                number += 1
            version[key] = number
            own[key] = (*key, str(number))
            cells[own[key]] = cell
        told |= {own[key] for key in release.told}
        never |= {own[key] for key in release.never}
        twins |= {own[key]: own[other] for key, other in release.twins.items()}
        sums |= dict.fromkeys(Sum(own[each.total], tuple(own[key] for key in each.parts)) for each in release.sums)
        names.append(own)
    return Tables(cells, tuple(sums), frozenset(told), frozenset(never), twins), names
