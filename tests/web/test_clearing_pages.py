"""Clearing on screens: a partner is proposed and agreed to, a voucher of it taken at the counter, its answer shown, what is wrong told in red."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.continuity.models import ClearingClaim, ClearingMessage, ClearingPayment, Partner
from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.parties.models import Organisation
from tests.continuity.clearers import account
from tests.continuity.virtual import VirtualPartner, parcel
from tests.factories.campaign import NOW, SYSTEM
from tests.settlement.conftest import FIRST_IBAN, RING_FENCED
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import TODAY, Season, season  # noqa: F401 - a fixture

OURS = "21440109300015"
MESSAGES = "/api/v1/clearing/messages"


def staff(season: Season, role: str) -> Client:  # noqa: F811
    """Somebody of the operator who has a second factor and has just proved it."""
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=season.campaign.operator_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def request_of(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.partition('name="request_id" value="')[2].partition('"')[0]


def sent(client: Client, address: str, **said: Any) -> Any:
    return client.post(address, {"request_id": request_of(client, address), **said})


def deliver(*messages: dict[str, Any]) -> Any:
    return Client().post(MESSAGES, parcel(*messages), content_type="application/json")


@pytest.fixture
def partner(season: Season) -> VirtualPartner:  # noqa: F811
    """Proposed by one person on the screen, agreed to by another who heard the fingerprint."""
    made = VirtualPartner()
    with acting_as_everything(why="an operator with a number"):
        Organisation.objects.filter(id=season.campaign.operator_id).update(siret=OURS)
    admin, approver = (staff(season, role) for role in ("OPERATOR_ADMIN", "APPROVER"))
    document = SimpleUploadedFile("ille.json", json.dumps(made.identity(TODAY)).encode(), "application/json")
    answer = sent(admin, "/clearing/partners/new/", file=document, programmes=[str(season.campaign.programme_id)])
    assert answer.status_code == 302, answer.content.decode()
    assert "une autre personne doit accepter" in admin.get(answer.url).content.decode()
    agree = f"{answer.url}agree/"
    assert sent(admin, agree, heard=made.fingerprint).status_code == 422, "never the same person"
    assert made.fingerprint not in approver.get(agree).content.decode().replace(" ", "").lower(), "heard, never copied"
    assert made.fingerprint not in approver.get(answer.url).content.decode().replace(" ", "").lower()
    assert sent(approver, agree, heard="0000").status_code == 422
    assert sent(approver, agree, heard=made.fingerprint).status_code == 302
    return made


@pytest.fixture
def partner_id(partner: VirtualPartner) -> int:
    with acting_as_everything(why="look"):
        return Partner.objects.get(siret=partner.siret).id


def claimed(season: Season, partner: VirtualPartner, rank: int = 0) -> tuple[Client, str, str]:  # noqa: F811
    """The counter, the claim's page, and the question as it is sent."""
    counter = season.counter
    answer = sent(
        counter, "/clearing/claims/new/", code=partner.token(rank), service="mailbox", place_id=str(season.campaign.place_id), issuer=""
    )
    assert answer.status_code == 302, answer.content.decode()
    with acting_as_everything(why="what waits"):
        return counter, answer.url, ClearingMessage.objects.filter(kind="CLAIM", is_ours=True).latest("id").text


def test_a_voucher_of_another_operator_at_the_counter(season: Season, partner: VirtualPartner) -> None:  # noqa: F811
    counter, page, asked = claimed(season, partner)
    assert "En attente de réponse" in counter.get(page).content.decode()
    answer = deliver(partner.accepted(asked, at=TODAY))
    assert answer.status_code == 200, answer.content
    shown = counter.get(page).content.decode()
    assert "10,00" in shown
    assert "acceptés" in shown
    assert "6 avril 2026" in shown
    assert partner.name in counter.get("/clearing/claims/").content.decode()


def test_a_refusal_is_told_as_of_any_voucher(season: Season, partner: VirtualPartner) -> None:  # noqa: F811
    counter, page, asked = claimed(season, partner)
    deliver(partner.answer(asked, at=TODAY, reason="voucher-lapsed"))
    shown = counter.get(page).content.decode()
    assert "Refusé" in shown
    assert "plus valable" in shown
    again = counter.get("/clearing/claims/new/")
    assert "Quel opérateur est écrit sur le chèque" in again.content.decode()


def test_a_withdrawal_is_asked_and_its_answer_shown(season: Season, partner: VirtualPartner) -> None:  # noqa: F811
    counter, page, asked = claimed(season, partner)
    deliver(partner.accepted(asked, at=TODAY))
    assert sent(counter, f"{page}withdraw/", reason="mauvais chèque").status_code == 302
    assert "En attente" in counter.get(page).content.decode()
    with acting_as_everything(why="what waits"):
        withdrawal = ClearingMessage.objects.get(kind="WITHDRAW").text
        assert "mauvais" not in withdrawal, "what somebody wrote stays here"
    deliver(partner.answer(withdrawal, at=TODAY, outcome="withdrawn"))
    assert "retiré" in counter.get(page).content.decode()


