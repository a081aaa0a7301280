"""What an operator charges a place, if anything: said in advance, invoiced apart, never taken from what the place is owed."""

from dataclasses import dataclass
from datetime import date, timedelta

from carnet.settlement.rules._refusals import FeesInvalid, FeesTooSoon

NOTICE_DAYS = 30
"""Fees are stated this many days before they first apply."""


@dataclass(frozen=True, slots=True)
class Fees:
    """A fixed amount a year and an amount for each voucher paid, whole cents without VAT; the VAT rate in basis points."""

    yearly_cents: int
    per_voucher_cents: int
    vat_basis_points: int
    words: str = ""

    @property
    def is_free(self) -> bool:
        """Nothing is charged."""
        return not (self.yearly_cents or self.per_voucher_cents)


@dataclass(frozen=True, slots=True)
class Invoice:
    """The amounts of one invoice, whole cents."""

    yearly_cents: int
    vouchers_cents: int
    net_cents: int
    vat_cents: int
    total_cents: int


def check_fees(fees: Fees, *, valid_from: date, today: date, is_first: bool) -> None:
    """Fees that can be stated: no negative amount, a VAT rate, and time to read them. A programme's first ones too.

    Lower fees than before still wait: a place reads one date. `is_first` with nothing charged applies at once.
    Raises: FeesInvalid (`field`), FeesTooSoon (`possible_on`).
    """
    for name in ("yearly_cents", "per_voucher_cents", "vat_basis_points"):
        if getattr(fees, name) < 0:
            raise FeesInvalid(field=name)
    if fees.vat_basis_points > 100_00:
        raise FeesInvalid(field="vat_basis_points")
    if is_first and fees.is_free:
        return
    if valid_from < today + timedelta(days=NOTICE_DAYS):
        raise FeesTooSoon(possible_on=today + timedelta(days=NOTICE_DAYS))


def invoice_of(fees: Fees, *, voucher_count: int, with_yearly: bool) -> Invoice:
    """What one place is asked for `voucher_count` vouchers paid, and for the year when it was not asked yet."""
    yearly = fees.yearly_cents if with_yearly else 0
    vouchers = fees.per_voucher_cents * voucher_count
    net = yearly + vouchers
    vat = (net * fees.vat_basis_points + 50_00) // 100_00  # to the nearest cent, half a cent up
    return Invoice(yearly, vouchers, net, vat, net + vat)
