"""What a sample says of the whole: the intervals hold the truth as often as they say, and a naive reading of the same draws does not."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.controls.rules import samples as rules
from carnet.controls.rules.samples import (
    Checked,
    Evidence,
    EvidenceMissing,
    Finding,
    Method,
    SamplePeriodWrong,
    SampleSizeWrong,
    Unit,
    Universe,
)
from carnet.settlement.rules import sampling

UNITS = [Unit(f"1-{number}-0", 1000, 1 + 3 * (number % 4)) for number in range(300)]
cents = st.integers(min_value=0, max_value=100_000)


def whole(units: list[Unit]) -> Universe:
    values, weights = [unit.cents for unit in units], [unit.weight for unit in units]
    return Universe(len(units), sum(values), sum(weights), min(values), max(values), min(weights))


class TestDrawing:
    @pytest.mark.parametrize("method", list(Method))
    def test_the_same_seed_draws_the_same_whatever_the_order_of_the_list(self, method: Method) -> None:
        shuffled = random.Random(3).sample(UNITS, len(UNITS))
        assert rules.draw(UNITS, seed="a", size=40, method=method) == rules.draw(shuffled, seed="a", size=40, method=method)
        assert rules.draw(UNITS, seed="a", size=40, method=method) != rules.draw(UNITS, seed="b", size=40, method=method)
        assert rules.digest_of(UNITS) == rules.digest_of(shuffled) != rules.digest_of(UNITS[1:])

    def test_at_random_nothing_is_drawn_twice_and_all_when_there_is_less(self) -> None:
        drawn = rules.draw(UNITS, seed="a", size=40, method=Method.RANDOM)
        assert len({each.unit.number for each in drawn}) == 40
        assert [each.rank for each in drawn] == list(range(1, 41))
        assert len(rules.draw(UNITS[:5], seed="a", size=40, method=Method.RANDOM)) == 5

    def test_a_random_sample_ranks_as_evidence_packs_do(self) -> None:
        assert rules.rank_of("Nantes 2026", "1-2-0") == sampling.rank_of("Nantes 2026", "1-2-0")

    def test_by_risk_each_is_drawn_as_often_as_it_weighs(self) -> None:
        drawn = rules.draw(UNITS, seed="often", size=20_000, method=Method.RISK)
        assert sum(each.times for each in drawn) == 20_000
        by_weight = {weight: sum(each.times for each in drawn if each.unit.weight == weight) for weight in (1, 4, 7, 10)}
        for weight, times in by_weight.items():
            assert abs(times - 20_000 * weight / 22) < 400, "each weight has a quarter of the units"

    def test_by_risk_nothing_to_draw_from_draws_nothing(self) -> None:
        assert rules.draw([], seed="a", size=40, method=Method.RISK) == []

    def test_whoever_is_signalled_weighs_more_and_never_more_than_ten_times(self) -> None:
        assert [rules.weight_of(count) for count in (0, 1, 2, 3, 4, 90)] == [1, 4, 7, 10, 10, 10]

    def test_terms(self) -> None:
        good = {"size": 60, "from_on": date(2026, 1, 1), "until_on": date(2026, 2, 1)}
        rules.check_terms(**good)
        for changes, refusal in (
            ({"size": 9}, SampleSizeWrong), ({"size": 501}, SampleSizeWrong), ({"until_on": date(2026, 1, 1)}, SamplePeriodWrong),
            ({"until_on": date(2027, 3, 1)}, SamplePeriodWrong),
        ):  # fmt: skip
            with pytest.raises(refusal):
                rules.check_terms(**{**good, **changes})

    def test_proved_needs_something_that_was_looked_at(self) -> None:
        with pytest.raises(EvidenceMissing):
            rules.check_finding(Finding.PROVED, [])
        assert rules.check_finding(Finding.PROVED, [Evidence.AGENDA, Evidence.SHEET, Evidence.SHEET]) == (Evidence.SHEET, Evidence.AGENDA)
        assert rules.check_finding(Finding.CANNOT_SAY, []) == ()


class TestIntervals:
    @pytest.mark.parametrize(
        ("errors", "size", "low", "high"),
        [(0, 60, 0.0, 0.0602), (3, 60, 0.0171, 0.1370), (10, 100, 0.0552, 0.1744), (60, 60, 0.9398, 1.0)],
    )
    def test_wilson_is_what_its_author_published(self, errors: int, size: int, low: float, high: float) -> None:
        found = rules.wilson(errors, size)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))

    @given(st.integers(1, 500), st.data())
    def test_an_interval_holds_its_share_and_stays_within_bounds(self, size: int, data: st.DataObject) -> None:
        found = rules.wilson(data.draw(st.integers(0, size)), size)
        assert 0 <= found.low <= found.share <= found.high <= 1

    @given(
        st.lists(st.tuples(cents, st.sampled_from([1, 4, 7, 10]), st.sampled_from(list(Finding))), min_size=1, max_size=60),
        st.sampled_from(list(Method)),
    )
    def test_money_is_in_whole_cents_between_what_was_found_and_what_was_not_proved(
        self, rows: list[tuple[int, int, Finding]], method: Method
    ) -> None:
        units = [Unit(str(rank), value, weight) for rank, (value, weight, _finding) in enumerate(rows)] + UNITS
        checked = [Checked(value, weight, 1, finding) for value, weight, finding in rows]
        found = rules.result(checked, whole(units), method)
        lost = sum(value for value, _weight, finding in rows if finding is Finding.NOT_PROVED)
        assert all(isinstance(each, int) for each in (found.cents, found.cents_low, found.cents_high))
        assert lost <= found.cents_low <= found.cents <= found.cents_high
        assert 0 <= found.error.low <= found.error.high <= 1
        assert found.cents_high <= whole(units).cents

    def test_what_nobody_could_say_widens_the_interval_on_one_side_each(self) -> None:
        sure = [Checked(1000, 1, 1, Finding.PROVED)] * 55 + [Checked(1000, 1, 1, Finding.NOT_PROVED)] * 5
        unsure = sure[:50] + [Checked(1000, 1, 1, Finding.CANNOT_SAY)] * 5 + sure[55:]
        before, after = (rules.result(each, whole(UNITS), Method.RANDOM) for each in (sure, unsure))
        assert (before.error.share, before.error.low) == (after.error.share, after.error.low)
        assert after.error.high > before.error.high
        assert after.cents_high > before.cents_high

    def test_when_everything_was_looked_at_nothing_is_estimated(self) -> None:
        checked = [Checked(1000, 1, 1, Finding.NOT_PROVED if rank < 30 else Finding.PROVED) for rank in range(300)]
        found = rules.result(checked, whole(UNITS), Method.RANDOM)
        assert (found.error.low, found.error.share, found.error.high) == (0.1, 0.1, 0.1)
        assert (found.cents_low, found.cents, found.cents_high) == (30_000, 30_000, 30_000)

    def test_equal_weights_are_an_ordinary_share(self) -> None:
        universe = Universe(1000, 1_000_000, 1000, 1000, 1000)
        weighted = rules.weighted_share([(rank < 12, 1) for rank in range(100)], universe)
        plain = rules.wilson(12, 100)
        assert (weighted.low, weighted.high) == (pytest.approx(plain.low, abs=0.002), pytest.approx(plain.high, abs=0.002))


# How common errors are at ordinary places and at signalled ones, how many in a hundred are signalled, and how much more these weigh.
POPULATIONS = [(0.03, 0.5, 10, 10), (0.05, 0.05, 10, 10), (0.02, 0.2, 30, 7), (0.005, 0.0, 20, 10), (0.02, 0.0, 10, 10), (0.10, 0.9, 5, 10)]


class TestCoverage:
    """A thousand samples of a whole whose truth is known."""

    @pytest.mark.parametrize("population", POPULATIONS)
    def test_the_weighted_interval_holds_the_truth_at_least_94_times_in_a_hundred(self, population: tuple[float, float, int, int]) -> None:
        held, naive = self.covered(population, size=80)
        assert held >= 0.94, population
        if population[1] > 2 * population[0]:
            assert naive < 0.8, "reading draws by risk as if chances were equal is wrong: the check can fail"

    @pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
    def test_wilson_holds_it_too(self, share: float) -> None:
        dice, held = random.Random(5), 0
        for _time in range(1000):
            found = rules.wilson(sum(dice.random() < share for _draw in range(80)), 80)
            held += found.low <= share <= found.high
        assert held >= 925, "Wilson holds 95 in a hundred on average over shares, a little less for some"

    @staticmethod
    def covered(population: tuple[float, float, int, int], *, size: int) -> tuple[float, float]:
        cold, hot, percent, weight = population
        dice, count, held, naive = random.Random(7), 1500, 0, 0
        for each in range(1000):
            if each % 50 == 0:
                weights = [weight if rank < count * percent // 100 else 1 for rank in range(count)]
                wrong = [dice.random() < (hot if heavy > 1 else cold) for heavy in weights]
                universe = Universe(count, count * 1000, sum(weights), 1000, 1000, 1)
                truth = sum(wrong) / count
            draws = [(wrong[rank], weights[rank]) for rank in dice.choices(range(count), weights=weights, k=size)]
            found, plain = rules.weighted_share(draws, universe), rules.wilson(sum(bad for bad, _weight in draws), size)
            held += found.low <= truth <= found.high
            naive += plain.low <= truth <= plain.high
        return held / 1000, naive / 1000
