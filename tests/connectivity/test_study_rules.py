"""The arithmetic of a feasibility study: files, expected homes, cents, break-even, draws. No database."""

from dataclasses import asdict, fields, replace
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.connectivity.rules.study import cases, simulation
from carnet.connectivity.rules.study.assumptions import (
    ASSUMPTIONS,
    BY_KEY,
    WHOLE,
    Choices,
    Key,
    Origin,
    Range,
    check_choices,
    check_ranges,
    likely_values,
    ranges_given,
)
from carnet.connectivity.rules.study.breaking_even import break_even, cost_of_a_month
from carnet.connectivity.rules.study.estate import FaultKind, StudiedResidence, groups_of, read_estate
from carnet.connectivity.rules.study.outcome import Joined, by_residence, expected, joined_of, months_of_one, outcome_of, size_of, within
from carnet.connectivity.rules.study.refusals import (
    AssumptionWrong,
    ChoiceWrong,
    StudiedEstateColumnMissing,
    StudiedEstateEmpty,
    StudiedEstateTooLarge,
    StudiedEstateWrong,
)
from carnet.connectivity.rules.study.written import (
    read_assumptions,
    read_residences,
    read_studied,
    write_assumptions,
    write_estate,
    write_studied,
)

COLUMNS = ("Nom", "Code INSEE", "Logements", "occupes", "Fibre", "QPV", "part_en_difficulte", "salle", "Gardien")
# A machine that does ten things at once is slow to draw an estate.
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIKELY = likely_values(ranges_given())


def home(name: str = "A", dwellings: int = 100, **facts: Any) -> StudiedResidence:
    return StudiedResidence(**{"name": name, "commune": "44109", "dwellings": dwellings, "occupied": dwellings, "has_fibre": True, **facts})


def read(*lines: str) -> tuple[StudiedResidence, ...]:
    cells = [(rank, dict(zip(COLUMNS, line.split(";"), strict=True))) for rank, line in enumerate(lines, 2)]
    return read_estate(COLUMNS, cells)


ESTATES = st.lists(
    st.builds(
        lambda rank, dwellings, empty, fibre, priority, share: StudiedResidence(
            str(rank), "44109", dwellings, max(0, dwellings - empty), fibre, priority, share
        ),
        st.integers(0, 10**6), st.integers(1, 400), st.integers(0, 40), st.booleans(), st.booleans(), st.none() | st.integers(0, WHOLE),
    ),
    min_size=1, max_size=12,
).filter(lambda found: sum(each.occupied for each in found) > 0)  # fmt: skip
CHOICES = st.builds(Choices, st.integers(0, 30_00), st.integers(0, 5_00), st.integers(1, 72), st.booleans(), st.booleans(), st.booleans())
RANGES = st.fixed_dictionaries(
    {
        each.key: st.tuples(*[st.integers(each.least, min(each.most, max(1, each.given.high * 2)))] * 3).map(
            lambda three: Range(*sorted(three))
        )
        for each in ASSUMPTIONS
    }
)


class TestTheFile:
    def test_it_is_read_under_the_names_landlords_give(self) -> None:
        (found,) = read("Les Glycines;44109;120;117;Oui;x;9,5;non;Mme R.")
        assert found == StudiedResidence("Les Glycines", "44109", 120, 117, True, True, 950, False)

    def test_what_is_not_said_is_supposed_the_plain_way(self) -> None:
        (found,) = read("A;1004;40;;non;;;;")
        assert found.commune == "01004"  # a spreadsheet took its zero off
        assert (found.occupied, found.is_priority, found.difficulty, found.has_room) == (40, False, None, False)

    def test_every_fault_is_said_with_its_line_and_nothing_is_kept(self) -> None:
        with pytest.raises(StudiedEstateWrong) as refused:
            read("A;44109;10;12;oui;;;;", ";44X10;dix;;peut-être;;120;;", "A;44109;5;;oui;;;;", "B;44109;99999;;oui;;;;")
        faults = {(each.line, each.column, each.kind) for each in refused.value.facts["faults"]}
        assert faults == {
            (2, "occupes", FaultKind.OCCUPIED_MORE),
            (3, "residence", FaultKind.MISSING),
            (3, "commune", FaultKind.COMMUNE),
            (3, "logements", FaultKind.NOT_WHOLE),
            (3, "fibre", FaultKind.NOT_YES_NO),
            (3, "part_en_difficulte", FaultKind.NOT_SHARE),
            (4, "residence", FaultKind.REPEATED),
            (5, "logements", FaultKind.TOO_MANY),
        }
        assert refused.value.facts["count"] == 8

    def test_a_column_that_lacks_is_named_and_an_empty_file_refused(self) -> None:
        with pytest.raises(StudiedEstateColumnMissing) as refused:
            read_estate(("residence", "logements"), [])
        assert refused.value.facts["columns"] == ["commune", "fibre"]
        with pytest.raises(StudiedEstateEmpty):
            read(";;;;;;;;")
        with pytest.raises(StudiedEstateTooLarge):
            read_estate(COLUMNS, [(rank, dict(zip(COLUMNS, f"R{rank};44109;1;;oui;;;;".split(";"), strict=True))) for rank in range(2_001)])


