"""Counts of cupboards, against what the ledger says."""

from dataclasses import dataclass
from datetime import datetime

from carnet.distribution import access
from carnet.distribution.models import StockTake
from carnet.distribution.rules import Difference, difference
from carnet.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class StockTakeView:
    """A count of a cupboard. While it is open, `difference` is against the ledger of this moment."""

    id: int
    programme_id: int
    organisation_id: int
    opened_at: datetime
    closed_at: datetime | None
    scanned_count: int
    expected_count: int
    difference: Difference
    explained: dict[str, int]


def stock_takes(*, organisation_id: int | None = None, programme_id: int | None = None, limit: int = 12) -> list[StockTakeView]:
    """Counts of cupboards, the latest first."""
    rows = StockTake.objects.order_by("-opened_at", "-id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    return [_stock_take(row) for row in rows[:limit]]


def stock_take(stock_take_id: int) -> StockTakeView:
    """One count of a cupboard. Raises: StockTakeUnknown."""
    return _stock_take(access.stock_take(stock_take_id))


def _stock_take(row: StockTake) -> StockTakeView:
    if row.closed_at is None:
        expected = ledger.stock_ids(holder_id=row.organisation_id, programme_id=row.programme_id)
        found = Difference(difference(expected=expected, scanned=row.scanned_ids).missing, tuple(row.strange_ids))
        count = len(expected)
    else:
        found, count = Difference(tuple(row.missing_ids), tuple(row.strange_ids)), row.expected_count or 0
    return StockTakeView(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        scanned_count=len(row.scanned_ids),
        expected_count=count,
        difference=found,
        explained=row.explained,
    )