def test_the_operator_reads_what_is_owed_and_what_is_wrong(season: Season, partner: VirtualPartner, partner_id: int) -> None:  # noqa: F811
    _counter, _page, asked = claimed(season, partner)
    deliver(partner.accepted(asked, at=TODAY, cents=500))
    deliver(partner.answer(asked, at=TODAY, reason="voucher-lapsed"))
    treasurer = staff(season, "TREASURER")
    page = treasurer.get(f"/clearing/partners/{partner_id}/").content.decode()
    for said in ("montant différent de la valeur publiée", "deux réponses à une même demande", "5,00", "Payer nos lieux"):
        assert said in page, said
    assert partner.name in treasurer.get("/clearing/").content.decode()
    document = treasurer.get(f"/clearing/identity/{OURS}.json").json()
    assert json.loads(document["identity"])["siret"] == OURS
    assert treasurer.get(f"/clearing/identity/{partner.siret}.json").status_code == 404
    assert "5,00" in treasurer.get(f"/clearing/partners/{partner_id}/claims/").content.decode()
    for act in ("cover", "announce", "statement", "advance", "take-back", "prepare"):
        assert treasurer.get(f"/clearing/partners/{partner_id}/{act}/").status_code == 200, act


def test_what_came_pays_the_place_and_one_person_never_does_it_all(
    season: Season, partner: VirtualPartner, partner_id: int, settings: Any  # noqa: F811
) -> None:  # fmt: skip
    _counter, page, asked = claimed(season, partner)
    deliver(partner.accepted(asked, at=TODAY))
    settings.CARNET_CLOCK = TODAY + timedelta(days=8)
    treasurer, approver = (staff(season, role) for role in ("TREASURER", "APPROVER"))
    base = f"/clearing/partners/{partner_id}/"
    assert sent(treasurer, f"{base}prepare/").status_code == 422, "nothing came yet"
    assert sent(treasurer, f"{base}cover/", cents="11,00", moved_on="2026-03-05", reference="VIR 9").status_code == 422, "more than is owed"
    assert sent(treasurer, f"{base}cover/", cents="10,00", moved_on="2026-03-05", reference="VIR 9").status_code == 302
    assert "10,00" in treasurer.get(base).content.decode()
    assert approver.get(base).status_code == 200
    assert page.startswith("/clearing/claims/")
    account(season.campaign.operator_id, RING_FENCED)
    assert sent(treasurer, f"{base}prepare/").status_code == 422, "nobody knows where the place is paid"
    account(season.campaign.place_organisation_id, FIRST_IBAN)
    assert sent(treasurer, f"{base}prepare/").status_code == 302
    with acting_as_everything(why="look"):
        one = f"/clearing/payments/{ClearingPayment.objects.get().id}/"
    assert sent(treasurer, f"{one}agree/").status_code in (403, 422), "never the same person"
    assert treasurer.get(f"{one}file/").status_code in (409, 422), "not agreed yet"
    assert sent(approver, f"{one}agree/").status_code == 302
    assert b"pain.001" in treasurer.get(f"{one}file/").content
    assert f"{one}returned/" in treasurer.get(f"{one}booked/").content.decode()
    assert sent(treasurer, f"{one}booked/", booked_on="2026-03-10").status_code == 302
    assert "La banque l’a rendu" in treasurer.get(base).content.decode()
    assert sent(treasurer, f"{one}returned/", returned_on="2026-03-11", reason="").status_code == 422
    assert sent(treasurer, f"{one}returned/", returned_on="2026-03-11", reason="AC04").status_code == 302
    shown = treasurer.get(base).content.decode()
    assert "rendu par la banque" in shown
    assert "La banque l’a rendu" not in shown
    assert sent(treasurer, f"{base}prepare/").status_code == 302, "owed again, and paid another time"


def test_nobody_else_reads_them(season: Season, partner: VirtualPartner, partner_id: int) -> None:  # noqa: F811
    _counter, page, _asked = claimed(season, partner)
    desk, funder = season.desk, season.enter("FUNDER", season.campaign.funder_ids[0])
    for address in ("/clearing/", f"/clearing/partners/{partner_id}/", "/clearing/claims/", page):
        assert desk.get(address).status_code in (403, 404)
        assert funder.get(address).status_code in (403, 404)
    assert "Chez d’autres opérateurs" in funder.get("/clearing/totals/").content.decode()
    with acting_as_everything(why="look"):
        assert ClearingClaim.objects.count() == 1


def test_the_door_of_messages_believes_signatures_only(season: Season, partner: VirtualPartner) -> None:  # noqa: F811
    _counter, _page, asked = claimed(season, partner)
    true = partner.accepted(asked, at=TODAY)
    forged = true | {"envelope": true["envelope"].replace('"cents":1000', '"cents":9000')}
    stranger = VirtualPartner(siret="35600000000048").accepted(asked, at=TODAY)
    for message, code in ((forged, "signature-forged"), (stranger, "partner-unknown")):
        answer = deliver(message)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert Client().get(MESSAGES).status_code == 405
    assert Client().post(MESSAGES, b"{}", content_type="application/json").json()["code"] == "message-unreadable"
    assert Client().post(MESSAGES, b"x" * (2 * 1024 * 1024 + 1), content_type="application/json").status_code == 413
    assert deliver(true).status_code == 200
    assert deliver(true).status_code == 200, "repeating is harmless"