class TestWhoJoins:
    def test_worked_by_hand(self) -> None:
        """1,000 homes of a priority district: 120 in difficulty, 25.2 of them offline because of the price."""
        joined = joined_of(groups_of([home(dwellings=1_000, is_priority=True)]), LIKELY, Choices())
        # 25.2 × 60 % = 15.12 ; 94.8 × 15 % = 14.22 ; 880 × 5 % = 44
        assert joined == Joined(15, 14, 44)

    def test_a_share_counted_on_the_spot_replaces_what_is_supposed(self) -> None:
        counted = joined_of(groups_of([home(dwellings=1_000, difficulty=5_000)]), LIKELY, Choices())
        assert counted.offline == 63  # 500 × 21 % × 60 %

    def test_only_where_fibre_is_the_others_are_neither_counted_nor_paid(self) -> None:
        estate, only = [home(), home("B", 50, has_fibre=False)], Choices(is_fibre_only=True)
        assert expected(estate, LIKELY, only) == expected(estate[:1], LIKELY, Choices())
        assert by_residence(estate, LIKELY, only) == (*by_residence(estate[:1], LIKELY, Choices()), 0)

    def test_kept_for_those_in_difficulty_nobody_leaves_another_provider(self) -> None:
        assert joined_of(groups_of([home(dwellings=1_000)]), LIKELY, Choices(is_open_to_all=False)).switched == 0

    @SLOWLY
    @given(ESTATES, RANGES, CHOICES)
    def test_whole_homes_sum_and_never_exceed_those_there_are(self, estate: list[StudiedResidence], ranges: Any, choices: Choices) -> None:
        values = likely_values(ranges)
        joined = joined_of(groups_of(within(estate, choices)), values, choices)
        assert 0 <= joined.homes <= size_of(estate).homes
        shares = by_residence(estate, values, choices)
        assert sum(shares) == joined.homes
        assert all(0 <= share <= each.occupied for share, each in zip(shares, estate, strict=True))


class TestTheCents:
    def test_worked_by_hand(self) -> None:
        """Ten homes at once, for one year, nobody leaves: 120 months of a home."""
        values = {**LIKELY, Key.RAMP: 1, Key.LEAVE: 0, Key.COMPUTER_SHARE: 5_000}
        estate = [home(dwellings=100), home("B", 20, has_fibre=False)]
        found = outcome_of(size_of(estate), Joined(2, 3, 5), values, Choices(months=12, landlord_cents=1_00))
        assert found.home_months == 120
        assert found.set_up_cents == 1_500_00 + 20 * 700_00 + 10 * 90_00
        assert found.monthly_cents == 12 * (800_00 + 2 * 25_00) + 120 * 9_00
        assert found.computers_cents == 5 * 200_00
        assert found.lessons_cents == 10 * 3 * 40_00
        assert found.household_cents == 120 * 2_90
        assert found.landlord_cents == 120 * 1_00
        assert found.left_cents == found.total_cents - 120 * 2_90 - 120 * 1_00
        assert found.market_cents == 120 * 15_99
        assert found.saved_cents == 120 * 15_99 - found.connection_cents
        assert cost_of_a_month(found) == ceil(found.connection_cents / 120)

    def test_homes_join_evenly_and_leave_evenly(self) -> None:
        values = {**LIKELY, Key.RAMP: 4, Key.LEAVE: 1_200}
        shares = [Fraction(min(month, 4), 4) * (1 - Fraction(month - 1, 100)) for month in range(1, 13)]
        assert abs(Fraction(months_of_one(values, Choices(months=12)), WHOLE) - sum(shares)) < Fraction(12, WHOLE)

    @SLOWLY
    @given(ESTATES, RANGES, CHOICES)
    def test_who_pays_sums_to_the_cost(self, estate: list[StudiedResidence], ranges: Any, choices: Choices) -> None:
        found = expected(estate, likely_values(ranges), choices)
        assert found.household_cents + found.landlord_cents + found.left_cents == found.total_cents
        assert found.total_cents == found.set_up_cents + found.monthly_cents + found.computers_cents + found.lessons_cents
        assert all(isinstance(getattr(found, each.name), int) for each in fields(found) if each.name != "joined")
        assert choices.lends_computers or found.computers_cents == 0


