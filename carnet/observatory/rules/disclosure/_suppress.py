"""What to hide beside the primary cells: for each, two witnesses at the least cost, each a whole table that fits all that is shown.

A witness is a table of whole numbers, zero or more, with the same sums, equal to the true one wherever something is shown, and in which the
primary cell lies at the wanted bound. As long as both exist, no attack bounds the cell more tightly: that is a proof, whatever the attack.
Cells a witness had to change are hidden; hiding more never spoils an earlier witness, so one pass over the primary cells is enough.
Source: docs/sources/confidentiality.md (Fischetti and Salazar; Hundepool and others, chapter 4).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from carnet.observatory.rules._figures import SMALL_COUNT
from carnet.observatory.rules.disclosure._attack import Interval, attack
from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum, Tables, Wanted, is_primary, wanted
from carnet.observatory.rules.disclosure._solver import INFINITY, Programme, Row

# How far around a primary cell a witness is looked for, in sums: near first, then everywhere.
_REACHES = (2, 4, None)
# So few cells that looking everywhere at once costs less than looking near first.
_SMALL = 1_500


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What is hidden. `primary` with the bounds each keeps; `said`: cells that what is already public bounds
    more tightly than wanted, or gives away; their bounds are then the widest there are."""

    hidden: frozenset[Key]
    primary: Mapping[Key, Wanted]
    said: frozenset[Key]


