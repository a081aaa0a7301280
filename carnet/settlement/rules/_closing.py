"""When a season can be closed, and what each funder gets back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.settlement.rules._refusals import (
    ClosingChangedSinceApproval,
    ClosingNotInState,
    ClosingTooEarly,
    NothingToReturn,
    ReferenceMissing,
)
from carnet.settlement.rules._states import ClosingState

CLOSING_MOVES: Mapping[ClosingState, frozenset[ClosingState]] = {
    ClosingState.PREPARED: frozenset({ClosingState.APPROVED, ClosingState.CANCELLED}),
    ClosingState.APPROVED: frozenset({ClosingState.REPAID}),
    ClosingState.REPAID: frozenset(),
    ClosingState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class ReturnDue:
    """What one funder gets back. Unit: whole cents."""

    funder_id: int
    circulation_cents: int
    unissued_cents: int

    @property
    def cents(self) -> int:
        """The whole repayment."""
        return self.circulation_cents + self.unissued_cents


def closable_at(*, accepted_until: datetime, undo_window: timedelta) -> datetime:
    """When nothing can be spent or undone any more: the end of grace, then the undo window."""
    return accepted_until + undo_window


def check_closable(*, accepted_until: Iterable[datetime], undo_window: timedelta, at: datetime) -> None:
    """Every series of the agreement has ended, and its last redemption stands. Raises: ClosingTooEarly."""
    ends = [closable_at(accepted_until=each, undo_window=undo_window) for each in accepted_until]
    if ends and max(ends) > at:
        raise ClosingTooEarly(possible_at=max(ends))


def returns_due(*, circulation: Mapping[int, int], unissued: Mapping[int, int]) -> tuple[ReturnDue, ...]:
    """What each funder gets back, funders in order of id; none with nothing. Raises: NothingToReturn."""
    due = tuple(
        ReturnDue(funder_id, max(circulation.get(funder_id, 0), 0), max(unissued.get(funder_id, 0), 0))
        for funder_id in sorted({*circulation, *unissued})
    )
    kept = tuple(each for each in due if each.cents > 0)
    if not kept:
        raise NothingToReturn()
    return kept


def check_closing_move(*, state: ClosingState, to: ClosingState) -> None:
    """Let a closing pass from `state` to `to`. Raises: ClosingNotInState."""
    if to not in CLOSING_MOVES[state]:
        needed = ", ".join(known for known, moves in CLOSING_MOVES.items() if to in moves)
        raise ClosingNotInState(state=state.value, needed=needed)


def check_same_returns(*, approved: Iterable[ReturnDue], found: Iterable[ReturnDue]) -> None:
    """What is paid is what was approved, funder by funder. Raises: ClosingChangedSinceApproval."""
    before, now = sorted(approved, key=_funder), sorted(found, key=_funder)
    if before != now:
        raise ClosingChangedSinceApproval(approved_cents=sum(each.cents for each in before), found_cents=sum(each.cents for each in now))


def check_reference(reference: str) -> str:
    """The bank's reference of a repayment, trimmed. Raises: ReferenceMissing."""
    if not reference.strip():
        raise ReferenceMissing()
    return reference.strip()[:140]


def _funder(due: ReturnDue) -> int:
    return due.funder_id
