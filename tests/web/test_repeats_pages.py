"""An agent meets two pages of one place: looks at both, makes one of them, takes it back; whoever kept the old address arrives."""

from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client

from carnet.places import queries
from carnet.places.models import Place
from carnet.places.operations import import_places
from tests.places.conftest import GOOD, csv_bytes
from tests.web.conftest import PROGRAM
from tests.web.test_places_pages import AT, come_in, text_of

pytestmark = pytest.mark.django_db
TOWN = {**GOOD, "telephone": ""}
REGION = {**GOOD, "id": "b-7", "nom": "Espace numérique <b>Bellevue</b>", "telephone": "+33240419001"}


@pytest.fixture(autouse=True)
def clock(settings: object) -> None:
    settings.CARNET_CLOCK = AT  # type: ignore[attr-defined]


@pytest.fixture
def both() -> tuple[int, int]:
    for provenance, line in (("ville", TOWN), ("région", REGION)):
        import_places(
            provenance=provenance, file_name="l.csv", stream=BytesIO(csv_bytes(line)), actor=PROGRAM, request_id=uuid4(), at=AT
        )  # fmt: skip
    kept_id, other_id = Place.objects.order_by("id").values_list("id", flat=True)
    return kept_id, other_id


@pytest.fixture
def agent(person_with: Callable[..., tuple[int, int, str]]) -> Client:
    return come_in(Client(), person_with("OPERATOR_AGENT")[2])


def test_two_pages_of_one_place_are_found_compared_and_made_one(agent: Client, both: tuple[int, int]) -> None:
    kept_id, other_id = both
    listed = agent.get("/operator/places/repeats/")
    assert "Presque le même nom, à moins de 150 m" in text_of(listed)
    address = f"/operator/places/{kept_id}/merge/{other_id}/"
    assert address in listed.content.decode()
    page = agent.get(address)
    assert "<b>Bellevue" not in page.content.decode()
    assert "Garder plutôt l’autre" in text_of(page)
    assert 'name="telephone" value="other"' in page.content.decode()
    done = agent.post(address, {"request_id": str(uuid4()), "nom": "kept", "telephone": "other"}, follow=True)
    assert "C’est un seul lieu." in text_of(done)
    assert "venu de « région »" in text_of(done)
    assert queries.place_card(kept_id, at=AT).phone == "+33240419001"
    assert "Aucun lieu ne ressemble à un autre." in text_of(agent.get("/operator/places/repeats/"))


def test_the_old_address_leads_to_the_place_that_stays_then_is_itself_again(client: Client, agent: Client, both: tuple[int, int]) -> None:
    kept_id, other_id = both
    agent.post(f"/operator/places/{kept_id}/merge/{other_id}/", {"request_id": str(uuid4()), "nom": "kept", "telephone": "kept"})
    assert client.get(f"/places/{other_id}/")["Location"] == f"/places/{kept_id}/"
    assert "Espace numérique de Bellevue" in text_of(client.get(f"/agenda/lieu/{other_id}/"))
    assert "Sa page publique y mène." in text_of(agent.get(f"/operator/places/{other_id}/"))
    agent.get(f"/operator/places/{other_id}/part/")  # a link followed by a robot undoes nothing
    assert queries.merged_into(other_id) == kept_id
    assert "de nouveau séparés" in text_of(agent.post(f"/operator/places/{other_id}/part/", follow=True))
    assert client.get(f"/places/{other_id}/").status_code == 200


def test_two_different_places_are_told_once(agent: Client, both: tuple[int, int]) -> None:
    said = agent.post(f"/operator/places/{both[0]}/apart/{both[1]}/", follow=True)
    assert "ce sont deux lieux" in text_of(said)
    assert "Aucun lieu ne ressemble à un autre." in text_of(said)


@pytest.mark.parametrize("asked", ["?likeness=rubbish", "?department=%27;--", "?page=zz&department=44"])
def test_an_address_made_by_hand_breaks_nothing(agent: Client, both: tuple[int, int], asked: str) -> None:
    assert agent.get(f"/operator/places/repeats/{asked}").status_code in (200, 422)


def test_wrong_pairs_are_refused_in_words(agent: Client, both: tuple[int, int]) -> None:
    assert agent.get(f"/operator/places/{both[0]}/merge/{both[0]}/").status_code in (409, 422)
    assert agent.get(f"/operator/places/{both[0]}/merge/999999/").status_code == 404
    agent.post(f"/operator/places/{both[0]}/merge/{both[1]}/", {"request_id": str(uuid4()), "nom": "kept", "telephone": "kept"})
    again = agent.post(f"/operator/places/{both[1]}/merge/{both[0]}/", {"request_id": str(uuid4()), "nom": "kept", "telephone": "kept"})
    assert (again.status_code, "est déjà réuni à un autre" in text_of(again)) == (422, True)
    assert "n’est réuni à aucun autre" in text_of(agent.post(f"/operator/places/{both[0]}/part/", follow=True))
