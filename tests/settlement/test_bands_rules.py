"""Bands, holds, fees and payments asked for: what each allows, at each edge."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding.rules import PaymentFrequency
from carnet.settlement import rules
from carnet.settlement.rules import Band, Fees, HoldWords

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
BANDS = (Band(5_000_00, 1), Band(50_000_00, 2), Band(None, 3))


@pytest.mark.parametrize(("cents", "people"), [(1, 1), (5_000_00, 1), (5_000_01, 2), (50_000_00, 2), (50_000_01, 3), (10_000_000_00, 3)])
def test_the_amount_says_how_many_people_approve(cents: int, people: int) -> None:
    rules.check_bands(BANDS)
    assert rules.people_needed(BANDS, cents) == people


@pytest.mark.parametrize(
    ("bands", "why"),
    [
        ((), "open-end"),
        ((Band(5_000_00, 1),), "open-end"),
        ((Band(None, 1), Band(None, 2)), "open-end"),
        ((Band(0, 1), Band(None, 2)), "order"),
        ((Band(5_000_00, 1), Band(5_000_00, 2), Band(None, 3)), "order"),
        ((Band(50_000_00, 1), Band(5_000_00, 2), Band(None, 3)), "order"),
        ((Band(5_000_00, 2), Band(None, 1)), "people"),
        ((Band(None, 0),), "people"),
        ((Band(None, 6),), "people"),
    ],
)
def test_bands_that_would_let_more_money_pass_with_fewer_people_are_refused(bands: tuple[Band, ...], why: str) -> None:
    with pytest.raises(rules.BandsInvalid) as refusal:
        rules.check_bands(bands)
    assert refusal.value.facts == {"why": why}


@given(cents=st.integers(1, 10**9), more=st.integers(0, 10**9))
def test_more_money_never_asks_fewer_people(cents: int, more: int) -> None:
    assert rules.people_needed(BANDS, cents) <= rules.people_needed(BANDS, cents + more)


def test_a_hold_ends_by_itself_and_says_why() -> None:
    until = rules.hold_until(at=AT, days=rules.HOLD_DAYS_MOST)
    assert until == AT + timedelta(days=30)
    assert rules.is_held(until=until, released_at=None, at=until - timedelta(seconds=1))
    assert not rules.is_held(until=until, released_at=None, at=until)
    assert not rules.is_held(until=until, released_at=AT, at=AT)
    for days in (0, 31):
        with pytest.raises(rules.HoldTooLong):
            rules.hold_until(at=AT, days=days)
    for words in (HoldWords(" ", "mots", "02"), HoldWords("raison", "", "02"), HoldWords("raison", "mots", " ")):
        with pytest.raises(rules.HoldWordsMissing):
            rules.check_hold_words(words)


def test_whoever_prepared_does_not_resume_against_whoever_stopped() -> None:
    rules.check_resume(person_id=1, stopped_by=1, prepared_by=1, controlled_by=1)
    rules.check_resume(person_id=3, stopped_by=2, prepared_by=1, controlled_by=1)
    for prepared_by, controlled_by in ((1, 1), (None, 1)):
        with pytest.raises(rules.NotYoursToResume):
            rules.check_resume(person_id=1, stopped_by=2, prepared_by=prepared_by, controlled_by=controlled_by)


def test_on_demand_is_paid_two_days_after_nothing_can_be_undone() -> None:
    window = timedelta(hours=24)
    # Asked on Tuesday 10 March: the window ends on Wednesday, paid on Friday; asked on a Thursday: after the week-end.
    assert rules.payable_on(redeemed_at=AT, frequency=PaymentFrequency.ON_DEMAND, undo_window=window) == date(2026, 3, 13)
    assert rules.payable_on(redeemed_at=AT + timedelta(days=2), frequency=PaymentFrequency.ON_DEMAND, undo_window=window) == date(
        2026, 3, 16
    )
    assert rules.latest_cut_off(at=AT, frequency=PaymentFrequency.ON_DEMAND, undo_window=window) == AT - window


def test_fees_are_counted_apart_and_said_in_advance() -> None:
    fees = Fees(yearly_cents=24_00, per_voucher_cents=15, vat_basis_points=20_00)
    invoice = rules.invoice_of(fees, voucher_count=33, with_yearly=True)
    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (28_95, 5_79, 34_74)
    assert rules.invoice_of(fees, voucher_count=33, with_yearly=False).total_cents == 5_94
    today = date(2026, 3, 10)
    rules.check_fees(Fees(0, 0, 0), valid_from=today, today=today, is_first=True)
    rules.check_fees(fees, valid_from=today + timedelta(days=30), today=today, is_first=True)
    with pytest.raises(rules.FeesTooSoon):
        rules.check_fees(fees, valid_from=today + timedelta(days=29), today=today, is_first=False)
    with pytest.raises(rules.FeesInvalid):
        rules.check_fees(Fees(-1, 0, 0), valid_from=today, today=today, is_first=True)


@given(net=st.integers(0, 10**7), rate=st.integers(0, 100_00))
def test_vat_is_to_the_nearest_cent(net: int, rate: int) -> None:
    vat = rules.invoice_of(Fees(net, 0, rate), voucher_count=0, with_yearly=True).vat_cents
    assert abs(vat * 100_00 - net * rate) <= 50_00
