"""How stock lies and how it goes: pace, cover, sleep, and the moves proposed. Days and booklets are whole, a pace is an exact fraction.

The proposals are a plain greedy rule, so that anybody can check one with a pencil (docs/decisions/0029-stock-that-never-sleeps.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

# How far back a pace is measured; a desk that has just opened is measured over a week at least.
PACE_DAYS = 28
PACE_DAYS_MIN = 7
# Nothing handed over, nothing received for this long: the stock sleeps.
SLEEP_DAYS = 30
# It will be empty sooner than this: it runs out.
SOON_DAYS = 10
# What a desk should have before it: six weeks of its own pace.
COVER_DAYS = 42
# To agree, to post, to count.
PARCEL_DAYS = 5
PARCEL_MIN = 5
PARCEL_MAX = 100
# A desk that gives away keeps this much, however slow it is: somebody may come tomorrow.
KEEP_MIN = 3
# This close to the last day of hand-over, what will not be given goes back.
RETURN_DAYS = 21


class MoveKind(StrEnum):
    """From the operator's depot to a desk, from a desk to another, or back to the depot."""

    SUPPLY = "SUPPLY"
    TRANSFER = "TRANSFER"
    RETURN = "RETURN"


@dataclass(frozen=True, slots=True)
class Point:
    """One desk, or the depot, and its whole booklets that may still be handed over. `idle_days`: since anything moved there.

    `arriving` are on their way or asked of somebody for it; `leaving` are asked of it and not sent yet. `given_vouchers` were handed over
    in the last `observed_days`. `requested` are booklets it asks for, beyond what is arriving for that request.
    """

    organisation_id: int
    in_stock: int
    arriving: int = 0
    leaving: int = 0
    given_vouchers: int = 0
    booklet_size: int = 1
    observed_days: int = PACE_DAYS
    idle_days: int = 0
    requested: int = 0
    wanted_in_days: int | None = None
    area: str = ""
    is_depot: bool = False
    hands_over: bool = True  # not while it is suspended, leaving or without an agreement: it gives, and receives nothing

    @property
    def pace(self) -> Fraction:
        """Booklets handed over in a day."""
        days = max(PACE_DAYS_MIN, min(PACE_DAYS, self.observed_days))
        return Fraction(self.given_vouchers, self.booklet_size * days)

    @property
    def weekly(self) -> Fraction:
        """Booklets handed over in a week."""
        return self.pace * 7

    @property
    def at_hand(self) -> int:
        """Booklets not promised to anybody else."""
        return max(0, self.in_stock - self.leaving)

    @property
    def cover_days(self) -> int | None:
        """For how many days its booklets last at its pace; None when nothing goes."""
        return floor(self.at_hand / self.pace) if self.pace else None


@dataclass(frozen=True, slots=True)
class Because:
    """Why a move is proposed, in figures: the screen makes one sentence of them. `None` cover: nothing goes there."""

    giver_idle_days: int
    giver_cover_days: int | None
    giver_keeps: int
    receiver_cover_days: int | None
    requested: int
    wanted_in_days: int | None
    days_left: int

    def as_dict(self) -> dict[str, int | None]:
        """What the move keeps of it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Move this many booklets from one point to another."""

    kind: MoveKind
    from_id: int
    to_id: int
    booklet_count: int
    because: Because


def is_asleep(point: Point) -> bool:
    """Whether it has booklets and nothing has moved for SLEEP_DAYS."""
    return not point.is_depot and point.at_hand > 0 and point.idle_days >= SLEEP_DAYS


def runs_out(point: Point, *, days_left: int) -> bool:
    """Whether it will be empty within SOON_DAYS, before the last day of hand-over, with nothing on its way."""
    cover = point.cover_days
    may_miss = point.hands_over and not point.is_depot and point.arriving == 0
    return may_miss and cover is not None and cover < min(SOON_DAYS, days_left)


def needed(point: Point, *, days_left: int) -> int:
    """Booklets it will hand over at its pace in the next COVER_DAYS, or until the last day of hand-over."""
    return ceil(point.pace * max(0, min(COVER_DAYS, days_left)))


def keeps(point: Point, *, days_left: int) -> int:
    """What a point never gives away: its own need, and a few for whoever comes. The depot, and who may not hand over, keep nothing."""
    if point.is_depot or not point.hands_over or days_left <= 0:
        return 0
    least = KEEP_MIN if days_left > RETURN_DAYS else 0
    return max(least, needed(point, days_left=days_left))


