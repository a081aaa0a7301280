"""Who bears each cent, and what state a voucher is in: exhaustive, no database."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.ledger.rules import MONEY_NAMES, Money, SharesDoNotMakeFace, State, Weight, effective_state, missing_cover, share_patterns

AT = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(1, 2000), st.integers(1, 200), st.lists(st.integers(0, 1000), min_size=1, max_size=5).filter(any), st.data())
def test_a_series_gives_each_funder_exactly_its_weight(face: int, count: int, parts: list[int], data: st.DataObject) -> None:
    total = face * count
    bounds = sorted(data.draw(st.lists(st.integers(0, total), min_size=len(parts) - 1, max_size=len(parts) - 1)))
    cents = [after - before for before, after in zip([0, *bounds], [*bounds, total], strict=True)]
    weights = [Weight(index, held, borne) for index, (held, borne) in enumerate(zip(cents, reversed(cents), strict=True))]
    patterns, by_rank = share_patterns(face_value_cents=face, voucher_count=count, weights=weights)
    assert len(by_rank) == count
    assert sum(pattern.voucher_count for pattern in patterns) == count
    for pattern in patterns:
        assert sum(pattern.held_cents) == sum(pattern.borne_cents) == face
    for index, weight in enumerate(weights):
        assert sum(pattern.held_cents[index] * pattern.voucher_count for pattern in patterns) == weight.held_cents
        assert sum(pattern.borne_cents[index] * pattern.voucher_count for pattern in patterns) == weight.borne_cents


@pytest.mark.parametrize(
    ("percents", "vouchers", "patterns_expected"),
    [((50, 50), 10_000, 1), ((50, 25, 25), 10_000, 1)],
)
def test_shares_that_divide_ten_euros_need_one_pattern(percents: tuple[int, ...], vouchers: int, patterns_expected: int) -> None:
    weights = [Weight(index, percent * vouchers * 10, percent * vouchers * 10) for index, percent in enumerate(percents)]
    patterns, _ = share_patterns(face_value_cents=1000, voucher_count=vouchers, weights=weights)
    assert len(patterns) == patterns_expected


def test_three_equal_thirds_take_the_odd_cent_in_turn() -> None:
    weights = [Weight(index, 1000, 1000) for index in range(3)]
    patterns, by_rank = share_patterns(face_value_cents=1000, voucher_count=3, weights=weights)
    assert [patterns[number].borne_cents for number in by_rank] == [(333, 333, 334), (333, 334, 333), (334, 333, 333)]


def test_thirty_million_euros_half_state_half_communities_and_a_company() -> None:
    total = 3_000_000_000
    weights = [Weight(1, 0, 1_500_000_000), Weight(2, 2_999_900_000, 1_499_900_000), Weight(3, 100_000, 100_000)]
    # Vouchers of 100 € make the same thirty millions in a tenth of the time.
    patterns, _ = share_patterns(face_value_cents=10_000, voucher_count=total // 10_000, weights=weights)
    assert sum(p.borne_cents[0] * p.voucher_count for p in patterns) == 1_500_000_000
    assert sum(p.held_cents[1] * p.voucher_count for p in patterns) == 2_999_900_000
    assert sum(p.borne_cents[2] * p.voucher_count for p in patterns) == 100_000


def test_weights_must_make_the_face_value() -> None:
    with pytest.raises(SharesDoNotMakeFace):
        share_patterns(face_value_cents=1000, voucher_count=2, weights=[Weight(1, 2000, 1999)])


def expected_state(mark: int, handed: bool, voided: bool, lapsed: bool) -> State:
    if mark == 2:
        return State.REDEEMED
    if mark == 4 or voided:
        return State.VOID
    if lapsed:
        return State.LAPSED
    return State.HANDED_OVER if mark == 1 or handed else State.IN_STOCK


ALL_CASES = list(product((0, 1, 2, 4), (False, True), (False, True), (False, True)))


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_case_of_a_voucher_has_one_state(case: tuple[int, bool, bool, bool]) -> None:
    mark, handed, voided, lapsed = case
    found = effective_state(
        mark=mark,
        booklet_handed_over_at=AT if handed else None,
        booklet_voided_at=AT if voided else None,
        series_lapsed_at=AT if lapsed else None,
    )
    assert found == expected_state(*case)


@pytest.mark.django_db
def test_the_database_counts_states_as_the_rules_do() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for mark, handed, voided, lapsed in ALL_CASES:
            cursor.execute(
                "SELECT ledger_effective_state(%s::smallint, %s::timestamptz, %s::timestamptz, %s::timestamptz)",
                [mark, AT if handed else None, AT if voided else None, AT if lapsed else None],
            )
            assert cursor.fetchone()[0] == expected_state(mark, handed, voided, lapsed)


def test_money_that_does_not_add_up_says_so() -> None:
    assert tuple(Money.__dataclass_fields__) == MONEY_NAMES
    assert Money(funded=3, unissued=1, in_circulation=2).balanced
    assert not Money(funded=3, unissued=1).balanced


def test_cover_names_each_funder_that_is_short() -> None:
    assert missing_cover(needed={1: 100, 2: 50}, available={1: 99, 2: 60}) == {1: 1}
