"""Files of areas read as they are published, and the need of communes and neighbourhoods they give."""

import pytest

from carnet.gateways.database import acting_as
from carnet.journal.models import Line
from carnet.observatory.operations import indicators
from carnet.observatory.rules.indicators import Known
from carnet.parties.rules import NotAllowed
from carnet.planning.models import AreaFigure, Neighbourhood, Weighing
from carnet.planning.operations import need as operations
from carnet.planning.queries import weighings as kept
from carnet.planning.queries.need import imported_areas, need_of, neighbourhoods_of
from carnet.planning.queries.need_areas import area_around, area_of, area_typed
from carnet.planning.rules.area_files import AreasUnreadable, FileKind, read_areas
from carnet.planning.rules.need import Basis, Component, Doubt, NeedAreaUnknown, WeighingUnknown, WeighingUnnamed, Weights
from tests.factories.campaign import NOW, organisation, rid
from tests.factories.territories import BOUGUENAIS, HERBLAIN, NANTES, somebody

COMMUNES = f"""CODGEO;P19_POP;P19_POP65P;P19_NSCOL15P;P19_NSCOL15P_DIPLMIN;P19_POP5579_PSEUL;P19_POP80P_PSEUL;C19_MEN;C19_MENPSEUL;C19_FAM;C19_FAMMONO;TP6021
{NANTES};300000;45000;200000;30000;18000;6000;160000;85000;70000;16000;16
{HERBLAIN};50000;10000;32000;8000;3000;1000;24000;10000;13000;3500;s
{BOUGUENAIS};20000;4000;14000;2800;800;200;9000;3000;5500;1000;nd
"""
IRIS = """IRIS;COM;LIBIRIS;P19_POP;P19_POP65P;P19_NSCOL15P;P19_NSCOL15P_DIPLMIN;C19_MEN;C19_MENPSEUL;DISP_TP6021
441090103;44109;Un centre;4800;900;3600;200;3400;2500;13
441090902;44109;Une cité;4000;600;2500;1200;1700;700;48
441090903;44109;Un port;12;s;s;s;8;6;ns
"""
NETWORK = f"""code_insee,nbr,elig_thd30,elig_thd100,date
{NANTES},190000,188100,188000,2024-12-31
{HERBLAIN},26000,25740,25000,2024-12-31
{BOUGUENAIS},0,0,0,2024-12-31
44999,10,5,5,2024-12-31
{HERBLAIN},26000,25740,25000,2024-12-31
44035,10,11,5,2024-12-31
"""


def commune_of(area: str) -> str | None:
    return None if area.startswith("44999") else area[:5]


class TestReading:
    def test_a_file_of_neighbourhoods_is_kept_as_neighbourhoods(self) -> None:
        found = read_areas(IRIS.replace("ns", "nd").encode(), commune_of=commune_of)
        assert (found.kind, found.areas, found.fault_count) == (FileKind.NEIGHBOURHOODS, 3, 0)
        assert found.names["441090902"] == "Une cité"
        poverty = {each.area: each.value for each in found.figures if each.indicator == "TP60"}
        assert poverty["441090902"] == 48
        seniors = {each.area: each.known for each in found.figures if each.indicator == "POP65P"}
        assert seniors["441090903"] is Known.SECRET

    def test_a_wrong_cell_is_told_with_its_line_and_the_line_left_out(self) -> None:
        found = read_areas(IRIS.encode(), commune_of=commune_of)
        assert [(each.line, each.code, each.value) for each in found.faults] == [(4, "not-a-number", "ns")]
        assert found.areas == 2

    def test_cover_is_premises_that_cannot_have_30_megabits(self) -> None:
        found = read_areas(NETWORK.encode(), commune_of=commune_of)
        told = {each.area: (each.value, each.vintage, each.known) for each in found.figures}
        assert told[NANTES] == (1, 2024, Known.VALUE)
        assert told[BOUGUENAIS] == (None, 2024, Known.MISSING), "no premises: nothing is known, and it is no zero"
        assert [(each.line, each.code) for each in found.faults] == [(5, "commune-unknown"), (6, "area-twice"), (7, "covered-over-all")]

    def test_minutes_are_minutes(self) -> None:
        file = "code;annee;minutes_bibliotheque;minutes_services\n1001;2024;12;9\n44109;2024;;4,5\n441090103;2024;700;4\n44035;l’an dernier;1;1\n"
        found = read_areas(file.encode(), commune_of=commune_of)
        assert {(each.area, each.indicator, each.value) for each in found.figures} == {
            ("01001", "LIBRARY_MINUTES", 12), ("01001", "SERVICES_MINUTES", 9), ("44109", "LIBRARY_MINUTES", None), ("44109", "SERVICES_MINUTES", 4.5),
        }  # fmt: skip
        assert [each.code for each in found.faults] == ["minutes-over", "year-unreadable"]

    def test_another_file_is_refused(self) -> None:
        with pytest.raises(AreasUnreadable):
            read_areas(b"nom;age\nA;1\n", commune_of=commune_of)