class TestBreakingEven:
    @SLOWLY
    @given(ESTATES, RANGES, CHOICES)
    def test_it_is_the_least_number_of_homes(self, estate: list[StudiedResidence], ranges: Any, choices: Choices) -> None:
        values, size = likely_values(ranges), size_of(estate)
        found = break_even(size, values, choices)
        months, price = Fraction(months_of_one(values, choices), WHOLE), max(values[Key.MARKET], choices.household_cents)
        fixed = size.with_fibre * values[Key.SET_UP_RESIDENCE] + size.dwellings_without * values[Key.SET_UP_DWELLING]
        fixed += choices.months * (values[Key.MONTH_FIXED] + size.residences * values[Key.MONTH_RESIDENCE])

        def saves(homes: int) -> bool:
            return fixed + homes * (values[Key.SET_UP_HOME] + months * values[Key.MONTH_HOME]) <= homes * months * price

        if found.homes is None:
            assert not saves(10**7)
        else:
            assert saves(found.homes)
            assert found.homes == 0 or not saves(found.homes - 1)

    def test_a_dearer_market_asks_for_fewer_homes(self) -> None:
        size = size_of([home(dwellings=1_000)])
        needed = [break_even(size, {**LIKELY, Key.MARKET: price}, Choices()).homes for price in (10_00, 15_99, 23_00)]
        assert needed[0] is None
        assert needed[1] is not None
        assert needed[2] is not None
        assert needed[1] > needed[2]


class TestTheDraws:
    ESTATE = (home(dwellings=400, is_priority=True), home("B", 200, has_fibre=False), home("C", 90, difficulty=1_500))

    def test_the_same_seed_gives_the_same_study_and_another_one_another(self) -> None:
        first, again, other = (simulation.study(self.ESTATE, ranges_given(), Choices(), seed=seed, draws=500) for seed in (7, 7, 8))
        assert first == again
        assert first.spreads != other.spreads
        assert first.likely == other.likely

    def test_each_draw_is_counted_as_one_case_would_be(self) -> None:
        source = np.random.Generator(np.random.PCG64(3))
        size, groups = size_of(self.ESTATE), groups_of(self.ESTATE)
        values = simulation.drawn_values(ranges_given(), source, 50)
        many = simulation.drawn_outcomes(size, groups, values, Choices(landlord_cents=50), source, 50)
        for rank in range(50):
            alone = {key: int(column[rank]) for key, column in values.items()}
            joined = Joined(*(int(getattr(many.joined, part)[rank]) for part in ("offline", "difficulty", "switched")))
            lent = int(many.computers_cents[rank]) // alone[Key.COMPUTER]
            one = outcome_of(size, joined, alone, Choices(landlord_cents=50), computers=lent)
            for name in ("home_months", "set_up_cents", "monthly_cents", "computers_cents", "lessons_cents", "household_cents", "market_cents",
                         "landlord_cents", "total_cents", "left_cents", "saved_cents", "market_gap_cents"):  # fmt: skip
                assert getattr(one, name) == int(getattr(many, name)[rank]), name

    def test_draws_stay_in_their_triangle_and_lean_to_the_likely(self) -> None:
        values = simulation.drawn_values(ranges_given(), np.random.Generator(np.random.PCG64(1)), 4_000)
        for each in ASSUMPTIONS:
            column = values[each.key]
            assert each.given.low <= column.min()
            assert column.max() <= each.given.high
            mean = (each.given.low + each.given.likely + each.given.high) / 3
            assert abs(column.mean() - mean) <= 0.03 * (each.given.high - each.given.low) + 0.5

    def test_what_is_known_for_sure_leaves_only_who_joins_uncertain(self) -> None:
        sure = {key: Range(values.likely, values.likely, values.likely) for key, values in ranges_given().items()}
        found = simulation.study([home(dwellings=10_000, is_priority=True)], sure, Choices(), seed=5)
        assert all(each.span == 0 for each in found.weights)
        homes = found.spreads["homes"]
        assert homes.low < found.likely.joined.homes < homes.high
        assert abs(homes.middle - found.likely.joined.homes) < 15
        assert homes.high - homes.low < 100

    def test_the_heaviest_assumption_comes_first_and_is_what_it_says(self) -> None:
        found = simulation.study(self.ESTATE, ranges_given(), Choices(), seed=1, draws=500)
        spans = [each.span for each in found.weights]
        assert spans == sorted(spans, reverse=True)
        heaviest = found.weights[0]
        at_low = expected(self.ESTATE, {**LIKELY, heaviest.key: BY_KEY[heaviest.key].given.low}, Choices())
        assert (heaviest.saved_low, heaviest.left_low) == (at_low.saved_cents, at_low.left_cents)
        assert {each.key for each in found.weights} == set(Key)

    def test_more_uncertainty_is_a_wider_interval(self) -> None:
        narrow, wide = dict(ranges_given()), dict(ranges_given())
        narrow[Key.SWITCH], wide[Key.SWITCH] = Range(500, 500, 500), Range(0, 500, 9_000)
        spreads = [simulation.study(self.ESTATE, each, Choices(), seed=2).spreads["homes"] for each in (narrow, wide)]
        assert spreads[0].high - spreads[0].low < spreads[1].high - spreads[1].low

    @settings(SLOWLY, max_examples=15)
    @given(ESTATES, RANGES, CHOICES, st.integers(0, simulation.SEED_MAX))
    def test_any_study_is_kept_and_read_again_as_it_was(
        self, estate: list[StudiedResidence], ranges: Any, choices: Choices, seed: int
    ) -> None:
        found = simulation.study(estate, check_ranges(ranges), choices, seed=seed, draws=60)
        assert read_studied(write_studied(found)) == found
        assert read_residences(write_estate(estate)) == tuple(estate)
        assert read_assumptions(write_assumptions(ranges, choices)) == (ranges, choices)
        assert 0 <= found.cheaper <= found.draws
        for each in found.spreads.values():
            assert each.low <= each.middle <= each.high


