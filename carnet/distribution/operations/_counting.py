"""A desk counts its cupboard: booklets scanned, then what is missing explained, one run after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access, queries
from carnet.distribution.models import StockTake
from carnet.distribution.operations._handing import take_out_range
from carnet.distribution.operations._losing import declare_loss
from carnet.distribution.operations._notes import by, note
from carnet.distribution.rules import (
    SCANNED_AT_ONCE_MAX,
    Explained,
    Gap,
    OtherProgramme,
    StockTakeClosed,
    TooManyAtOnce,
    check_explains,
    difference,
)
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import RangeReversed
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan added: booklets of the cupboard, booklets scanned before, booklets that should not be there."""

    added: int
    again: int
    strange: int


@transaction.atomic
def open_stock_take(*, programme_id: int, organisation_id: int | None = None, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Begin to count a desk's booklets of a programme, or go on with the count that is open; return its id.

    Raises: NotAllowed, NotYourDesk, ProgrammeUnknown.
    """
    check_may(actor, "distribution.count-stock")
    desk_id = access.desk(actor, organisation_id)
    funding.programme(programme_id)
    present = (
        StockTake.objects.filter(request_id=request_id).first()
        or StockTake.objects.filter(programme_id=programme_id, organisation_id=desk_id, closed_at=None).first()
    )
    if present is not None:
        return present.id
    row = StockTake.objects.create(
        programme_id=programme_id, organisation_id=desk_id, opened_at=at, opened_by_id=by(actor), request_id=request_id
    )
    note("stock-take-opened", ("stock-take", row.id), programme_id, desk_id, {}, actor, request_id, at)
    return row.id


@transaction.atomic
def scan(*, stock_take_id: int, first_serial: str, last_serial: str = "", actor: Actor, at: datetime) -> Scanned:
    """Note a booklet seen in the cupboard, or a pile by its first and last; seen twice counts once.

    Raises: NotAllowed, StockTakeUnknown, StockTakeClosed, SerialMistyped, BookletUnknown, VoucherSerialUnknown, OtherProgramme,
    RangeReversed, TooManyAtOnce.
    """
    row = access.own_stock_take(actor, stock_take_id)
    if row.closed_at is not None:
        raise StockTakeClosed(closed_at=row.closed_at)
    series_id, first = ledger.booklet_number(first_serial)
    last_series_id, last = ledger.booklet_number(last_serial) if last_serial else (series_id, first)
    if ledger.series(series_id).programme_id != row.programme_id:
        raise OtherProgramme
    if last_series_id != series_id or last < first:
        raise RangeReversed(first_booklet_id=first, last_booklet_id=last)
    if last - first + 1 > SCANNED_AT_ONCE_MAX:
        raise TooManyAtOnce(count=last - first + 1, most=SCANNED_AT_ONCE_MAX)
    seen = set(range(first, last + 1))
    own = set(ledger.stock_ids(holder_id=row.organisation_id, programme_id=row.programme_id))
    before = {*row.scanned_ids, *row.strange_ids}
    row.scanned_ids = sorted({*row.scanned_ids, *(seen & own)})
    row.strange_ids = sorted({*row.strange_ids, *(seen - own)})
    row.save(update_fields=["scanned_ids", "strange_ids"])
    return Scanned(len((seen & own) - before), len(seen & before), len((seen - own) - before))


@transaction.atomic
def close_stock_take(
    *, stock_take_id: int, explained: Sequence[Explained] = (), actor: Actor, request_id: UUID, at: datetime
) -> queries.StockTakeView:
    """End a count: what is missing was given and never noted, or is lost and blocked at once. The same answer when asked again.

    Raises: NotAllowed, StockTakeUnknown, GapChanged, and as `take_out_range` and `declare_loss`.
    """
    row = access.own_stock_take(actor, stock_take_id)
    if row.closed_at is not None:
        return queries.stock_take(row.id)
    expected = ledger.stock_ids(holder_id=row.organisation_id, programme_id=row.programme_id)
    gap = difference(expected=expected, scanned=row.scanned_ids)
    check_explains(explained, missing=gap.missing)
    told: dict[str, int] = {}
    for run in explained:
        _explain(row, run, actor=actor, request_id=uuid5(request_id, f"run {run.first_booklet_id}"), at=at)
        told[run.gap.value] = told.get(run.gap.value, 0) + run.last_booklet_id - run.first_booklet_id + 1
    row.closed_at, row.closed_by_id, row.expected_count = at, by(actor), len(expected)
    row.missing_ids, row.explained = list(gap.missing), told
    row.save(update_fields=["closed_at", "closed_by_id", "expected_count", "missing_ids", "explained"])
    facts = {"expected": len(expected), "scanned": len(row.scanned_ids), "strange": len(row.strange_ids), "explained": told}
    note("stock-take-closed", ("stock-take", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
    return queries.stock_take(row.id)


def _explain(row: StockTake, run: Explained, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    ends = {
        "series_id": queries.series_of(row.programme_id, run.first_booklet_id),
        "first_booklet_id": run.first_booklet_id,
        "last_booklet_id": run.last_booklet_id,
    }
    if run.gap is Gap.GIVEN:
        take_out_range(**ends, organisation_id=row.organisation_id, actor=actor, request_id=request_id, at=at)
        return
    reason = run.gap.end_reason
    assert reason is not None
    declare_loss(**ends, reason=reason, organisation_id=row.organisation_id, actor=actor, request_id=request_id, at=at)
