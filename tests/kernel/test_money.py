"""No cent is created or lost, whatever the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.money import Euros, WeightsInvalid, cumulative_split

weight_lists = st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any)


@given(st.integers(-(10**12), 10**12), weight_lists)
def test_a_split_sums_to_the_amount(cents: int, weights: list[int]) -> None:
    shares = Euros(cents).split(weights)
    assert sum(share.cents for share in shares) == cents


@given(st.integers(0, 10**9), weight_lists)
def test_each_share_is_within_a_cent_of_its_weight(cents: int, weights: list[int]) -> None:
    total = sum(weights)
    for share, weight in zip(Euros(cents).split(weights), weights, strict=True):
        assert abs(share.cents * total - cents * weight) < total


def test_three_equal_thirds_of_ten_euros_give_the_odd_cent_to_the_first() -> None:
    assert [share.cents for share in Euros(1000).split([1, 1, 1])] == [334, 333, 333]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(WeightsInvalid):
        Euros(100).split(weights)


def test_cents_are_never_a_float() -> None:
    with pytest.raises(TypeError):
        Euros(10.0)  # type: ignore[arg-type]


@given(st.integers(1, 3000), st.integers(1, 300), weight_lists)
def test_any_prefix_of_a_cumulative_split_is_within_a_cent(each: int, count: int, weights: list[int]) -> None:
    total = sum(weights)
    borne = [0] * len(weights)
    for rank, shares in enumerate(cumulative_split(each_cents=each, count=count, weights=weights), start=1):
        assert sum(shares) == each
        borne = [before + now for before, now in zip(borne, shares, strict=True)]
        for cents, weight in zip(borne, weights, strict=True):
            assert abs(cents * total - each * rank * weight) < total


@given(st.integers(1, 200), st.lists(st.integers(0, 5000), min_size=1, max_size=5).filter(any))
def test_a_whole_run_gives_each_funder_exactly_its_cents(count: int, weights: list[int]) -> None:
    scaled = [weight * count for weight in weights]
    each = sum(weights)
    runs = zip(*cumulative_split(each_cents=each, count=count, weights=scaled), strict=True)
    assert [sum(run) for run in runs] == scaled


@given(st.integers(1, 3000), st.integers(1, 60), st.integers(0, 59), weight_lists)
def test_a_run_taken_up_in_the_middle_goes_on_the_same(each: int, count: int, first: int, weights: list[int]) -> None:
    whole = list(cumulative_split(each_cents=each, count=count, weights=weights))
    first = min(first, count)
    assert list(cumulative_split(each_cents=each, count=count - first, weights=weights, first=first)) == whole[first:]
