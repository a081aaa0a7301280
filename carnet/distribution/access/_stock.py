"""Booklets on the move, asked for, counted and replaced: seen by their desks and their operator."""

from carnet.distribution.access._desks import acts_for
from carnet.distribution.models import Replacement, StockMove, StockRequest, StockTake
from carnet.distribution.rules import MoveNotYours, MoveUnknown, ReplacementUnknown, StockRequestUnknown, StockTakeUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may


def move(move_id: int, *, lock: bool = False) -> StockMove:
    """A move of booklets from or to the actor's organisation, or of its programme. Raises: MoveUnknown."""
    rows = StockMove.objects.select_for_update(of=("self",)) if lock else StockMove.objects
    found = rows.filter(id=move_id).first()
    if found is None:
        raise MoveUnknown(move=move_id)
    return found


def check_gives(actor: Actor, row: StockMove) -> None:
    """Raises: NotAllowed, MoveNotYours."""
    check_may(actor, "distribution.move-stock")
    if not acts_for(actor, row.from_organisation_id):
        raise MoveNotYours


def check_receives(actor: Actor, row: StockMove) -> None:
    """Raises: NotAllowed, MoveNotYours."""
    check_may(actor, "issuing.receive")
    if not acts_for(actor, row.to_organisation_id):
        raise MoveNotYours


def stock_request(stock_request_id: int, *, lock: bool = False) -> StockRequest:
    """A request for booklets by the actor's desk, or in its programme. Raises: StockRequestUnknown."""
    rows = StockRequest.objects.select_for_update(of=("self",)) if lock else StockRequest.objects
    found = rows.filter(id=stock_request_id).first()
    if found is None:
        raise StockRequestUnknown(stock_request=stock_request_id)
    return found


def stock_take(stock_take_id: int, *, lock: bool = False) -> StockTake:
    """A stock-take of the actor's desk, or of its programme. Raises: StockTakeUnknown."""
    rows = StockTake.objects.select_for_update(of=("self",)) if lock else StockTake.objects
    found = rows.filter(id=stock_take_id).first()
    if found is None:
        raise StockTakeUnknown(stock_take=stock_take_id)
    return found


def own_stock_take(actor: Actor, stock_take_id: int) -> StockTake:
    """A stock-take of the actor's own desk, locked. Raises: NotAllowed, StockTakeUnknown."""
    check_may(actor, "distribution.count-stock")
    found = stock_take(stock_take_id, lock=True)
    if not acts_for(actor, found.organisation_id):
        raise StockTakeUnknown(stock_take=stock_take_id)
    return found


def replacement(replacement_id: int, *, lock: bool = False) -> Replacement:
    """A replacement the actor's desk gives or gave rise to, or of its programme. Raises: ReplacementUnknown."""
    rows = Replacement.objects.select_for_update(of=("self",)) if lock else Replacement.objects
    found = rows.filter(id=replacement_id).first()
    if found is None:
        raise ReplacementUnknown(replacement=replacement_id)
    return found
