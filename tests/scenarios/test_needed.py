"""The figures of need a demonstration invents: read without a fault, plausible, and said to be invented."""

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.observatory.rules.indicators import Indicator, Known
from carnet.observatory.rules.indicators import read as read_communes
from carnet.places import queries as places
from carnet.planning.models import AreaFigure, Weighing
from carnet.planning.queries.need import need_of, neighbourhoods_of
from carnet.planning.rules.area_files import read_areas
from carnet.planning.rules.need import Doubt, Weights
from carnet.scenarios import needed
from tests.factories.campaign import NOW, organisation
from tests.factories.territories import NANTES, somebody

COMMUNES = [found for code in sorted(places.territory(["44"])) if (found := places.commune(code)) is not None]


def test_every_file_is_read_without_a_fault() -> None:
    found = read_communes(needed._communes(COMMUNES), commune_of=lambda code: code)
    assert (found.communes, found.fault_count) == (len(COMMUNES), 0)
    poverty = [each for each in found.figures if each.indicator is Indicator.TP60]
    assert any(each.known is Known.SECRET for each in poverty), "small communes are secret, as INSEE's are"
    for content in (needed._network(COMMUNES), needed._minutes(COMMUNES), needed._neighbourhoods()):
        told = read_areas(content, commune_of=lambda area: area[:5])
        assert (told.fault_count, told.areas > 7) == (0, True)


def test_what_is_invented_says_so_and_nothing_real_is_covered_by_it() -> None:
    assert needed.SOURCE == "Inventé pour la démonstration"
    assert all("inventé" in name for name, *_rest in needed._NEIGHBOURHOODS)
    # INSEE's IRIS of Nantes are numbered from 0101 to 1106: 99 is nobody's.
    assert b"44109990" in needed._neighbourhoods()


@pytest.mark.django_db
def test_the_demonstration_has_a_score_for_every_commune_and_a_doubted_centre() -> None:
    admin = somebody(organisation("Un opérateur", "OPERATOR"), "OPERATOR_ADMIN")
    funder_id = organisation("Une métropole", "FUNDER")
    assert needed.read_invented(admin, funder_id, at=NOW)
    found = need_of([each.code for each in COMMUNES], weights=Weights.usual(), at=NOW)
    assert all(each.score is not None and 50 < each.score < 200 for each in found)
    assert 90_000 < sum(each.people_in_need for each in found) < 300_000, "about a sixth of the people of 15 and over"
    parts = {each.name: each for each in neighbourhoods_of(NANTES, weights=Weights.usual(), at=NOW)}
    estate, centre = parts["La cité du nord (quartier inventé)"], parts["Le vieux centre (quartier inventé)"]
    assert estate.score > 130 > 100 > centre.score
    alone = {each.name: each.doubt for each in neighbourhoods_of(NANTES, weights=Weights(needed.LIKE_THE_PUBLISHED), at=NOW)}
    assert alone["Le vieux centre (quartier inventé)"] is Doubt.WEALTHY_CENTRE
    with acting_as_everything(why="what was kept"):
        assert Weighing.objects.count() == 3
        figures = AreaFigure.objects.count()
        assert not needed.read_invented(admin, funder_id, at=NOW), "an installation that has figures keeps them alone"
        assert AreaFigure.objects.count() == figures
