"""Whoever signs in as an invented person finds what was signed and done in the demonstration, under the very name FranceConnect gives them."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.scenarios.assisted import Team
from carnet.scenarios.known_by_the_state import sign_with_invented
from tests.factories.campaign import NOW
from tests.mandates.helping import helping
from tests.web.identities import at_provider, played_here
from tests.web.test_identity_pages import comes_back

pytestmark = pytest.mark.django_db


def own_page(person: str) -> str:
    """What somebody reads who signs in by FranceConnect to see their mandates."""
    browser = Client()
    answer = comes_back(browser, at_provider(browser, browser.get("/mes-mandats/franceconnect/")["Location"], person=person))
    for _hop in range(6):
        if answer.status_code != 302:
            break
        answer = comes_back(browser, answer["Location"])
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def test_an_invented_person_finds_their_mandate(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.CARNET_CLOCK = NOW
    played_here(settings, monkeypatch, tmp_path)
    with acting_as_everything(why="prepare a structure"):
        made = helping()
    helpers = tuple(made.helper(number=number).person_id or 0 for number in (1, 2))
    assert sign_with_invented(Team(made.structure_id, "44109", helpers, helpers[0]), at=NOW) == 2
    for person, does in (("colette", "Argent"), ("mamadou", "Logement")):
        page = own_page(person)
        assert "Médiathèque" in page
        assert does in page
    assert "Médiathèque" not in own_page("lucas")
