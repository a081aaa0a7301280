"""Closings of agreements, and the money sent back to each funder."""

from dataclasses import dataclass
from datetime import date, datetime

from carnet.funding import access as funding_access
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.settlement import access
from carnet.settlement.models import Closing, Repayment
from carnet.settlement.queries._runs import organisation_names
from carnet.settlement.rules import ClosingState


@dataclass(frozen=True, slots=True)
class RepaymentLine:
    """What one funder gets, or got, back."""

    funder_id: int
    funder: str
    circulation_cents: int
    unissued_cents: int
    cents: int
    reference: str
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """One closing and what it gives back to each funder."""

    id: int
    agreement_id: int
    agreement: str
    programme_id: int
    state: ClosingState
    cents: int
    prepared_by_id: int
    prepared_at: datetime
    approved_by_id: int | None
    approved_at: datetime | None
    repaid_at: datetime | None
    cancelled_reason: str
    repayments: tuple[RepaymentLine, ...]


def closings(*, actor: Actor, agreement_id: int) -> list[ClosingPage]:
    """The closings of an agreement, the latest first. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "settlement.see")
    name = funding_access.seen_agreement(actor, agreement_id).name
    return [_closing(row, name) for row in Closing.objects.filter(agreement_id=agreement_id).order_by("-id")]


def closing_page(*, actor: Actor, closing_id: int) -> ClosingPage:
    """One closing. Raises: NotAllowed, ClosingUnknown."""
    row = access.seen_closing(actor, closing_id)
    return _closing(row, funding_access.seen_agreement(actor, row.agreement_id).name)


def _closing(row: Closing, agreement: str) -> ClosingPage:
    repayments = list(Repayment.objects.filter(closing=row).order_by("funder_id"))
    names = organisation_names(each.funder_id for each in repayments)
    return ClosingPage(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=agreement,
        programme_id=row.programme_id,
        state=ClosingState(row.state),
        cents=row.total_cents,
        prepared_by_id=row.prepared_by_id,
        prepared_at=row.prepared_at,
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        repaid_at=row.repaid_at,
        cancelled_reason=row.cancelled_reason,
        repayments=tuple(
            RepaymentLine(
                each.funder_id,
                names.get(each.funder_id, ""),
                each.circulation_cents,
                each.unissued_cents,
                each.circulation_cents + each.unissued_cents,
                each.reference,
                each.paid_on,
            )
            for each in repayments
        ),
    )
