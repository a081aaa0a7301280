"""How an order is divided between funders, to the cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.funding.rules import (
    AdvancerMissing,
    AdvancerNeedless,
    AdvancerNotInAdvance,
    AlreadyOrdered,
    CapNotPositive,
    CapOnFixedAmount,
    CapReached,
    FixedAmountsExhausted,
    FunderTwice,
    OrderNotPositive,
    OrderShare,
    Pays,
    ShareKindUnclear,
    ShareNotPositive,
    SharesDoNotMakeAll,
    SharesMissing,
    ShareTerms,
    borne_of_held,
    check_shares,
    percent,
    portions_by_cumulative_remainder,
    shares_for_order,
    weights_of,
)
from carnet.ledger.rules import share_patterns

STATE, AGGLOMERATION, COMMUNE, COMPANY = 1, 2, 3, 4
THIRD = Fraction(1, 3)


def half(funder_id: int, **more: object) -> ShareTerms:
    return ShareTerms(funder_id, portion=percent(50_00), **more)  # type: ignore[arg-type]


def cents_of(shares: tuple[OrderShare, ...]) -> dict[int, int]:
    return {share.funder_id: share.cents for share in shares}


def after(already: AlreadyOrdered, shares: tuple[OrderShare, ...]) -> AlreadyOrdered:
    borne, by_portion = dict(already.borne_cents), dict(already.by_portion_cents)
    for share in shares:
        borne[share.funder_id] = borne.get(share.funder_id, 0) + share.cents
        by_portion[share.funder_id] = by_portion.get(share.funder_id, 0) + share.by_portion_cents
    return AlreadyOrdered(borne, by_portion)


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ([], SharesMissing),
        ([half(STATE), half(STATE)], FunderTwice),
        ([ShareTerms(STATE)], ShareKindUnclear),
        ([ShareTerms(STATE, portion=percent(100_00), fixed_cents=1)], ShareKindUnclear),
        ([ShareTerms(STATE, portion=percent(0)), ShareTerms(COMMUNE, portion=percent(100_00))], ShareNotPositive),
        ([ShareTerms(STATE, portion=percent(-50_00)), ShareTerms(COMMUNE, portion=percent(150_00))], ShareNotPositive),
        ([ShareTerms(STATE, fixed_cents=0)], ShareNotPositive),
        ([half(STATE, cap_cents=0), half(COMMUNE)], CapNotPositive),
        ([ShareTerms(STATE, fixed_cents=100, cap_cents=100)], CapOnFixedAmount),
        ([half(STATE, pays=Pays.ON_USE), half(COMMUNE)], AdvancerMissing),
        ([half(STATE, pays=Pays.ON_USE, advanced_by_id=COMPANY), half(COMMUNE)], AdvancerNotInAdvance),
        ([half(STATE, pays=Pays.ON_USE, advanced_by_id=STATE), half(COMMUNE)], AdvancerNotInAdvance),
        ([half(STATE, advanced_by_id=COMMUNE), half(COMMUNE)], AdvancerNeedless),
        ([half(STATE), ShareTerms(COMMUNE, portion=percent(49_99))], SharesDoNotMakeAll),
        ([half(STATE), ShareTerms(COMMUNE, portion=percent(50_01))], SharesDoNotMakeAll),
    ],
)
def test_shares_nobody_could_pay_are_refused(shares: list[ShareTerms], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_shares(shares)


def test_two_funders_who_advance_each_other_advance_nothing() -> None:
    shares = [
        half(STATE, pays=Pays.ON_USE, advanced_by_id=COMMUNE),
        half(COMMUNE, pays=Pays.ON_USE, advanced_by_id=STATE),
    ]
    with pytest.raises(AdvancerNotInAdvance):
        check_shares(shares)


def test_the_refusal_says_how_much_is_missing() -> None:
    with pytest.raises(SharesDoNotMakeAll) as refused:
        check_shares([half(STATE), ShareTerms(COMMUNE, portion=percent(25_00))])
    assert refused.value.facts == {"total_basis_points": 75_00, "missing_basis_points": 25_00}


def test_thirds_make_a_whole_and_33_33_three_times_does_not() -> None:
    check_shares([ShareTerms(funder, portion=THIRD) for funder in (1, 2, 3)])
    with pytest.raises(SharesDoNotMakeAll):
        check_shares([ShareTerms(funder, portion=percent(33_33)) for funder in (1, 2, 3)])


def test_thirty_million_half_state_half_communities_then_a_company_joins() -> None:
    shares = [half(STATE, pays=Pays.ON_USE, advanced_by_id=AGGLOMERATION), half(AGGLOMERATION)]
    check_shares(shares)
    first = shares_for_order(30_000_000_00, shares)
    assert cents_of(first) == {STATE: 15_000_000_00, AGGLOMERATION: 15_000_000_00}
    assert [share.held_by_id for share in first] == [AGGLOMERATION, AGGLOMERATION]

    joined = [*shares, ShareTerms(COMPANY, fixed_cents=2_000_000_00)]
    check_shares(joined)
    second = shares_for_order(3_000_000_00, joined, AlreadyOrdered(borne_cents=cents_of(first)))
    assert cents_of(second) == {STATE: 500_000_00, AGGLOMERATION: 500_000_00, COMPANY: 2_000_000_00}
    third = shares_for_order(1_000_000_00, joined, after(AlreadyOrdered(borne_cents=cents_of(first)), second))
    assert cents_of(third) == {STATE: 500_000_00, AGGLOMERATION: 500_000_00}


def test_state_half_agglomeration_and_commune_a_quarter_each() -> None:
    shares = [
        half(STATE),
        ShareTerms(AGGLOMERATION, portion=percent(25_00)),
        ShareTerms(COMMUNE, portion=percent(25_00)),
    ]
    assert cents_of(shares_for_order(10_001_05, shares)) == {STATE: 5_000_53, AGGLOMERATION: 2_500_26, COMMUNE: 2_500_26}


def test_three_equal_thirds_are_even_again_after_three_orders() -> None:
    shares = [ShareTerms(funder, portion=THIRD) for funder in (1, 2, 3)]
    already = AlreadyOrdered()
    seen = []
    for _ in range(3):
        order = shares_for_order(100_00, shares, already)
        seen.append(tuple(cents_of(order).values()))
        already = after(already, order)
    # Equal remainders: the odd cent goes to the earlier signatory, and comes back to the others later.
    assert seen == [(33_34, 33_33, 33_33), (33_33, 33_34, 33_33), (33_33, 33_33, 33_34)]
    assert already.borne_cents == {1: 100_00, 2: 100_00, 3: 100_00}


def test_fixed_amounts_alone_are_shared_and_then_run_out() -> None:
    shares = [ShareTerms(1, fixed_cents=100_00), ShareTerms(2, fixed_cents=50_00)]
    check_shares(shares)
    first = shares_for_order(90_00, shares)
    assert cents_of(first) == {1: 60_00, 2: 30_00}
    with pytest.raises(FixedAmountsExhausted) as refused:
        shares_for_order(70_00, shares, after(AlreadyOrdered(), first))
    assert refused.value.facts == {"available_cents": 60_00, "missing_cents": 10_00}


def test_a_ceiling_is_reached_exactly_and_never_passed() -> None:
    shares = [half(STATE, cap_cents=100_00), half(COMMUNE)]
    first = shares_for_order(150_00, shares)
    already = after(AlreadyOrdered(), first)
    assert cents_of(shares_for_order(50_00, shares, already)) == {STATE: 25_00, COMMUNE: 25_00}
    with pytest.raises(CapReached) as refused:
        shares_for_order(50_02, shares, already)
    assert refused.value.facts == {"funder_id": STATE, "cap_cents": 100_00, "borne_cents": 75_00, "asked_cents": 25_01}


@pytest.mark.parametrize("cents", [0, -1])
def test_an_order_of_nothing_is_refused(cents: int) -> None:
    with pytest.raises(OrderNotPositive):
        shares_for_order(cents, [ShareTerms(1, portion=Fraction(1))])


portions = st.lists(st.integers(1, 10_000), min_size=1, max_size=8).map(
    lambda parts: [ShareTerms(rank, portion=Fraction(part, sum(parts))) for rank, part in enumerate(parts, start=1)]
)


@given(shares=portions, totals=st.lists(st.integers(1, 10**12), min_size=1, max_size=8))
def test_after_any_orders_each_has_borne_its_portion_within_a_cent(shares: list[ShareTerms], totals: list[int]) -> None:
    check_shares(shares)
    already = AlreadyOrdered()
    for total in totals:
        order = shares_for_order(total, shares, already)
        assert sum(share.cents for share in order) == total
        assert all(share.cents > 0 for share in order)
        already = after(already, order)
    reached = sum(totals)
    if min(totals) >= 10_00:  # no voucher is worth less; below, a funder may wait one order for its cent to be given back
        for share in shares:
            assert share.portion is not None
            assert abs(reached * share.portion - already.borne_cents.get(share.funder_id, 0)) < 2
    if len(totals) == 1:
        for share in shares:
            assert share.portion is not None
            assert abs(reached * share.portion - already.borne_cents.get(share.funder_id, 0)) < 1


@given(
    parts=st.lists(st.integers(1, 50), min_size=2, max_size=6),
    orders=st.lists(st.integers(1, 5_000), min_size=1, max_size=10),
)
def test_real_orders_never_drift_by_a_cent(parts: list[int], orders: list[int]) -> None:
    """Portions of at least 1/300 on vouchers of 10 €: everyone is always within one cent, whatever the history."""
    shares = [ShareTerms(rank, portion=Fraction(part, sum(parts))) for rank, part in enumerate(parts, start=1)]
    already = AlreadyOrdered()
    reached = 0
    for vouchers in orders:
        already = after(already, shares_for_order(vouchers * 10_00, shares, already))
        reached += vouchers * 10_00
        for share in shares:
            assert share.portion is not None
            assert abs(reached * share.portion - already.borne_cents.get(share.funder_id, 0)) < 1


@given(
    fixed=st.lists(st.integers(1, 10**8), min_size=1, max_size=4),
    totals=st.lists(st.integers(1, 10**8), min_size=1, max_size=6),
)
def test_fixed_amounts_are_spent_first_and_never_overspent(fixed: list[int], totals: list[int]) -> None:
    shares = [ShareTerms(rank, fixed_cents=cents) for rank, cents in enumerate(fixed, start=1)]
    shares.append(ShareTerms(99, portion=Fraction(1)))
    already = AlreadyOrdered()
    for total in totals:
        already = after(already, shares_for_order(total, shares, already))
    spent_first = min(sum(totals), sum(fixed))
    assert sum(cents for funder, cents in already.borne_cents.items() if funder != 99) == spent_first
    for rank, cents in enumerate(fixed, start=1):
        assert already.borne_cents.get(rank, 0) <= cents


@given(parts=st.lists(st.integers(1, 20), min_size=2, max_size=5), vouchers=st.integers(1, 300))
def test_the_ledger_shares_a_series_to_exactly_the_committed_cents(parts: list[int], vouchers: int) -> None:
    shares = [
        ShareTerms(
            rank,
            portion=Fraction(part, sum(parts)),
            pays=Pays.ON_USE if rank == 1 else Pays.IN_ADVANCE,
            advanced_by_id=2 if rank == 1 else None,
        )
        for rank, part in enumerate(parts, start=1)
    ]
    check_shares(shares)
    order = shares_for_order(vouchers * 10_00, shares)
    weights = weights_of(order)
    assert sum(weight.held_cents for weight in weights) == sum(weight.borne_cents for weight in weights) == vouchers * 10_00
    patterns, _ = share_patterns(face_value_cents=10_00, voucher_count=vouchers, weights=weights)
    for position, weight in enumerate(weights):
        assert sum(pattern.borne_cents[position] * pattern.voucher_count for pattern in patterns) == weight.borne_cents
        assert sum(pattern.held_cents[position] * pattern.voucher_count for pattern in patterns) == weight.held_cents
    state = next(weight for weight in weights if weight.funder_id == 1)
    assert state.held_cents == 0


@given(
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=6),
    used=st.lists(st.integers(-5, 10**7), min_size=6, max_size=6),
    total=st.integers(1, 10**6),
)
def test_an_order_is_divided_to_its_cents_however_far_ahead_somebody_is(parts: list[int], used: list[int], total: int) -> None:
    portions = {rank: Fraction(part, sum(parts)) for rank, part in enumerate(parts)}
    cents = portions_by_cumulative_remainder(total, portions, dict(enumerate(used)))
    assert sum(cents.values()) == total
    assert min(cents.values()) >= 0


class TestWhoBearsWhatIsHeldForConnections:
    TERMS = (half(STATE, pays=Pays.ON_USE, advanced_by_id=AGGLOMERATION), ShareTerms(AGGLOMERATION, portion=percent(25_00)),
             ShareTerms(COMMUNE, portion=percent(25_00)))  # fmt: skip

    def test_a_share_on_use_is_borne_by_whoever_owes_it(self) -> None:
        borne, by_portion = borne_of_held({AGGLOMERATION: 75_00, COMMUNE: 25_00}, self.TERMS, {})
        assert borne == by_portion == {STATE: 50_00, AGGLOMERATION: 25_00, COMMUNE: 25_00}

    def test_what_is_left_of_a_fixed_amount_comes_first(self) -> None:
        joined = [*self.TERMS, ShareTerms(COMPANY, fixed_cents=60_00, pays=Pays.ON_USE, advanced_by_id=COMMUNE)]
        borne, by_portion = borne_of_held({COMMUNE: 45_00}, joined, {COMPANY: 20_00})
        assert (borne, by_portion) == ({COMPANY: 40_00, COMMUNE: 5_00}, {COMMUNE: 5_00})

    def test_whoever_left_the_agreement_bears_what_it_holds(self) -> None:
        assert borne_of_held({COMPANY: 7}, self.TERMS, {}) == ({COMPANY: 7}, {})

    @given(
        totals=st.lists(st.tuples(st.booleans(), st.integers(1, 10**6)), min_size=1, max_size=12),
        fixed=st.integers(0, 10**6),
    )
    def test_orders_and_connections_in_any_order_stay_within_two_cents(self, totals: list[tuple[bool, int]], fixed: int) -> None:
        shares = [*self.TERMS, *([ShareTerms(COMPANY, fixed_cents=fixed, pays=Pays.ON_USE, advanced_by_id=COMMUNE)] if fixed else [])]
        ordered, held, reached = AlreadyOrdered(), dict[int, int](), 0
        for is_order, total in totals:
            borne, by_portion = borne_of_held(held, shares, ordered.borne_cents)
            now = after(ordered, tuple(OrderShare(each, each, borne[each], by_portion.get(each, 0)) for each in borne))
            made = shares_for_order(total, shares, now)
            assert sum(share.cents for share in made) == total
            reached += sum(share.by_portion_cents for share in made)
            if is_order:
                ordered = after(ordered, made)
            else:
                for weight in weights_of(made):
                    held[weight.funder_id] = held.get(weight.funder_id, 0) + weight.held_cents
        borne, by_portion = borne_of_held(held, shares, ordered.borne_cents)
        assert sum(borne.values()) == sum(held.values())
        assert ordered.borne_cents.get(COMPANY, 0) + borne.get(COMPANY, 0) <= fixed
        for share in self.TERMS:
            assert share.portion is not None
            mine = ordered.by_portion_cents.get(share.funder_id, 0) + by_portion.get(share.funder_id, 0)
            assert abs(reached * share.portion - mine) <= 2
