"""The fees of a programme, stated to everybody; the invoices of fees, to the place that pays them and to the operator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.settlement.models import FeeInvoice, FeeTerms
from carnet.settlement.queries._runs import organisation_names
from carnet.settlement.rules import Fees, InvoiceUnknown

INVOICES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class FeesStated:
    """What places of a programme are charged from a day on."""

    fees: Fees
    valid_from: date


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice of fees. Unit: whole cents; `vat_basis_points` is the rate."""

    id: int
    number: str
    programme_id: int
    programme: str
    operator: str
    organisation_id: int
    payee: str
    from_on: date
    until_on: date
    voucher_count: int
    yearly_cents: int
    vouchers_cents: int
    vat_basis_points: int
    vat_cents: int
    total_cents: int
    issued_on: date
    due_on: date
    is_simulated: bool


def fees_on(programme_id: int, day: date) -> FeeTerms | None:
    """The terms in force on a day, if any were stated."""
    return FeeTerms.objects.filter(programme_id=programme_id, valid_from__lte=day).order_by("-valid_from", "-id").first()


def fees_stated(*, programme_id: int, at: datetime) -> list[FeesStated]:
    """What applies today and what was announced for later; no actor: a place reads it before it joins."""
    today = legal_day(at)
    current = fees_on(programme_id, today)
    later = FeeTerms.objects.filter(programme_id=programme_id, valid_from__gt=today).order_by("valid_from", "id")
    rows = [*([current] if current else []), *later]
    return [FeesStated(Fees(row.yearly_cents, row.per_voucher_cents, row.vat_basis_points, row.words), row.valid_from) for row in rows]


def fee_invoices(*, actor: Actor, programme_id: int) -> list[InvoiceLine]:
    """The invoices of a programme, the latest first. Raises: NotAllowed, ProgrammeUnknown."""
    check_may(actor, "settlement.see")
    funding_access.operated_programme(actor, programme_id)
    return _lines(FeeInvoice.objects.filter(programme_id=programme_id).order_by("-id")[:INVOICES_SHOWN])


def own_fee_invoices(*, actor: Actor) -> list[InvoiceLine]:
    """The invoices of the actor's own organisation, the latest first. Raises: NotAllowed."""
    check_may(actor, "settlement.see-own")
    return _lines(FeeInvoice.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id")[:INVOICES_SHOWN])


def own_fee_invoice(*, actor: Actor, invoice_id: int) -> InvoiceLine:
    """One of them. Raises: NotAllowed, InvoiceUnknown."""
    check_may(actor, "settlement.see-own")
    rows = _lines(FeeInvoice.objects.filter(organisation_id=actor.organisation_id or 0, id=invoice_id))
    if not rows:
        raise InvoiceUnknown(invoice_id=invoice_id)
    return rows[0]


def invoice_number(row: FeeInvoice) -> str:
    """What an invoice is called: continuous in its programme and year."""
    return f"FA-{row.year}-{row.programme_id}-{row.number:05d}"


def _lines(found: Iterable[FeeInvoice]) -> list[InvoiceLine]:
    rows = list(found)
    names = organisation_names(row.organisation_id for row in rows)
    programmes = {row.programme_id: funding.programme(row.programme_id) for row in rows}
    return [
        InvoiceLine(
            id=row.id,
            number=invoice_number(row),
            programme_id=row.programme_id,
            programme=programmes[row.programme_id].name,
            operator=parties.organisation_name(programmes[row.programme_id].operator_id),
            organisation_id=row.organisation_id,
            payee=names.get(row.organisation_id, ""),
            from_on=row.from_on,
            until_on=row.until_on,
            voucher_count=row.voucher_count,
            yearly_cents=row.yearly_cents,
            vouchers_cents=row.vouchers_cents,
            vat_basis_points=row.vat_basis_points,
            vat_cents=row.vat_cents,
            total_cents=row.total_cents,
            issued_on=row.issued_on,
            due_on=row.due_on,
            is_simulated=programmes[row.programme_id].is_simulated,
        )
        for row in rows
    ]
