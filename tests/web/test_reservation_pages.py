"""A voucher held for a lesson, over HTTP: reserved with the code in hand, taken in one touch, given back, or left to end."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.factories.campaign import accept as accept_programme
from tests.factories.campaign import organisation, place
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_counter_pages import check, take

LESSON = "2026-03-10"


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def reserve(counter: Any, season: Season, code: str, **more: object) -> Any:
    form = {"code": code, "place_id": season.campaign.place_id, "service": "mailbox", "lesson_on": LESSON, "request_id": uuid4()}
    return counter.post("/place/voucher/reserve/", form | more)


def number_of(counter: Any) -> str:
    """The number of the only reservation held."""
    (number,) = re.findall(r"/place/reservations/(R\d+)/capture/", counter.get("/place/reservations/").content.decode())
    return number


def test_from_the_voucher_s_page_to_reserved(season: Season) -> None:
    counter, code = season.counter, season.campaign.code(0)
    assert "Réserver pour plus tard" in check(counter, season, code)[1]
    # The button sends what the page of the voucher holds: the day of the lesson to come is asked next.
    asked = counter.post("/place/voucher/reserve/", {"code": code, "place_id": season.campaign.place_id, "service": "mailbox"})
    assert asked.status_code == 200
    assert re.search(r'value="mailbox"[^>]*checked', asked.content.decode())
    assert reserve(counter, season, code)["Location"] == "/place/reservations/"
    page = counter.get("/place/reservations/").content.decode()
    assert "10 mars 2026" in page
    assert "Réservé jusqu’au 10 mars 2026 au soir" in page
    assert spent(season) == 0


def test_taken_in_one_touch_on_the_day(season: Season, settings: Any) -> None:
    counter = season.counter
    reserve(counter, season, season.campaign.code(0))
    assert "réservé pour aujourd’hui" not in counter.get("/place/").content.decode()
    settings.CARNET_CLOCK = TODAY + timedelta(days=7)
    counter = season.counter
    assert "1 chèque réservé pour aujourd’hui" in counter.get("/place/").content.decode()
    number, request_id = number_of(counter), uuid4()
    answer = counter.post(f"/place/reservations/{number}/capture/", {"request_id": request_id})
    done = counter.get(answer["Location"]).content.decode()
    assert "Vous serez payé le" in done
    assert "10 mars 2026" in done
    again = counter.post(f"/place/reservations/{number}/capture/", {"request_id": request_id})
    assert again["Location"] == answer["Location"]
    assert spent(season) == 1
    late = counter.post(f"/place/reservations/{number}/capture/", {"request_id": uuid4()})
    assert late.status_code == 422
    assert "Accepté" in late.content.decode()
    assert spent(season) == 1


def test_its_code_still_spends_it_here_and_nowhere_else(season: Season) -> None:
    with acting_as_everything(why="a neighbour"):
        neighbour = organisation("Voisin", "PLACE_OPERATOR")
        second = place("Voisin", neighbour)
        accept_programme(second, season.campaign.programme_id)
    reserve(season.counter, season, season.campaign.code(0))
    status, page = check(season.enter("MEDIATOR", neighbour), season, season.campaign.code(0), second)
    assert (status, "Réservé ailleurs" in page) == (422, True)
    assert take(season.counter, season, season.campaign.code(0)).status_code == 302
    assert spent(season) == 1


def test_given_back(season: Season) -> None:
    counter = season.counter
    reserve(counter, season, season.campaign.code(0))
    number, request_id = number_of(counter), uuid4()
    for _twice in range(2):
        assert counter.post(f"/place/reservations/{number}/release/", {"request_id": request_id})["Location"] == "/place/reservations/"
    page = counter.get("/place/reservations/").content.decode()
    assert "Libéré" in page
    assert "capture" not in page
    assert counter.post(f"/place/reservations/{number}/release/", {"request_id": uuid4()}).status_code == 422


def test_left_alone_it_ends_that_evening(season: Season, settings: Any) -> None:
    reserve(season.counter, season, season.campaign.code(0))
    number = number_of(season.counter)
    settings.CARNET_CLOCK = TODAY + timedelta(days=8)
    counter = season.counter
    assert "Le jour est passé" in counter.get("/place/reservations/").content.decode()
    assert counter.post(f"/place/reservations/{number}/capture/", {"request_id": uuid4()}).status_code == 422
    assert spent(season) == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lesson_on": ""}, "obligatoire"),
        ({"lesson_on": "bientôt"}, "Écrivez un jour"),
        ({"lesson_on": "2026-03-01"}, "doit être à venir"),
        ({"lesson_on": "2026-06-01"}, "30 jours au plus"),
        ({"service": ""}, "Choisissez le service"),
        ({"service": "cv"}, "choix valide"),
        ({"request_id": "x"}, "valide"),
    ],
)
def test_a_form_filled_wrongly_comes_back_and_holds_nothing(season: Season, more: dict[str, str], words: str) -> None:
    answer = reserve(season.counter, season, season.campaign.code(0), **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "capture" not in season.counter.get("/place/reservations/").content.decode()


@pytest.mark.parametrize("code", ["", "123456789012345678", "x"])
def test_what_is_not_a_good_voucher_is_not_held(season: Season, code: str) -> None:
    assert reserve(season.counter, season, code).status_code in (302, 422)
    assert reserve(season.counter, season, season.campaign.code(10)).status_code == 422
    assert reserve(season.counter, season, season.campaign.code(0), place_id="one").status_code == 302
    assert "capture" not in season.counter.get("/place/reservations/").content.decode()


def test_another_house_s_reservation_does_not_exist(season: Season) -> None:
    with acting_as_everything(why="a neighbour"):
        neighbour = organisation("Voisin", "PLACE_OPERATOR")
    reserve(season.counter, season, season.campaign.code(0))
    number, stranger = number_of(season.counter), season.enter("MEDIATOR", neighbour)
    assert number not in stranger.get("/place/reservations/").content.decode()
    for act in ("capture", "release"):
        for asked in (number, "R999999999", "nonsense"):
            assert stranger.post(f"/place/reservations/{asked}/{act}/", {"request_id": uuid4()}).status_code == 422
            assert stranger.post(f"/place/reservations/{asked}/{act}/", {}).status_code == 302
    assert spent(season) == 0
    assert number_of(season.counter) == number
