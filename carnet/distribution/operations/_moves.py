"""Booklets sent by their giver, confirmed by their receiver. The ledger's holder changes with each step, and is the truth."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access, queries
from carnet.distribution.models import StockMove, StockRequest
from carnet.distribution.operations._notes import by, note_move, tell
from carnet.distribution.operations._requests import close_request
from carnet.distribution.rules import (
    BookletCountOutside,
    Found,
    MoveKind,
    MoveNotYours,
    MoveState,
    MoveToItself,
    NotEnoughBooklets,
    NotInThisMove,
    RequestOutcome,
    StockRequestClosed,
    StockRequestUnknown,
    check_count,
    check_move_state,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger.rules import EndReason
from carnet.parties import queries as parties
from carnet.parties.rules import check_may


@transaction.atomic
def ask_move(
    *,
    programme_id: int,
    from_organisation_id: int,
    to_organisation_id: int,
    booklet_count: int,
    stock_request_id: int | None = None,
    because: Mapping[str, int | None] | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Ask a point to send booklets to another; return the move's id. Nothing leaves before the giver sends it.

    The operator asks any desk of its programme, or itself. A desk asks only itself, to give booklets back.
    Raises: NotAllowed, ProgrammeUnknown, MoveNotYours, MoveToItself, BookletCountOutside, NotEnoughBooklets, StockRequestUnknown,
    StockRequestClosed.
    """
    check_may(actor, "distribution.move-stock")
    repeated = StockMove.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    programme = funding.programme(programme_id)
    kind = _kind(programme.operator_id, from_organisation_id, to_organisation_id)
    if not (kind is MoveKind.RETURN and access.acts_for(actor, from_organisation_id)):
        if not access.acts_for(actor, programme.operator_id):
            raise MoveNotYours
        funding_access.operated_programme(actor, programme_id)
    if kind is not MoveKind.RETURN and not queries.participations(programme_id=programme_id, organisation_id=to_organisation_id, at=at):
        raise MoveToItself
    # The last few booklets of a cupboard may go back, however few.
    check_count(booklet_count, **({"least": 1} if kind is MoveKind.RETURN else {}))
    held = len(queries.chosen_booklets(kind, programme_id, from_organisation_id, booklet_count, at=at))
    if held < booklet_count:
        raise NotEnoughBooklets(asked=booklet_count, held=held)
    asked_for = _open_request(stock_request_id, to_organisation_id)
    row = StockMove.objects.create(
        programme_id=programme_id,
        kind=kind,
        from_organisation_id=from_organisation_id,
        to_organisation_id=to_organisation_id,
        stock_request=asked_for,
        booklet_count=booklet_count,
        because=dict(because or {}),
        asked_at=at,
        asked_by_id=by(actor),
        request_id=request_id,
    )
    note_move("stock-move-asked", row, {"booklets": booklet_count, "to": to_organisation_id}, actor, request_id, at)
    if not access.acts_for(actor, from_organisation_id):
        context = {"booklets": booklet_count, "to": parties.organisation_name(to_organisation_id)}
        tell("distribution.stock-move-asked", from_organisation_id, programme_id, context, at)
    return row.id


def _kind(operator_id: int, from_id: int, to_id: int) -> MoveKind:
    if from_id == to_id:
        raise MoveToItself
    return MoveKind.SUPPLY if from_id == operator_id else MoveKind.RETURN if to_id == operator_id else MoveKind.TRANSFER


def _open_request(stock_request_id: int | None, desk_id: int) -> StockRequest | None:
    if stock_request_id is None:
        return None
    row = access.stock_request(stock_request_id, lock=True)
    if row.closed_at is not None:
        raise StockRequestClosed(closed_at=row.closed_at)
    if row.organisation_id != desk_id:
        raise StockRequestUnknown(stock_request=row.id)
    return row


