"""A sample is the same for whoever draws it again, and is spread as it says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.settlement.rules.sampling import SampleInvalid, SampleTerms, Strata, Unit, Weight, check_terms, digest_of_units, draw, rank_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
UNITS = [Unit(f"1-{rank}-0", str(rank % 3), 1000 if rank % 3 else 3000) for rank in range(90)]
units = st.lists(
    st.builds(Unit, st.integers(1, 9999).map(lambda n: f"1-{n}-0"), st.sampled_from(["", "a", "b", "c"]), st.integers(1, 5000)),
    max_size=25,
    unique_by=lambda unit: unit.number,
)
seeds = st.sampled_from(["a", "2026-11-22", "Cour des comptes 7"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=units, seed=seeds, size=st.integers(1, 30), weight=st.sampled_from(Weight))
def test_the_same_list_and_seed_give_the_same_sample_in_any_order(found, seed, size, weight) -> None:
    drawn = draw(found, seed=seed, size=size, weight=weight)
    again = found[::-1]
    assert draw(again, seed=seed, size=size, weight=weight) == drawn
    assert digest_of_units(again) == digest_of_units(found)
    assert len(drawn) == len(set(drawn)) == min(size, len(found)) and set(drawn) <= set(found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=units, seed=seeds, size=st.integers(1, 30))
def test_without_strata_the_smallest_hashes_are_drawn(found, seed, size) -> None:
    flat = [Unit(unit.number, "", unit.cents) for unit in found]
    drawn = draw(flat, seed=seed, size=size)
    left = {rank_of(seed, unit.number) for unit in flat} - {rank_of(seed, unit.number) for unit in drawn}
    assert not left or max(rank_of(seed, unit.number) for unit in drawn) < min(left)


def test_each_stratum_has_its_part_by_number_or_by_amount() -> None:
    def spread(weight: Weight) -> list[int]:
        drawn = draw(UNITS, seed="x", size=30, weight=weight)
        return [len([unit for unit in drawn if unit.stratum == name]) for name in "012"]

    assert spread(Weight.COUNT) == [10, 10, 10]
    assert spread(Weight.CENTS) == [18, 6, 6]


def test_a_stratum_never_gives_more_than_it_has() -> None:
    found = [Unit("1-1-0", "rich", 100_000), *(Unit(f"1-{rank}-0", "poor", 1) for rank in range(2, 12))]
    drawn = draw(found, seed="x", size=5, weight=Weight.CENTS)
    assert [unit.stratum for unit in drawn].count("rich") == 1 and len(drawn) == 5


def test_another_seed_is_another_sample() -> None:
    assert draw(UNITS, seed="a", size=10) != draw(UNITS, seed="b", size=10)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"seed": ""}, "seed"), ({"seed": "é"}, "seed"), ({"seed": "a\nb"}, "seed"), ({"seed": "a" * 81}, "seed"), ({"size": 0}, "size"),
     ({"size": 501}, "size"), ({"until": NOW + timedelta(days=1)}, "until")],
)  # fmt: skip
def test_terms_that_cannot_draw_are_refused(changes: dict, field: str) -> None:
    good = {"programme_id": 1, "seed": "tirage-1", "until": NOW, "size": 30, "strata": Strata.PLACE}
    assert check_terms(SampleTerms(**good), at=NOW)
    with pytest.raises(SampleInvalid) as refused:
        check_terms(SampleTerms(**{**good, **changes}), at=NOW)
    assert refused.value.facts["field"] == field
