"""Distances, boxes and communes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.places import queries
from carnet.places.rules.geography import box_around, distance_km, district_of, folded

NANTES, PARIS = (47.2184, -1.5536), (48.8566, 2.3522)
points = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


def test_known_distances():
    assert distance_km(NANTES, PARIS) == pytest.approx(343, abs=1)
    assert distance_km(NANTES, NANTES) == 0
    assert distance_km((0, 0), (0, 180)) == pytest.approx(math.pi * 6371.0088)


@given(points, points)
def test_a_distance_is_the_same_both_ways(one, other):
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))


@given(st.tuples(st.floats(-80, 80), st.floats(-170, 170)), st.floats(0.1, 100), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_the_box_holds_every_point_within_the_radius(centre, radius_km, bearing, share):
    reach = radius_km * share / 6371.0088
    lat, lon = (math.radians(angle) for angle in centre)
    to_lat = math.asin(math.sin(lat) * math.cos(reach) + math.cos(lat) * math.sin(reach) * math.cos(bearing))
    to_lon = lon + math.atan2(math.sin(bearing) * math.sin(reach) * math.cos(lat), math.cos(reach) - math.sin(lat) * math.sin(to_lat))
    box = box_around(centre, radius_km)
    margin = 1e-9
    assert box.south - margin <= math.degrees(to_lat) <= box.north + margin
    assert box.west - margin <= math.degrees(to_lon) <= box.east + margin


def test_near_a_pole_the_box_holds_every_longitude():
    assert (box_around((89.9, 10), 50).west, box_around((89.9, 10), 50).east) == (-180, 180)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("St-Étienne", "SAINT ETIENNE"),
        ("STE LUCE SUR LOIRE", "SAINTE LUCE SUR LOIRE"),
        ("L’Haÿ-les-Roses", "L HAY LES ROSES"),
        ("Œuf-en-Ternois", "OEUF EN TERNOIS"),
        ("NANTES CEDEX 2", "NANTES"),
        ("Stains", "STAINS"),
    ],
)
def test_names_are_compared_without_their_dress(written, key):
    assert folded(written) == key


@pytest.mark.parametrize(
    ("code", "commune"), [("75101", "75056"), ("75120", "75056"), ("75121", None), ("69381", "69123"), ("13216", "13055"), ("13217", None)]
)
def test_districts_belong_to_their_city(code, commune):
    assert district_of(code) == commune


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Nantes", "44109"),
        ("nantes", "44109"),
        ("44000", "44109"),
        ("44109", "44109"),
        ("Nantes (44000)", "44109"),
        ("44800", "44162"),
        ("saint herb", "44162"),
        ("st-herblain", "44162"),
        ("2a004", "2A004"),
        ("Saint-Denis 97400", "97411"),
    ],
)
def test_what_a_person_types_finds_the_commune(typed, first):
    assert queries.localities(typed)[0].code == first


@pytest.mark.parametrize("typed", ["", " ", "x", "Zzzyx", "00000", "99999", "'; DROP TABLE"])
def test_what_means_nothing_finds_nothing(typed):
    assert queries.localities(typed) == ()


def test_a_territory_is_the_sum_of_its_codes():
    assert len(queries.territory(["44"])) == 207
    assert queries.territory(["44109", "2A004"]) == {"44109", "2A004"}
    metropole = queries.territory(["244400404"])
    assert len(metropole) == 24
    assert "44109" in metropole
    assert len(queries.territory(["FR"])) == 34_969
    assert queries.territory(["99"]) == frozenset()