@transaction.atomic
def send_move(*, move_id: int, booklet_count: int | None = None, actor: Actor, request_id: UUID, at: datetime) -> list[queries.RunView]:
    """Confirm, for the giver, that the booklets left; return which, as runs. Fewer than asked may leave, never more. Again changes nothing.

    Raises: NotAllowed, MoveUnknown, MoveNotYours, MoveNotNow, BookletCountOutside, NotEnoughBooklets, NotHolder.
    """
    row = access.move(move_id, lock=True)
    access.check_gives(actor, row)
    if row.sent_at is not None:
        return queries.run_views(row.programme_id, row.booklet_ids)
    check_move_state(queries.state_of_move(row), MoveState.ASKED)
    wanted = row.booklet_count if booklet_count is None else booklet_count
    if not 1 <= wanted <= row.booklet_count:
        raise BookletCountOutside(least=1, most=row.booklet_count)
    chosen = queries.chosen_booklets(MoveKind(row.kind), row.programme_id, row.from_organisation_id, wanted, at=at)
    if len(chosen) < wanted:
        raise NotEnoughBooklets(asked=wanted, held=len(chosen))
    _each_run(
        row, chosen, ledger.move_booklets, request_id, actor=actor, at=at,
        from_holder_id=row.from_organisation_id, to_holder_id=row.to_organisation_id,
    )  # fmt: skip
    row.booklet_ids, row.sent_at, row.sent_by_id = chosen, at, by(actor)
    row.save(update_fields=["booklet_ids", "sent_at", "sent_by_id"])
    found = queries.run_views(row.programme_id, chosen)
    note_move("stock-move-sent", row, {"runs": [[run.first_booklet_id, run.last_booklet_id] for run in found]}, actor, request_id, at)
    context = {"booklets": wanted, "first": found[0].first_serial, "last": found[-1].last_serial}
    tell("distribution.stock-move-sent", row.to_organisation_id, row.programme_id, context, at)
    return found


