"""What becomes of a box of booklets: packed, sent, counted, short, found, lost. Runs of booklets are pairs, both ends included. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.issuing.rules._orders import IssuingRefused
from carnet.kernel.identifiers import ParcelSerial
from carnet.ledger.rules import EndReason

Run = tuple[int, int]

PARCELS_AT_ONCE_MAX = 5_000
# After this, whoever should have received a parcel is written to; after twice as long, whoever sent it.
AWAITED_DAYS = 7


class ParcelUnknown(IssuingRefused):
    """No such parcel, or one between other organisations: same words."""

    code = "parcel-unknown"


class ParcelNotYours(IssuingRefused):
    """Only whoever packed it sends it; only the organisation it was sent to counts it."""

    code = "parcel-not-yours"


class ParcelNotNow(IssuingRefused):
    """The parcel is not, or no longer, at that step. Facts: state."""

    code = "parcel-not-now"


class NothingPacked(IssuingRefused):
    """No box waits to leave for this destination."""

    code = "nothing-packed"


class NotInParcel(IssuingRefused):
    """Booklets that are not of this box. Facts: first, last: the ends of the box."""

    code = "not-in-parcel"


class EndsDiffer(IssuingRefused):
    """The first and last booklets read are not those of the box. Facts: first, last."""

    code = "ends-differ"


class NothingScanned(IssuingRefused):
    """A box is confirmed by what was read in it; nothing was."""

    code = "nothing-scanned"


class NotMissing(IssuingRefused):
    """What is to be settled is not, or no longer, missing from the box."""

    code = "not-missing"


class OutcomeUnfit(IssuingRefused):
    """What arrived damaged did not get lost, and what never arrived was not seen damaged. Facts: outcome."""

    code = "outcome-unfit"


class BookletsSpoiled(IssuingRefused):
    """Boxes that would hold booklets told spoiled at the press and not made again. Facts: booklets, numbers (the first few runs)."""

    code = "booklets-spoiled"


class ParcelsTooMany(IssuingRefused):
    """More boxes than one gesture may pack or send. Facts: count, most."""

    code = "parcels-too-many"


class ParcelState(StrEnum):
    """Where a box stands."""

    PACKED = "PACKED"
    UNPACKED = "UNPACKED"
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    SHORT = "SHORT"
    MISSING = "MISSING"
    SETTLED = "SETTLED"


class Ending(StrEnum):
    """How a box ended as a box: emptied before it left, counted by its receiver, or gone on the way."""

    UNPACKED = "UNPACKED"
    RECEIVED = "RECEIVED"
    GONE = "GONE"


class GapKind(StrEnum):
    """Why booklets of a box are not in the receiver's stock."""

    MISSING = "MISSING"
    DAMAGED = "DAMAGED"


class Outcome(StrEnum):
    """What became of booklets that were missing or damaged."""

    ARRIVED = "ARRIVED"
    BACK = "BACK"
    LOST = "LOST"
    STOLEN = "STOLEN"
    DAMAGED = "DAMAGED"

    @property
    def end_reason(self) -> EndReason | None:
        """The reason the ledger keeps of booklets that end; none for those found."""
        return None if self in (Outcome.ARRIVED, Outcome.BACK) else EndReason(self.value)


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """A box's run and what happened to it: told gaps, and what was settled of them."""

    run: Run
    sent_at: datetime | None = None
    ending: Ending | None = None
    gaps: tuple[tuple[GapKind, Run], ...] = ()
    settled: tuple[tuple[Outcome, Run], ...] = ()

    @property
    def open_gaps(self) -> tuple[Run, ...]:
        """What is missing or damaged and not settled yet."""
        return minus([run for _kind, run in self.gaps], [run for _outcome, run in self.settled])

    @property
    def on_the_way(self) -> tuple[Run, ...]:
        """What the ledger must say is on its way to the receiver: the whole box until it is counted, then what is not settled."""
        if self.sent_at is None or self.ending is Ending.UNPACKED:
            return ()
        return (self.run,) if self.ending is None else self.open_gaps

    @property
    def arrived(self) -> tuple[Run, ...]:
        """What came into the receiver's stock, at once or after all."""
        if self.ending not in (Ending.RECEIVED, Ending.GONE):
            return ()
        gone = [run for _kind, run in self.gaps]
        found = [run for outcome, run in self.settled if outcome is Outcome.ARRIVED]
        return merged([*minus([self.run], gone), *found])

    @property
    def state(self) -> ParcelState:
        """Where the box stands."""
        if self.ending is Ending.UNPACKED:
            return ParcelState.UNPACKED
        if self.sent_at is None:
            return ParcelState.PACKED
        if self.ending is None:
            return ParcelState.SENT
        if not self.gaps:
            return ParcelState.RECEIVED
        if not self.open_gaps:
            return ParcelState.SETTLED
        return ParcelState.MISSING if self.ending is Ending.GONE else ParcelState.SHORT


