"""Vouchers that ended in somebody's hands, exchanged for others of the same agreement: when, once, free of charge. Pure.

Nobody asks who the person is: the old number is the proof, or the number of the loss declared before.
Precedent: chèques-vacances are exchanged for three months after their end (docs/sources/public-money.md#exchanges).
"""

from datetime import date, datetime, timedelta

from carnet.distribution.rules._handing import DistributionRefused
from carnet.kernel.periods import legal_day, start_of_day

EXCHANGE_DAYS_MAX = 365


class ExchangeNotAllowed(DistributionRefused):
    """The programme exchanges nothing."""

    code = "exchange-not-allowed"


class ExchangeTooSoon(DistributionRefused):
    """The vouchers are still good. Facts: accepted_until."""

    code = "exchange-too-soon"


class ExchangeTooLate(DistributionRefused):
    """The days of exchange are over. Facts: until."""

    code = "exchange-too-late"


class ExchangedOnce(DistributionRefused):
    """These vouchers were themselves given for others."""

    code = "exchanged-once"


class ExchangeNeedsVoucher(DistributionRefused):
    """Vouchers of this booklet went to several people: the number of one voucher tells whose."""

    code = "exchange-needs-voucher"


class ExchangeOtherAgreement(DistributionRefused):
    """The booklet chosen is paid by another agreement: its money is not the old one's."""

    code = "exchange-other-agreement"


class ExchangeOtherValue(DistributionRefused):
    """The booklet chosen holds vouchers of another value."""

    code = "exchange-other-value"


class ExchangeDaysWrong(DistributionRefused):
    """Exchanges last from 0 (none) to a year. Facts: days, most."""

    code = "exchange-days-wrong"


def check_exchange_days(days: int) -> int:
    """How many days after the end vouchers are exchanged; 0 is never. Raises: ExchangeDaysWrong."""
    if not 0 <= days <= EXCHANGE_DAYS_MAX:
        raise ExchangeDaysWrong(days=days, most=EXCHANGE_DAYS_MAX)
    return days


def exchanged_until(*, accepted_until: datetime, days: int) -> datetime:
    """The exclusive end of exchanges: midnight in Paris, that many days after the vouchers' own end."""
    last: date = legal_day(accepted_until) + timedelta(days=days)
    return max(start_of_day(last), accepted_until)


def check_exchange(*, days: int, accepted_until: datetime, blocked: bool, from_exchange: bool, at: datetime) -> None:
    """Refuse an exchange the programme does not make. `blocked`: a loss was declared, and nothing given for it yet.

    Raises: ExchangeNotAllowed, ExchangedOnce, ExchangeTooLate, ExchangeTooSoon.
    """
    if days == 0:
        raise ExchangeNotAllowed
    if from_exchange:
        raise ExchangedOnce
    until = exchanged_until(accepted_until=accepted_until, days=days)
    if at >= until:
        raise ExchangeTooLate(until=until)
    if at < accepted_until and not blocked:
        raise ExchangeTooSoon(accepted_until=accepted_until)
