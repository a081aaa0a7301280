"""A place paid too much, by screen: its dispute accepted, kept from the next payment, which comes back and is paid again; then a debit note."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from carnet.funding import operations as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption.queries import disputes
from carnet.settlement import queries as settlement
from carnet.settlement.models import Advice, DebitNote, PaymentRun, Transfer
from tests.factories.campaign import SYSTEM, organisation, rid
from tests.settlement.conftest import APRIL, MAY, RING_FENCED, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_operator_payments import Clock, Office, person, send, text_of
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office

pytestmark = pytest.mark.django_db
MID_APRIL = APRIL.replace(day=15)


@pytest.fixture
def owing(office: Office, at: Clock) -> Office:
    """Two vouchers were paid; the place says the first was a mistake."""
    payday, *_people = office
    wrong = payday.spend(2)[0]
    payday.pay()
    counter = payday.counter(payday.campaign.place_organisation_id, "PLACE_MANAGER")
    with acting_as(counter):
        redemption.open_dispute(number=wrong.number, reason="typed-twice", actor=counter, request_id=rid(), at=MID_APRIL)
    at(MID_APRIL)
    return office


def accept(payday: Payday) -> None:
    agent = person(APRIL, payday.campaign.operator_id, "OPERATOR_ADMIN")
    with acting_as_everything(why="which dispute"):
        (line,) = disputes(organisation_id=payday.campaign.place_organisation_id)
    answer = send(agent, reverse("operator:dispute-decide", args=[line.number]), decision="accepted", reason="")
    assert answer.status_code == 302, text_of(answer)


def bank(payday: Payday, treasurer, content: bytes):
    url = reverse("operator:bank-file-new", args=[payday.agreement_id])
    return send(treasurer, url, file=SimpleUploadedFile("releve.xml", content, content_type="application/xml"))


def pay_by_screen(payday: Payday, treasurer, approver, moment) -> PaymentRun:
    agreement = payday.agreement_id
    execute_on = (moment + timedelta(days=1)).date().isoformat()
    prepared = send(treasurer, reverse("operator:payment-new", args=[agreement]), execute_on=execute_on)
    assert prepared.status_code == 302, text_of(prepared)
    with acting_as_everything(why="which run"):
        run = PaymentRun.objects.latest("id")
    send(approver, reverse("operator:payment-approve", args=[run.id]))
    answer = send(treasurer, reverse("operator:payment-file", args=[run.id]))
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # the file behind it; closing the answer would end the test's connection
        close()
    send(treasurer, reverse("operator:payment-sent", args=[run.id]))
    bank(payday, treasurer, payday.bank.receive(content, at=moment))
    bank(payday, treasurer, payday.bank.statement(RING_FENCED, at=moment))
    return run


def test_the_netting_and_the_return_by_screen(owing: Office, at: Clock) -> None:
    payday, treasurer, approver = owing
    place = person(APRIL, payday.campaign.place_organisation_id, "PLACE_MANAGER")
    accept(payday)
    assert "10,00 € seront retenus sur le prochain paiement" in text_of(place.get(reverse("place:payments")))
    payday.spend(3, at=MID_APRIL)
    at(MAY)
    send(treasurer, reverse("operator:claims-new", args=[payday.agreement_id]))
    run = pay_by_screen(payday, treasurer, approver, MAY)
    assert run.total_cents == 2000
    shown = text_of(approver.get(reverse("operator:payment", args=[run.id])))
    assert "Chèques Retenu Montant" in shown
    assert "3 10,00 € 20,00 €" in shown
    with acting_as_everything(why="which claim"):
        claim_id = Transfer.objects.get(run=run).claim_id
    assert "Retenu sur ce paiement 10,00 €" in text_of(approver.get(reverse("operator:claim", args=[claim_id])))
    # What the place reads: the list, the page, the paper, the lines.
    listed = text_of(place.get(reverse("place:advices")))
    assert "AP-2026-000002" in listed
    assert "10,00 €" in listed
    with acting_as_everything(why="which advice"):
        advice = Advice.objects.latest("id")
    page = text_of(place.get(reverse("place:advice", args=[advice.id])))
    assert "Reçu par la banque 20,00 €" in page
    assert "Aucun frais" in page
    assert reverse("place:advice", args=[advice.id]) in place.get(reverse("place:claim", args=[advice.claim_id])).content.decode()
    paper = place.get(reverse("place:advice-pdf", args=[advice.id])).content
    words = "".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(io.BytesIO(paper)))
    assert "AP-2026-000002" in words
    assert "Retenu sur ce paiement" in words
    lines = place.get(reverse("place:advice-csv", args=[advice.id])).content.decode()
    assert lines.startswith("\ufeff")
    amounts = [line.rsplit(";", 1)[1] for line in lines.strip().split("\r\n")[1:]]
    assert amounts == ["10,00", "10,00", "10,00", "-10,00"]
    # The transfer comes back: owed again, kept again with the payment that replaces it.
    with acting_as_everything(why="which transfer"):
        transfer = Transfer.objects.get(run=run)
    payday.bank.send_back(transfer.end_to_end_id)
    later = MAY + timedelta(days=7)
    at(later)
    bank(payday, treasurer, payday.bank.statement(RING_FENCED, at=later))
    assert "10,00 €" in text_of(approver.get(reverse("operator:debts")))
    send(treasurer, reverse("operator:transfer-again", args=[transfer.id]), same_account="on")
    again = pay_by_screen(payday, treasurer, approver, later)
    assert again.total_cents == 2000
    owed = text_of(place.get(reverse("place:owed")))
    assert "rendu" in owed
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert settlement.verify() == []


def test_a_debit_note_from_its_issue_to_its_payment_by_screen(owing: Office, at: Clock) -> None:
    payday, treasurer, approver = owing
    accept(payday)
    place = person(APRIL, payday.campaign.place_organisation_id, "PLACE_MANAGER")
    own = reverse("operator:debt", args=[payday.agreement_id, payday.campaign.place_organisation_id])
    at(MAY)
    assert "pourra être demandée à partir du" in text_of(treasurer.get(own))
    july = MAY.replace(month=7)
    at(july)
    assert "doit rendre une somme" in text_of(treasurer.get(reverse("operator:home")))
    answer = send(treasurer, reverse("operator:debt-ask", args=[payday.agreement_id, payday.campaign.place_organisation_id]))
    assert answer.status_code == 302, text_of(answer)
    with acting_as_everything(why="which note"):
        note = DebitNote.objects.get()
    page = text_of(place.get(reverse("place:debit-note", args=[note.id])))
    assert "Merci de rendre 10,00 €" in page
    assert "FR76" in page
    assert "Je ne suis pas d’accord" in page
    # What a place must give back is among what waits for it, with the day; contesting names the paper.
    for where in ("place:home", "place:payments"):
        assert "10,00 € à rendre avant le" in text_of(place.get(reverse(where))), where
    contest = re.search(r'href="([^"]+complaints/new/[^"]+)"', place.get(reverse("place:debit-note", args=[note.id])).content.decode())
    assert contest is not None
    form = place.get(contest[1].replace("&amp;", "&")).content.decode()
    assert "Je ne suis pas d’accord avec ND-2026-000001" in form.replace("&#x27;", "'")
    other = place.get(contest[1].replace("&amp;", "&").replace("ND-2026-000001", "<b>ND-1"))
    assert "Je ne suis pas d’accord avec" not in other.content.decode()  # not the number of a paper
    paper = place.get(reverse("place:debit-note-pdf", args=[note.id])).content
    words = "".join(each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(io.BytesIO(paper)))
    assert "ND-2026-000001" in words
    told = {"cents": "10,00", "paid_on": july.date().isoformat(), "reference": "VIR PLACE 7"}
    refused = send(treasurer, reverse("operator:debit-note-payment", args=[note.id]), **(told | {"cents": "9,00"}))
    assert "montant entier" in text_of(refused)
    send(treasurer, reverse("operator:debit-note-payment", args=[note.id]), **told)
    assert "une autre personne" in text_of(treasurer.get(reverse("operator:debit-note", args=[note.id])))
    assert "dite payée" in text_of(approver.get(reverse("operator:home")))
    send(approver, reverse("operator:debit-note-confirm", args=[note.id]))
    assert "payée" in text_of(place.get(reverse("place:debit-note", args=[note.id])))
    assert "à rendre avant" not in text_of(place.get(reverse("place:home")))
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert settlement.verify() == []


def test_another_place_reads_neither_the_advice_nor_the_note(owing: Office, at: Clock) -> None:
    payday, treasurer, _approver = owing
    accept(payday)
    at(MAY.replace(month=7))
    send(treasurer, reverse("operator:debt-ask", args=[payday.agreement_id, payday.campaign.place_organisation_id]))
    stranger = person(APRIL, payday.second_organisation_id, "PLACE_MANAGER")
    with acting_as_everything(why="which papers"):
        advice, note = Advice.objects.latest("id"), DebitNote.objects.get()
    for name, key in (
        ("advice", advice.id),
        ("advice-pdf", advice.id),
        ("advice-csv", advice.id),
        ("debit-note", note.id),
        ("debit-note-pdf", note.id),
    ):
        assert stranger.get(reverse(f"place:{name}", args=[key])).status_code == 404
        assert stranger.get(reverse(f"place:{name}", args=[987654321])).status_code == 404
    assert "ND-2026" not in text_of(stranger.get(reverse("place:owed")))


def test_a_programme_says_when_to_ask_and_the_auditor_reads_what_is_owed(owing: Office, at: Clock) -> None:
    payday, treasurer, _approver = owing
    accept(payday)
    url = reverse("operator:recovery-terms", args=[payday.campaign.programme_id])
    assert send(treasurer, url, ask_after_days="10", due_within_days="21").status_code == 302
    assert 'value="10"' in treasurer.get(url).content.decode()
    at(MAY)
    assert "Demander par une note" in text_of(
        treasurer.get(reverse("operator:debt", args=[payday.agreement_id, payday.campaign.place_organisation_id]))
    )
    auditor_id = organisation("Cabinet", "AUDITOR")
    with acting_as_everything(why="open an audit"):
        funding.engage_auditor(
            programme_id=payday.campaign.programme_id, organisation_id=auditor_id, starts_at=APRIL, ends_at=MAY + timedelta(days=9),
            actor=SYSTEM, request_id=rid(), at=APRIL,
        )  # fmt: skip
    page = text_of(person(APRIL, auditor_id, "AUDITOR").get(reverse("auditor:debts", args=[payday.campaign.programme_id])))
    assert "Encore dû" in page
    assert page.count("10,00 €") == 4  # to keep and still owed, in the line and in the total
