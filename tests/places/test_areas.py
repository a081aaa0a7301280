"""Territories: one inside the other, found by name, by postal code and by code."""

import pytest

from carnet.places import queries
from carnet.places.rules import AreaUnknown
from carnet.places.rules.areas import AreaLevel, is_code


def found(text):
    return [(area.level, area.name) for area in queries.atlas().typed(text)]


def test_each_level_has_its_name_and_its_people():
    commune, epci = queries.area(AreaLevel.COMMUNE, "44109"), queries.area(AreaLevel.EPCI, "244400404")
    departement, region = queries.area(AreaLevel.DEPARTEMENT, "44"), queries.area(AreaLevel.REGION, "52")
    nation = queries.area(AreaLevel.NATION, "FR")
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
    atlas, region = queries.atlas(), queries.area(AreaLevel.REGION, "52")
    for level in (AreaLevel.DEPARTEMENT, AreaLevel.COMMUNE):
        inside = atlas.inside(region, level)
        assert sum(each.population for each in inside) == region.population
        assert frozenset().union(*(atlas.communes_of(each) for each in inside)) == atlas.communes_of(region)
    assert [each.code for each in atlas.inside(region, AreaLevel.DEPARTEMENT)] == ["44", "49", "53", "72", "85"]  # by name
    nation = queries.area(AreaLevel.NATION, "FR")
    assert sum(each.population for each in atlas.inside(nation, AreaLevel.DEPARTEMENT)) == nation.population


def test_every_department_region_and_intercommunalite_has_a_name():
    nation = queries.area(AreaLevel.NATION, "FR")
    for level in (AreaLevel.EPCI, AreaLevel.DEPARTEMENT, AreaLevel.REGION):
        unnamed = [each for each in queries.atlas().inside(nation, level) if each.name == each.code]
        assert unnamed == [], level


def test_somebody_finds_it_by_what_they_type():
    assert found("nantes")[0] == (AreaLevel.COMMUNE, "Nantes")
    assert (AreaLevel.EPCI, "Nantes Métropole") in found("Nantes")
    assert found("nantes metropole") == [(AreaLevel.EPCI, "Nantes Métropole")]
    assert found("loire atlantique")[0] == (AreaLevel.DEPARTEMENT, "Loire-Atlantique")
    assert found("Atlantique")[0] == (AreaLevel.DEPARTEMENT, "Loire-Atlantique")
    assert found("44") == [(AreaLevel.REGION, "Grand Est"), (AreaLevel.DEPARTEMENT, "Loire-Atlantique")]
    assert found("244400404") == [(AreaLevel.EPCI, "Nantes Métropole")]
    assert found("44800")[0][0] is AreaLevel.COMMUNE
    assert found("Communauté de communes Faucigny")[0] == (AreaLevel.EPCI, "CC Faucigny - Glières")
    assert found("zzzzz") == found("n") == found("") == []


def test_an_unknown_code_is_refused_and_a_district_is_its_commune():
    for level, code in (
        (AreaLevel.COMMUNE, "99999"),
        (AreaLevel.EPCI, "000000000"),
        (AreaLevel.DEPARTEMENT, "20"),
        (AreaLevel.REGION, "99"),
    ):
        with pytest.raises(AreaUnknown):
            queries.area(level, code)
    assert queries.area(AreaLevel.COMMUNE, "75112").name == "Paris"
    assert queries.area(AreaLevel.NATION, "XX").name == "France"


def test_a_commune_of_no_intercommunalite_has_the_others_above_it():
    ile_de_sein = queries.area(AreaLevel.COMMUNE, "29083")
    assert [each.level for each in queries.atlas().above(ile_de_sein)] == [AreaLevel.DEPARTEMENT, AreaLevel.REGION, AreaLevel.NATION]


def test_what_is_written_like_a_code():
    assert is_code(AreaLevel.COMMUNE, "2A004") and is_code(AreaLevel.DEPARTEMENT, "974") and is_code(AreaLevel.REGION, "52")
    assert not any(is_code(level, "4'; --") for level in AreaLevel)
