"""What is promised and what is on the accounts, on screens: for everybody; and a balance stated by one person, agreed to by another."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.funding import operations as funding_operations
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.web.public import figures
from tests.continuity.test_commitments import PDF
from tests.factories.campaign import NOW, SYSTEM, organisation, rid
from tests.settlement.conftest import APRIL, RING_FENCED
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_operator_payments import Office, follow, person, send, text_of
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office

FACE = 400_00


def read_statement(office: Office, at: datetime = APRIL) -> None:
    payday, _treasurer, _approver = office
    payday.read(payday.bank.statement(RING_FENCED, at=at), at=at)
    figures.forget()


def page_of(office: Office) -> str:
    slug = funding.programme(office[0].campaign.programme_id).slug
    answer = Client().get(f"/engagements/{slug}/")
    assert answer.status_code == 200
    return text_of(answer)


def test_a_covered_account_says_so_with_its_day(office: Office) -> None:
    office[0].bank.opening_cents = FACE
    read_statement(office)
    assert "Couvert" in page_of(office) and "au 7 avril 2026, par le relevé de la banque" in page_of(office)
    whole = text_of(Client().get("/engagements/"))
    assert "400,00 €" in whole and "manquant" in whole and "Couvert" in whole


def test_a_gap_is_a_task_for_the_operator_the_funder_the_auditor_and_the_state(office: Office) -> None:
    payday, treasurer, _approver = office
    payday.bank.opening_cents = FACE - 100_00
    read_statement(office)
    with acting_as_everything(why="an auditor is let in"):
        auditor_id = organisation("Cabinet", "AUDITOR")
        funding_operations.engage_auditor(
            programme_id=payday.campaign.programme_id, organisation_id=auditor_id, starts_at=NOW, ends_at=NOW + timedelta(days=900), actor=SYSTEM,
            request_id=rid(), at=NOW,
        )  # fmt: skip
        state_id = organisation("Direction", "STATE")
    home = {
        "/operator/": treasurer,
        "/funder/": person(NOW, payday.campaign.funder_ids[0], "FUNDER"),
        "/auditor/": person(NOW, auditor_id, "AUDITOR"),
        "/state/": person(NOW, state_id, "STATE_OFFICER"),
    }
    for url, client in home.items():
        told = text_of(client.get(url))
        assert "Le compte devrait contenir 100,00 € de plus" in told and "Il manque de l’argent" in told, (url, told)


def test_a_covered_account_asks_nothing_of_anybody(office: Office) -> None:
    office[0].bank.opening_cents = FACE
    read_statement(office)
    assert "de plus" not in text_of(office[1].get("/operator/"))


def test_a_balance_is_stated_by_one_person_and_agreed_to_by_another(office: Office) -> None:
    payday, treasurer, approver = office
    home = f"/operator/payments/agreements/{payday.agreement_id}/"
    assert "Aucun relevé lu" in text_of(treasurer.get(home))
    paper = SimpleUploadedFile("releve.pdf", PDF, content_type="application/pdf")
    told = follow(treasurer, f"{home}balance/", day="2026-04-06", amount="400,00", paper=paper)
    assert "Une autre personne doit lire le même papier" in text_of(told)
    (stated_id,) = re.findall(r"/payments/balances/(\d+)/", told.content.decode())
    url = f"/operator/payments/balances/{stated_id}/"
    assert "une autre personne doit lire" in text_of(treasurer.get(url))
    assert send(treasurer, url, answer="yes").status_code == 403
    assert "Décider" in text_of(approver.get("/operator/")) or "décision" in text_of(approver.get("/operator/"))
    assert approver.get(f"{url}paper/").content.startswith(b"%PDF")
    assert "400,00 €" in text_of(approver.get(url))
    assert "Le solde compte" in text_of(follow(approver, url, answer="yes"))
    figures.forget()
    assert "dit par deux personnes" in page_of(office)
    assert "deux personnes, avec un papier" in text_of(treasurer.get(home))


def test_a_balance_refused_never_counts(office: Office) -> None:
    payday, treasurer, approver = office
    home = f"/operator/payments/agreements/{payday.agreement_id}/"
    told = follow(
        treasurer, f"{home}balance/", day="2026-04-06", amount="400,00", overdrawn="on",
        paper=SimpleUploadedFile("releve.pdf", PDF, content_type="application/pdf"),
    )  # fmt: skip
    (stated_id,) = re.findall(r"/payments/balances/(\d+)/", told.content.decode())
    url = f"/operator/payments/balances/{stated_id}/"
    assert "-400,00 €" in text_of(approver.get(url)).replace("−", "-").replace("– ", "-")
    assert send(approver, url, answer="no", reason="").status_code == 422
    assert "ne compte pas" in text_of(follow(approver, url, answer="no", reason="ce n’est pas ce que dit le papier"))
    with acting_as_everything(why="look"):
        assert funding.balances(payday.agreement_id) == []


@pytest.mark.parametrize("typed", [{"day": "2026-04-07"}, {"day": "2026-05-01"}])
def test_the_balance_of_a_day_that_has_not_ended_is_refused_beside_its_field(office: Office, typed: dict[str, str]) -> None:
    payday, treasurer, _approver = office
    paper = SimpleUploadedFile("releve.pdf", PDF, content_type="application/pdf")
    answer = send(treasurer, f"/operator/payments/agreements/{payday.agreement_id}/balance/", amount="1", paper=paper, **typed)
    assert answer.status_code == 422 and "au plus tard hier" in text_of(answer)


def test_another_operator_sees_nothing_of_it(office: Office) -> None:
    payday, treasurer, _approver = office
    told = follow(
        treasurer, f"/operator/payments/agreements/{payday.agreement_id}/balance/", day="2026-04-06", amount="400,00",
        paper=SimpleUploadedFile("releve.pdf", PDF, content_type="application/pdf"),
    )  # fmt: skip
    (stated_id,) = re.findall(r"/payments/balances/(\d+)/", told.content.decode())
    stranger = person(NOW, organisation("Autre opérateur", "OPERATOR"), "APPROVER")
    for url in (f"/operator/payments/balances/{stated_id}/", f"/operator/payments/balances/{stated_id}/paper/"):
        assert stranger.get(url).status_code in (403, 404, 422)


def test_the_public_home_and_the_figures_lead_there(office: Office) -> None:
    figures.forget()
    for url in ("/", "/chiffres/"):
        assert "/engagements/" in Client().get(url).content.decode()
    assert Client().get("/engagements/rien/").status_code == 404