def label_number(issuer_prefix: str, parcel_id: int) -> str:
    """The public number on a box's label."""
    return ParcelSerial(issuer_prefix, parcel_id).printed()


def count(runs: Iterable[Run]) -> int:
    """How many booklets some runs hold, each counted once."""
    return sum(last - first + 1 for first, last in merged(runs))


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same booklets in the fewest runs, in order."""
    found: list[Run] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def minus(runs: Iterable[Run], taken: Iterable[Run]) -> tuple[Run, ...]:
    """The booklets of `runs` that are not in `taken`. Both are walked once: a nation's are thousands."""
    found: list[Run] = []
    gone, at = merged(taken), 0
    for first, last in merged(runs):
        begin = first
        while at < len(gone) and gone[at][0] <= last:
            low, high = gone[at]
            if high >= begin and low > begin:
                found.append((begin, low - 1))
            begin = max(begin, high + 1)
            if high > last:
                break  # it may take from the next run too
            at += 1
        if begin <= last:
            found.append((begin, last))
    return tuple(found)


def apart(runs: Iterable[Run], taken: Iterable[Run]) -> list[Run]:
    """Those of `runs` that share no booklet with `taken`, in their order."""
    gone = merged(taken)
    starts = [first for first, _last in gone]
    before = ((run, bisect_right(starts, run[1]) - 1) for run in runs)
    return [run for run, at in before if at < 0 or gone[at][1] < run[0]]


def common(one: Iterable[Run], other: Iterable[Run]) -> tuple[Run, ...]:
    """The booklets in both."""
    kept = merged(one)
    return minus(kept, minus(kept, other))


def check_within(run: Run, of: Run) -> Run:
    """Return `run`, first before last. Raises: NotInParcel."""
    first, last = min(run), max(run)
    if not of[0] <= first <= last <= of[1]:
        raise NotInParcel(first=of[0], last=of[1])
    return first, last


def check_ends(run: Run, of: Run) -> None:
    """The first and last booklets read, in either order, must be the box's own. Raises: EndsDiffer."""
    if (min(run), max(run)) != of:
        raise EndsDiffer(first=of[0], last=of[1])


def check_state(state: ParcelState, *expected: ParcelState) -> None:
    """Raises: ParcelNotNow."""
    if state not in expected:
        raise ParcelNotNow(state=state.value)


def counted(run: Run, *, seen: Sequence[Run], damaged: Sequence[Run]) -> tuple[tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]]:
    """A count closed: what arrived whole, what is damaged, what is missing. Together they are the box, each booklet once."""
    spoiled = common([run], damaged)
    whole = minus(common([run], seen), spoiled)
    return whole, spoiled, minus([run], [*whole, *spoiled])


def check_outcome(outcome: Outcome, kinds: Iterable[GapKind]) -> None:
    """A damaged booklet is in somebody's hands: it is voided, kept or sent back. A missing one was never looked at. Raises: OutcomeUnfit."""
    unfit = {GapKind.DAMAGED: {Outcome.LOST, Outcome.STOLEN}, GapKind.MISSING: {Outcome.DAMAGED}}
    if any(outcome in unfit[kind] for kind in kinds):
        raise OutcomeUnfit(outcome=outcome.value)


def boxes_of(booklet_count: int, *, per_box: int) -> list[int]:
    """How many booklets each box holds: full ones, then the rest."""
    full, rest = divmod(booklet_count, per_box)
    return [per_box] * full + ([rest] if rest else [])


def is_late(sent_at: datetime, *, at: datetime) -> bool:
    """Whether a box sent then should have been counted by now."""
    return at - sent_at >= timedelta(days=AWAITED_DAYS)
