"""Booklets asked for, moved between points, and counted where they lie. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from carnet.distribution.rules._handing import DistributionRefused
from carnet.distribution.rules._stock import PARCEL_MIN
from carnet.ledger.rules import EndReason

REQUEST_MAX = 500
MOVE_MAX = 500
SCANNED_AT_ONCE_MAX = 1_000


class StockRequestUnknown(DistributionRefused):
    """No such request for booklets, or another desk's."""

    code = "stock-request-unknown"


class StockRequestClosed(DistributionRefused):
    """The request was answered or withdrawn before. Facts: closed_at."""

    code = "stock-request-closed"


class StockRequestOpen(DistributionRefused):
    """The desk asks already: one request of a programme waits at a time. Facts: booklet_count."""

    code = "stock-request-open"


class BookletCountOutside(DistributionRefused):
    """Fewer booklets than a parcel holds, or more than one may. Facts: least, most."""

    code = "booklet-count-outside"


class WantedInThePast(DistributionRefused):
    """A day that has passed, or after the last day of hand-over. Facts: latest."""

    code = "wanted-in-the-past"


class MoveUnknown(DistributionRefused):
    """No such move of booklets, or one between others: the same words."""

    code = "move-unknown"


class MoveNotYours(DistributionRefused):
    """Only the giver sends, only the receiver confirms."""

    code = "move-not-yours"


class MoveNotNow(DistributionRefused):
    """The move is not, or no longer, at that step. Facts: state."""

    code = "move-not-now"


class MoveToItself(DistributionRefused):
    """A move from a point to the same point, or to one that takes no part in the programme."""

    code = "move-to-itself"


class NotEnoughBooklets(DistributionRefused):
    """Fewer whole booklets at hand than asked for. Facts: asked, held."""

    code = "not-enough-booklets"


class NotInThisMove(DistributionRefused):
    """A booklet that is not in the parcel."""

    code = "not-in-this-move"


class StockTakeUnknown(DistributionRefused):
    """No such stock-take, or another desk's."""

    code = "stock-take-unknown"


class StockTakeClosed(DistributionRefused):
    """The stock-take is over. Facts: closed_at."""

    code = "stock-take-closed"


class OtherProgramme(DistributionRefused):
    """A booklet of another programme than the one counted or replaced."""

    code = "other-programme"


class GapChanged(DistributionRefused):
    """Booklets were found, given or received meanwhile: what is missing is no longer what was explained."""

    code = "gap-changed"


class RequestReason(StrEnum):
    """Why a desk asks for booklets."""

    RUNNING_OUT = "RUNNING_OUT"
    EVENT = "EVENT"
    NEW_POINT = "NEW_POINT"


class RequestOutcome(StrEnum):
    """How a request ended."""

    SERVED = "SERVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class RefusedFor(StrEnum):
    """Why the operator refuses booklets to a desk."""

    NO_STOCK = "NO_STOCK"
    ENOUGH_HELD = "ENOUGH_HELD"
    SEASON_ENDS = "SEASON_ENDS"


class MoveState(StrEnum):
    """Where a move stands."""

    ASKED = "ASKED"
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    DIFFERENCE = "DIFFERENCE"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"


class Found(StrEnum):
    """What became of booklets missing from a parcel: arrived after all, still with the giver, or gone on the way."""

    ARRIVED = "ARRIVED"
    BACK = "BACK"
    LOST = "LOST"
    STOLEN = "STOLEN"


class Gap(StrEnum):
    """Why booklets that should be in the cupboard are not."""

    GIVEN = "GIVEN"
    LOST = "LOST"
    STOLEN = "STOLEN"
    DAMAGED = "DAMAGED"

    @property
    def end_reason(self) -> EndReason | None:
        """The reason the ledger keeps of booklets that end; none for those handed over and never noted."""
        return None if self is Gap.GIVEN else EndReason(self.value)


@dataclass(frozen=True, slots=True)
class Explained:
    """A run of missing booklets (ids, both ends included) and what became of it."""

    first_booklet_id: int
    last_booklet_id: int
    gap: Gap


@dataclass(frozen=True, slots=True)
class Difference:
    """A count against the ledger: what should be there and is not, what is there and should not be. Ids of booklets."""

    missing: tuple[int, ...]
    strange: tuple[int, ...]

    @property
    def is_none(self) -> bool:
        """Whether the cupboard is as the ledger says."""
        return not self.missing and not self.strange


def move_state(*, sent: bool, received: bool, ended: bool, declined: bool, missing: int, settled: int) -> MoveState:
    """Where a move stands, from its dated facts. `missing` never arrived; `settled` of them were dealt with."""
    if ended:
        return MoveState.DECLINED if declined else MoveState.CANCELLED
    if received:
        return MoveState.DIFFERENCE if settled < missing else MoveState.RECEIVED
    return MoveState.SENT if sent else MoveState.ASKED


def check_move_state(state: MoveState, *expected: MoveState) -> None:
    """Raises: MoveNotNow."""
    if state not in expected:
        raise MoveNotNow(state=state.value)


def check_count(booklet_count: int, *, least: int = PARCEL_MIN, most: int = MOVE_MAX) -> int:
    """Return `booklet_count`. Raises: BookletCountOutside."""
    if not least <= booklet_count <= most:
        raise BookletCountOutside(least=least, most=most)
    return booklet_count


def check_wanted_on(wanted_on: date, *, today: date, last_day: date) -> date:
    """Return the day booklets are wanted by: today at the earliest, the last day of hand-over at the latest. Raises: WantedInThePast."""
    if not today <= wanted_on <= last_day:
        raise WantedInThePast(latest=last_day)
    return wanted_on


def difference(*, expected: Iterable[int], scanned: Iterable[int]) -> Difference:
    """What a count changes to what the ledger says, in the order of the booklets."""
    should, there = set(expected), set(scanned)
    return Difference(tuple(sorted(should - there)), tuple(sorted(there - should)))


def runs(booklet_ids: Iterable[int], *, cuts: Collection[int] = ()) -> list[tuple[int, int]]:
    """Booklets gathered into the fewest runs (both ends included); a run never crosses the first booklet of a series (`cuts`)."""
    found: list[tuple[int, int]] = []
    for each in sorted(set(booklet_ids)):
        if found and found[-1][1] + 1 == each and each not in cuts:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def pick(booklet_ids: Iterable[int], *, count: int, cuts: Collection[int] = ()) -> list[int]:
    """The booklets to take out of a cupboard: all in one row if a row is long enough (the shortest such), else the longest rows first.

    Fewer than `count` when there are not enough.
    """
    rows = sorted(runs(booklet_ids, cuts=cuts), key=lambda run: (run[0] - run[1], run[0]))
    enough = [run for run in rows if run[1] - run[0] + 1 >= count]
    chosen = [enough[-1]] if enough else rows
    return sorted([each for first, last in chosen for each in range(first, last + 1)][:count])


def check_explains(explained: Sequence[Explained], *, missing: Iterable[int]) -> None:
    """Refuse explanations that are not of exactly what is missing. Raises: GapChanged."""
    told = [each for run in explained for each in range(run.first_booklet_id, run.last_booklet_id + 1)]
    if sorted(told) != sorted(set(missing)):
        raise GapChanged
