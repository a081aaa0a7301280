"""Random releases to attack: small territories astride one another, services, publics, months that follow, corrections, years. Pure.

They are harder than real ones: few communes, many small counts, totals already public, and a second release that corrects the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from carnet.observatory.rules._figures import SMALL_COUNT
from carnet.observatory.rules.disclosure._attack import Interval
from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum, Tables, is_primary
from carnet.observatory.rules.disclosure._history import merged
from carnet.observatory.rules.disclosure._rolling import Dimension, rolled_up
from carnet.observatory.rules.disclosure._suppress import Suppressed, after, faults

NATION = "FR"
# How often a release corrects the first month.
CORRECTED = 0.4
Lines = dict[Key, int]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of attacking random releases, all kept. `said`: cells already public; `waited`: corrections put off; `broken`: what the attacker got."""

    cell_count: int
    primary_count: int
    hidden_count: int
    said_count: int
    waited_count: int
    broken: dict[Key, Interval]


@dataclass(frozen=True, slots=True)
class World:
    """Where random releases are made: its territories, its cuts, what is already public, what happened each month."""

    territory: Dimension
    services: Dimension
    publics: Dimension
    is_told: bool
    has_year: bool
    months: tuple[Lines, ...]

    def release(self, months: Sequence[Lines]) -> Tables:
        """The tables of the months told so far; the year once they are all told."""
        return _release(self, months, with_year=self.has_year and len(months) == len(self.months))


def trial(rng: Random, *, secondary: bool = True, hide: bool = True) -> Trial:
    """Publish random tables as releases are, then attack them all together. `hide=False`: nothing is hidden at all."""
    found, whole, waited = published(random_world(rng), rng, secondary=secondary)
    if not hide:
        bare = {key: Interval(whole.cells[key].value, whole.cells[key].value) for key in found.primary}
        return Trial(len(whole.cells), len(found.primary), 0, 0, waited, bare)
    return Trial(len(whole.cells), len(found.primary), len(found.hidden), len(found.said), waited, faults(whole, found))


def published(world: World, rng: Random, *, secondary: bool = True) -> tuple[Suppressed, Tables, int]:
    """A release a month, some of them correcting the first month; a correction that would betray somebody waits, as in real releases.

    Returns what is hidden in the end, the whole an attacker holds who kept every release, and how many corrections waited.
    """
    releases: list[Tables] = []
    months: list[Lines] = []
    waited = 0
    found, whole = Suppressed(frozenset(), {}, frozenset()), Tables({}, ())
    for month in world.months:
        months.append(month)
        proposed = [*months]
        if len(months) > 1 and rng.random() < CORRECTED:
            proposed[0] = _corrected(rng, months[0])
        next_whole = merged([*releases, world.release(proposed)])[0]
        next_found = after(found, whole, next_whole, secondary=secondary)
        if next_found.said and proposed != months and secondary:
            waited, proposed = waited + 1, [*months]
            next_whole = merged([*releases, world.release(proposed)])[0]
            next_found = after(found, whole, next_whole, secondary=secondary)
        months = proposed
        releases.append(world.release(months))
        found, whole = next_found, next_whole
    return found, whole, waited


def random_world(rng: Random) -> World:
    """Small territories and two or three months, with at least one count that must be hidden."""
    while True:
        territory, services, publics = _territory(rng), _cut(rng, "service", 2, 4), replace(_cut(rng, "public", 2, 3), is_about_people=True)
        months = tuple(_month(rng, territory, services) for _each in range(rng.randint(2, 3)))
        world = World(territory, services, publics, rng.random() < 0.5, rng.random() < 0.5, months)
        first = world.release(months[:1])
        if any(is_primary(cell) for key, cell in first.cells.items() if key not in first.told):
            return world


def _territory(rng: Random) -> Dimension:
    communes = tuple(f"c{number}" for number in range(rng.randint(4, 9)))
    groups = _groups(rng, communes, rng.randint(2, 3), "e")
    departments = _groups(rng, communes, rng.randint(1, 2), "d")
    return Dimension(communes, {**groups, **departments, NATION: tuple(departments)})


def _groups(rng: Random, communes: tuple[str, ...], count: int, letter: str) -> dict[str, tuple[str, ...]]:
    placed = {commune: f"{letter}{rng.randrange(count)}" for commune in communes}
    return {name: tuple(commune for commune in communes if placed[commune] == name) for name in sorted(set(placed.values()))}


def _cut(rng: Random, name: str, fewest: int, most: int) -> Dimension:
    leaves = tuple(f"{name}{number}" for number in range(rng.randint(fewest, most)))
    return Dimension(leaves, {"": leaves})


def _month(rng: Random, territory: Dimension, services: Dimension) -> Lines:
    return {(commune, service): _count(rng) for commune in territory.leaves for service in services.leaves}


def _count(rng: Random) -> int:
    drawn = rng.random()
    if drawn < 0.35:
        return 0
    return rng.randint(1, SMALL_COUNT - 1) if drawn < 0.6 else rng.randint(SMALL_COUNT, 60)


def _corrected(rng: Random, month: Lines) -> Lines:
    moved = rng.sample(sorted(month), k=min(2, len(month)))
    return {key: max(0, count + rng.randint(-2, 3)) if key in moved else count for key, count in month.items()}


def _release(world: World, months: Sequence[Lines], *, with_year: bool) -> Tables:
    territory, services, publics = world.territory, world.services, world.publics
    cells: dict[Key, Cell] = {}
    sums: list[Sum] = []
    for number, month in enumerate(months):
        by_service = rolled_up({key: Cell(count, count) for key, count in month.items()}, (territory, services))
        # The same hand-overs, cut by public: drawn from the counts, so that a month that did not move is cut the same way again.
        by_public = rolled_up(_split(month, territory, services, publics), (territory, publics))
        for found, more in (by_public, by_service):
            cells |= {(f"m{number}", *key): cell for key, cell in found.items()}
            sums += [_in_period(f"m{number}", each) for each in more]
    told = {key for key in cells if world.is_told and key[1:] == (NATION, "")}
    if with_year:
        sums += _year(cells, sums, len(months))
    return Tables(cells, tuple(sums), frozenset(told))


def _year(cells: dict[Key, Cell], sums: Sequence[Sum], count: int) -> list[Sum]:
    """Add the year's cells; return their sums, over the months and within the year."""
    found = []
    for place in [key[1:] for key in cells if key[0] == "m0"]:
        parts = tuple((f"m{number}", *place) for number in range(count))
        whole = [cells[part] for part in parts]
        together = sum(whole[1:], whole[0])
        cells["y", *place] = replace(together, largest=sum(each.largest for each in whole))
        found.append(Sum(("y", *place), parts))
    return found + [Sum(("y", *each.total[1:]), tuple(("y", *part[1:]) for part in each.parts)) for each in sums if each.total[0] == "m0"]


def _in_period(period: str, each: Sum) -> Sum:
    return Sum((period, *each.total), tuple((period, *part) for part in each.parts))


def _split(month: Lines, territory: Dimension, services: Dimension, publics: Dimension) -> dict[Key, Cell]:
    lines: dict[Key, Cell] = {}
    for commune in territory.leaves:
        whole = left = sum(month[commune, service] for service in services.leaves)
        own = Random(f"{commune} {whole}")  # noqa: S311 - a draw for a test of ours, not a secret
        for public in publics.leaves:
            count = left if public == publics.leaves[-1] else own.randint(0, left)
            left -= count
            lines[commune, public] = Cell(count, count, largest=own.randint(count // 2, count), whole=whole)
    return lines