def spare(point: Point, *, days_left: int) -> int:
    """What a point can give without ever being short of its own need. A desk that asks for booklets gives none."""
    if point.requested > 0 or (point.arriving > 0 and not point.is_depot):
        return 0
    return max(0, point.at_hand - keeps(point, days_left=days_left))


def wanted(point: Point, *, days_left: int) -> int:
    """How many booklets a desk should receive now: what it asks for, or what it will miss. Nothing smaller than a parcel is worth one."""
    if point.is_depot or not point.hands_over or days_left <= PARCEL_DAYS:
        return 0
    missing = max(0, needed(point, days_left=days_left) - point.at_hand - point.arriving)
    asked = max(missing, point.requested)
    if point.requested > 0 or runs_out(point, days_left=days_left):
        return max(asked, PARCEL_MIN)
    return asked if asked >= PARCEL_MIN else 0


def proposals(points: Sequence[Point], *, depot_id: int, days_left: int) -> list[Proposal]:
    """The moves worth making now, the most urgent first; the same whatever the order of the points.

    1. Desks that will run out first are served first; those that ask for a day come in between.
    2. Each takes from the nearest desk by postcode, then from the one that sleeps longest, then from the fullest; the depot comes last.
    3. A giver keeps its own need; a parcel holds PARCEL_MIN to PARCEL_MAX booklets.
    4. Within RETURN_DAYS of the last day, what a desk will not hand over goes back; after it, everything does.
    """
    found = _transfers(points, days_left) if days_left > PARCEL_DAYS else []
    if days_left <= RETURN_DAYS:
        moving = {each.from_id for each in found} | {each.to_id for each in found}
        found += _returns([each for each in points if each.organisation_id not in moving], depot_id, days_left)
    return found


def _transfers(points: Sequence[Point], days_left: int) -> list[Proposal]:
    wants = {each.organisation_id: wanted(each, days_left=days_left) for each in points}
    left = {each.organisation_id: spare(each, days_left=days_left) for each in points if not wants[each.organisation_id]}
    found = []
    for receiver in sorted((each for each in points if wants[each.organisation_id]), key=_urgency):
        missing = wants[receiver.organisation_id]
        for giver in sorted((each for each in points if left.get(each.organisation_id, 0)), key=lambda each: _preference(each, receiver)):
            count = min(missing, left[giver.organisation_id], PARCEL_MAX)
            if count < PARCEL_MIN:
                continue
            left[giver.organisation_id] -= count
            missing -= count
            kind = MoveKind.SUPPLY if giver.is_depot else MoveKind.TRANSFER
            because = _because(giver, receiver, days_left)
            found.append(Proposal(kind, giver.organisation_id, receiver.organisation_id, count, because))
    return found


def _returns(points: Sequence[Point], depot_id: int, days_left: int) -> list[Proposal]:
    least = PARCEL_MIN if days_left > 0 else 1
    depot = Point(depot_id, 0, is_depot=True)
    return [
        Proposal(MoveKind.RETURN, each.organisation_id, depot_id, count, _because(each, depot, days_left))
        for each in sorted(points, key=lambda each: (-each.at_hand, each.organisation_id))
        if not each.is_depot and (count := spare(each, days_left=days_left)) >= least
    ]


def _urgency(point: Point) -> tuple[int, int]:
    cover = point.cover_days
    ends = [days for days in (cover, point.wanted_in_days) if days is not None]
    return (min(ends, default=COVER_DAYS), point.organisation_id)


def _preference(giver: Point, receiver: Point) -> tuple[bool, int, int, int, int]:
    return (giver.is_depot, -_nearness(giver.area, receiver.area), -giver.idle_days, -giver.at_hand, giver.organisation_id)


def _nearness(one: str, other: str) -> int:
    """How alike two postcodes are: 2 the same, 1 the same department, 0 neither or unknown."""
    if not one or not other:
        return 0
    return 2 if one == other else 1 if one[:2] == other[:2] else 0


def _because(giver: Point, receiver: Point, days_left: int) -> Because:
    return Because(
        giver_idle_days=giver.idle_days,
        giver_cover_days=giver.cover_days,
        giver_keeps=keeps(giver, days_left=days_left),
        receiver_cover_days=receiver.cover_days,
        requested=receiver.requested,
        wanted_in_days=receiver.wanted_in_days,
        days_left=days_left,
    )