class TestAssumptions:
    def test_each_has_its_bounds_and_says_where_it_comes_from(self) -> None:
        assert {each.key for each in ASSUMPTIONS} == set(Key)
        for each in ASSUMPTIONS:
            assert each.source
            assert each.least <= each.given.low <= each.given.likely <= each.given.high <= each.most
        published = {each.key for each in ASSUMPTIONS if each.origin is Origin.PUBLISHED}
        assert published == {Key.DIFFICULTY, Key.DIFFICULTY_PRIORITY, Key.OFFLINE_FOR_COST, Key.COMPUTER_SHARE}

    def test_values_that_do_not_rise_are_refused(self) -> None:
        with pytest.raises(AssumptionWrong):
            check_ranges({Key.MARKET: Range(20_00, 10_00, 30_00)})
        with pytest.raises(AssumptionWrong):
            check_ranges({Key.RAMP: Range(0, 1, 2)})
        with pytest.raises(ChoiceWrong):
            check_choices(replace(Choices(), months=0))


class TestNantesAndBrest:
    """Every figure of docs/connection-study.md, from what was published."""

    def test_port_boyer(self) -> None:
        found = cases.read(cases.PORT_BOYER, 15_99)
        assert asdict(found) == {
            "in_difficulty": 120,  # 12 % of 1,000
            "offline_for_cost": 25,  # 21 % of them: 25.2
            "grant_of_a_home": 750_00,
            "grant_of_a_month": 41_67,  # 18 months
            "grant_of_one_in_difficulty": 6_250_00,
            "grant_of_one_offline": 30_000_00,
            "paid_by_households": 52_200_00,  # 1,000 × 18 × 2.90
            "price_of_one_in_difficulty": None,  # only those who join pay
            "homes_to_break_even": 3_184,  # 750,000 ÷ (18 × 13.09)
        }
        assert cases.months_to_break_even(cases.PORT_BOYER, 15_99) == 58

    def test_what_nobody_said_stays_unknown(self) -> None:
        found = cases.read(cases.NANTES_2022, 15_99)
        assert (found.in_difficulty, found.offline_for_cost) == (16, 3)
        assert found.grant_of_a_home is None
        assert found.homes_to_break_even is None
        assert cases.months_to_break_even(cases.NANTES_2022, 15_99) is None

    def test_where_all_homes_pay(self) -> None:
        assert cases.read(cases.BREST, 15_99).price_of_one_in_difficulty == 10_34  # 1.24 ÷ 12 %

    def test_the_homes_of_a_case_make_an_estate(self) -> None:
        for case in cases.CASES:
            assert size_of(cases.estate_of(case)).homes == case.homes
