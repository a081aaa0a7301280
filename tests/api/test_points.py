"""Where one is given a booklet, by the API and on the page: around a town, by age, where some are left; never how many, never a refuge."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.distribution import operations
from carnet.distribution.rules.points import PointSaid
from carnet.gateways.database import acting_as
from carnet.parties.rules import Role
from tests.distribution.conftest import Desks, person
from tests.distribution.conftest import desks as desks

DOOR = PointSaid(
    "Accueil Bottière", "3 rue du Pré", "44000", "Nantes", hours="lundi au vendredi 9h-12h", phone="02 40 41 90 00", languages=("ar",)
)


@pytest.fixture
def opened(desks: Desks, settings: Any) -> Desks:
    settings.CARNET_CLOCK = desks.at.isoformat()  # a Monday, ten o'clock
    lead = person(desks.desk_id, Role.PRESCRIBER_LEAD)
    with acting_as(lead):
        for said in (DOOR, PointSaid("Refuge", "1 rue cachée", "44000", "Nantes", is_listed=False)):
            operations.open_point(
                programme_id=desks.programme_id, organisation_id=desks.desk_id, said=said, actor=lead, request_id=uuid4(), at=desks.at
            )
    return desks


def asked(client: Client, **filters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/points", filters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_points_are_told_to_anybody_without_a_token(client: Client, opened: Desks) -> None:
    (point,) = asked(client, where="Nantes")["points"]
    assert (point["name"], point["is_open"], point["has_booklets"], point["languages"]) == ("Accueil Bottière", True, True, ["ar"])
    assert (point["distance_km"], point["exact"], point["phone"]) == (0.0, False, "02 40 41 90 00")
    assert not any("count" in name or "stock" in name for name in point)
    assert asked(client, where="Brest")["points"] == []
    assert asked(client, near="47.2,-1.6", radius_km=30)["total"] == 1
    assert asked(client, has_booklets="false")["points"] == []
    assert asked(client, programme=opened.programme_id + 1)["points"] == []


@pytest.mark.parametrize(
    ("filters", "code"),
    [({"where": "Trifouilly"}, "locality-unknown"), ({"near": "north"}, "place-search-refused"), ({"radius_km": 900}, "request-invalid")],
)
def test_a_search_nobody_understands_is_refused(client: Client, opened: Desks, filters: dict[str, Any], code: str) -> None:
    answer = client.get("/api/v1/points", filters)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_page_says_open_now_for_whom_and_whether_any_is_left(client: Client, opened: Desks) -> None:
    page = client.get("/obtenir/", {"where": "44000"}).content.decode()
    for words in (
        "Accueil Bottière",
        "Ouvert maintenant",
        "Il y a des carnets",
        "Lundi à vendredi : de 9",
        "On y parle aussi : arabe.",
        "tel:+33240419000",
    ):
        assert words in page, words
    assert "Refuge" not in page
    assert "1 guichet près de Nantes." in page
    assert "Accueil Bottière" in client.get("/perdu/", {"where": "Nantes"}).content.decode()
    elsewhere = client.get("/obtenir/", {"where": "Rezé"}).content.decode()
    assert "Accueil Bottière" in elsewhere  # near enough
    assert "à 50" not in page  # its commune alone is known: nobody says that it is a few steps away
    for far in ("Brest", "Marseille"):
        page = client.get("/obtenir/", {"where": far}).content.decode()
        assert "Pas de guichet à cet endroit. Voici les autres." in page
        assert "Accueil Bottière" in page
