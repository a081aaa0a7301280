"""Booklets a desk asks for: answered by moves, refused, or withdrawn."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import StockRequest
from carnet.distribution.operations._notes import by, note, tell
from carnet.distribution.rules import (
    REQUEST_MAX,
    RefusedFor,
    RequestOutcome,
    RequestReason,
    StockRequestClosed,
    StockRequestOpen,
    check_count,
    check_wanted_on,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import check_may


@transaction.atomic
def ask_for_stock(
    *,
    programme_id: int,
    booklet_count: int,
    wanted_on: date,
    reason: RequestReason,
    organisation_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Ask the operator for booklets before a day; return the request's id. One request of a programme waits at a time.

    Raises: NotAllowed, NotYourDesk, NotPrescriber, BookletCountOutside, WantedInThePast, StockRequestOpen.
    """
    check_may(actor, "distribution.request-stock")
    desk_id = access.desk(actor, organisation_id)
    repeated = StockRequest.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    programme = funding.programme(programme_id)
    access.check_takes_part(organisation_id=desk_id, programme_id=programme_id, programme=programme.name, at=at)
    check_count(booklet_count, most=REQUEST_MAX)
    last_day = date.fromordinal(legal_day(programme.windows.hand_over_until).toordinal() - 1)
    check_wanted_on(wanted_on, today=legal_day(at), last_day=last_day)
    waiting = StockRequest.objects.filter(programme_id=programme_id, organisation_id=desk_id, closed_at=None).first()
    if waiting is not None:
        raise StockRequestOpen(booklet_count=waiting.booklet_count)
    row = StockRequest.objects.create(
        programme_id=programme_id,
        organisation_id=desk_id,
        booklet_count=booklet_count,
        wanted_on=wanted_on,
        reason=reason,
        asked_at=at,
        asked_by_id=by(actor),
        request_id=request_id,
    )
    facts = {"booklets": booklet_count, "wanted_on": wanted_on.isoformat(), "reason": reason.value}
    note("stock-requested", ("stock-request", row.id), programme_id, desk_id, facts, actor, request_id, at)
    tell("distribution.stock-requested", programme.operator_id, programme_id, {
        "desk": parties.organisation_name(desk_id), "booklets": booklet_count, "wanted_on": wanted_on.isoformat(),
    }, at)  # fmt: skip
    return row.id


@transaction.atomic
def withdraw_request(*, stock_request_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take one's own request back; again changes nothing. Raises: NotAllowed, StockRequestUnknown, NotYourDesk, StockRequestClosed."""
    check_may(actor, "distribution.request-stock")
    row = access.stock_request(stock_request_id, lock=True)
    access.desk(actor, row.organisation_id)
    if row.outcome == RequestOutcome.WITHDRAWN:
        return
    close_request(row, RequestOutcome.WITHDRAWN, None, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def refuse_request(*, stock_request_id: int, refused_for: RefusedFor, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Tell a desk that it will not have them, and why; again changes nothing.

    Raises: NotAllowed, StockRequestUnknown, ProgrammeUnknown, StockRequestClosed.
    """
    check_may(actor, "distribution.move-stock")
    row = access.stock_request(stock_request_id, lock=True)
    funding_access.operated_programme(actor, row.programme_id)
    if row.outcome == RequestOutcome.REFUSED:
        return
    close_request(row, RequestOutcome.REFUSED, refused_for, actor=actor, request_id=request_id, at=at)
    context = {"booklets": row.booklet_count, "why": refused_for.value}
    tell("distribution.stock-request-refused", row.organisation_id, row.programme_id, context, at)


def close_request(
    row: StockRequest, outcome: RequestOutcome, refused_for: RefusedFor | None, *, actor: Actor, request_id: UUID, at: datetime
) -> None:
    """End a locked request. Raises: StockRequestClosed."""
    if row.closed_at is not None:
        raise StockRequestClosed(closed_at=row.closed_at)
    row.closed_at, row.closed_by_id, row.outcome, row.refused_for = at, by(actor), outcome, refused_for or ""
    row.save(update_fields=["closed_at", "closed_by_id", "outcome", "refused_for"])
    facts = {"outcome": outcome.value, "refused_for": row.refused_for}
    note("stock-request-closed", ("stock-request", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
