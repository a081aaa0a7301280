"""A month's payments by screen: counted, prepared by one person, approved by another, sent, the bank's answer read; then the closing."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.settlement.models import PaymentRun, Transfer
from tests.factories.campaign import NOW, organisation
from tests.settlement.conftest import APRIL, LONG_AFTER, MENDED_IBAN, RING_FENCED, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.conftest import PASSWORD, PROGRAM, SECRET, come_in

Office = tuple[Payday, Client, Client]
Clock = Callable[[datetime], None]


@pytest.fixture
def at(settings: Any) -> Clock:
    """The site's clock, in April; a test may turn it."""

    def turn(moment: datetime) -> None:
        settings.CARNET_CLOCK = moment

    turn(APRIL)
    return turn


def person(since: datetime, organisation_id: int, role: str) -> Client:
    """Somebody at a browser, a member since before the campaign, second factor proved."""
    email = f"{role.lower()}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=PROGRAM,
        request_id=uuid4(), at=since,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=since)
    return come_in(Client(), email)


@pytest.fixture
def office(payday: Payday, at: Clock) -> Office:
    """A treasurer and an approver of the campaign's operator, each at a browser."""
    return payday, person(NOW, payday.campaign.operator_id, "TREASURER"), person(NOW, payday.campaign.operator_id, "APPROVER")


def send(client: Client, url: str, **typed: object):
    return client.post(url, {"request_id": str(uuid4()), **typed})


def follow(client: Client, url: str, **typed: object):
    return client.post(url, {"request_id": str(uuid4()), **typed}, follow=True)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\u00a0", " ").replace("\u202f", " ")


def upload(client: Client, agreement_id: int, content: bytes):
    file = SimpleUploadedFile("answer.xml", content, content_type="application/xml")
    return follow(client, f"/operator/payments/agreements/{agreement_id}/bank-file/", file=file)


def prepared(office: Office) -> tuple[str, int]:
    """Claims drawn up and a run prepared by screen: its page and its id."""
    payday, treasurer, _approver = office
    home = f"/operator/payments/agreements/{payday.agreement_id}/"
    assert send(treasurer, f"{home}claims/").status_code == 302
    answer = send(treasurer, f"{home}prepare/", execute_on="2026-04-09")
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"], int(re.search(r"/runs/(\d+)/", answer["Location"])[1])  # type: ignore[index]