@transaction.atomic
def decline_move(*, move_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say no, as the giver asked, or call off, as the operator who asked, before anything left; again changes nothing.

    Raises: NotAllowed, MoveUnknown, MoveNotYours, MoveNotNow.
    """
    check_may(actor, "distribution.move-stock")
    row = access.move(move_id, lock=True)
    is_giver = access.acts_for(actor, row.from_organisation_id)
    if not is_giver:
        if access.acts_for(actor, row.to_organisation_id) and row.kind != MoveKind.RETURN:
            raise MoveNotYours
        funding_access.operated_programme(actor, row.programme_id)
    if row.ended_at is not None:
        return
    check_move_state(queries.state_of_move(row), MoveState.ASKED)
    row.ended_at, row.ended_by_id, row.was_declined = at, by(actor), is_giver
    row.save(update_fields=["ended_at", "ended_by_id", "was_declined"])
    note_move("stock-move-declined" if is_giver else "stock-move-cancelled", row, {}, actor, request_id, at)


@transaction.atomic
def receive_move(*, move_id: int, missing_ids: Collection[int] = (), actor: Actor, request_id: UUID, at: datetime) -> int:
    """Confirm, for the receiver, what arrived; return how many. What did not is kept, and told to the giver. Again changes nothing.

    Raises: NotAllowed, MoveUnknown, MoveNotYours, MoveNotNow, NotInThisMove.
    """
    row = access.move(move_id, lock=True)
    access.check_receives(actor, row)
    if row.received_at is not None:
        return len(row.booklet_ids) - len(row.missing_ids)
    check_move_state(queries.state_of_move(row), MoveState.SENT)
    _check_within(missing_ids, row.booklet_ids)
    arrived = [each for each in row.booklet_ids if each not in set(missing_ids)]
    _each_run(row, arrived, ledger.receive_booklets, request_id, actor=actor, at=at, to_holder_id=row.to_organisation_id)
    row.missing_ids, row.received_at, row.received_by_id = sorted(set(missing_ids)), at, by(actor)
    row.save(update_fields=["missing_ids", "received_at", "received_by_id"])
    note_move("stock-move-received", row, {"arrived": len(arrived), "missing": row.missing_ids}, actor, request_id, at)
    if row.missing_ids:
        context = {"missing": len(row.missing_ids), "sent": len(row.booklet_ids), "to": parties.organisation_name(row.to_organisation_id)}
        tell("distribution.stock-move-short", row.from_organisation_id, row.programme_id, context, at)
    _serve(row, actor=actor, request_id=request_id, at=at)
    return len(arrived)


def _serve(row: StockMove, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Close the request once as many booklets arrived for it as were asked for."""
    if row.stock_request_id is None:
        return
    asked_for = access.stock_request(row.stock_request_id, lock=True)
    arrived = sum(len(each.booklet_ids) - len(each.missing_ids) for each in asked_for.moves.exclude(received_at=None))
    if asked_for.closed_at is None and arrived >= asked_for.booklet_count:
        close_request(asked_for, RequestOutcome.SERVED, None, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def settle_missing(*, move_id: int, booklet_ids: Collection[int], found: Found, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Say what became of booklets that did not arrive; return how many were dealt with now.

    *Arrived* is the receiver's to say, *back* and *lost* the giver's; the operator of the programme says any. Lost ones are blocked.
    Raises: NotAllowed, MoveUnknown, MoveNotYours, MoveNotNow, NotInThisMove, NothingUnspent.
    """
    check_may(actor, "distribution.move-stock" if found in (Found.ARRIVED, Found.BACK) else "distribution.declare-loss")
    row = access.move(move_id, lock=True)
    _check_settles(actor, row, found)
    check_move_state(queries.state_of_move(row), MoveState.DIFFERENCE, MoveState.RECEIVED)
    waiting = [each for each in row.missing_ids if each not in {*row.back_ids, *row.lost_ids}]
    _check_within(booklet_ids, row.booklet_ids)
    chosen = [each for each in waiting if each in set(booklet_ids)]
    _settle(row, chosen, found, actor=actor, request_id=request_id, at=at)
    note_move("stock-move-settled", row, {"found": found.value, "booklets": chosen}, actor, request_id, at)
    if found is Found.ARRIVED:
        _serve(row, actor=actor, request_id=request_id, at=at)
    return len(chosen)


def _check_settles(actor: Actor, row: StockMove, found: Found) -> None:
    theirs = row.to_organisation_id if found is Found.ARRIVED else row.from_organisation_id
    if not access.acts_for(actor, theirs):
        if not access.acts_for(actor, funding.programme(row.programme_id).operator_id):
            raise MoveNotYours
        funding_access.operated_programme(actor, row.programme_id)


def _settle(row: StockMove, chosen: list[int], found: Found, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    if found is Found.ARRIVED:
        _each_run(row, chosen, ledger.receive_booklets, request_id, actor=actor, at=at, to_holder_id=row.to_organisation_id)
        row.missing_ids = [each for each in row.missing_ids if each not in set(chosen)]
    elif found is Found.BACK:
        _each_run(row, chosen, ledger.bring_back_booklets, request_id, actor=actor, at=at, from_holder_id=row.from_organisation_id)
        row.back_ids = sorted({*row.back_ids, *chosen})
    else:
        # Back to whoever answers for them, then ended there: the ledger never loses sight of a booklet.
        _each_run(row, chosen, ledger.bring_back_booklets, request_id, actor=actor, at=at, from_holder_id=row.from_organisation_id)
        _each_run(
            row, chosen, ledger.end_unless_lapsed, request_id, actor=actor, at=at,
            holder_id=row.from_organisation_id, reason=EndReason(found.value),
        )  # fmt: skip
        row.lost_ids = sorted({*row.lost_ids, *chosen})
    row.save(update_fields=["missing_ids", "back_ids", "lost_ids"])


def _each_run(row: StockMove, booklet_ids: Iterable[int], write: Callable[..., Any], request_id: UUID, **more: Any) -> None:
    for run in queries.run_views(row.programme_id, booklet_ids):
        write(
            series_id=queries.series_of(row.programme_id, run.first_booklet_id),
            first_booklet_id=run.first_booklet_id,
            last_booklet_id=run.last_booklet_id,
            request_id=uuid5(request_id, f"run {run.first_booklet_id}"),
            **more,
        )


def _check_within(booklet_ids: Collection[int], of: Collection[int]) -> None:
    if not set(booklet_ids) <= set(of):
        raise NotInThisMove
