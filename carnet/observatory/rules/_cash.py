"""What the likely use asks of the funders: euros to pay each month, calls, when the fund is low, what comes back. Pure; whole cents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carnet.kernel.money import Euros
from carnet.observatory.rules._forecast import WEEK, Use

MONTHS_DRAWN = 18


@dataclass(frozen=True, slots=True)
class FundFacts:
    """The money of an agreement as the ledger has it. Units: whole cents, vouchers.

    `value_cents` for `voucher_count` vouchers: what all its vouchers are worth. `held` and `borne`: each funder's part of them while
    they circulate, and once used. `owed_cents` waits for the places; `unissued` is each funder's money without vouchers yet.
    """

    value_cents: int
    voucher_count: int
    held: Mapping[int, int]
    borne: Mapping[int, int]
    in_circulation: Mapping[int, int]
    unissued: Mapping[int, int]
    owed_cents: int
    missing: Mapping[int, int]
    on_use_debts: Mapping[int, int]
    threshold_cents: int

    @property
    def balance_cents(self) -> int:
        """What is on the ring-fenced account."""
        return sum(self.in_circulation.values()) + sum(self.unissued.values()) + self.owed_cents

    def worth(self, vouchers: int) -> int:
        """Cents of so many vouchers."""
        return self.value_cents * vouchers // self.voucher_count if self.voucher_count else 0


@dataclass(frozen=True, slots=True)
class Month:
    """One month to come. `used` vouchers are used in it; `pay_cents` leave the account for the places in it, which may be another's use;
    `on_use`: what each funder that pays on use will be called for, for its use."""

    first_on: date
    used: int
    low: int
    high: int
    pay_cents: int
    on_use: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class FunderForecast:
    """One funder. `missing_cents` is called for now, to cover what was ordered; `debt_cents` is owed now to who advances its share;
    `on_use_cents` will be, for vouchers to come; `back_cents` will come back to it at the end. Unit: whole cents."""

    funder_id: int
    missing_cents: int
    debt_cents: int
    on_use_cents: int
    back_cents: int


@dataclass(frozen=True, slots=True)
class CashForecast:
    """What the use asks. `low_on`: the first payment that leaves less than the threshold; None if none does, or nobody set one."""

    balance_cents: int
    threshold_cents: int
    months: tuple[Month, ...]
    low_on: date | None
    low_cents: int
    ends_on: date | None
    funders: tuple[FunderForecast, ...]

    @property
    def pay_cents(self) -> int:
        """Everything the places will be paid."""
        return sum(month.pay_cents for month in self.months)


def cash_of(use: Use, facts: FundFacts, *, pay_day: Callable[[date], date], ends_on: date | None) -> CashForecast:
    """The money the likely use asks for. `pay_day`: the day a voucher used on a day is paid; `ends_on`: when the last voucher ends.

    Vouchers become cents by the value of all of them; the funders' cents of any number of months are split as money is, and sum.
    """
    payments = _payments(use, facts, pay_day)
    months, on_use = _months(use, facts, payments)
    low_on, left = None, facts.balance_cents
    for day, cents in sorted(payments.items()):
        left -= cents
        if low_on is None and left < facts.threshold_cents:
            low_on = day
    if facts.balance_cents < facts.threshold_cents:
        low_on = use.as_of
    return CashForecast(
        balance_cents=facts.balance_cents,
        threshold_cents=facts.threshold_cents,
        months=months,
        low_on=low_on,
        low_cents=left,
        ends_on=ends_on,
        funders=_funders(use, facts, on_use),
    )


def _payments(use: Use, facts: FundFacts, pay_day: Callable[[date], date]) -> dict[date, int]:
    payments: dict[date, int] = {}
    if facts.owed_cents:
        payments[pay_day(use.as_of)] = facts.owed_cents
    reached = 0
    for week, used in enumerate(use.weeks):
        day = pay_day(use.as_of + timedelta(days=WEEK * week + WEEK // 2))
        payments[day] = payments.get(day, 0) + facts.worth(reached + used) - facts.worth(reached)
        reached += used
    return payments


def _months(use: Use, facts: FundFacts, payments: Mapping[date, int]) -> tuple[tuple[Month, ...], dict[int, int]]:
    used, low, high = (_by_month(weeks, use.as_of) for weeks in (use.weeks, use.low_weeks, use.high_weeks))
    paid: dict[date, int] = {}
    for day, cents in payments.items():
        paid[day.replace(day=1)] = paid.get(day.replace(day=1), 0) + cents
    reached, called, months = 0, dict.fromkeys(facts.borne, 0), []
    told = {first for first in used if used[first] or high.get(first)} | {first for first, cents in paid.items() if cents}
    for first_on in sorted(told):
        reached += used.get(first_on, 0)
        on_use = _on_use(facts.worth(reached), facts)
        more = {funder_id: on_use.get(funder_id, 0) - called.get(funder_id, 0) for funder_id in on_use}
        called = on_use
        months.append(
            Month(
                first_on=first_on,
                used=used.get(first_on, 0),
                low=low.get(first_on, 0),
                high=high.get(first_on, 0),
                pay_cents=paid.get(first_on, 0),
                on_use={funder_id: cents for funder_id, cents in more.items() if cents > 0},
            )
        )
    return tuple(months), called


def _by_month(weeks: Sequence[int], as_of: date) -> dict[date, int]:
    months: dict[date, int] = {}
    for week, used in enumerate(weeks):
        middle = as_of + timedelta(days=WEEK * week + WEEK // 2)
        first = middle.replace(day=1)
        months[first] = months.get(first, 0) + used
    return months


def _on_use(cents: int, facts: FundFacts) -> dict[int, int]:
    """What each funder bears of these cents beyond what it holds: what it will owe to who advances it."""
    borne, held = _parts(cents, facts.borne), _parts(cents, facts.held)
    return {
        funder_id: borne.get(funder_id, 0) - held.get(funder_id, 0)
        for funder_id in facts.borne
        if facts.borne[funder_id] > facts.held.get(funder_id, 0)
    }


def _parts(cents: int, weights: Mapping[int, int]) -> dict[int, int]:
    if not sum(weights.values()):
        return {}
    parts = Euros(cents).split(list(weights.values()))
    return {funder_id: part.cents for funder_id, part in zip(weights, parts, strict=True)}


def _funders(use: Use, facts: FundFacts, on_use: Mapping[int, int]) -> tuple[FunderForecast, ...]:
    # What is used leaves the circulation by what each holds of it: the rest, and what never became vouchers, comes back.
    taken = _parts(min(facts.worth(use.coming), sum(facts.in_circulation.values())), facts.in_circulation)
    ids = dict.fromkeys((*facts.borne, *facts.held, *facts.in_circulation, *facts.unissued, *facts.missing, *facts.on_use_debts))
    return tuple(
        FunderForecast(
            funder_id=funder_id,
            missing_cents=facts.missing.get(funder_id, 0),
            debt_cents=facts.on_use_debts.get(funder_id, 0),
            on_use_cents=on_use.get(funder_id, 0),
            back_cents=facts.in_circulation.get(funder_id, 0) + facts.unissued.get(funder_id, 0) - taken.get(funder_id, 0),
        )
        for funder_id in ids
    )


def likely_months(months: Sequence[Month]) -> list[Month]:
    """The months worth drawing: those in which something may be used, at most eighteen."""
    return [month for month in months if month.used or month.high][:MONTHS_DRAWN]
