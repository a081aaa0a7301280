"""What is said of the future: it adds up, is the same again, and is nearer than the naive answers on seasons that were played."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.kernel.periods import PARIS
from carnet.observatory.rules import (
    FundFacts,
    Life,
    Season,
    Use,
    backtest,
    cash_of,
    due_at,
    everything_used,
    exposures,
    latest_due,
    likely_use,
    pace_of_last_month,
)
from carnet.scenarios import behaviour
from carnet.scenarios.plan import closed_season, load

DAY = date(2026, 6, 1)
LONG = Season(stock=0, hand_over_until_on=date(2026, 5, 1), ends_on=date(2027, 1, 1))
STATE, TOWN = 1, 2


def steady(weeks: int = 20, given_a_week: int = 40, used_at: int = 10) -> list[Life]:
    """Every week as many are given, and half of them are used `used_at` days later."""
    lives = []
    for week in range(1, weeks + 1):
        handed_on = DAY - timedelta(days=7 * week)
        used_on = handed_on + timedelta(days=used_at)
        lives.append(Life(handed_on, used_on if used_on < DAY else None, given_a_week // 2))
        lives.append(Life(handed_on, None, given_a_week // 2))
    return lives


def test_exposures_count_each_voucher_once_a_week_until_it_is_used() -> None:
    seen = exposures([Life(DAY - timedelta(days=21), DAY - timedelta(days=11), 3), Life(DAY - timedelta(days=20), None, 2)], as_of=DAY)
    # Given three weeks ago, used in the second; given two weeks and six days ago, two whole weeks are known.
    assert [each.at_risk[:3] for each in seen] == [(2, 2, 0), (3, 3, 0)]
    assert [each.uses[:3] for each in seen] == [(0, 0, 0), (0, 3, 0)]


def test_a_steady_habit_goes_on() -> None:
    use = likely_use(steady(), LONG, as_of=DAY)
    # Of the forty of the last week, half will be used within the fortnight; of the others nobody comes any more.
    assert use.used == 19 * 20
    assert use.coming == 20
    assert use.low <= use.coming <= use.high


def test_the_same_seed_says_the_same_and_nothing_is_said_twice() -> None:
    lives = [Life(DAY - timedelta(days=each), DAY - timedelta(days=1 + each // (2 + each % 3)), each % 7 + 1) for each in range(5, 150)]
    lives += [Life(life.handed_on, None, 5) for life in lives]
    first, again = (likely_use(lives, LONG, as_of=DAY) for _time in range(2))
    assert first == again
    assert sum(first.weeks) == first.coming
    other = likely_use(lives, LONG, as_of=DAY, seed=7)
    assert other.coming == first.coming
    assert (other.low, other.high) != (first.low, first.high)


def test_what_sleeps_in_a_cupboard_is_given_at_the_pace_of_the_last_weeks_and_no_further() -> None:
    season = Season(stock=100, hand_over_until_on=DAY + timedelta(days=70), ends_on=date(2027, 1, 1))
    assert likely_use(steady(), season, as_of=DAY).to_be_given == 100
    ends = Season(stock=1000, hand_over_until_on=DAY + timedelta(days=14), ends_on=date(2027, 1, 1))
    assert 70 <= likely_use(steady(), ends, as_of=DAY).to_be_given <= 90
    closed = Season(stock=1000, hand_over_until_on=DAY, ends_on=date(2027, 1, 1))
    assert likely_use(steady(), closed, as_of=DAY).to_be_given == 0


def test_few_vouchers_are_told_from_the_others() -> None:
    young = [Life(DAY - timedelta(days=8), None, 10)]
    alone = likely_use(young, LONG, as_of=DAY)
    helped = likely_use(young, LONG, as_of=DAY, network=exposures(steady(), as_of=DAY))
    assert alone.coming == 0
    assert helped.coming == 4


def test_nothing_is_used_after_the_end() -> None:
    ended = Season(stock=50, hand_over_until_on=DAY, ends_on=DAY)
    assert likely_use(steady(), ended, as_of=DAY).coming == 0
    assert pace_of_last_month(steady(), ended, as_of=DAY) == 0
    assert everything_used(steady(), LONG) == 20 * 20 + 20
    # Six months from the day each was given: the oldest have ended, the youngest have not.
    lasting = Season(stock=0, hand_over_until_on=DAY, ends_on=None, lasts_days=30)
    assert 0 < likely_use(steady(), lasting, as_of=DAY).coming <= likely_use(steady(), LONG, as_of=DAY).coming


lives_of_all_kinds = st.lists(
    st.builds(
        lambda ago, after, count: Life(
            DAY - timedelta(days=ago), DAY - timedelta(days=ago - after) if after is not None and after < ago else None, count
        ),
        st.integers(1, 300),
        st.none() | st.integers(0, 200),
        st.integers(1, 60),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(lives_of_all_kinds, st.integers(0, 500), st.integers(-10, 200), st.integers(0, 300))
def test_whatever_was_seen_no_more_is_used_than_there_is(lives: list[Life], stock: int, more: int, ends: int) -> None:
    until_on = DAY + timedelta(days=more)
    use = likely_use(lives, Season(stock, until_on, max(until_on, DAY + timedelta(days=ends))), as_of=DAY)
    assert 0 <= use.coming <= use.in_hands + use.to_be_given
    assert 0 <= use.to_be_given <= stock
    assert 0 <= use.low <= use.coming <= use.high <= use.in_hands + use.to_be_given + 1
    assert sum(use.weeks) == use.coming
    assert all(week >= 0 for week in use.weeks)


def facts(**more: object) -> FundFacts:
    """A thousand vouchers of ten euros: the State bears half on use, the town holds everything."""
    told: dict[str, object] = {
        "value_cents": 10_000_00, "voucher_count": 1000, "held": {TOWN: 10_000_00}, "borne": {STATE: 5_000_00, TOWN: 5_000_00},
        "in_circulation": {TOWN: 6_000_00}, "unissued": {TOWN: 500_00}, "owed_cents": 250_00, "missing": {TOWN: 0},
        "on_use_debts": {STATE: 1_875_00}, "threshold_cents": 0,
    }  # fmt: skip
    return FundFacts(**(told | more))  # type: ignore[arg-type]


def use_of(*weeks: int) -> Use:
    return Use(DAY, 375, 600, weeks, sum(weeks), 0, sum(weeks), 0, weeks, weeks)


def test_calls_payments_and_returns_sum_to_the_cent() -> None:
    use = use_of(10, 11, 12, 13, 14, 15, 16, 17, 1)
    cash = cash_of(use, facts(), pay_day=lambda day: day + timedelta(days=9), ends_on=date(2027, 1, 1))
    assert cash.pay_cents == 250_00 + use.coming * 10_00
    assert sum(month.used for month in cash.months) == use.coming
    state, town = cash.funders
    assert sum(month.on_use.get(STATE, 0) for month in cash.months) == state.on_use_cents == use.coming * 5_00
    assert (state.debt_cents, state.back_cents) == (1_875_00, 0)
    assert cash.balance_cents == cash.pay_cents + town.back_cents
    assert cash.low_on is None


def test_the_fund_is_low_on_the_first_payment_that_leaves_less() -> None:
    use = use_of(100, 100, 100)
    cash = cash_of(use, facts(threshold_cents=5_000_00), pay_day=lambda day: day + timedelta(days=9), ends_on=None)
    # 6,750.00 on the account; 250.00, then 1,000.00 leave: the second leaves 4,500.00.
    assert cash.low_on == DAY + timedelta(days=7 + 3 + 9)
    already = cash_of(use, facts(threshold_cents=9_000_00), pay_day=lambda day: day, ends_on=None)
    assert already.low_on == DAY


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.integers(1, 5000),
    st.integers(0, 5000),
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
)
def test_no_cent_is_lost_whatever_the_shares(weeks: list[int], face: int, unissued: int, weights: list[int]) -> None:
    total = sum(weeks) + 7
    held = {TOWN: total * face}
    borne = dict(enumerate((part * face * total // sum(weights) for part in weights), start=1))
    borne[1] += face * total - sum(borne.values())
    told = facts(
        value_cents=face * total, voucher_count=total, held=held, borne=borne, in_circulation=dict(held), unissued={TOWN: unissued}
    )
    use = Use(DAY, 0, total, tuple(weeks), sum(weeks), 0, sum(weeks), 0, tuple(weeks), tuple(weeks))
    cash = cash_of(use, told, pay_day=lambda day: day, ends_on=None)
    assert sum(each.back_cents for each in cash.funders) + cash.pay_cents == cash.balance_cents
    for each in cash.funders:
        assert each.back_cents >= 0
        assert sum(month.on_use.get(each.funder_id, 0) for month in cash.months) == max(0, each.on_use_cents)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        # 1 January and 1 November are holidays, 1 August 2026 a Saturday; hours are of Paris, in summer and in winter.
        ("2026-09-01T05:59:00+00:00", "2026-07-01"), ("2026-09-01T06:00:00+00:00", "2026-08-01"), ("2026-08-02T10:00:00+00:00", "2026-06-01"),
        ("2026-08-03T06:00:00+00:00", "2026-07-01"), ("2026-01-02T06:59:00+00:00", "2025-11-01"), ("2026-01-02T07:00:00+00:00", "2025-12-01"),
        ("2026-11-02T07:00:00+00:00", "2026-10-01"), ("2026-11-20T23:00:00+00:00", "2026-10-01"),
    ],
)  # fmt: skip
def test_a_month_is_told_on_the_first_working_day_at_eight(moment: str, month: str) -> None:
    assert latest_due(datetime.fromisoformat(moment)) == date.fromisoformat(month)
    assert due_at(date.fromisoformat(month)) <= datetime.fromisoformat(moment)


@pytest.mark.slow
def test_on_seasons_that_were_played_the_method_is_nearer_than_the_naive_answers() -> None:
    """Two seeds of Nantes at five moments; the whole table, with the other scenario, is docs/forecast.md."""
    errors, inside, count = Counter[str](), 0, 0
    scenario = load("nantes")
    for seed in (1, 2):
        season = closed_season(scenario, date(2026, 11, 22))
        dice = random.Random(f"{scenario.name} {seed}")
        given = behaviour.hand_overs(scenario, season, behaviour.desk_shares(scenario, dice), dice, until=season.closed_on)
        taught = behaviour.lessons(
            scenario, season, given, dice, until=datetime.combine(season.closed_on, datetime.min.time(), tzinfo=PARIS)
        )
        used_on = {lesson.rank: lesson.at.date() for lesson in taught}
        counted = Counter((each.day, used_on.get(rank)) for each in given for rank in each.ranks)
        lives = [Life(handed_on, used, number) for (handed_on, used), number in counted.items()]
        length = (season.last_day - season.first_day).days
        days = [season.first_day + timedelta(days=length * percent // 100) for percent in (15, 25, 35, 50, 75)]
        bounds = Season(0, season.last_day + timedelta(days=1), season.grace_ends_on)
        for line in backtest(lives, bounds, days, issued=scenario.voucher_count):
            actual = int(line["actual"])  # type: ignore[call-overload]
            inside += line["low"] <= actual <= line["high"]  # type: ignore[operator]
            count += 1
            for name in ("method", "pace", "everything"):
                errors[name] += abs(line[name] - actual) / actual  # type: ignore[operator]
    assert errors["method"] < errors["pace"] < errors["everything"]
    assert errors["method"] / count < 0.10
    assert inside / count >= 0.6
