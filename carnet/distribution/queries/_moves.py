"""Booklets asked for and on their way, as the screens of both sides read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from carnet.distribution import access
from carnet.distribution.models import StockMove, StockRequest
from carnet.distribution.rules import (
    MoveKind,
    MoveState,
    RefusedFor,
    RequestOutcome,
    RequestReason,
    move_state,
    pick,
    runs,
)
from carnet.issuing.queries import parcels as boxes
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class RunView:
    """Booklets numbered in a row, both ends included."""

    first_booklet_id: int
    last_booklet_id: int
    first_serial: str
    last_serial: str

    @property
    def booklet_count(self) -> int:
        """How many they are."""
        return self.last_booklet_id - self.first_booklet_id + 1


@dataclass(frozen=True, slots=True)
class StockRequestView:
    """Booklets a desk asks for."""

    id: int
    programme_id: int
    organisation_id: int
    organisation: str
    booklet_count: int
    wanted_on: date
    reason: RequestReason
    asked_at: datetime
    closed_at: datetime | None
    outcome: RequestOutcome | None
    refused_for: RefusedFor | None


@dataclass(frozen=True, slots=True)
class MoveView:
    """Booklets between two points. `missing_ids` never arrived; `unsettled_ids` of them wait to be explained."""

    id: int
    programme_id: int
    kind: MoveKind
    state: MoveState
    from_id: int
    from_name: str
    to_id: int
    to_name: str
    stock_request_id: int | None
    booklet_count: int
    because: dict[str, int | None]
    booklet_ids: tuple[int, ...]
    missing_ids: tuple[int, ...]
    unsettled_ids: tuple[int, ...]
    asked_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in (MoveState.ASKED, MoveState.SENT, MoveState.DIFFERENCE)


def cuts(programme_id: int) -> frozenset[int]:
    """The first booklet of each series of a programme: a run never crosses one."""
    return frozenset(each.first_booklet_id for each in ledger.series_list(programme_id=programme_id))


def run_views(programme_id: int, booklet_ids: Iterable[int]) -> list[RunView]:
    """Booklets of a programme as runs with their printed numbers."""
    series = ledger.series_list(programme_id=programme_id)
    found = []
    for first, last in runs(booklet_ids, cuts={each.first_booklet_id for each in series}):
        (row,) = [each for each in series if each.first_booklet_id <= first <= each.last_booklet_id]
        found.append(RunView(first, last, ledger.serial_of_booklet(row, first), ledger.serial_of_booklet(row, last)))
    return found


def series_of(programme_id: int, booklet_id: int) -> int:
    """The series, of those of a programme, that holds a booklet."""
    (found,) = [
        each.id for each in ledger.series_list(programme_id=programme_id) if each.first_booklet_id <= booklet_id <= each.last_booklet_id
    ]
    return found


def to_send(move_view: MoveView, *, count: int | None = None, at: datetime) -> list[RunView]:
    """The booklets the giver should take out of its cupboard for a move, as runs."""
    chosen = chosen_booklets(move_view.kind, move_view.programme_id, move_view.from_id, count or move_view.booklet_count, at=at)
    return run_views(move_view.programme_id, chosen)


def chosen_booklets(kind: MoveKind, programme_id: int, holder_id: int, count: int, *, at: datetime) -> list[int]:
    """The booklets to take out of a cupboard, fewer than `count` if it has fewer; a return takes those of ended seasons too.

    The depot gives nothing that stands in a box with somebody else's label, nor what its press spoiled.
    """
    to_give_at = None if kind is MoveKind.RETURN else at
    held = ledger.stock_ids(holder_id=holder_id, programme_id=programme_id, to_give_at=to_give_at, whole_only=True)
    if kind is MoveKind.SUPPLY:
        aside = {each for first, last in boxes.set_aside(programme_id) for each in range(first, last + 1)}
        held = [each for each in held if each not in aside]
    return pick(held, count=count, cuts=cuts(programme_id))


def stock_requests(
    *, organisation_id: int | None = None, programme_id: int | None = None, open_only: bool = False, limit: int = 50
) -> list[StockRequestView]:
    """Requests for booklets, the latest first."""
    rows = StockRequest.objects.order_by("-asked_at", "-id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if open_only:
        rows = rows.filter(closed_at=None)
    found = list(rows[:limit])
    names = parties.organisations({row.organisation_id for row in found})
    return [_request(row, names[row.organisation_id].name) for row in found]


def stock_request(stock_request_id: int) -> StockRequestView:
    """One request for booklets. Raises: StockRequestUnknown."""
    row = access.stock_request(stock_request_id)
    return _request(row, parties.organisation_name(row.organisation_id))


def moves(
    *, organisation_id: int | None = None, programme_id: int | None = None, open_only: bool = False, limit: int = 50
) -> list[MoveView]:
    """Moves of booklets from or to an organisation, or in a programme, the latest first."""
    rows = StockMove.objects.order_by("-asked_at", "-id")
    if organisation_id is not None:
        rows = rows.filter(Q(from_organisation_id=organisation_id) | Q(to_organisation_id=organisation_id))
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if open_only:
        rows = rows.filter(ended_at=None)
    found = list(rows[: limit * 4 if open_only else limit])
    names = parties.organisations({each for row in found for each in (row.from_organisation_id, row.to_organisation_id)})
    views = [_move(row, names) for row in found]
    return [view for view in views if view.is_open or not open_only][:limit]


def move(move_id: int) -> MoveView:
    """One move of booklets. Raises: MoveUnknown."""
    row = access.move(move_id)
    return _move(row, parties.organisations({row.from_organisation_id, row.to_organisation_id}))


def _request(row: StockRequest, name: str) -> StockRequestView:
    return StockRequestView(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        organisation=name,
        booklet_count=row.booklet_count,
        wanted_on=row.wanted_on,
        reason=RequestReason(row.reason),
        asked_at=row.asked_at,
        closed_at=row.closed_at,
        outcome=RequestOutcome(row.outcome) if row.outcome else None,
        refused_for=RefusedFor(row.refused_for) if row.refused_for else None,
    )


def state_of_move(row: StockMove) -> MoveState:
    """Where a move stands, from its own columns."""
    return move_state(
        sent=row.sent_at is not None,
        received=row.received_at is not None,
        ended=row.ended_at is not None,
        declined=row.was_declined,
        missing=len(row.missing_ids),
        settled=len(row.back_ids) + len(row.lost_ids),
    )


def _move(row: StockMove, names: Any) -> MoveView:
    dealt_with = {*row.back_ids, *row.lost_ids}
    return MoveView(
        id=row.id,
        programme_id=row.programme_id,
        kind=MoveKind(row.kind),
        state=state_of_move(row),
        from_id=row.from_organisation_id,
        from_name=names[row.from_organisation_id].name,
        to_id=row.to_organisation_id,
        to_name=names[row.to_organisation_id].name,
        stock_request_id=row.stock_request_id,
        booklet_count=len(row.booklet_ids) or row.booklet_count,
        because=row.because,
        booklet_ids=tuple(row.booklet_ids),
        missing_ids=tuple(row.missing_ids),
        unsettled_ids=tuple(each for each in row.missing_ids if each not in dealt_with),
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        ended_at=row.ended_at,
    )
