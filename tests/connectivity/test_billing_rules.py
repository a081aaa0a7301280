"""What a month of a connection costs: whole months, days taken off, and never a cent more than what was reserved."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.connectivity.rules import (
    BillState,
    Collector,
    Lived,
    OfferTerms,
    bank_verdict,
    funders_still_to_bill,
    is_deducted,
    landlord_split,
    months_due,
    parts_of,
    payable_by_landlords,
)
from carnet.kernel.periods import add_months
from carnet.ledger.rules import AmountNotPositive, ReservedTooLittle, split_by_remaining

BEGAN = date(2026, 1, 31)


def offer(**changed: object) -> OfferTerms:
    said: dict[str, object] = {
        "name": "Offre", "agreement_id": 1, "landlord_id": 2, "provider_id": 3, "household_cents": 290, "landlord_cents": 300,
        "funders_cents": 500, "setup_cents": 4_000, "collector": Collector.LANDLORD, "down_mbps": 10, "up_mbps": 2, "has_box": True,
        "lends_computer": False, "months": 12, "home_limit": 50, "opens_on": date(2026, 1, 1), "closes_on": date(2027, 1, 1),
    }  # fmt: skip
    return OfferTerms(**{**said, **changed})  # type: ignore[arg-type]


def lived(began: date = BEGAN, *, months: int = 12, **changed: object) -> Lived:
    return Lived(began, add_months(began, months), **changed)  # type: ignore[arg-type]


class TestAWholeTerm:
    def test_has_exactly_its_months_at_exactly_their_price(self) -> None:
        due = months_due(lived(), offer(), before=date(2028, 1, 1))
        assert len(due) == 12
        assert {(each.household_cents, each.landlord_cents, each.funders_cents) for each in due} == {(290, 300, 500)}
        assert [each.setup_cents for each in due] == [4_000] + [0] * 11

    def test_begins_on_the_31st_and_ends_each_month_on_its_last_day(self) -> None:
        due = months_due(lived(), offer(), before=date(2026, 5, 1))
        assert [(each.since, each.until) for each in due] == [
            (date(2026, 1, 31), date(2026, 2, 28)), (date(2026, 2, 28), date(2026, 3, 31)), (date(2026, 3, 31), date(2026, 4, 30)),
        ]  # fmt: skip

    def test_a_month_is_billed_once_and_when_it_is_over(self) -> None:
        assert not months_due(lived(), offer(), before=date(2026, 2, 27))
        first = months_due(lived(), offer(), before=date(2026, 2, 28))
        assert [each.since for each in first] == [BEGAN]
        assert not months_due(lived(), offer(), before=date(2026, 2, 28), billed={BEGAN})


class TestDaysTakenOff:
    def test_an_incident_is_tolerated_for_its_first_days_only(self) -> None:
        # 30 days from 1 April: 10 days down, 2 tolerated: 22 served.
        month = lived(date(2026, 4, 1), incidents=((date(2026, 4, 5), date(2026, 4, 15)),))
        (due, *_rest) = months_due(month, offer(), before=date(2026, 5, 1))
        assert (due.incident_days, due.served_days) == (8, 22)
        assert (due.household_cents, due.landlord_cents, due.funders_cents) == (213, 220, 367)  # 290, 300 and 500 times 22/30

    def test_two_incidents_on_one_day_and_a_suspension_take_it_off_once(self) -> None:
        month = lived(
            date(2026, 4, 1),
            suspended=((date(2026, 4, 10), date(2026, 4, 20)),),
            incidents=((date(2026, 4, 1), date(2026, 4, 12)), (date(2026, 4, 3), date(2026, 4, 12))),
        )
        (due, *_rest) = months_due(month, offer(), before=date(2026, 5, 1))
        assert (due.suspended_days, due.incident_days, due.served_days) == (10, 7, 13)

    def test_the_end_cuts_the_month_and_it_is_billed_then(self) -> None:
        (due,) = months_due(lived(date(2026, 4, 1), ended_on=date(2026, 4, 16)), offer(), before=date(2026, 4, 16))
        assert (due.funders_cents, due.setup_cents) == (250, 4_000)

    def test_a_connection_that_ended_on_its_first_day_costs_its_set_up_alone(self) -> None:
        (due,) = months_due(lived(date(2026, 4, 1), ended_on=date(2026, 4, 1)), offer(), before=date(2026, 5, 1))
        assert due.total_cents == due.setup_cents == 4_000

    @pytest.mark.parametrize(
        ("kind", "mended_by", "counts"),
        [("NOTHING", "VISIT", True), ("NOTHING", "WAS_WORKING", False), ("SLOW", "VISIT", False), ("COMPUTER", "REPLACED", False), ("BOX", "", True)],
    )  # fmt: skip
    def test_only_what_kept_somebody_from_connecting_counts(self, kind: str, mended_by: str, counts: bool) -> None:
        assert is_deducted(kind, mended_by) is counts


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
periods = st.lists(st.tuples(days, st.integers(0, 60)).map(lambda each: (each[0], each[0] + timedelta(days=each[1]))), max_size=4).map(
    tuple
)


@given(
    began=st.dates(date(2025, 1, 1), date(2027, 1, 1)), months=st.integers(1, 36), length=st.one_of(st.none(), st.integers(0, 1200)),
    suspended=periods, incidents=periods, cents=st.tuples(*[st.integers(0, 5_000)] * 4), tolerated=st.integers(0, 30),
)  # fmt: skip
def test_whatever_happens_no_more_is_billed_than_was_reserved_and_each_day_once(
    began: date, months: int, length: int | None, suspended: tuple, incidents: tuple, cents: tuple, tolerated: int
) -> None:
    terms = offer(
        months=months, household_cents=cents[0], landlord_cents=cents[1], funders_cents=cents[2], setup_cents=cents[3],
        tolerated_days=tolerated,
    )  # fmt: skip
    ended_on = None if length is None else began + timedelta(days=length)
    life = lived(began, months=months, ended_on=ended_on, suspended=suspended, incidents=incidents)
    due = months_due(life, terms, before=date.max)
    assert sum(each.funders_cents + each.setup_cents for each in due) <= terms.reserved_cents
    assert all(each.served_days >= 0 for each in due)
    assert all(before.until <= after.since for before, after in itertools.pairwise(due))
    assert all(each.until <= max(life.over_on, began) for each in due)
    # Billed month after month or all at once, it comes to the same cents; and what is still to bill is the rest.
    agreed, piecemeal = set(), 0
    for each in due:
        for one in months_due(life, terms, before=each.until, billed=agreed):
            agreed.add(one.since)
            piecemeal += one.total_cents
    assert piecemeal == sum(each.total_cents for each in due)
    assert funders_still_to_bill(life, terms, agreed=agreed) == 0


class TestWhoPays:
    def test_the_landlord_that_collects_is_called_for_its_tenants_too(self) -> None:
        (due, *_rest) = months_due(lived(), offer(), before=date(2026, 3, 1))
        assert (parts_of(due, Collector.LANDLORD).called_cents, parts_of(due, Collector.LANDLORD).collected_cents) == (590, 0)
        assert (parts_of(due, Collector.PROVIDER).called_cents, parts_of(due, Collector.PROVIDER).collected_cents) == (300, 290)
        assert parts_of(due, Collector.PROVIDER).funders_cents == 4_500

    def test_what_tenants_paid_is_counted_first(self) -> None:
        assert landlord_split(500, households_due_cents=290) == (210, 290)
        assert landlord_split(200, households_due_cents=290) == (0, 200)

    def test_no_landlords_part_is_paid_on_before_it_came(self) -> None:
        assert payable_by_landlords({7: 590, 8: 300}, {7: 200}) == {7: 200}
        assert payable_by_landlords({7: -3}, {7: 200}) == {}


@given(weights=st.lists(st.integers(0, 10_000), min_size=1, max_size=6), asked=st.lists(st.integers(1, 5_000), max_size=40))
def test_funders_give_what_they_reserved_never_more_and_to_the_cent(weights: list[int], asked: list[int]) -> None:
    left = dict(enumerate(weights))
    for cents in asked:
        total = sum(left.values())
        if cents > total:
            with pytest.raises(ReservedTooLittle):
                split_by_remaining(cents, left)
            continue
        shares = split_by_remaining(cents, left)
        assert sum(shares.values()) == cents
        assert all(0 < part <= left[funder] for funder, part in shares.items())
        # Each gives its part of what is left, within a cent.
        assert all(abs(shares.get(funder, 0) * total - cents * held) < total for funder, held in left.items())
        left = {funder: held - shares.get(funder, 0) for funder, held in left.items()}
    with pytest.raises(AmountNotPositive):
        split_by_remaining(0, left)


@pytest.mark.parametrize(
    ("state", "outcome", "cents", "iban", "verdict"),
    [
        (BillState.SENT, "PAID", 900, "FR1", "PAID"),
        (BillState.SENT, "PAID", None, None, "PAID"),
        (BillState.PAID, "PAID", 900, "FR1", "KNOWN"),
        (BillState.SENT, "PAID", 901, "FR1", "OTHER_AMOUNT"),
        (BillState.SENT, "PAID", 900, "FR2", "OTHER_ACCOUNT"),
        (BillState.AGREED, "PAID", 900, "FR1", "CONTRADICTS"),
        (BillState.SENT, "REJECTED", 900, "FR1", "RETURNED"),
        (BillState.PAID, "REJECTED", 900, "FR1", "CONTRADICTS"),
        (BillState.PAID, "RETURNED", 900, "FR1", "RETURNED"),
        (BillState.RETURNED, "RETURNED", 900, "FR1", "KNOWN"),
    ],
)
def test_the_bank_is_believed_only_where_it_agrees(
    state: BillState, outcome: str, cents: int | None, iban: str | None, verdict: str
) -> None:
    assert bank_verdict(state=state, cents=900, ibans=("FR1",), outcome=outcome, told_cents=cents, told_iban=iban) == verdict