@pytest.mark.django_db
class TestNeed:
    def test_a_commune_nobody_told_anything_of_has_people_and_no_score(self) -> None:
        (nantes,) = need_of([NANTES], weights=Weights.usual(), at=NOW)
        assert nantes.score is None
        assert nantes.people_in_need > 0, "by its population alone"
        assert all(not each.is_known for component, each in nantes.components.items() if component is not Component.PLACE)

    def test_each_component_has_its_vintage_its_source_and_what_is_not_known(self) -> None:
        self._read()
        nantes, herblain, bouguenais = need_of([NANTES, HERBLAIN, BOUGUENAIS], weights=Weights.usual(), at=NOW)
        seniors = nantes.components[Component.SENIORS]
        assert (seniors.share, seniors.vintage, seniors.source, seniors.basis) == (pytest.approx(15), 2019, "INSEE 2019", Basis.USUAL)
        # 59,000 seniors of 370,000 people: the reference counts people, not communes.
        assert seniors.reference == pytest.approx(100 * 59_000 / 370_000)
        assert seniors.points == pytest.approx(100 * 15 / (100 * 59_000 / 370_000))
        assert herblain.components[Component.POVERTY].known is Known.SECRET
        assert bouguenais.components[Component.POVERTY].known is Known.MISSING
        assert bouguenais.components[Component.NETWORK].points is None
        assert nantes.components[Component.NETWORK].points == pytest.approx(100)
        assert herblain.score > nantes.score
        assert herblain.detail.low < herblain.score < herblain.detail.high

    def test_order_repeats_and_unknown_codes(self) -> None:
        found = need_of([HERBLAIN, "99999", NANTES, HERBLAIN], weights=Weights.usual(), at=NOW)
        assert [each.code for each in found] == [HERBLAIN, NANTES]

    def test_neighbourhoods_tell_a_rich_centre_from_a_poor_estate(self) -> None:
        self._read()
        centre, estate, port = neighbourhoods_of(
            NANTES, weights=Weights({Component.ALONE: 60, Component.POVERTY: 20, Component.UNSCHOOLED: 20}), at=NOW
        )
        assert (centre.name, estate.name) == ("Un centre", "Une cité")
        assert centre.components[Component.ALONE].basis is Basis.ALL_AGES
        assert centre.doubt is Doubt.WEALTHY_CENTRE
        assert estate.doubt is None
        assert centre.components[Component.NETWORK].is_lent
        # Households of one person there, against those of each commune, each counted by its people.
        around = (300 * 85 / 160 + 50 * 10 / 24 + 20 * 3 / 9) / 370
        assert centre.components[Component.ALONE].points == pytest.approx(100 * (2500 / 3400) / around)
        assert port.components[Component.SENIORS].known is Known.SECRET
        under_usual = neighbourhoods_of(NANTES, weights=Weights.usual(), at=NOW)
        assert under_usual[1].score > 110 > under_usual[0].score

    def test_a_commune_that_is_not_cut_has_no_neighbourhoods(self) -> None:
        self._read()
        assert neighbourhoods_of(HERBLAIN, weights=Weights.usual(), at=NOW) == ()

    def test_reading_again_replaces_and_checking_keeps_nothing(self) -> None:
        admin = somebody(organisation("Un opérateur", "OPERATOR"), "OPERATOR_ADMIN")
        given = {"content": NETWORK.encode(), "source": "ARCEP 2024", "actor": admin, "at": NOW}
        with acting_as(admin):
            assert not operations.import_areas(is_dry=True, request_id=rid(), **given).is_kept
            assert AreaFigure.objects.count() == 0
            for _again in range(2):
                report = operations.import_areas(request_id=rid(), **given)
            assert (report.areas, report.figures, report.untold, report.fault_count) == (3, 3, 1, 3)
            assert AreaFigure.objects.count() == 3
            (told,) = imported_areas(actor=admin)
            assert (told.indicator, told.vintage, told.areas, told.untold, told.source) == ("UNCOVERED", 2024, 3, 1, "ARCEP 2024")
            assert Line.objects.filter(action="planning.areas-imported").count() == 2
        funder = somebody(organisation("Un financeur", "FUNDER"), "FUNDER")
        with acting_as(funder), pytest.raises(NotAllowed):
            operations.import_areas(request_id=rid(), **{**given, "actor": funder})

    def _read(self) -> None:
        admin = somebody(organisation("Un opérateur", "OPERATOR"), "OPERATOR_ADMIN")
        with acting_as(admin):
            indicators.import_indicators(content=COMMUNES.encode(), source="INSEE 2019", actor=admin, request_id=rid(), at=NOW)
            for content, source in ((IRIS.replace("ns", "nd"), "INSEE 2019, IRIS"), (NETWORK, "ARCEP 2024")):
                operations.import_areas(content=content.encode(), source=source, actor=admin, request_id=rid(), at=NOW)
        assert Neighbourhood.objects.count() == 3


