"""The estimate of a travel time, for one pair and for whole tables."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.places.rules.geography import distance_km
from carnet.places.rules.travel import Density, Means
from carnet.places.rules.travel import minutes as minutes_of_the_finder
from carnet.planning.rules.travel import TRANSIT, Mode, Nearest, matrix, minutes, minutes_over, nearest

NANTES, CLISSON, PARIS = (47.2184, -1.5536), (47.0872, -1.2823), (48.8566, 2.3522)
points = st.tuples(st.floats(min_value=41, max_value=51), st.floats(min_value=-5, max_value=9))
lists = st.lists(points, min_size=1, max_size=6)


class TestOneMethod:
    @pytest.mark.parametrize("density", list(Density))
    @pytest.mark.parametrize(("mode", "means"), [(Mode.CAR, Means.CAR), (Mode.WALK, Means.WALK)])
    @pytest.mark.parametrize("km", [0.0, 0.4, 3.9, 25.0, 99.9])
    def test_a_plan_and_the_finder_say_the_same_minutes(self, km: float, mode: Mode, means: Means, density: Density) -> None:
        assert minutes_over(km, mode=mode, setting=density) == pytest.approx(minutes_of_the_finder(km, means, density), rel=1e-12)

    def test_clisson_to_nantes_is_about_forty_minutes_by_car_from_the_country(self) -> None:
        assert distance_km(NANTES, CLISSON) == pytest.approx(25.2, abs=0.1)
        assert minutes(NANTES, CLISSON, setting=Density.MIDDLING) == pytest.approx(51.8, abs=0.2)
        assert minutes(CLISSON, NANTES, setting=Density.RURAL) == pytest.approx(39.8, abs=0.2)

    def test_beyond_a_hundred_kilometres_nothing_is_said(self) -> None:
        assert minutes(NANTES, PARIS, setting=Density.RURAL) == math.inf

    @given(points, points, st.sampled_from(Density))
    def test_without_a_car_is_never_slower_than_on_foot(self, a: tuple[float, float], b: tuple[float, float], density: Density) -> None:
        walk, without = minutes(a, b, mode=Mode.WALK, setting=density), minutes(a, b, mode=Mode.NO_CAR, setting=density)
        assert without <= walk
        assert TRANSIT[density] is not None or without == walk

    @given(st.floats(min_value=0, max_value=99), st.floats(min_value=0, max_value=99), st.sampled_from(Mode), st.sampled_from(Density))
    def test_farther_is_never_sooner(self, one: float, other: float, mode: Mode, density: Density) -> None:
        near, far = sorted((one, other))
        assert minutes_over(near, mode=mode, setting=density) <= minutes_over(far, mode=mode, setting=density)


class TestTables:
    @given(lists, lists, st.sampled_from(Mode), st.data())
    def test_a_table_holds_what_each_pair_says(
        self, starts: list[tuple[float, float]], tos: list[tuple[float, float]], mode: Mode, data: st.DataObject
    ) -> None:
        settings = [data.draw(st.sampled_from(Density)) for _each in starts]
        table = matrix(starts, tos, mode=mode, settings=settings)
        assert table.shape == (len(starts), len(tos))
        for row, (start, setting) in enumerate(zip(starts, settings, strict=True)):
            for column, end in enumerate(tos):
                assert table[row, column] == pytest.approx(minutes(start, end, mode=mode, setting=setting), rel=1e-9)

    @given(lists, lists)
    def test_the_nearest_is_the_least_of_its_row(self, starts: list[tuple[float, float]], tos: list[tuple[float, float]]) -> None:
        table = matrix(starts, tos, settings=Density.RURAL)
        for row, found in enumerate(nearest(starts, tos, settings=Density.RURAL)):
            assert found is not None
            assert found.minutes == pytest.approx(table[row].min(), rel=1e-6, abs=1e-3)

    def test_nowhere_to_go_and_nobody_to_come(self) -> None:
        assert nearest([NANTES], []) == (None,)
        assert nearest([], [NANTES]) == ()
        assert matrix([], [NANTES]).shape == (0, 1)
        assert matrix([NANTES], []).shape == (1, 0)
        assert nearest([NANTES], [NANTES], settings=[Density.DENSE]) == (Nearest(0, 0.0, 6.0),)

    def test_settings_are_one_for_all_or_one_each(self) -> None:
        with pytest.raises(ValueError, match="1 settings for 2 points"):
            matrix([NANTES, CLISSON], [NANTES], settings=[Density.RURAL])
