"""What is published and what is hidden, without a database."""

from hypothesis import given
from hypothesis import strategies as st

from carnet.ledger.rules import Counts, Money
from carnet.observatory.rules import ProgrammeFigures, hide_small, missing_cents, proof_of, weighted_median


def test_no_cent_is_missing_when_all_is_somewhere() -> None:
    assert missing_cents(Money(funded=100, unissued=10, in_circulation=20, owed=30, paid=25, returned=15)) == 0
    assert missing_cents(Money(funded=100, unissued=10, in_circulation=20, owed=30, paid=25, returned=14)) == 1


def test_a_small_count_is_hidden_with_the_next_one() -> None:
    assert hide_small({"town": 40, "country": 3, "district": 12}) == {"town": 40, "country": None, "district": None}


def test_two_small_counts_hide_each_other() -> None:
    assert hide_small({"town": 40, "country": 3, "district": 1}) == {"town": 40, "country": None, "district": None}


def test_large_counts_and_zero_are_shown() -> None:
    assert hide_small({"town": 5, "country": 0}) == {"town": 5, "country": 0}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=2))
def test_a_hidden_count_never_follows_from_the_total(counts: dict[str, int]) -> None:
    published = hide_small(counts)
    hidden = [name for name, count in published.items() if count is None]
    assert all(published[name] == counts[name] for name in counts if name not in hidden)
    assert all(name in hidden for name, count in counts.items() if 0 < count < 5)
    others = [count for count in counts.values() if count > 0]
    assert len(hidden) != 1 or len(others) == 1


def test_the_median_weighs_each_delay_by_its_vouchers() -> None:
    assert weighted_median({}) is None
    assert weighted_median({3: 1, 30: 1}) == 3
    assert weighted_median({3: 10, 8: 11, 30: 1}) == 8


def test_the_strip_adds_programmes_and_never_lets_one_hide_another() -> None:
    def figures(redeemed: int, funded: int, days: int | None) -> ProgrammeFigures:
        counts, money = Counts(issued=redeemed, redeemed=redeemed), Money(funded=funded, paid=100)
        return ProgrammeFigures(1, "", "", False, counts, money, (), 0, 0, days, redeemed, days and days + 9, redeemed, redeemed // 2)

    proof = proof_of([figures(10, 101, 4), figures(5, 99, 30), figures(0, 100, None)])
    assert (proof.redeemed, proof.missing_cents, proof.days_to_be_paid, proof.programme_count) == (15, 2, 4, 3)
    assert (proof.slowest_days, proof.promised_count, proof.kept_count) == (39, 15, 7)
