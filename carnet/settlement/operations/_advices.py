"""The remittance advice each payment leaves with, the day it is sent: numbered without a gap, told to its payee."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Sum

from carnet.funding import queries as funding
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.settlement.models import Advice, Claim, Netting, PaymentRun, Transfer
from carnet.settlement.operations._numbers import take_numbers
from carnet.settlement.rules.debts import PaperKind, paper_number


def advise_of_run(run: PaymentRun, transfers: Sequence[Transfer], at: datetime) -> None:
    """One advice and one notice per transfer of a run that is sent, in the caller's transaction."""
    kept = dict(Netting.objects.filter(transfer__run=run, undone_at=None).order_by().values_list("transfer_id").annotate(Sum("cents")))
    programme = funding.programme(run.programme_id)
    year = legal_day(at).year
    numbers = take_numbers(operator_id=programme.operator_id, kind=PaperKind.ADVICE, year=year, count=len(transfers))
    Advice.objects.bulk_create(
        Advice(
            operator_id=programme.operator_id,
            year=year,
            number=number,
            programme_id=run.programme_id,
            agreement_id=run.agreement_id,
            organisation_id=each.organisation_id,
            claim_id=each.claim_id,
            transfer=each,
            claim_cents=each.cents + kept.get(each.id, 0),
            netted_cents=kept.get(each.id, 0),
            execute_on=run.execute_on,
            issued_at=at,
        )
        for number, each in zip(numbers, transfers, strict=True)
    )
    for number, each in zip(numbers, transfers, strict=True):
        notices.post(
            kind="settlement.payment-sent",
            to_organisation_id=each.organisation_id,
            context={
                "programme": programme.name,
                "cents": each.cents,
                "execute_on": run.execute_on,
                "advice": paper_number(kind=PaperKind.ADVICE, year=year, number=number),
                "netted_cents": kept.get(each.id, 0),
            },
            programme_id=run.programme_id,
            at=at,
        )


def advise_of_netting(claim: Claim, *, on: date, at: datetime) -> None:
    """The advice and the notice of a claim wholly kept: nothing comes by the bank, and the place is told why."""
    programme = funding.programme(claim.programme_id)
    (number,) = take_numbers(operator_id=programme.operator_id, kind=PaperKind.ADVICE, year=on.year)
    Advice.objects.create(
        operator_id=programme.operator_id,
        year=on.year,
        number=number,
        programme_id=claim.programme_id,
        agreement_id=claim.agreement_id,
        organisation_id=claim.organisation_id,
        claim=claim,
        claim_cents=claim.cents,
        netted_cents=claim.cents,
        execute_on=on,
        issued_at=at,
    )
    notices.post(
        kind="settlement.payment-kept",
        to_organisation_id=claim.organisation_id,
        context={
            "programme": programme.name,
            "cents": claim.cents,
            "advice": paper_number(kind=PaperKind.ADVICE, year=on.year, number=number),
        },
        programme_id=claim.programme_id,
        at=at,
    )
