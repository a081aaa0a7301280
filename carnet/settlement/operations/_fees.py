"""Fees: stated in advance, invoiced apart, numbered without a gap; never taken from what a place is owed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum

from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import Claim, FeeInvoice, FeeTerms
from carnet.settlement.queries._fees import fees_on, invoice_number
from carnet.settlement.rules import ClaimState, Fees, FeesInvalid, check_fees, invoice_of

STATE, INVOICE = "settlement.set-fees", "settlement.invoice-fees"
DUE_DAYS = 30


@transaction.atomic
def state_fees(*, programme_id: int, fees: Fees, valid_from: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """State what a programme's places are charged from a day on; each place paid so far is told.

    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ProgrammeUnknown, FeesInvalid, FeesTooSoon.
    Repeat:  the same request_id states once.
    """
    check_allowed_now(actor, STATE, at)
    stated_by = person_of(actor, STATE)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    if FeeTerms.objects.filter(request_id=request_id).exists():
        return
    earlier = FeeTerms.objects.filter(programme_id=programme_id)
    check_fees(fees, valid_from=valid_from, today=legal_day(at), is_first=not earlier.exists())
    row = FeeTerms.objects.create(
        programme_id=programme_id,
        valid_from=valid_from,
        yearly_cents=fees.yearly_cents,
        per_voucher_cents=fees.per_voucher_cents,
        vat_basis_points=fees.vat_basis_points,
        words=fees.words.strip()[:300],
        stated_by_id=stated_by,
        stated_at=at,
        request_id=request_id,
    )
    facts = {"yearly_cents": row.yearly_cents, "per_voucher_cents": row.per_voucher_cents, "vat": row.vat_basis_points, "from": valid_from}
    _journal(actor, "settlement.fees-stated", ("fees", row.id), facts, programme_id, request_id, at)
    programme = funding.programme(programme_id).name
    for organisation_id in sorted(
        set(Claim.objects.filter(programme_id=programme_id).order_by().values_list("organisation_id", flat=True))
    ):
        notices.post(
            kind="settlement.fees-stated",
            to_organisation_id=organisation_id,
            context={"programme": programme, "from_on": valid_from},
            programme_id=programme_id,
            at=at,
        )


@transaction.atomic
def invoice_fees(*, programme_id: int, until_on: date, actor: Actor, request_id: UUID, at: datetime) -> list[str]:
    """Draw up one invoice for each place paid since the latest ones and until `until_on` included; return their numbers.

    The yearly amount is asked once in a calendar year. Nothing is drawn up where no fee was stated for that day.
    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, FeesInvalid (`until_on` not over).
    Repeat:  the same request_id, or the same days, draw up nothing more.
    """
    check_allowed_now(actor, INVOICE, at)
    funding_access.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    repeated = FeeInvoice.objects.filter(programme_id=programme_id, request_id=request_id).order_by("number")
    if repeated.exists():
        return [invoice_number(row) for row in repeated]
    today = legal_day(at)
    if until_on >= today:
        raise FeesInvalid(field="until_on")
    terms = fees_on(programme_id, until_on)
    if terms is None:
        return []
    invoiced = FeeInvoice.objects.filter(programme_id=programme_id)
    latest = invoiced.aggregate(day=Max("until_on"))["day"]
    from_on = max(terms.valid_from, latest + timedelta(days=1)) if latest else terms.valid_from
    paid = Claim.objects.filter(programme_id=programme_id, state=ClaimState.PAID, paid_on__gte=from_on, paid_on__lte=until_on)
    number = invoiced.filter(year=today.year).aggregate(number=Max("number"))["number"] or 0
    numbers = []
    for organisation_id, vouchers in paid.order_by("organisation_id").values_list("organisation_id").annotate(Sum("voucher_count")):
        asked = invoiced.filter(organisation_id=organisation_id, until_on__year=until_on.year, yearly_cents__gt=0).exists()
        amounts = invoice_of(
            Fees(terms.yearly_cents, terms.per_voucher_cents, terms.vat_basis_points), voucher_count=vouchers, with_yearly=not asked
        )
        if not amounts.total_cents:
            continue
        number += 1
        row = FeeInvoice.objects.create(
            programme_id=programme_id,
            organisation_id=organisation_id,
            terms=terms,
            year=today.year,
            number=number,
            from_on=from_on,
            until_on=until_on,
            voucher_count=vouchers,
            yearly_cents=amounts.yearly_cents,
            vouchers_cents=amounts.vouchers_cents,
            vat_basis_points=terms.vat_basis_points,
            vat_cents=amounts.vat_cents,
            total_cents=amounts.total_cents,
            issued_on=today,
            due_on=today + timedelta(days=DUE_DAYS),
            issued_by_id=actor.person_id,
            request_id=request_id,
        )
        numbers.append(invoice_number(row))
        _journal(actor, "settlement.fee-invoiced", ("fee-invoice", row.id), {"cents": row.total_cents}, programme_id, request_id, at)
        notices.post(
            kind="settlement.fee-invoice",
            to_organisation_id=organisation_id,
            context={"number": numbers[-1], "cents": row.total_cents},
            programme_id=programme_id,
            at=at,
        )
    return numbers


def _journal(
    actor: Actor, action: str, subject: tuple[str, int], facts: dict[str, object], programme_id: int, request_id: UUID, at: datetime
) -> None:
    journal.record(actor=actor, action=action, subject=subject, facts=facts, programme_id=programme_id, request_id=request_id, at=at)
