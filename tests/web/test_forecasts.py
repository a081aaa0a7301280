"""Forecasts, thresholds and monthly statements on screen; the State's part while an agreement is drafted."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.jobs.forecasts import forecast_all, write_letters
from carnet.observatory.models import LetterChoice
from tests.settlement.conftest import Payday, lasting_payday, payday
from tests.web.test_operator_payments import person, send, text_of
from tests.web.test_operator_programmes import IBAN, Make, create, lines, office, sent_back

__all__ = ["lasting_payday", "office", "payday"]
MORNING = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
CASE = {
    "territory": "", "scale": "EPCI", "population": "55391", "density": "103", "poverty": "14", "own_budget": "34 027", "has_target_public": "on",
    "is_structured": "on", "portion": "", "reason": "",
}  # fmt: skip


@pytest.fixture
def seen(payday: Payday, settings: Any) -> tuple[Payday, Client, Client]:
    """Nine vouchers spent in March, the forecast and the letters of 1 April: an operator's agent and a funder look."""
    settings.CARNET_CLOCK = MORNING + timedelta(hours=3)
    payday.spend(9)
    forecast_all(at=MORNING)
    assert write_letters(at=MORNING) == 2
    since = MORNING - timedelta(days=60)
    campaign = payday.campaign
    return payday, person(since, campaign.operator_id, "OPERATOR_AGENT"), person(since, campaign.funder_ids[0], "FUNDER")


def test_the_operator_and_the_funder_read_the_forecast(seen: tuple[Payday, Client, Client]) -> None:
    payday, agent, funder = seen
    for client, door in ((agent, "operator"), (funder, "funder")):
        page = client.get(f"/{door}/agreements/{payday.agreement_id}/forecast/")
        assert page.status_code == 200
        told = text_of(page)
        assert "auront été utilisés" in told
        assert "Au rythme du dernier mois" in told
        assert "<svg" in page.content.decode()
        assert len(page.content) < 100_000
    # Each funder's calls and returns are its own; whoever runs the programme reads them all.
    assert "Ce qui sera demandé et rendu à chacun" in text_of(agent.get(f"/operator/agreements/{payday.agreement_id}/forecast/"))
    assert "Ce qui sera demandé et rendu à chacun" not in text_of(funder.get(f"/funder/agreements/{payday.agreement_id}/forecast/"))
    assert "auront été utilisés" in text_of(funder.get(f"/funder/agreements/{payday.agreement_id}/"))
    assert funder.get("/funder/agreements/999999/forecast/").status_code == 404


def test_a_funder_downloads_its_month_and_chooses_who_receives_it(seen: tuple[Payday, Client, Client]) -> None:
    payday, agent, funder = seen
    page = funder.get(f"/funder/agreements/{payday.agreement_id}/forecast/").content.decode()
    (address,) = re.findall(r'href="(/funder/monthly/\d+\.pdf)"', page)
    answer = funder.get(address)
    assert answer["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(io.BytesIO(answer.content)) as paper:
        words = re.sub(r"\s+", " ", paper[0].get_textpage().get_text_bounded())
    assert "9 chèques de la convention ont été utilisés" in words
    others = set(
        re.findall(r"/operator/(monthly/\d+\.pdf)", agent.get(f"/operator/agreements/{payday.agreement_id}/forecast/").content.decode())
    )
    assert len(others) == 2
    for each in others - {address.removeprefix("/funder/")}:
        assert funder.get(f"/funder/{each}").status_code == 404
    refused = send(funder, "/funder/monthly/", emails="personne", language="fr")
    assert refused.status_code == 422
    assert "n’est pas une adresse" in text_of(refused)
    assert send(funder, "/funder/monthly/", emails="a@example.org\nb@example.org", language="en").status_code == 302
    with acting_as_everything(why="look at the choice"):
        assert LetterChoice.objects.get().emails == ["a@example.org", "b@example.org"]
    assert "a@example.org" in funder.get("/funder/monthly/").content.decode()


def test_a_threshold_is_set_by_either_and_the_low_fund_is_a_task_of_both(seen: tuple[Payday, Client, Client]) -> None:
    payday, agent, funder = seen
    address = f"/funder/agreements/{payday.agreement_id}/threshold/"
    assert send(funder, address, threshold="-1").status_code == 422
    assert send(funder, address, threshold="1 000 000").status_code == 302
    assert "Le seuil est enregistré" in text_of(funder.get(f"/funder/agreements/{payday.agreement_id}/forecast/"))
    for client, door in ((agent, "operator"), (funder, "funder")):
        assert "Le compte réservé est bas" in text_of(client.get(f"/{door}/"))
        assert "Le compte réservé est bas" in text_of(client.get(f"/{door}/agreements/{payday.agreement_id}/forecast/"))
    assert send(agent, f"/operator/agreements/{payday.agreement_id}/threshold/", threshold="0").status_code == 302
    assert "Le compte réservé est bas" not in text_of(funder.get("/funder/"))


def test_the_states_part_is_counted_taken_and_kept_with_the_agreement(office: tuple[Client, int, dict[str, int]]) -> None:
    client, _operator_id, funders = office
    programme_id = create(client)
    address = f"/operator/programmes/{programme_id}/state-share/"
    assert address in client.get(f"/operator/programmes/{programme_id}/agreements/new/").content.decode()
    shown = text_of(send(client, address, **CASE, preview="1"))
    assert "Par la règle, l’État apporterait 35 %" in shown
    assert "18 322 €" in shown
    filled = send(client, address, **(CASE | {"population": "", "territory": "44"}), preview="1")
    assert re.search(r'name="population" value="1\d{6}"', filled.content.decode())
    nobody = send(client, address, **(CASE | {"population": "", "territory": "nulle part"}), preview="1")
    assert nobody.status_code == 422
    # A gap of exactly two points: the code gives nothing, the text five points.
    means = "15.6157937147462"
    assert "ne comptent pas la pauvreté pareil" in text_of(
        send(client, address, **(CASE | {"poverty": means, "density": "60"}), preview="1")
    )
    differs = text_of(send(client, address, **(CASE | {"poverty": means}), preview="1"))
    assert "Par le texte, la part serait de 37 %" in differs
    assert send(client, address, **(CASE | {"portion": "50 %"})).status_code == 422
    answer = send(client, address, **(CASE | {"portion": "50 %", "reason": "Appel de 2020."}))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    values = sent_back(page)
    assert (values["shares-0-funder"], values["shares-0-portion"], values["shares-1-portion"]) == (str(funders["state"]), "50", "50")
    values |= lines({"funder": funders["state"], "portion": "50"}, {"funder": funders["metropolis"], "portion": "50"})
    values |= {"name": "Convention", "season": "", "signed_on": "2025-10-01", "account_holder": "Régie", "iban": IBAN, "bic": ""}
    signed = client.post(answer["Location"], values, follow=True)
    assert "Une autre part a été choisie : Appel de 2020." in text_of(signed)


def test_a_study_of_another_operator_is_not_found(office: tuple[Client, int, dict[str, int]], person_with: Make) -> None:
    client, _operator_id, _funders = office
    programme_id = create(client)
    study = send(client, f"/operator/programmes/{programme_id}/state-share/", **CASE)["Location"]
    _person, operator_id, _email = person_with("OPERATOR_ADMIN")
    stranger = person(MORNING - timedelta(days=60), operator_id, "OPERATOR_ADMIN")
    assert stranger.get(f"/operator/programmes/{programme_id}/state-share/").status_code == 404
    assert stranger.get(study).status_code == 404
    with acting_as_everything(why="look at the study"):
        assert funding.study_of_agreement(1) is None
