"""Who is left far from any place that takes their vouchers: counted where they received them, hidden when they are few. Pure.

Nobody's home is known: a person stands at the desk that gave them their vouchers (docs/decisions/0066-far-from-any-place.md).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from carnet.observatory.rules import SMALL_COUNT

LIMITS = (15, 20, 30, 45, 60)  # minutes one may ask about
FAR_MINUTES = 30
# From when the home pages say it: so many people, or a tenth of them.
MATTERS_PEOPLE = 50
MATTERS_PERMILLE = 100


@dataclass(frozen=True, slots=True)
class Holders:
    """People who hold vouchers of one desk of one programme that can still be spent, and how far the nearest place is.

    `code`: the INSEE code of the desk's commune; "" when its address names none. `minutes` None: unknown, because the desk is nowhere or
    because the programme has no place at all (`has_places`).
    """

    code: str
    people: int
    vouchers: int
    minutes: float | None
    place: str = ""
    has_places: bool = True

    def is_far(self, limit: int) -> bool | None:
        """Whether the nearest place is more than `limit` minutes away; nowhere to go is far, an unknown desk is None."""
        if not self.has_places:
            return True
        return None if self.minutes is None else self.minutes > limit


@dataclass(frozen=True, slots=True)
class CommuneGap:
    """The people of the desks of one commune. Counts are None when they are hidden.

    `minutes`: to the nearest place, from the desk that is farthest from any; infinite when there is none within 100 km, None when unknown.
    """

    code: str
    people: int | None
    far: int | None
    vouchers: int | None
    far_vouchers: int | None
    minutes: float | None
    place: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A whole: people who hold vouchers, those far from any place, those of desks whose commune is unknown; None when hidden."""

    people: int | None
    far: int | None
    unknown: int | None
    vouchers: int | None
    far_vouchers: int | None
    communes: tuple[CommuneGap, ...]

    @property
    def hidden(self) -> int:
        """How many communes have a count hidden."""
        return sum(1 for each in self.communes if each.people is None or each.far is None)


def gap_of(holders: Iterable[Holders], *, limit: int) -> Gap:
    """The people of some desks by commune, the most people far first, small counts hidden.

    Units: people, vouchers; `limit` minutes.
    """
    by_code: dict[str, list[Holders]] = {}
    for each in holders:
        by_code.setdefault(each.code, []).append(each)
    whole = [_commune(code, found, limit) for code, found in by_code.items()]
    known = [each for each in whole if each.code]
    unknown = sum(each.people or 0 for each in whole if not each.code)
    totals = Gap(
        people=_shown(sum(each.people or 0 for each in whole)),
        far=_shown(sum(each.far or 0 for each in whole)),
        unknown=_shown(unknown),
        vouchers=sum(each.vouchers or 0 for each in whole),
        far_vouchers=sum(each.far_vouchers or 0 for each in whole),
        communes=(),
    )
    if totals.people is None:
        totals = replace(totals, far=None, vouchers=None, far_vouchers=None)
    if totals.far is None:
        totals = replace(totals, far_vouchers=None)
    hidden = hidden_codes({each.code: (each.people or 0, each.far or 0) for each in whole})
    told = [_hide(each) if each.code in hidden else each for each in known]
    return replace(totals, communes=tuple(sorted(told, key=_rank)))


def hidden_codes(counts: Mapping[str, tuple[int, int]], *, least: int = SMALL_COUNT) -> frozenset[str]:
    """The communes not told: where people, people far or people near are fewer than `least`; never one alone.

    `counts`: people and people far, by commune. A total would give back the only one hidden, so that the next smallest goes with it.
    """
    hidden = {code for code, (people, far) in counts.items() if any(0 < count < least for count in (people, far, people - far))}
    rest = sorted((people, code) for code, (people, _far) in counts.items() if people and code not in hidden)
    # The sum of what is hidden is told by subtraction: it has to be large enough too.
    while hidden and rest and (len(hidden) == 1 or sum(counts[code][0] for code in hidden) < least):
        hidden.add(rest.pop(0)[1])
    return frozenset(hidden)


def matters(people: int | None, far: int | None) -> bool:
    """Whether the home page of those who can do something says it."""
    if not far or not people or far < SMALL_COUNT:
        return False
    return far >= MATTERS_PEOPLE or far * 1000 >= people * MATTERS_PERMILLE


def _commune(code: str, found: Collection[Holders], limit: int) -> CommuneGap:
    far = [each for each in found if each.is_far(limit)]
    timed = [each for each in found if each.minutes is not None]
    farthest = max(timed, key=lambda each: (each.minutes or 0.0, each.place), default=None)
    return CommuneGap(
        code=code,
        people=sum(each.people for each in found),
        far=sum(each.people for each in far),
        vouchers=sum(each.vouchers for each in found),
        far_vouchers=sum(each.vouchers for each in far),
        minutes=farthest.minutes if farthest else None,
        place=farthest.place if farthest else "",
    )


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALL_COUNT else count


def _hide(each: CommuneGap) -> CommuneGap:
    return replace(each, people=None, far=None, vouchers=None, far_vouchers=None)


def _rank(each: CommuneGap) -> tuple[int, float, str]:
    return (-(each.far or 0), -(each.minutes or 0.0), each.code)


# --- seats --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeatUse:
    """The lessons of one place over some weeks past and as many to come. `has_seats_ahead`: a lesson to come has a chair left."""

    place_id: int
    name: str
    commune: str
    sessions: int
    seats: int
    booked: int
    sessions_ahead: int
    seats_ahead: int
    booked_ahead: int
    has_seats_ahead: bool

    @property
    def empty(self) -> int:
        """Seats of past lessons that nobody booked."""
        return max(0, self.seats - self.booked)

    @property
    def is_full(self) -> bool:
        """Lessons are to come, and none has a chair left."""
        return self.sessions_ahead > 0 and not self.has_seats_ahead

    @property
    def is_empty(self) -> bool:
        """At least half of its seats found nobody, over two lessons or more."""
        return self.sessions >= 2 and 2 * self.empty >= self.seats > 0


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of every place that takes the vouchers. `silent`: places that announced no lesson at all."""

    lines: tuple[SeatUse, ...]
    silent: int

    @property
    def seats(self) -> int:
        """Seats of past lessons."""
        return sum(each.seats for each in self.lines)

    @property
    def empty(self) -> int:
        """Of those, the ones nobody booked."""
        return sum(each.empty for each in self.lines)

    @property
    def full(self) -> tuple[SeatUse, ...]:
        """Places whose every lesson to come is full."""
        return tuple(each for each in self.lines if each.is_full)


def ranked(lines: Iterable[SeatUse]) -> tuple[SeatUse, ...]:
    """Full places first, then the emptiest."""
    return tuple(sorted(lines, key=lambda each: (not each.is_full, -each.empty, each.name.casefold(), each.place_id)))
