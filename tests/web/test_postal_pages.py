"""A booklet by post, over HTTP: asked without account, prepared at a desk in three steps, the address erased; nothing typed is kept by a page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from carnet.distribution.models import PostalRequest
from carnet.gateways.database import acting_as_everything
from carnet.web.public.person._post import ASKED_MAX
from tests.web.season import TODAY, Season
from tests.web.season import season as season

PAGE, FOLLOW = "/obtenir/par-la-poste/", "/obtenir/par-la-poste/suivre/"
HOME = {"name": "Anne Le Goff", "street": "12 rue du Calvaire", "street_extra": "", "postcode": "44000", "commune": "Nantes"}


@pytest.fixture(autouse=True)
def nobody_counted(db: None) -> None:
    cache.clear()


def typed(page: str, **more: str) -> dict[str, str]:
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found is not None
    return {"request_id": found[1], "reason": "PROCEDURES", "age_band": "FROM_75", "area": "TOWN"} | HOME | more


def asked(client: Client, **more: Any) -> str:
    """The number a person is given."""
    answer = client.post(PAGE, typed(client.get(PAGE).content.decode(), **more))
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    found = re.search(r'class="number">([2-9A-Z]{4}-[2-9A-Z]{4})<', answer.content.decode())
    assert found is not None
    return found[1]


def the_one() -> PostalRequest:
    with acting_as_everything(why="look at the request"):
        return PostalRequest.objects.latest("id")


def press(desk: Client, button: str, **more: str) -> Any:
    address = f"/prescriber/post/{the_one().id}/"
    shown = desk.get(address).content.decode()
    forms = re.findall(r"<form.*?</form>", shown, re.DOTALL)
    (form,) = [each for each in forms if f'name="{button}"' in each]
    request_id = re.search(r'name="request_id" value="([^"]+)"', form)
    assert request_id is not None
    return desk.post(address, {"request_id": request_id[1], button: "1"} | more, follow=True)


def test_from_the_page_to_the_letter_box(client: Client, season: Season) -> None:
    number = asked(client)
    assert "sessionid" not in client.cookies
    assert "Un guichet prépare votre enveloppe." in client.post(FOLLOW, {"number": number}).content.decode()
    desk = season.desk
    home = desk.get("/prescriber/").content.decode()
    assert "1 carnet demandé par la poste" in home
    listed = desk.get("/prescriber/post/").content.decode()
    assert number in listed
    assert "Calvaire" not in listed + home

    letter = desk.get(f"/prescriber/post/{the_one().id}/letter/")
    assert "Anne Le Goff<br>12 rue du Calvaire<br>44000 NANTES" in letter.content.decode()
    assert "no-store" in letter["Cache-Control"]
    _booklet, serial = season.booklet(2)
    page = press(desk, "give", serial="TS-C00000003-00").content.decode()
    assert "comporte une erreur" in page
    page = press(desk, "give", serial=serial).content.decode()
    assert "Le carnet est remis." in page
    assert serial in desk.get(f"/prescriber/post/{the_one().id}/letter/").content.decode()
    assert "Votre carnet est dans l’enveloppe." in client.post(FOLLOW, {"number": number}).content.decode()
    assert "L’adresse est effacée." in press(desk, "posted").content.decode()
    assert (the_one().state, the_one().sealed_address) == ("SENT", None)
    assert "Votre carnet est parti." in client.post(FOLLOW, {"number": number}).content.decode()
    assert desk.get(f"/prescriber/post/{the_one().id}/letter/").status_code == 409


def test_the_person_takes_it_back_and_a_wrong_number_says_so(client: Client, season: Season) -> None:
    number = asked(client)
    answer = client.post(FOLLOW, {"number": number, "take-back": "1"}).content.decode()
    assert "Votre adresse est effacée." in answer
    assert the_one().state == "WITHDRAWN"
    assert client.post(FOLLOW, {"number": "K7FM"}).status_code == 422


def test_a_desk_says_why_it_sends_nothing(client: Client, season: Season) -> None:
    number = asked(client)
    press(season.desk, "refuse", refused_for="WRONG_ADDRESS")
    assert (the_one().state, the_one().sealed_address) == ("REFUSED", None)
    assert "Le guichet ne peut pas l’envoyer." in client.post(FOLLOW, {"number": number}).content.decode()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"street": ""}, "Cette ligne manque."),
        ({"commune": "Trifouilly"}, "Nous ne connaissons pas"),
        ({"postcode": "29200", "commune": "Brest"}, "Aucun carnet n’est envoyé dans votre ville."),
        ({"street": "2 55 08 14 168 025 38"}, "sécurité sociale"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(client: Client, season: Season, more: dict[str, str], said: str) -> None:
    answer = client.post(PAGE, typed(client.get(PAGE).content.decode(), **more))
    page = answer.content.decode()
    assert (answer.status_code, said in page, "Anne Le Goff" in page) == (422, True, True)


def test_one_address_asks_a_few_times_a_day_and_the_telephone_as_often_as_it_rings(client: Client, season: Season) -> None:
    for _rank in range(ASKED_MAX):
        asked(client)
    answer = client.post(PAGE, typed(client.get(PAGE).content.decode()))
    assert answer.status_code == 429
    assert "Appelez : une personne vous répond." in answer.content.decode()
    desk = season.desk
    page = desk.get("/prescriber/post/note/").content.decode()
    assert "Où habite-t-elle" in page
    assert 'autocomplete="street-address"' not in page and 'autocomplete="name"' not in page
    noted = desk.post("/prescriber/post/note/", typed(desk.get("/prescriber/post/note/").content.decode()), follow=True)
    assert "Donnez ce numéro à la personne" in noted.content.decode()
    assert "Même adresse qu’une autre demande" in noted.content.decode()
    with acting_as_everything(why="who asked how"):
        assert PostalRequest.objects.filter(asked_through="TELEPHONE").count() == 1


def test_the_operator_reads_which_desk_lets_somebody_wait_and_never_the_address(client: Client, season: Season, settings: Any) -> None:
    number = asked(client)
    office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    listed = office.get("/operator/desks/post/").content.decode()
    assert "À préparer" in listed
    assert "par la poste attend depuis" not in office.get("/operator/").content.decode()
    settings.CARNET_CLOCK = TODAY + timedelta(days=8)
    office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
    assert "1 carnet demandé par la poste attend depuis plus de 7 jours" in office.get("/operator/").content.decode()
    late = office.get("/operator/desks/post/").content.decode()
    assert "en retard" in late
    assert not any(said in listed + late for said in (number, "Calvaire", "Le Goff"))
