"""When learning is not the answer today, the desk reads which admitted structure to ring; or that it is one itself."""

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.mandates import operations as mandates
from carnet.mandates.queries.near import structures_near
from carnet.mandates.rules import Family
from carnet.places import queries as places
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.houses import house
from tests.web.season import Season
from tests.web.season import season as season

pytestmark = pytest.mark.django_db
PROPOSE = {"propose": "1", "wants": ["taxes"], "sends_mail": "no", "moves_files": "no", "blocks": ["prefers_somebody"]}


def test_the_nearest_open_structures_that_do_it_come_first_with_their_telephone(season: Season) -> None:
    near = house("CCAS de Rezé", postcode="44400", city="Rezé").organisation_id
    house("Médiathèque de Saint-Nazaire", postcode="44600", city="Saint-Nazaire")
    house("Mairie de Roubaix", postcode="59100", city="Roubaix")
    closed = house("Centre social de Nantes", postcode="44000", city="Nantes")
    limited = house("France Services de Nantes", postcode="44100", city="Nantes")
    with acting_as_everything(why="one stops, one does papers only"):
        mandates.close_structure(organisation_id=closed.organisation_id, actor=SYSTEM, request_id=rid(), at=NOW)
        mandates.restrict_families(
            organisation_id=limited.organisation_id, families=[Family.PAPERS], actor=SYSTEM, request_id=rid(), at=NOW
        )  # fmt: skip
    town = places.locality("Nantes")
    found = structures_near(town, wanted=[Family.MONEY], most=9)
    assert [each.name for each in found] == ["CCAS de Rezé", "Médiathèque de Saint-Nazaire", "France Services de Nantes"]
    assert found[0].organisation_id == near and 3 < (found[0].distance_km or 0) < 10
    assert structures_near(None, most=9) == ()


def test_the_desk_reads_whom_to_ring_and_that_it_may_do_it_itself(season: Season) -> None:
    house("Centre social de Rezé", postcode="44400", city="Rezé")
    with acting_as_everything(why="where the desk stands"):
        from carnet.parties.models import Organisation

        Organisation.objects.filter(id=season.campaign.prescriber_id).update(postcode="44000", city="Nantes")
        Organisation.objects.filter(name="Centre social de Rezé").update(contact_phone="02 40 00 00 01")
    client, url = season.desk, f"/prescriber/hand-over/{season.booklet(2)[0]}/"
    page = client.post(url, PROPOSE).content.decode()
    assert "Centre social de Rezé" in page and "02 40 00 00 01".replace(" ", "") in page.replace("\u00a0", "").replace(
        "\u202f", ""
    ).replace(" ", "")
    assert "votre structure" not in page
    with acting_as_everything(why="the desk is admitted too"):
        mandates.admit_structure(
            organisation_id=season.campaign.prescriber_id, programme_id=season.campaign.programme_id, actor=SYSTEM, request_id=rid(), at=NOW
        )  # fmt: skip
    page = client.post(url, PROPOSE).content.decode()
    assert page.index("votre structure") < page.index("Centre social de Rezé")
    assert "appelez un aidant" in page  # this desk's lead is no helper
