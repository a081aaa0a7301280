"""Territories: one inside the other, found by name, by postal code and by code."""

import pytest

from carnet.places import queries
from carnet.places.rules import AreaUnknown
from carnet.places.rules.areas import Level, is_code


def found(text):
    return [(area.level, area.name) for area in queries.atlas().typed(text)]


def test_each_level_has_its_name_and_its_people():
    commune, epci = queries.area(Level.COMMUNE, "44109"), queries.area(Level.EPCI, "244400404")
    departement, region = queries.area(Level.DEPARTEMENT, "44"), queries.area(Level.REGION, "52")
    nation = queries.area(Level.NATION, "FR")
    assert [each.name for each in (commune, epci, departement, region, nation)] == [
        "Nantes", "Nantes Métropole", "Loire-Atlantique", "Pays de la Loire", "France",
    ]  # fmt: skip
    populations = [each.population for each in (commune, epci, departement, region, nation)]
    assert populations == sorted(populations) and commune.population > 300_000
    assert epci.commune_count == 24 and epci.department == "44"
    assert queries.atlas().above(commune) == (epci, departement, region, nation)
    assert queries.atlas().above(epci) == (departement, region, nation)
    assert queries.atlas().above(nation) == ()


def test_an_area_is_the_sum_of_what_it_holds():
    atlas, region = queries.atlas(), queries.area(Level.REGION, "52")
    for level in (Level.DEPARTEMENT, Level.COMMUNE):
        inside = atlas.inside(region, level)
        assert sum(each.population for each in inside) == region.population
        assert frozenset().union(*(atlas.communes_of(each) for each in inside)) == atlas.communes_of(region)
    assert [each.code for each in atlas.inside(region, Level.DEPARTEMENT)] == ["44", "49", "53", "72", "85"]  # by name
    nation = queries.area(Level.NATION, "FR")
    assert sum(each.population for each in atlas.inside(nation, Level.DEPARTEMENT)) == nation.population


def test_every_department_region_and_intercommunalite_has_a_name():
    nation = queries.area(Level.NATION, "FR")
    for level in (Level.EPCI, Level.DEPARTEMENT, Level.REGION):
        unnamed = [each for each in queries.atlas().inside(nation, level) if each.name == each.code]
        assert unnamed == [], level


def test_somebody_finds_it_by_what_they_type():
    assert found("nantes")[0] == (Level.COMMUNE, "Nantes")
    assert (Level.EPCI, "Nantes Métropole") in found("Nantes")
    assert found("nantes metropole") == [(Level.EPCI, "Nantes Métropole")]
    assert found("loire atlantique")[0] == (Level.DEPARTEMENT, "Loire-Atlantique")
    assert found("Atlantique")[0] == (Level.DEPARTEMENT, "Loire-Atlantique")
    assert found("44") == [(Level.REGION, "Grand Est"), (Level.DEPARTEMENT, "Loire-Atlantique")]
    assert found("244400404") == [(Level.EPCI, "Nantes Métropole")]
    assert found("44800")[0][0] is Level.COMMUNE
    assert found("Communauté de communes Faucigny")[0] == (Level.EPCI, "CC Faucigny - Glières")
    assert found("zzzzz") == found("n") == found("") == []


def test_an_unknown_code_is_refused_and_a_district_is_its_commune():
    for level, code in (
        (Level.COMMUNE, "99999"),
        (Level.EPCI, "000000000"),
        (Level.DEPARTEMENT, "20"),
        (Level.REGION, "99"),
    ):
        with pytest.raises(AreaUnknown):
            queries.area(level, code)
    assert queries.area(Level.COMMUNE, "75112").name == "Paris"
    assert queries.area(Level.NATION, "XX").name == "France"


def test_a_commune_of_no_intercommunalite_has_the_others_above_it():
    ile_de_sein = queries.area(Level.COMMUNE, "29083")
    assert [each.level for each in queries.atlas().above(ile_de_sein)] == [Level.DEPARTEMENT, Level.REGION, Level.NATION]


def test_what_is_written_like_a_code():
    assert is_code(Level.COMMUNE, "2A004") and is_code(Level.DEPARTEMENT, "974") and is_code(Level.REGION, "52")
    assert not any(is_code(level, "4'; --") for level in Level)
