"""Settlement's decisions, without a database."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding.rules import PaymentFrequency
from carnet.kernel.periods import legal_day, start_of_day
from carnet.settlement import rules
from carnet.settlement.rules import ClosingState, ReturnDue, RunState, SetAsideReason, Sums, TransferState, Verdict

DAY = timedelta(days=1)
MOMENTS = st.integers(0, 8 * 366 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
FREQUENCIES = st.sampled_from(list(PaymentFrequency))
WINDOWS = st.timedeltas(timedelta(minutes=5), timedelta(days=3))


@pytest.mark.parametrize(
    ("redeemed_on", "frequency", "paid_on"),
    [
        (date(2026, 3, 10), PaymentFrequency.MONTHLY, date(2026, 4, 10)),
        (date(2026, 3, 31), PaymentFrequency.MONTHLY, date(2026, 4, 10)),
        (date(2026, 12, 1), PaymentFrequency.MONTHLY, date(2027, 1, 11)),  # the 10th is a Sunday
        (date(2026, 3, 1), PaymentFrequency.FORTNIGHTLY, date(2026, 3, 23)),  # the 22nd is a Sunday
        (date(2026, 3, 16), PaymentFrequency.FORTNIGHTLY, date(2026, 4, 7)),  # after Easter Monday
        (date(2026, 3, 9), PaymentFrequency.WEEKLY, date(2026, 3, 20)),
        (date(2026, 3, 15), PaymentFrequency.WEEKLY, date(2026, 3, 20)),
    ],
)
def test_a_place_knows_its_day_of_payment_at_once(redeemed_on, frequency, paid_on):
    at = start_of_day(redeemed_on) + timedelta(hours=15)
    assert rules.payable_on(redeemed_at=at, frequency=frequency, undo_window=DAY) == paid_on


def test_midnight_in_paris_decides_the_month_on_the_night_the_clocks_change():
    last_minute = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
    monthly = {"frequency": PaymentFrequency.MONTHLY, "undo_window": DAY}
    assert rules.payable_on(redeemed_at=last_minute, **monthly) == date(2026, 4, 10)
    assert rules.payable_on(redeemed_at=last_minute + timedelta(minutes=1), **monthly) == date(2026, 5, 11)


@given(at=MOMENTS, frequency=FREQUENCIES, undo_window=WINDOWS)
def test_what_is_promised_can_be_claimed_on_that_day(at, frequency, undo_window):
    day = rules.payable_on(redeemed_at=at, frequency=frequency, undo_window=undo_window)
    assert day == rules.next_bank_day(day)
    cut_off = rules.latest_cut_off(at=start_of_day(day + DAY), frequency=frequency, undo_window=undo_window)
    assert at < cut_off


@given(at=MOMENTS, frequency=FREQUENCIES, undo_window=WINDOWS)
def test_a_cut_off_is_the_end_of_a_period_nobody_can_undo(at, frequency, undo_window):
    cut_off = rules.latest_cut_off(at=at, frequency=frequency, undo_window=undo_window)
    rules.check_cut_off(until=cut_off, at=at, undo_window=undo_window)
    if frequency is PaymentFrequency.ON_DEMAND:
        assert cut_off == at - undo_window
        return
    day = legal_day(cut_off)
    assert rules.period_end(day - DAY, frequency) == day


@pytest.mark.parametrize(
    ("day", "paid_on"),
    [
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2026, 4, 3), date(2026, 4, 7)),
        (date(2026, 5, 1), date(2026, 5, 4)),
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2026, 7, 14), date(2026, 7, 14)),  # a holiday in France, a working day of TARGET
    ],
)
def test_the_bank_is_closed_on_its_own_holidays(day, paid_on):
    assert rules.next_bank_day(day) == paid_on


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2030, 4, 21), (2038, 4, 25)]
)
def test_easter_is_where_the_church_puts_it(year, month, day):
    sunday = date(year, month, day)
    assert rules.next_bank_day(sunday - 2 * DAY) == sunday + 2 * DAY


def test_each_difference_sets_the_account_aside():
    good, other = Sums(3, 3000), Sums(2, 2000)
    facts = {"claimed": good, "lines": good, "redemptions": good, "account_problem": None}
    assert rules.reason_to_set_aside(**facts) is None
    for name in ("claimed", "lines", "redemptions"):
        assert rules.reason_to_set_aside(**{**facts, name: other}) is SetAsideReason.DIFFERS
    assert rules.reason_to_set_aside(**{**facts, "account_problem": "missing"}) is SetAsideReason.ACCOUNT_MISSING
    assert rules.reason_to_set_aside(**{**facts, "account_problem": "changing"}) is SetAsideReason.ACCOUNT_CHANGING


@pytest.mark.parametrize(
    ("state", "outcome", "verdict"),
    [
        (TransferState.SENT, "PAID", Verdict.PAY),
        (TransferState.SENT, "REJECTED", Verdict.REFUSE),
        (TransferState.SENT, "RETURNED", Verdict.REFUSE),
        (TransferState.PAID, "PAID", Verdict.ALREADY_KNOWN),
        (TransferState.PAID, "RETURNED", Verdict.GIVE_BACK),
        (TransferState.PAID, "REJECTED", Verdict.CONTRADICTS),
        (TransferState.RETURNED, "RETURNED", Verdict.ALREADY_KNOWN),
        (TransferState.RETURNED, "PAID", Verdict.CONTRADICTS),
        (TransferState.REPLACED, "RETURNED", Verdict.ALREADY_KNOWN),
        (TransferState.PENDING, "PAID", Verdict.CONTRADICTS),
        (TransferState.CANCELLED, "PAID", Verdict.CONTRADICTS),
        (None, "PAID", Verdict.UNKNOWN),
    ],
)
def test_what_a_line_of_the_bank_means(state, outcome, verdict):
    assert rules.judge(state=state, owed_cents=1000, outcome=outcome, told_cents=1000) is verdict


@given(state=st.sampled_from(list(TransferState)), outcome=st.sampled_from(["PAID", "REJECTED", "RETURNED"]), told=st.integers(0, 2000))
def test_another_amount_never_moves_a_cent(state, outcome, told):
    verdict = rules.judge(state=state, owed_cents=1000, outcome=outcome, told_cents=told)
    assert (verdict is Verdict.OTHER_AMOUNT) == (told != 1000)


def test_a_run_goes_forward_only():
    forward = {
        (RunState.PREPARED, RunState.APPROVED), (RunState.PREPARED, RunState.CANCELLED), (RunState.APPROVED, RunState.SENT),
        (RunState.APPROVED, RunState.CANCELLED), (RunState.SENT, RunState.SETTLED),
        (RunState.PREPARED, RunState.STOPPED), (RunState.APPROVED, RunState.STOPPED),
        (RunState.STOPPED, RunState.PREPARED), (RunState.STOPPED, RunState.APPROVED), (RunState.STOPPED, RunState.CANCELLED),
    }  # fmt: skip
    for state, to in itertools.product(RunState, RunState):
        if (state, to) in forward:
            rules.check_run_move(state=state, to=to)
        else:
            with pytest.raises(rules.RunNotInState):
                rules.check_run_move(state=state, to=to)
    with pytest.raises(rules.RunFileAlreadyWritten):
        rules.check_run_move(state=RunState.APPROVED, to=RunState.CANCELLED, file_is_written=True)


def test_a_closing_goes_forward_only():
    with pytest.raises(rules.ClosingNotInState):
        rules.check_closing_move(state=ClosingState.PREPARED, to=ClosingState.REPAID)
    with pytest.raises(rules.ClosingNotInState):
        rules.check_closing_move(state=ClosingState.REPAID, to=ClosingState.APPROVED)
    rules.check_closing_move(state=ClosingState.APPROVED, to=ClosingState.REPAID)


def test_the_digest_of_a_run_changes_with_each_thing_approved():
    line = ("REF", "Name", "FR76", 1000)
    digests = {
        rules.digest_of_run([line]),
        rules.digest_of_run([("REF2", *line[1:])]),
        rules.digest_of_run([("REF", "Other", "FR76", 1000)]),
        rules.digest_of_run([("REF", "Name", "FR77", 1000)]),
        rules.digest_of_run([("REF", "Name", "FR76", 1001)]),
        rules.digest_of_run([line, line]),
    }
    assert len(digests) == 6


@given(
    circulation=st.dictionaries(st.integers(1, 5), st.integers(0, 10**9), max_size=5),
    unissued=st.dictionaries(st.integers(1, 5), st.integers(0, 10**9), max_size=5),
)
def test_everything_left_goes_back_and_nothing_more(circulation, unissued):
    total = sum(circulation.values()) + sum(unissued.values())
    if total == 0:
        with pytest.raises(rules.NothingToReturn):
            rules.returns_due(circulation=circulation, unissued=unissued)
    else:
        due = rules.returns_due(circulation=circulation, unissued=unissued)
        assert sum(each.cents for each in due) == total
        rules.check_same_returns(approved=due, found=tuple(reversed(due)))
        with pytest.raises(rules.ClosingChangedSinceApproval):
            rules.check_same_returns(approved=due, found=(ReturnDue(99, 1, 0), *due))


def test_nothing_is_closed_while_a_voucher_may_be_spent_or_a_redemption_undone():
    ends = [datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)]
    with pytest.raises(rules.ClosingTooEarly) as refusal:
        rules.check_closable(accepted_until=ends, undo_window=DAY, at=ends[0] + timedelta(hours=23))
    assert refusal.value.facts == {"possible_at": ends[0] + DAY}
    rules.check_closable(accepted_until=ends, undo_window=DAY, at=ends[0] + DAY)


def test_an_account_is_shown_so_that_it_can_be_recognised_but_not_used():
    assert rules.masked("FR7630006000011234567890189") == "FR76 … 0189"
    assert rules.printed("FR7630006000011234567890189") == "FR76 3000 6000 0112 3456 7890 189"
