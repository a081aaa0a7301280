"""An address that takes forms only answers a person with a page and the way back; a program with its own words."""

import pytest
from django.test import Client

from carnet.web.wrong_way import way_back

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("/places/widget/", "/places/"),
        ("/contraste/", "/"),
    ],
)
def test_an_address_typed_by_hand_says_so_and_shows_the_way_back(address: str, back: str) -> None:
    for client, method in ((Client(), "get"), (Client(), "put")):
        answer = getattr(client, method)(address)
        if answer.status_code == 200:  # this one is a page, and takes no other method
            continue
        page = answer.content.decode()
        assert answer.status_code == 405 and answer["Allow"] and answer["Cache-Control"] == "no-store"
        assert "Cette adresse sert à un bouton" in page and f'class="button" href="{back}"' in page


def test_every_address_of_forms_only_has_a_way_back() -> None:
    assert way_back("/devenir-guichet/dossier/points/3/retirer/") == "/devenir-guichet/dossier/points/3/"
    assert way_back("/devenir-guichet/dossier/reprendre/") == "/devenir-guichet/dossier/"
    assert way_back("/nulle/part/") == "/"


def test_a_program_reads_its_own_words() -> None:
    assert Client().get("/sms/incoming/").content == b""
    assert Client().post("/api/").content == b""
    assert Client().get("/contraste/", headers={"accept": "application/json"}).content == b""
