"""The bills of connections at every office: asked, checked by one, approved by another, paid through the bank's file; the same figures in the files."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from tests.factories.bills import Billing, debtor_of, moment
from tests.factories.campaign import NOW, SYSTEM, organisation
from tests.factories.homes import estate
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import Season, season  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


@pytest.fixture
def billing(season: Season, settings: Any) -> Billing:  # noqa: F811
    """Two homes connected on 2 March; it is 5 May."""
    made = Billing(estate(season.campaign))
    for rank in (0, 1):
        made.homes.active(rank)
    settings.CARNET_CLOCK = moment(APRIL)
    return made


def staff(billing: Billing, role: str) -> Client:
    """Somebody of the operator who has a second factor and has just proved it."""
    email = f"{role.lower()}-bills@example.org"
    person_id = parties.enrol_member(
        organisation_id=billing.homes.campaign.operator_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def post(client: Client, page: str, /, **data: object) -> str:
    answer = client.post(page, {"request_id": uuid4(), **data}, follow=True)
    assert answer.status_code in (200, 422), (page, answer.status_code)
    return answer.content.decode()


def test_a_bill_goes_from_the_provider_to_the_bank_by_two_people(season: Season, billing: Billing) -> None:  # noqa: F811
    homes = billing.homes
    provider = season.enter("PROVIDER", homes.provider_id)
    treasurer, approver = (staff(billing, role) for role in ("TREASURER", "APPROVER"))
    home = text_of(provider, "/connection-bills/")
    assert "À facturer" in home and "101,80" in home  # 2 × (290 + 300 + 500 + 4,000), all of it asked: the landlord collects
    assert "2 mois de connexion à facturer" in text_of(provider, "/provider/")
    new = reverse("bills:new", args=[homes.campaign.agreement_id])
    assert "Comparez mois par mois" in post(provider, new, total_cents="100,00", reference="F-12")
    sent = post(provider, new, total_cents="101,80", reference="F-12")
    assert "La facture est envoyée" in sent and "à contrôler" in sent
    number = int(re.findall(r"Facture nº (\d+)", sent)[0])
    page = reverse("bills:bill", args=[number])
    assert "1 facture de connexions à contrôler" in text_of(treasurer, "/operator/")
    assert "F-12" in text_of(treasurer, page)
    assert "90,00" in post(treasurer, page + "check/", execute_on="2026-05-06")
    assert "une autre personne doit l’approuver" in text_of(treasurer, page)
    assert "Approuver" in text_of(approver, page)
    assert "la facture est approuvée" in post(approver, page + "approve/").lower()
    content = treasurer.post(page + "file/", {"request_id": uuid4()}).content
    assert b"90.00" in content and "1 facture de connexions à payer" in text_of(treasurer, "/operator/")
    post(treasurer, page + "sent/")
    taken = billing.bank.receive(content, at=moment(APRIL))
    # The bank says first that it took the order: nothing is paid yet.
    said = post(treasurer, page + "answer/", file=SimpleUploadedFile("recu.xml", taken))
    assert "La banque a bien pris l’ordre" in said and "à la banque" in text_of(provider, page)
    told = billing.bank.statement(debtor_of(number), at=moment(APRIL))
    shown = post(treasurer, page + "answer/", file=SimpleUploadedFile("releve.xml", told))
    assert "La banque a payé" in shown and "payée" in text_of(provider, page)
    # A provider reads no landlord's debt as its own, and each connection as its technician calls it.
    theirs = text_of(provider, "/connection-bills/")
    assert "reste dû" not in theirs and "Mon compte, à garder" not in theirs and "payé aux fournisseurs" in theirs
    assert re.search(r"I-[0-9A-Z]{4}-[0-9A-Z]{4}", text_of(provider, page))
    # The landlord reads its own account, and what it pays is recorded.
    landlord = season.enter("LANDLORD", homes.landlord_id)
    account = text_of(landlord, "/connection-bills/")
    assert "11,80" in account and page not in account and landlord.get(page).status_code == 404
    pay = reverse("bills:landlord-payment", args=[homes.campaign.agreement_id, homes.landlord_id])
    assert "ne doit que" in post(treasurer, pay, cents="11,81", received_on="2026-05-05")
    assert "Le paiement est enregistré" in post(treasurer, pay, cents="11,80", received_on="2026-05-05")
    for route, stranger in (("landlord-payment", homes.provider_id), ("balance", homes.landlord_id)):
        assert treasurer.get(reverse(f"bills:{route}", args=[homes.campaign.agreement_id, stranger])).status_code == 404
    whole = text_of(treasurer, reverse("bills:agreement", args=[homes.campaign.agreement_id]))
    assert "ce que les bailleurs ont versé" in whole
    with acting_as_everything(why="compare with the page"):
        money = ledger.money(agreement_id=homes.campaign.agreement_id).total
    assert (money.reserved, money.served) == (11_000, 9_000) and "110,00" in whole and "90,00" in whole


def test_the_files_say_what_the_page_says(season: Season, billing: Billing) -> None:  # noqa: F811
    bill_id = billing.submit(APRIL)
    billing.agree(bill_id, moment(APRIL))
    landlord = season.enter("LANDLORD", billing.homes.landlord_id)
    csv = b"".join(landlord.get("/connection-bills/months.csv").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("Connexion;Du;Au;")
    assert csv.count("45,00") == 0 and csv.splitlines()[-1].startswith("Total") and csv.splitlines()[-1].endswith("101,80")
    for kind in ("xlsx", "ods"):
        assert b"".join(landlord.get(f"/connection-bills/months.{kind}").streaming_content)[:2] == b"PK"
    assert landlord.get("/connection-bills/statement.pdf").content.startswith(b"%PDF")
    paper = f"/connection-bills/statement.pdf?convention={billing.homes.campaign.agreement_id}"
    assert paper in text_of(landlord, "/connection-bills/") and "Compte de connexions" in _words_of(landlord.get(paper).content)
    assert landlord.get(paper + "9").status_code == 404
    assert landlord.get("/connection-bills/months.exe").status_code == 404
    auditor = staff(billing, "TREASURER")
    # One line of the paper is one month of one connection: number, first day, days, four amounts.
    lines = [line for line in _words_of(auditor.get(reverse("bills:bill-paper", args=[bill_id])).content).splitlines() if "I-" in line]
    assert len(lines) == 2 and all(line.count("€") == 4 for line in lines)
    account = b"".join(auditor.get(reverse("bills:agreement-file", args=[billing.homes.campaign.agreement_id, "csv"])).streaming_content)
    assert "financeur" in account.decode("utf-8-sig")


def _words_of(content: bytes) -> str:
    """The words of a paper, line by line."""
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))


def test_a_stranger_of_the_same_trade_sees_nothing(season: Season, billing: Billing) -> None:  # noqa: F811
    bill_id = billing.submit(APRIL)
    for role in ("PROVIDER", "LANDLORD"):
        stranger = season.enter(role, organisation(f"Autre {role}", role))
        assert stranger.get(reverse("bills:bill", args=[bill_id])).status_code == 404
        assert "Facture nº" not in text_of(stranger, "/connection-bills/")


def test_a_funder_reads_where_its_money_is(season: Season, billing: Billing) -> None:  # noqa: F811
    billing.agree(billing.submit(APRIL), moment(APRIL))
    campaign = billing.homes.campaign
    funder = season.enter("FUNDER", campaign.funder_ids[0])
    assert "réservé, pas encore dû" in text_of(funder, reverse("bills:agreement", args=[campaign.agreement_id]))
    assert "Réservé aux connexions" in text_of(funder, f"/funder/agreements/{campaign.agreement_id}/")
