"""Webhooks by screen: a manager gives an address, sees its secret once, tries it, pauses it, renews it, ends it; nobody else does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from carnet.gateways.webhooks import FakeWebhookSender, Outcome
from carnet.jobs.webhooks import send_webhooks
from tests.factories.campaign import rid

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/carnet?key=1"
ADDRESS = {"label": "Notre caisse", "url": URL, "events": ["redemption.redeemed", "payment.paid"]}


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def secret_in(page: str) -> str:
    (found,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    return found


def do(client: Client, page: str, what: str) -> Any:
    return client.post(page, {"request_id": str(rid()), "do": what})


def opened(client: Client) -> str:
    """The page of a fresh address."""
    made = text(client.post("/webhooks/", {**ADDRESS, "request_id": str(rid())}))
    return re.search(r'href="(/webhooks/\d+/)"', made).group(1)  # type: ignore[union-attr]


def test_an_address_from_its_opening_to_its_end(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("PLACE_MANAGER")
    assert "Ajouter une adresse" in text(client.get("/webhooks/"))
    asked = {**ADDRESS, "request_id": str(rid())}
    made = text(client.post("/webhooks/", asked))
    first = secret_in(made)
    assert "whsec_" not in text(client.post("/webhooks/", asked)), "a form sent twice shows the secret once"
    page = re.search(r'href="(/webhooks/\d+/)"', made).group(1)  # type: ignore[union-attr]
    listed, shown = text(client.get("/webhooks/")), text(client.get(page))
    assert "Notre caisse" in listed
    assert "whsec_" not in listed + shown

    assert do(client, page, "try").status_code == 302
    send_webhooks(at=timezone.now(), sender=FakeWebhookSender(Outcome(500, milliseconds=12)))
    tried = text(client.get(page))
    assert "500 (12 ms)" in tried
    assert "En échec depuis" in tried
    again = re.search(r'action="(/webhooks/\d+/again/\d+/)"', tried).group(1)  # type: ignore[union-attr]
    assert client.post(again, {"request_id": str(rid())}).status_code == 302
    send_webhooks(at=timezone.now() + timedelta(seconds=1), sender=FakeWebhookSender(Outcome(204, milliseconds=7)))
    assert "204 (7 ms)" in text(client.get(page))

    do(client, page, "pause")
    assert "Reprendre les envois" in text(client.get(page))
    do(client, page, "resume")
    assert "Mettre en pause" in text(client.get(page))
    second = secret_in(text(do(client, page, "rotate")))
    assert second != first
    assert "L’ancien secret signe" in text(client.get(page))
    asked_first = text(client.get(f"{page}end/"))
    assert "son secret est effacé" in asked_first
    assert URL.split("?")[0] in asked_first
    assert "Notre caisse" in text(client.get("/webhooks/")), "looking ends nothing"
    assert client.post(f"{page}end/", {"request_id": str(rid())}).status_code == 302
    text(client.get(page), 404)
    text(client.get(f"{page}end/"), 404)
    assert "Notre caisse" not in text(client.get("/webhooks/"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "http://example.org/"}, "Cette adresse ne peut pas recevoir"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "Cette adresse ne peut pas recevoir"),
        ({"url": "https://localhost/"}, "Cette adresse ne peut pas recevoir"),
        ({"events": []}, "Ce champ est obligatoire"),
        ({"events": ["webhook.test"]}, "Sélectionnez un choix valide"),
    ],
)
def test_a_bad_address_comes_back_on_the_form(signed_in: Callable[[str], Client], changes: dict[str, Any], sentence: str) -> None:
    answer = signed_in("PLACE_MANAGER").post("/webhooks/", {**ADDRESS, "request_id": str(rid()), **changes})
    assert sentence in text(answer, 422)


def test_another_organisation_s_address_does_not_exist(signed_in: Callable[[str], Client]) -> None:
    mine, stranger = signed_in("PLACE_MANAGER"), signed_in("PLACE_MANAGER")
    page = opened(mine)
    text(mine.get(page))
    text(stranger.get(page), 404)
    text(stranger.get(f"{page}end/"), 404)
    text(stranger.post(f"{page}end/", {"request_id": str(rid())}), 404)
    assert page not in text(stranger.get("/webhooks/"))
    assert page in text(mine.get("/webhooks/"))


@pytest.mark.parametrize("role", ["MEDIATOR", "OPERATOR_ADMIN", "FUNDER"])
def test_others_have_no_such_page(signed_in: Callable[[str], Client], role: str) -> None:
    assert signed_in(role).get("/webhooks/").status_code == 403
