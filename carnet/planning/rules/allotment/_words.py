"""The words of an allotment: who needs booklets, who hands them, where they are used, what must be kept; and its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

PERMILLE = 1000


class Guarantee(StrEnum):
    """What an allotment must respect; each can be taken away to see what it costs."""

    BUDGET = "BUDGET"
    BOOKLETS = "BOOKLETS"
    FLOOR = "FLOOR"
    PRIORITY = "PRIORITY"
    SEATS = "SEATS"
    TRAVEL = "TRAVEL"
    DESK_MINIMUM = "DESK_MINIMUM"
    DESK_MAXIMUM = "DESK_MAXIMUM"


class Method(StrEnum):
    """How an allotment was made."""

    OPTIMAL = "OPTIMAL"
    PER_HEAD = "PER_HEAD"
    FORMULA = "FORMULA"


@dataclass(frozen=True, slots=True)
class Demand:
    """A commune. `people` in need (one booklet each at most), `need` points one of them counts for, `priority_permille` of them in priority publics."""

    code: str
    name: str
    population: int
    people: int
    need: int
    priority_permille: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """A point that hands booklets over. `maximum` booklets it can hand (none: no limit).

    `priority_permille`: the part of its hand-overs that goes to priority publics when it is known (a mission locale), else the commune's own.
    """

    code: str
    name: str
    commune: str
    maximum: int | None = None
    priority_permille: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place with seats. `booklets`: how many booklets its seats can serve over the period."""

    code: str
    name: str
    commune: str
    booklets: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far a point is from a commune. Unit: whole minutes, one way."""

    commune: str
    point: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Tranche:
    """Up to this many hundredths of its equal part, a commune's booklet counts `weight` hundredths of its need; the last has no end."""

    upto: int | None
    weight: int


# The first booklets of a commune count more than the last ones: without this, all of them go where the score is highest (docs/planning.md#tranches).
TRANCHES = (Tranche(50, 100), Tranche(100, 75), Tranche(150, 50), Tranche(200, 35), Tranche(300, 25), Tranche(None, 15))


@dataclass(frozen=True, slots=True)
class Prices:
    """`booklet_cents`: face value and paper. `delivery_cents`: one parcel, for each desk served. `minute`: hundredths of a point one minute takes away."""

    booklet_cents: int
    delivery_cents: int = 0
    minute: int = 20


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What must be respected. None or zero: not asked for.

    `floor`: booklets each commune gets (never more than its people in need); only communes that can be reached, unless `floor_everywhere`.
    `priority_permille`: the part of the booklets that goes to priority publics. `minutes_max`: to the desk, and to the place.
    """

    budget_cents: int | None = None
    booklets: int | None = None
    floor: int = 0
    floor_everywhere: bool = False
    priority_permille: int = 0
    minutes_max: int | None = None
    desk_minimum: int = 0
    keeps_seats: bool = True
    keeps_desk_maximum: bool = True

    def asked(self) -> tuple[Guarantee, ...]:
        """Those in force, in the order of `Guarantee`."""
        held = {
            Guarantee.BUDGET: self.budget_cents is not None,
            Guarantee.BOOKLETS: self.booklets is not None,
            Guarantee.FLOOR: self.floor > 0,
            Guarantee.PRIORITY: self.priority_permille > 0,
            Guarantee.SEATS: self.keeps_seats,
            Guarantee.TRAVEL: self.minutes_max is not None,
            Guarantee.DESK_MINIMUM: self.desk_minimum > 1,
            Guarantee.DESK_MAXIMUM: self.keeps_desk_maximum,
        }
        return tuple(each for each in Guarantee if held[each])

    def without(self, *guarantees: Guarantee) -> "Guarantees":
        """The same, but for these."""
        found = self
        for each in guarantees:
            found = _WITHOUT[each](found)
        return found


_WITHOUT = {
    Guarantee.BUDGET: lambda held: replace(held, budget_cents=None),
    Guarantee.BOOKLETS: lambda held: replace(held, booklets=None),
    Guarantee.FLOOR: lambda held: replace(held, floor=0),
    Guarantee.PRIORITY: lambda held: replace(held, priority_permille=0),
    Guarantee.SEATS: lambda held: replace(held, keeps_seats=False),
    Guarantee.TRAVEL: lambda held: replace(held, minutes_max=None),
    Guarantee.DESK_MINIMUM: lambda held: replace(held, desk_minimum=0),
    Guarantee.DESK_MAXIMUM: lambda held: replace(held, keeps_desk_maximum=False),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """Booklets of a commune handed over at a desk, or used at a place; `minutes` one way."""

    point: str
    commune: str
    booklets: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Booklets by desk and commune, and where they can be used.

    `covered`: need covered, hundredths of a point. `minutes`: to the desk once and to the place once, of every booklet. `cents`: what it costs.
    `idle`: booklets a method gives to a commune and that cannot be handed over or used within the guarantees.
    `gap`: how far, at most, the best could be above, as a part of it; None when nothing proves it.
    """

    method: Method
    handed: tuple[Flow, ...]
    taught: tuple[Flow, ...]
    covered: int
    minutes: int
    cents: int
    idle: Mapping[str, int] = field(default_factory=dict)
    gap: float | None = None

    @property
    def booklets(self) -> int:
        """Handed over and used."""
        return sum(each.booklets for each in self.handed)

    @property
    def idle_booklets(self) -> int:
        """Paid for and of no use."""
        return sum(self.idle.values())

    def by_desk(self) -> dict[str, int]:
        """Booklets to send to each desk."""
        return _summed((each.point, each.booklets) for each in self.handed)

    def by_commune(self) -> dict[str, int]:
        """Booklets for the people of each commune."""
        return _summed((each.commune, each.booklets) for each in self.handed)

    def by_site(self) -> dict[str, int]:
        """Booklets used at each place."""
        return _summed((each.point, each.booklets) for each in self.taught)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, count in pairs:
        found[key] = found.get(key, 0) + count
    return dict(sorted(found.items()))
