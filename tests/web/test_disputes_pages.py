"""A mistake found too late to be undone: the place says it, somebody of the operator answers, the place reads the answer."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.factories.campaign import organisation
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_counter_pages import take
from tests.web.test_operator_desks import administrator


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


Office = Callable[..., Client]


@pytest.fixture
def office(season: Season) -> Office:
    """Somebody new at the operator's, their second factor just proved."""

    def enter(organisation_id: int | None = None) -> Client:
        return administrator(season, organisation_id or season.campaign.operator_id)

    return enter


def redeemed(season: Season, settings: Any) -> str:
    """The number of a redemption whose undo window has closed."""
    number: str = take(season.counter, season, season.campaign.code(0))["Location"].split("/")[3]
    settings.CARNET_CLOCK = TODAY + timedelta(hours=2)
    return number


def say(season: Season, number: str, **more: object) -> Any:
    form = {"reason": "lesson-cancelled", "detail": "panne de courant", "request_id": uuid4()}
    return season.counter.post(f"/place/redemptions/{number}/dispute/", form | more)


def opened(season: Season, settings: Any, office: Office) -> tuple[str, str]:
    """The numbers of a redemption and of its dispute."""
    number = redeemed(season, settings)
    assert say(season, number).status_code == 302
    found = re.search(r"/operator/disputes/(\w+\d+)/", office().get("/operator/disputes/").content.decode())
    assert found
    return number, found[1]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_said_by_the_place_answered_by_the_operator_read_by_the_place(season: Season, settings: Any, office: Office) -> None:
    number = redeemed(season, settings)
    assert "contester ce passage" in page(season.counter, f"/place/redemptions/{number}/")
    assert "Rien ne change" in page(season.counter, f"/place/redemptions/{number}/dispute/")
    say(season, number)
    told = page(season.counter, f"/place/redemptions/{number}/")
    assert "Contesté le 3 mars 2026" in told
    assert "contester ce passage" not in told
    assert "La leçon n’a pas eu lieu : panne de courant" in page(season.counter, "/place/disputes/")
    assert spent(season) == 1
    operator = office()
    assert "1 passage contesté" in page(operator, "/operator/")
    dispute = re.search(r"/operator/disputes/(\w+\d+)/", page(operator, "/operator/disputes/"))[1]
    assert "La leçon n’a pas eu lieu" in page(operator, f"/operator/disputes/{dispute}/")
    answer = operator.post(
        f"/operator/disputes/{dispute}/decide/", {"decision": "accepted", "reason": "vu avec le lieu", "request_id": uuid4()}
    )
    assert answer.status_code == 302
    assert "le passage est annulé" in page(operator, f"/operator/disputes/{dispute}/")
    assert spent(season) == 0
    told = page(season.counter, f"/place/redemptions/{number}/")
    assert "Accordé le 3 mars 2026" in told
    assert "« vu avec le lieu »" in told


def test_refused_with_a_reason_then_said_again(season: Season, settings: Any, office: Office) -> None:
    number, dispute = opened(season, settings, office)
    decide, operator = f"/operator/disputes/{dispute}/decide/", office()
    assert operator.post(decide, {"decision": "refused", "reason": "", "request_id": uuid4()}).status_code == 422
    assert operator.post(decide, {"reason": "non", "request_id": uuid4()}).status_code == 422
    assert operator.post(decide, {"decision": "refused", "reason": "présence signée", "request_id": uuid4()}).status_code == 302
    assert operator.post(decide, {"decision": "accepted", "request_id": uuid4()}).status_code == 422
    told = page(season.counter, f"/place/redemptions/{number}/")
    assert "Refusé le 3 mars 2026" in told
    assert "« présence signée »" in told
    assert "Contester encore" in told
    assert say(season, number).status_code == 302
    assert spent(season) == 1


def test_whoever_opened_it_does_not_answer_it(season: Season, settings: Any, office: Office) -> None:
    number, operator = redeemed(season, settings), office()
    assert operator.post("/operator/disputes/open/", {"number": "1-9-0", "reason": "other", "request_id": uuid4()}).status_code == 422
    answer = operator.post("/operator/disputes/open/", {"number": number, "reason": "other", "request_id": uuid4()})
    dispute = answer["Location"].split("/")[3]
    told = page(operator, f"/operator/disputes/{dispute}/")
    assert "au nom du lieu" in told
    assert "Répondre" not in told
    refused = operator.post(f"/operator/disputes/{dispute}/decide/", {"decision": "accepted", "request_id": uuid4()})
    assert refused.status_code == 422
    assert "ne peut pas y répondre" in refused.content.decode()
    assert "Répondre" in page(office(), f"/operator/disputes/{dispute}/")
    assert spent(season) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": ""}, "Dites pourquoi"),
        ({"detail": f"2 85 05 78 006 084 {97 - 2850578006084 % 97:02d}"}, "sécurité sociale"),
        ({"reason": "because"}, "choix valide"),
    ],
)
def test_a_dispute_filled_wrongly_comes_back(season: Season, settings: Any, more: dict[str, str], words: str) -> None:
    answer = say(season, redeemed(season, settings), **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Aucune contestation" in page(season.counter, "/place/disputes/")


def test_it_is_not_for_what_can_still_be_undone(season: Season) -> None:
    number = take(season.counter, season, season.campaign.code(0))["Location"].split("/")[3]
    assert "contester" not in page(season.counter, f"/place/redemptions/{number}/")
    answer = say(season, number)
    assert (answer.status_code, "annuler vous-même" in answer.content.decode()) == (422, True)


def test_another_house_s_dispute_does_not_exist(season: Season, settings: Any, office: Office) -> None:
    number, dispute = opened(season, settings, office)
    with acting_as_everything(why="strangers"):
        neighbour, elsewhere = organisation("Voisin", "PLACE_OPERATOR"), organisation("Ailleurs", "OPERATOR")
    place, operator = season.enter("MEDIATOR", neighbour), office(elsewhere)
    assert place.get(f"/place/redemptions/{number}/dispute/").status_code == 404
    assert "Aucune contestation" in page(place, "/place/disputes/")
    assert operator.get(f"/operator/disputes/{dispute}/").status_code == 404
    assert "Aucune contestation" in page(operator, "/operator/disputes/")
    assert operator.post(f"/operator/disputes/{dispute}/decide/", {"decision": "accepted", "request_id": uuid4()}).status_code in (404, 422)
    assert spent(season) == 1
