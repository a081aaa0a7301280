"""When a redemption is paid: the period it falls in, the cut-off, and the bank's working days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.funding.rules import PaymentFrequency
from carnet.kernel.periods import add_months, legal_day, start_of_day
from carnet.settlement.rules._refusals import ClaimTooEarly, ExecutionDayPast

# Days between the end of a period and its payment: time to check, approve and send. Monthly: the 10th.
ON_DEMAND_DAYS = 2
"""Where places ask for their payment: days between the end of the undo window of what they ask for and its payment."""

PAID_AFTER_DAYS = {PaymentFrequency.WEEKLY: 4, PaymentFrequency.FORTNIGHTLY: 6, PaymentFrequency.MONTHLY: 9}


def period_end(day: date, frequency: PaymentFrequency) -> date:
    """The first day after the payment period `day` falls in: a week from Monday, half a month, a month."""
    if frequency is PaymentFrequency.WEEKLY:
        return day + timedelta(days=7 - day.weekday())
    if frequency is PaymentFrequency.FORTNIGHTLY and day.day <= 15:
        return day.replace(day=16)
    return add_months(day.replace(day=1), 1)


def payable_on(*, redeemed_at: datetime, frequency: PaymentFrequency, undo_window: timedelta) -> date:
    """The day a place is paid for a voucher redeemed at `redeemed_at`: announced to it at once.

    A working day of the bank, after the end of the period and after the last redemption of that
    period can no longer be undone. On demand: the day it is paid if it is asked for at once.
    """
    if frequency is PaymentFrequency.ON_DEMAND:
        return next_bank_day(legal_day(redeemed_at + undo_window) + timedelta(days=ON_DEMAND_DAYS))
    end = period_end(legal_day(redeemed_at), frequency)
    settled = legal_day(start_of_day(end) + undo_window)
    return next_bank_day(max(end + timedelta(days=PAID_AFTER_DAYS[frequency]), settled))


def latest_cut_off(*, at: datetime, frequency: PaymentFrequency, undo_window: timedelta) -> datetime:
    """The latest end of a period whose redemptions can no longer be undone at the moment `at`. On demand, any moment ends one."""
    if frequency is PaymentFrequency.ON_DEMAND:
        return at - undo_window
    day = legal_day(at - undo_window)
    # The period `day` falls in has not ended: its predecessor has, at the first day of this one.
    if frequency is PaymentFrequency.WEEKLY:
        start = day - timedelta(days=day.weekday())
    elif frequency is PaymentFrequency.FORTNIGHTLY and day.day > 15:
        start = day.replace(day=16)
    else:
        start = day.replace(day=1)
    return start_of_day(start)


@dataclass(frozen=True, slots=True)
class PaymentPeriod:
    """One period to come: its exclusive end, from when it can be counted (both aware), the day it is paid."""

    until: datetime
    countable_at: datetime
    payable_on: date


def next_periods(*, at: datetime, frequency: PaymentFrequency, undo_window: timedelta, count: int) -> list[PaymentPeriod]:
    """The period `at` falls in, and those after it: `count` of them. None on demand."""
    periods: list[PaymentPeriod] = []
    day = legal_day(at)
    while frequency is not PaymentFrequency.ON_DEMAND and len(periods) < count:
        last = start_of_day(day)
        day = period_end(day, frequency)
        until = start_of_day(day)
        periods.append(
            PaymentPeriod(until, until + undo_window, payable_on(redeemed_at=last, frequency=frequency, undo_window=undo_window))
        )
    return periods


def check_cut_off(*, until: datetime, at: datetime, undo_window: timedelta) -> None:
    """Refuse to claim what may still be undone. Raises: ClaimTooEarly."""
    if until + undo_window > at:
        raise ClaimTooEarly(until=until, possible_at=until + undo_window)


def check_execution_day(*, execute_on: date, at: datetime) -> None:
    """Refuse a day of payment that is past. Raises: ExecutionDayPast."""
    today = legal_day(at)
    if execute_on < today:
        raise ExecutionDayPast(execute_on=execute_on, today_on=today)


def next_bank_day(day: date) -> date:
    """`day`, or the first day after it on which SEPA settles.

    Source: docs/sources/payments-and-banks.md#target, since 2002: closed on Saturdays, Sundays,
    1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
    """
    while day.weekday() >= 5 or _is_target_holiday(day):
        day += timedelta(days=1)
    return day


def _is_target_holiday(day: date) -> bool:
    easter = _easter(day.year)
    fixed = (day.month, day.day) in {(1, 1), (5, 1), (12, 25), (12, 26)}
    return fixed or day in (easter - timedelta(days=2), easter + timedelta(days=1))


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, rest_centuries = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, rest_years = divmod(in_century, 4)
    to_sunday = (32 + 2 * rest_centuries + 2 * leap_years - epact - rest_years) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