@pytest.mark.django_db
class TestKeptWeights:
    WEIGHTS = Weights({Component.SENIORS: 50, Component.POVERTY: 50})

    def test_the_latest_of_a_name_holds_and_the_earlier_stays(self) -> None:
        funder = somebody(organisation("Un département", "FUNDER"), "FUNDER")
        request_id = rid()
        with acting_as(funder):
            first = operations.keep_weights(
                name="Seniors", words="Le plan seniors", weights=self.WEIGHTS, actor=funder, request_id=request_id, at=NOW
            )
            again = operations.keep_weights(name="x", words="x", weights=Weights.usual(), actor=funder, request_id=request_id, at=NOW)
            assert again == first
            later = operations.keep_weights(name="Seniors", words="Revu", weights=Weights.usual(), actor=funder, request_id=rid(), at=NOW)
            assert [each.id for each in kept.weighings(actor=funder)] == [later]
            assert kept.weighing(actor=funder, weighing_id=first).weights.of(Component.SENIORS) == 50
            assert Line.objects.filter(action="planning.weights-kept").count() == 2

    def test_another_organisation_finds_nothing(self) -> None:
        funder, other = (somebody(organisation(name, "FUNDER"), "FUNDER") for name in ("Un département", "Un autre"))
        with acting_as(funder):
            weighing_id = operations.keep_weights(
                name="Seniors", words="Le plan", weights=self.WEIGHTS, actor=funder, request_id=rid(), at=NOW
            )
        with acting_as(other):
            assert Weighing.objects.count() == 0, "the database hides it by itself"
            assert kept.weighings(actor=other) == ()
            with pytest.raises(WeighingUnknown):
                kept.weighing(actor=other, weighing_id=weighing_id)

    def test_a_name_and_a_reason_are_needed(self) -> None:
        funder = somebody(organisation("Un département", "FUNDER"), "FUNDER")
        with acting_as(funder), pytest.raises(WeighingUnnamed):
            operations.keep_weights(name="Seniors", words=" ", weights=self.WEIGHTS, actor=funder, request_id=rid(), at=NOW)


@pytest.mark.django_db
class TestTerritory:
    def test_an_address_names_a_department_an_intercommunalite_or_a_commune(self) -> None:
        actor = somebody(organisation("Un financeur", "FUNDER"), "FUNDER")
        assert len(area_of("DEPARTEMENT-44", actor=actor).commune_codes) > 200
        assert area_of("COMMUNE-44109", actor=actor).commune_codes == (NANTES,)
        for wrong in ("NATION-FR", "EPCI-1", "DEPARTEMENT-99", "T-x", ""):
            with pytest.raises(Exception) as refused:
                area_of(wrong, actor=actor)
            assert refused.value.code in ("need-area-unknown", "area-unknown")

    def test_a_name_is_enough(self) -> None:
        assert area_typed("Loire-Atlantique").key == "DEPARTEMENT-44"
        with pytest.raises(NeedAreaUnknown):
            area_typed("Nulle-Part-sur-Rien")

    def test_a_department_is_found_around_communes(self) -> None:
        found = area_around((NANTES, HERBLAIN))
        assert found is not None
        assert found.key == "DEPARTEMENT-44"
        assert area_around(()) is None