def test_a_month_is_paid_by_two_people_and_the_bank(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(3)
    payday.spend(2, second=True)
    assert "Rien" not in text_of(treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/prepare/"))
    url, _run_id = prepared(office)
    own = text_of(treasurer.get(url))
    assert "une autre personne doit l’approuver" in own
    assert "50,00 €" in own
    assert "FR76 … 0188" in own
    assert "FR7610011000201234567890188" not in own
    assert "Approuver 50,00 €" in text_of(approver.get(f"{url}approve/"))
    assert send(approver, f"{url}approve/").status_code == 302
    file = send(treasurer, f"{url}file/")
    assert file["Content-Type"] == "application/xml"
    assert file["Content-Disposition"].startswith('attachment; filename="CARNET-')
    assert send(treasurer, f"{url}sent/").status_code == 302
    payday.bank.receive(file.getvalue(), at=APRIL)
    read = upload(treasurer, payday.agreement_id, payday.bank.statement(RING_FENCED, at=APRIL))
    assert "La réponse de la banque est lue" in text_of(read)
    assert "Chaque ligne a été comprise" in text_of(read)
    assert "réglé" in text_of(treasurer.get(url))
    assert payday.money().paid == 5000
    assert "rien en attente" in text_of(treasurer.get("/operator/payments/"))


def test_who_prepared_is_refused_at_the_approval_and_the_approver_may_say_no(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(1)
    url, run_id = prepared(office)
    assert send(treasurer, f"{url}approve/").status_code == 403
    assert send(approver, f"{url}refuse/", reason="").status_code == 422
    assert send(approver, f"{url}refuse/", reason="compte à vérifier").status_code == 302
    assert "compte à vérifier" in text_of(treasurer.get(url))
    with acting_as_everything(why="look"):
        assert PaymentRun.objects.get(id=run_id).state == "CANCELLED"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier est vide"),
        (b"hello", "pas conforme au format de la banque"),
        (b"<!DOCTYPE a><Document/>", "une banque n’envoie jamais"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"/>', "Ce fichier est un"),
    ],
)
def test_a_wrong_bank_file_gets_its_own_sentence_and_changes_nothing(office: Office, content: bytes, sentence: str) -> None:
    payday, treasurer, _approver = office
    answer = upload(treasurer, payday.agreement_id, content)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_the_same_bank_file_twice_and_another_account_are_refused(office: Office) -> None:
    payday, treasurer, _approver = office
    payday.spend(1)
    payday.pay()
    statement = payday.bank.statement(RING_FENCED, at=APRIL)
    assert upload(treasurer, payday.agreement_id, statement).status_code == 200
    assert "a déjà été lu" in text_of(upload(treasurer, payday.agreement_id, statement))
    other = statement.replace(RING_FENCED.encode(), MENDED_IBAN.encode())
    assert "Celui de la convention est FR76 … 0189" in text_of(upload(treasurer, payday.agreement_id, other))


def test_a_returned_transfer_is_mended_and_paid_again(office: Office, at: Clock) -> None:
    payday, treasurer, _approver = office
    payday.spend(2)
    payday.pay()
    with acting_as_everything(why="look"):
        transfer = Transfer.objects.get()
    payday.bank.send_back(transfer.end_to_end_id, reason="AC04")
    upload(treasurer, payday.agreement_id, payday.bank.statement(RING_FENCED, at=APRIL))
    page = text_of(treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/"))
    assert "compte clos (AC04)" in page
    again = f"/operator/payments/transfers/{transfer.id}/again/"
    assert "faites-le corriger" in text_of(treasurer.get(again))
    assert send(treasurer, again).status_code == 422
    answer = send(treasurer, again, same_account="on")
    assert answer.status_code == 302, text_of(answer)
    assert "20,00 €" in text_of(treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/prepare/"))


def test_a_claim_is_shown_day_by_day(office: Office) -> None:
    payday, treasurer, _approver = office
    payday.spend(3)
    prepared(office)
    with acting_as_everything(why="look"):
        claim_id = Transfer.objects.get().claim_id
    page = text_of(treasurer.get(f"/operator/payments/claims/{claim_id}/"))
    assert "10 mars 2026" in page
    assert "30,00 €" in page


def test_a_stranger_finds_nothing(office: Office) -> None:
    payday, _treasurer, _approver = office
    payday.spend(1)
    url, _run_id = prepared(office)
    stranger = person(NOW, organisation("Autre opérateur", "OPERATOR"), "TREASURER")
    assert stranger.get(url).status_code == 404
    assert stranger.get(f"/operator/payments/agreements/{payday.agreement_id}/").status_code == 404
    assert "Aucune convention" in text_of(stranger.get("/operator/payments/"))


def test_a_season_is_closed_and_each_funder_has_a_statement_to_sign(office: Office, at: Clock) -> None:
    payday, treasurer, approver = office
    payday.spend(4)
    payday.pay()
    home = f"/operator/closings/agreements/{payday.agreement_id}/"
    early = send(treasurer, f"{home}prepare/")
    assert early.status_code == 422
    assert "Des chèques peuvent encore être utilisés" in text_of(early)
    at(LONG_AFTER)
    assert "pas encore close" in text_of(treasurer.get("/operator/closings/"))
    answer = send(treasurer, f"{home}prepare/")
    assert answer.status_code == 302, text_of(answer)
    url = answer["Location"]
    assert "360,00 €" in text_of(approver.get(url))
    assert send(approver, f"{url}approve/").status_code == 302
    assert send(treasurer, f"{url}repaid/", reference="VIR 77", paid_on="2028-09-01").status_code == 302
    assert "remboursée" in text_of(treasurer.get(url))
    closed = text_of(treasurer.get(home))
    assert "Convention close le" in closed
    assert "Clore et compter" not in closed
    assert (payday.money().returned, payday.money().in_circulation) == (36_000, 0)
    pdf = treasurer.get(f"{home}statements/{payday.campaign.funder_ids[0]}.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    words = pypdfium2.PdfDocument(io.BytesIO(pdf.content))[0].get_textpage().get_text_bounded()
    assert "Activité simulée" in words
    assert "180,00" in words
    table = treasurer.get(f"{home}statements.csv").content.decode("utf-8-sig")
    assert table.count("Qui vous a été rendu;;180,00;activité simulée") == 2
    assert treasurer.get(f"{home}statements/999999.pdf").status_code == 404
