"""Pages of a takeover: what the successor's operator reads and settles, what a place brings and claims, in plain words."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.continuity.models import BroughtReceipt, PaperClaim, Takeover
from carnet.continuity.operations.papers import take_serials
from carnet.funding.models import Agreement, RingFenceChange
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import TODAY, Season, season  # noqa: F401 - a fixture

LIST = "serial,value,state,accepted_until,place\nAP-1,10,handed_over,2026-06-30,\nAP-2,10,handed_over,2026-06-30,\n"


@pytest.fixture
def taken(season: Season) -> tuple[int, int]:  # noqa: F811
    """The season as if it had been taken over this morning: its takeover, and a receipt that was refused."""
    ready = season.campaign
    with acting_as_everything(why="as if it had been taken over"):
        takeover = Takeover.objects.create(
            programme_id=ready.programme_id, organisation_id=ready.operator_id, programme_name="Essai", former_name="Opérateur tombé",
            former_siret="21440109300015", former_organisation_id=None, base_digest="a" * 64, latest_digest="b" * 64, signing_key="3f1c" * 16,
            base_number=1, latest_number=3, known_until=NOW, state="DONE", begun_at=NOW, taken_at=TODAY - timedelta(hours=1), row_count=321,
            request_id=rid(),
            facts={
                "rows": {"ledger_voucher": 20, "redemption_redemption": 3}, "heads": {"ledger_movement": {"number": 7, "digest": "c" * 64}},
                "owed": [[ready.place_organisation_id, 3000]], "gap": "increment-000004",
            },
        )  # fmt: skip
        receipt = BroughtReceipt.objects.create(
            takeover=takeover, programme_id=ready.programme_id, organisation_id=ready.place_organisation_id, place_id=ready.place_id,
            digest=hashlib.sha256(b"one").digest(), receipt="a.b", voucher_serial="TS-0000000001-1", service_code="mailbox", value_cents=1000,
            redeemed_at=NOW, outcome="receipt-spent-elsewhere", told_at=TODAY, brought_at=TODAY, request_id=rid(),
        )  # fmt: skip
        Agreement.objects.filter(id=ready.agreement_id).update(account_ended_at=NOW)
    return takeover.id, receipt.id


def staff(season: Season, role: str) -> Client:  # noqa: F811
    """Somebody of the operator who has a second factor and has just proved it."""
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=season.campaign.operator_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def posted(client: Any, address: str, **fields: Any) -> Any:
    return client.post(address, {"request_id": str(uuid4()), **fields})


class TestTheOperator:
    def test_what_came_the_gap_and_what_is_left_to_do(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        client = staff(season, "OPERATOR_ADMIN")
        assert "Opérateur tombé" in client.get("/operator/takeovers/").content.decode()
        page = client.get(f"/operator/takeovers/{taken[0]}/").content.decode()
        for said in ("3f1c3f1c", "increment-000004", "liquidateur", "30,00", "Saisir le nouveau compte", "déjà utilisé"):
            assert said in page, said
        assert "reçu refusé à regarder" in client.get("/operator/").content.decode()

    def test_a_receipt_is_settled_with_words(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        client = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        address = f"/operator/takeovers/receipts/{taken[1]}/"
        assert client.get(address).status_code == 200
        assert posted(client, f"{address}settle/", note=" ").status_code == 422
        assert posted(client, f"{address}settle/", note="Les deux papiers ont été comparés.").status_code == 302
        assert "Les deux papiers" in client.get(address).content.decode()

    def test_the_new_account_by_two_people(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        first = staff(season, "OPERATOR_ADMIN")
        address = f"/operator/agreements/{season.campaign.agreement_id}/account/"
        assert first.get(address).status_code == 200
        answer = posted(first, address, holder="Compte dédié du successeur", iban="FR76 1131 5000 0112 3456 7890 138")
        assert answer.status_code == 302, answer.content.decode()[:2000]
        with acting_as_everything(why="look"):
            change = RingFenceChange.objects.get()
        assert "Vous l’avez préparée" in first.get(f"/operator/ring-fences/{change.id}/").content.decode()
        second = staff(season, "OPERATOR_ADMIN")
        assert posted(second, f"/operator/ring-fences/{change.id}/", decision="accepted").status_code == 302
        with acting_as_everything(why="look"):
            row = Agreement.objects.get(id=season.campaign.agreement_id)
        assert (row.iban, row.account_ended_at) == ("FR7611315000011234567890138", None)

    def test_a_stranger_sees_nothing(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        client = season.enter("MEDIATOR", season.campaign.place_organisation_id)
        assert client.get("/operator/takeovers/").status_code in (403, 404)


class TestThePlace:
    def test_it_reads_what_changed_and_brings_its_receipts(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        client = season.counter
        page = client.get("/place/taken/").content.decode()
        assert "Opérateur tombé s’est arrêté" in page
        assert "Apporter des reçus" in page
        assert client.get("/place/taken/receipts/").status_code == 200
        assert posted(client, "/place/taken/receipts/", text="a.b").status_code == 422
        answer = posted(client, "/place/taken/receipts/", text="a.b", nothing_undone="on")
        assert answer.status_code == 302
        assert "n’est pas un reçu signé" in client.get("/place/taken/").content.decode()

    def test_it_claims_on_paper_and_two_people_answer(self, season: Season, taken: tuple[int, int]) -> None:  # noqa: F811
        ready = season.campaign
        system = Actor.system("tests", programme_ids={ready.programme_id}, organisation_ids={ready.operator_id})
        with acting_as_everything(why="prepare the money"):
            for funder_id in ready.funder_ids:
                ledger.receive_money(
                    programme_id=ready.programme_id, agreement_id=ready.agreement_id, funder_id=funder_id, cents=1000, actor=SYSTEM,
                    request_id=rid(), at=NOW,
                )  # fmt: skip
        with acting_as(system):
            take_serials(
                text=LIST, programme_id=ready.programme_id, agreement_id=ready.agreement_id, actor=system, request_id=rid(), at=TODAY
            )
        client = season.counter
        assert "Demander le paiement de chèques sans code" in client.get("/place/taken/").content.decode()
        assert client.get("/place/taken/papers/").status_code == 200
        fields = {"place": ready.place_id, "serials": "AP-1\nAP-2", "service": "mailbox", "used_on": "2026-03-02"}
        assert posted(client, "/place/taken/papers/", **fields).status_code == 422
        answer = posted(client, "/place/taken/papers/", **fields, paper_kept="on")
        assert answer.status_code == 302, answer.content.decode()[:3000]
        with acting_as_everything(why="look"):
            claim = PaperClaim.objects.get()
        for said in ("Votre oui est noté", "Accepté"):
            boss = staff(season, "OPERATOR_ADMIN")
            assert "preuve papier" in boss.get("/operator/").content.decode()
            assert boss.get(f"/operator/takeovers/papers/{claim.id}/").status_code == 200
            posted(boss, f"/operator/takeovers/papers/{claim.id}/decide/", decision="accepted")
            assert said in boss.get(f"/operator/takeovers/papers/{claim.id}/").content.decode()
        assert "acceptée" in client.get("/place/taken/").content.decode()
