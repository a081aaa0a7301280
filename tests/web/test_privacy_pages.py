"""What people read about their data, and what administrators and auditors read of the nights: numbers, and no name."""

from typing import Any

import pytest
from django.test import Client

from carnet.kernel.actors import Actor
from carnet.privacy import operations
from tests.factories.campaign import NOW
from tests.factories.houses import house, member
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db


def test_anybody_reads_what_is_kept_and_their_rights(client: Client) -> None:
    page = client.get("/vos-donnees/").content.decode()
    assert "Un carnet ne porte pas votre nom" in page and "cnil.fr" in page and "21 jours" in page
    assert "/vos-donnees/" in client.get("/").content.decode()


def test_administrators_read_the_nights_and_no_name_and_agents_do_not(settings: Any) -> None:
    settings.CARNET_CLOCK = NOW
    ours = house()
    ours.sign()
    admin = come_in(Client(), member(ours.operator_id, "OPERATOR_ADMIN"))
    assert "Aucune nuit" in admin.get("/operator/donnees/").content.decode()
    operations.keep_in_time(actor=Actor.system("test"), at=NOW)
    page = admin.get("/operator/donnees/").content.decode()
    assert "Personnes aidées" in page and "Aucune nuit" not in page and "Quatrefages" not in page
    assert "2037" in page  # what is missing is said
    agent = come_in(Client(), member(ours.operator_id, "OPERATOR_AGENT"))
    assert agent.get("/operator/donnees/").status_code in (403, 404)