def suppress(
    tables: Tables,
    *,
    least: int = SMALL_COUNT,
    hidden_before: Collection[Key] = (),
    shown_before: Collection[Key] = (),
    wanted_before: Mapping[Key, Wanted] | None = None,
    secondary: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Suppressed:
    """Primary cells, and those that must be hidden with them. What was shown before stays known, what was hidden before stays hidden.

    `wanted_before`: the bounds that earlier releases left to their primary cells; they are kept too. `secondary=False` is for the test that
    proves the attacker bites.
    """
    fixed = tables.told | set(shown_before)
    primary = {key: wanted(cell, least=least) for key, cell in tables.cells.items() if _hides(key, cell, tables, fixed, least)}
    primary |= {key: each for key, each in (wanted_before or {}).items() if key in tables.cells and key not in fixed}
    hidden = {key for key in (*primary, *hidden_before, *tables.never) if key not in fixed}
    if not secondary:
        return Suppressed(frozenset(hidden), primary, frozenset())
    search = _Search(tables, hidden, fixed)
    # What no new cell is bound to was made safe before, and nothing new is known of it.
    known = set(hidden_before) | set(shown_before)
    live = bound_to(tables, tables.cells.keys() - known) if known else frozenset(tables.cells)
    said: set[Key] = set()
    kept = {key: each for key, each in primary.items() if key not in live}
    order = sorted(live & primary.keys(), key=lambda key: (key[1:2], tables.cells[key].value, key))
    for done, key in enumerate(order, start=1):
        bounds = search.protect(key, primary[key])
        kept[key] = bounds
        if bounds != primary[key]:
            said.add(key)
        progress(done, len(order))
    blurred = search.blurred(primary, live)
    # What everybody can work out whatever is hidden is told: hiding it would only pretend.
    plain = blurred | {key for key in said if kept[key].low == kept[key].high}
    return Suppressed(frozenset(search.hidden - plain), kept, frozenset(said | blurred))


def after(found: Suppressed, before: Tables, now: Tables, *, least: int = SMALL_COUNT, secondary: bool = True) -> Suppressed:
    """What to hide of all releases together, once `found` was hidden of those before. `now` holds them and the next one (`merged`)."""
    shown = before.cells.keys() - found.hidden
    return suppress(now, least=least, hidden_before=found.hidden, shown_before=shown, wanted_before=found.primary, secondary=secondary)


def faults(tables: Tables, found: Suppressed, *, cells: frozenset[Key] | None = None, exact: bool = True) -> dict[Key, Interval]:
    """What the attacker gets that it should not: primary cells bounded too tightly, and any hidden cell given back. Empty: the attack failed.

    `cells`: those to attack, with everything that any sum binds them to (`bound_to`); None: all. `exact=False` stops looking at a cell once
    it is seen to go as low and as high as it must.
    """
    shown = {key: cell.value for key, cell in tables.cells.items() if key not in found.hidden}
    enough = None if exact else {key: (each.low, each.high) for key, each in found.primary.items()}
    bounds = attack(shown, found.hidden if cells is None else found.hidden & cells, _touching(tables.sums, cells), enough=enough)
    bad = {key: bounds[key] for key, each in found.primary.items() if key in bounds and not bounds[key].holds(each.low, each.high)}
    open_ = found.primary.keys() - found.hidden - found.said
    bad |= {key: Interval(tables.cells[key].value, tables.cells[key].value) for key in open_}
    secondary = found.hidden - found.primary.keys() - tables.never - found.said
    return bad | {key: bounds[key] for key in secondary if key in bounds and bounds[key].is_known}


def bound_to(tables: Tables, keys: Collection[Key]) -> frozenset[Key]:
    """These cells and all that sums or twins bind to them, however far: nothing else bears on them."""
    of: dict[Key, list[tuple[Key, ...]]] = defaultdict(list)
    for each in tables.sums:
        for key in (each.total, *each.parts):
            of[key].append((each.total, *each.parts))
    for pair in tables.twins.items():
        of[pair[0]].append(pair)
    found, edge = set(keys), list(keys)
    done: set[int] = set()
    while edge:
        for group in of[edge.pop()]:
            if id(group) not in done:
                done.add(id(group))
                more = [key for key in group if key not in found]
                found.update(more)
                edge += more
    return frozenset(found)


def _touching(sums: tuple[Sum, ...], cells: frozenset[Key] | None) -> Iterable[Sum]:
    return sums if cells is None else [each for each in sums if each.total in cells]


def _hides(key: Key, cell: Cell, tables: Tables, fixed: Collection[Key], least: int) -> bool:
    return key not in fixed and key not in tables.never and is_primary(cell, least=least)


class _Search:
    """Looks for witnesses; hides what they need."""

    def __init__(self, tables: Tables, hidden: Collection[Key], fixed: Collection[Key]) -> None:
        self.hidden: set[Key] = set()
        self._cells = tables.cells
        self._never = tables.never
        self._twins = tables.twins
        self._fixed = fixed
        self._sums = tables.sums
        self._of: dict[Key, list[int]] = defaultdict(list)
        for number, each in enumerate(tables.sums):
            for key in (each.total, *each.parts):
                self._of[key].append(number)
        # How low and how high each cell was already seen to go.
        self._seen: dict[Key, tuple[int, int]] = {}
        self._latest: tuple[frozenset[Key], _Near] | None = None
        self._components: dict[Key, frozenset[Key]] = {}
        for key in hidden:
            self.hide(key)

    def protect(self, key: Key, bounds: Wanted) -> Wanted:
        """Hide what keeps the cell within the wanted bounds; return them, or the widest there are when what is public allows no better."""
        value = self._cells[key].value
        low, high = self._reach(key, min(bounds.low, value), -1), self._reach(key, max(bounds.high, value), 1)
        return Wanted(low, high)

    def blurred(self, primary: Collection[Key], live: frozenset[Key]) -> set[Key]:
        """Keep what is hidden beside the primary cells (by an earlier release, as a twin) from being given back; return what could not be."""
        given, looked = set(), set(primary) | set(self._never)
        while left := sorted((self.hidden & live) - looked):
            given |= {key for key in left if not self._blur(key)}
            looked.update(left)
        return given

    def _blur(self, key: Key) -> bool:
        value = self._cells[key].value
        low, high = self._seen.get(key, (value, value))
        return low < high or self._reach(key, value + 1, 1) > value or (value > 0 and self._reach(key, value - 1, -1) < value)

    def _reach(self, key: Key, target: int, way: int) -> int:
        """Move the cell up or down to the target; return how far it could be moved."""
        value = self._cells[key].value
        seen = self._seen.get(key, (value, value))
        if (seen[0] <= target) if way < 0 else (seen[1] >= target):
            return target
        for reach in _REACHES if len(self._component(key)) > _SMALL else _REACHES[-1:]:
            near = self._near(key, reach)
            if near.moved(key, target - value, way):
                return target
        # What is already public bounds it more tightly than wanted: as far as it goes.
        return near.farthest(key, way)

    def _near(self, key: Key, reach: int | None) -> "_Near":
        whole = self._component(key)
        keys = whole if len(whole) <= _SMALL else frozenset(self._around(key, reach))
        if self._latest is None or self._latest[0] != keys:
            self._latest = (keys, _Near(self, keys))
        return self._latest[1]

    def _component(self, key: Key) -> frozenset[Key]:
        if key not in self._components:
            found = frozenset(self._around(key, None))
            self._components |= dict.fromkeys(found, found)
        return self._components[key]

    def _around(self, key: Key, reach: int | None) -> Iterable[Key]:
        found, edge = {key}, {key}
        while edge and reach != 0:
            numbers = {number for each in edge for number in self._of[each]}
            edge = {each for number in numbers for each in (self._sums[number].total, *self._sums[number].parts)} - found
            found |= edge
            reach = None if reach is None else reach - 1
        return found

    def keep(self, moved: Mapping[Key, int]) -> None:
        """A witness was found: hide what it changes, remember how far each cell went."""
        for key, by in moved.items():
            self.hide(key)
            value = self._cells[key].value
            low, high = self._seen.get(key, (value, value))
            self._seen[key] = (min(low, value + by), max(high, value + by))

    def hide(self, key: Key) -> None:
        """Hide a cell, and its twin unless it is public already."""
        self.hidden.add(key)
        twin = self._twins.get(key)
        if twin is not None and twin not in self._fixed:
            self.hidden.add(twin)

    def cost(self, key: Key) -> float:
        """What hiding a cell takes from its readers: nothing once hidden; more for a larger count, much more for a total of totals."""
        if key in self.hidden:
            return 0.0
        heads = sum(1 for number in self._of[key] if self._sums[number].total == key)
        return float(4**heads * (1 + self._cells[key].value.bit_length()))

    def may_change(self, key: Key) -> bool:
        """Whether it is hidden or may be."""
        return key not in self._fixed

    def value(self, key: Key) -> int:
        """The true count."""
        return self._cells[key].value

    def rows(self, column: Mapping[Key, int]) -> Iterable[tuple[list[Key], list[int]]]:
        """The sums that touch these cells, over these cells alone: the others stay as they are."""
        for number in sorted({number for key in column for number in self._of[key]}):
            each = self._sums[number]
            keys = [key for key in (each.total, *each.parts) if key in column]
            yield keys, [-1 if key == each.total else 1 for key in keys]


class _Near:
    """The programme of the cells around one: by how much each may move, upwards and downwards, so that every sum still holds."""

    def __init__(self, search: _Search, keys: Iterable[Key]) -> None:
        self._search = search
        self._keys = sorted(key for key in keys if search.may_change(key))
        self._up = {key: 2 * number for number, key in enumerate(self._keys)}
        upper = [bound for key in self._keys for bound in (INFINITY, float(search.value(key)))]
        rows = [
            Row(
                [column for key in keys for column in (self._up[key], self._up[key] + 1)],
                [factor for each in factors for factor in (each, -each)],
                0,
            )
            for keys, factors in search.rows(self._up)
        ]
        self._programme = Programme([0.0] * len(upper), upper, rows)
        self._upper = upper

    def moved(self, key: Key, by: int, way: int) -> bool:
        """Look for a witness in which the cell moved by that much, at the least cost; keep it."""
        if key not in self._up:
            return False
        up = self._up[key]
        column, other = (up, up + 1) if way > 0 else (up + 1, up)
        self._programme.bound(column, abs(by), self._upper[column])
        self._programme.bound(other, 0.0, 0.0)
        # Even what costs nothing moves as little as it can: a witness near the truth needs fewer cells.
        costs = [cost for each in self._keys for cost in [self._search.cost(each) + 0.01] * 2]
        found = self._programme.best(costs) if abs(by) <= self._upper[column] else None
        self._programme.bound(column, 0.0, self._upper[column])
        self._programme.bound(other, 0.0, self._upper[other])
        if found is None:
            return False
        self._keep(found)
        return True

    def farthest(self, key: Key, way: int) -> int:
        """Move the cell as far as everything that may be hidden allows; return where it ends."""
        value = self._search.value(key)
        if key not in self._up:
            return value
        costs = [0.0] * (2 * len(self._keys))
        costs[self._up[key]], costs[self._up[key] + 1] = float(way), -float(way)
        found = self._programme.best(costs, largest=True)
        if found is None:
            return value
        self._keep(found)
        return value + found[self._up[key]] - found[self._up[key] + 1]

    def _keep(self, found: list[int]) -> None:
        moved = {key: found[up] - found[up + 1] for key, up in self._up.items()}
        self._search.keep({key: by for key, by in moved.items() if by})
