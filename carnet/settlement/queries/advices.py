"""Remittance advices: what each payment was for, voucher by voucher, what was kept and why. One query feeds page, PDF and CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed, check_may
from carnet.redemption import queries as redemption
from carnet.settlement import access
from carnet.settlement.models import Advice, ClaimLine, Netting
from carnet.settlement.queries._redrawn import family
from carnet.settlement.rules import TransferState, masked
from carnet.settlement.rules.debts import PaperKind, paper_number

ADVICES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One advice in a list. Unit: whole cents; what comes by the bank is `claim_cents` less `kept_cents`.

    `state` is that of its transfer, None when all of it was kept and nothing comes by the bank.
    """

    id: int
    number: str
    programme_id: int
    programme: str
    organisation_id: int
    claim_id: int
    voucher_count: int
    claim_cents: int
    kept_cents: int
    execute_on: date
    issued_at: datetime
    state: TransferState | None
    reference: str
    masked_iban: str

    @property
    def cents(self) -> int:
        """What comes by the bank."""
        return self.claim_cents - self.kept_cents


@dataclass(frozen=True, slots=True)
class PaidVoucher:
    """One voucher of an advice: no person is named. Unit: whole cents."""

    serial: str
    day: date
    place_id: int
    service: str
    cents: int


@dataclass(frozen=True, slots=True)
class KeptVoucher:
    """One voucher paid by mistake, taken off this payment. `dispute` is the number of what was answered."""

    serial: str
    day: date
    place_id: int
    dispute: str
    cents: int


@dataclass(frozen=True, slots=True)
class AdvicePage:
    """One advice, whole."""

    line: AdviceLine
    payee: str
    operator: str
    phone: str
    phone_hours: str
    is_simulated: bool
    vouchers: tuple[PaidVoucher, ...]
    kept: tuple[KeptVoucher, ...]


def own_advices(*, actor: Actor, limit: int = ADVICES_SHOWN) -> list[AdviceLine]:
    """The advices of the actor's own organisation, the latest first. Raises: NotAllowed."""
    check_may(actor, "settlement.see-own")
    return _lines(Advice.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id")[:limit])


def advices_of_claims(claim_ids: Iterable[int]) -> dict[int, AdviceLine]:
    """The latest advice of each of these claims, as far as the reader sees."""
    return {line.claim_id: line for line in _lines(Advice.objects.filter(claim_id__in=list(claim_ids)).order_by("id"))}


def advice_page(*, actor: Actor, advice_id: int) -> AdvicePage:
    """One advice, for whom it was paid or for who runs or audits the programme. Raises: NotAllowed, AdviceUnknown."""
    reads_all = actor.kind == "system" or allowed(actor.roles, "settlement.see")
    check_may(actor, "settlement.see" if reads_all else "settlement.see-own")
    row = access.seen_advice(actor, advice_id)
    programme = funding.programme(row.programme_id)
    (line,) = _lines(Advice.objects.filter(id=row.id))
    return AdvicePage(
        line=line,
        payee=parties.organisation_name(row.organisation_id),
        operator=parties.organisation_name(row.operator_id),
        phone=programme.terms.phone,
        phone_hours=programme.terms.phone_hours,
        is_simulated=programme.is_simulated,
        vouchers=_vouchers(row),
        kept=_kept(row),
    )


def _lines(rows: QuerySet[Advice]) -> list[AdviceLine]:
    found = list(rows.select_related("claim", "transfer"))
    names = {programme_id: funding.programme(programme_id).name for programme_id in {row.programme_id for row in found}}
    return [
        AdviceLine(
            id=row.id,
            number=paper_number(kind=PaperKind.ADVICE, year=row.year, number=row.number),
            programme_id=row.programme_id,
            programme=names[row.programme_id],
            organisation_id=row.organisation_id,
            claim_id=row.claim_id,
            voucher_count=row.claim.voucher_count,
            claim_cents=row.claim_cents,
            kept_cents=row.netted_cents,
            execute_on=row.execute_on,
            issued_at=row.issued_at,
            state=TransferState(row.transfer.state) if row.transfer else None,
            reference=row.transfer.end_to_end_id if row.transfer else "",
            masked_iban=masked(row.transfer.creditor_iban) if row.transfer else "",
        )
        for row in found
    ]


def _vouchers(row: Advice) -> tuple[PaidVoucher, ...]:
    lines = list(ClaimLine.objects.filter(claim_id__in=family(row.claim_id)).order_by("redeemed_at", "id"))
    services = _services(lines)
    return tuple(
        PaidVoucher(
            serial=redemption.serial_of(each.series_id, each.voucher_id),
            day=legal_day(each.redeemed_at),
            place_id=each.place_id,
            service=services.get((each.series_id, each.voucher_id, each.generation), ""),
            cents=each.cents,
        )
        for each in lines
    )


def _services(lines: Sequence[ClaimLine]) -> dict[tuple[int, int, int], str]:
    by_series: dict[int, set[int]] = {}
    for each in lines:
        by_series.setdefault(each.series_id, set()).add(each.voucher_id)
    return {
        (series_id, spent.voucher_id, spent.generation): spent.service
        for series_id, voucher_ids in by_series.items()
        for spent in redemption.redemptions_of_vouchers(series_id=series_id, voucher_ids=voucher_ids)
    }


def _kept(row: Advice) -> tuple[KeptVoucher, ...]:
    """What this very payment kept: undone since or not, the paper says what it said."""
    rows = Netting.objects.filter(claim_id=row.claim_id, transfer=row.transfer).select_related("debt").order_by("id")
    return tuple(
        KeptVoucher(
            serial=redemption.serial_of(each.debt.series_id, each.debt.voucher_id),
            day=legal_day(each.debt.redeemed_at),
            place_id=each.debt.place_id,
            dispute=each.debt.dispute,
            cents=each.cents,
        )
        for each in rows
    )
