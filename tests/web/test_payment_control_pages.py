"""By screen: bands of approvers, a run controlled, stopped and resumed, a place held, a payment asked for, and what the place reads."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import PaymentFrequency
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.payments import prepare_due_of
from carnet.settlement import queries as settlement
from carnet.settlement.models import Hold, PaymentRun
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.settlement.conftest import APRIL, MAY, SPENT_AT, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_operator_payments import Clock, Office, follow, person, send
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office

pytestmark = pytest.mark.django_db


def _text(response) -> str:
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")


def _place(payday: Payday) -> Client:
    return person(NOW, payday.campaign.place_organisation_id, "PLACE_MANAGER")


def test_two_people_approve_a_large_payment_and_the_page_says_who_is_still_needed(office: Office) -> None:
    payday, treasurer, approver = office
    admin = person(NOW, payday.campaign.operator_id, "OPERATOR_ADMIN")
    other = person(NOW, payday.campaign.operator_id, "APPROVER")
    bands = f"/operator/payments/programmes/{payday.campaign.programme_id}/bands/"
    typed = {"first_limit": "20", "first_people": "1", "second_limit": "", "second_people": "2", "above_people": "2", "reason": "Conseil"}
    assert send(treasurer, f"{bands}set/", **typed).status_code == 403
    assert send(admin, f"{bands}set/", **(typed | {"above_people": "9"})).status_code == 422
    shown = _text(follow(admin, f"{bands}set/", **typed))
    assert "Jusqu'à 20,00 €" in shown
    assert "2 personnes" in shown
    payday.spend(3)
    payday.claim()
    run = payday.prepare()
    page = f"/operator/payments/runs/{run.run_id}/"
    assert "Encore 2 personnes doivent approuver." in _text(approver.get(page))
    assert "Encore 1 personne doit approuver." in _text(follow(approver, f"{page}approve/"))
    again = send(approver, f"{page}approve/")
    assert again.status_code == 422
    assert "Vous avez déjà dit oui" in _text(again)
    assert "approuvé, à envoyer" in _text(follow(other, f"{page}approve/"))


def test_a_run_is_stopped_and_resumed_by_screen(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(1)
    payday.claim()
    page = f"/operator/payments/runs/{payday.prepare().run_id}/"
    follow(approver, f"{page}approve/")
    assert send(treasurer, f"{page}file/").getvalue().startswith(b"<?xml")
    assert send(approver, f"{page}stop/", reason="Un doute").status_code == 422
    assert "Cet ordre est arrêté" in _text(follow(approver, f"{page}stop/", reason="Un doute", is_not_at_bank="on"))
    assert "Un doute" in _text(treasurer.get(page))
    assert send(treasurer, f"{page}file/").status_code == 422
    assert "approuvé, à envoyer" in _text(follow(approver, f"{page}resume/"))


def test_what_the_timer_prepares_waits_for_a_person_and_is_prepared_once(
    office: Office, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    payday, treasurer, approver = office
    payday.spend(2)
    monkeypatch.setattr("carnet.jobs.payments.timezone", SimpleNamespace(now=lambda: APRIL))
    for _morning in range(2):
        prepare_due_of(programme_id=payday.campaign.programme_id)
    with acting_as_everything(why="look"):
        run = PaymentRun.objects.get()
    assert (run.prepared_by_id, run.controlled_at, run.total_cents) == (None, None, 2000)
    page = f"/operator/payments/runs/{run.id}/"
    assert "une personne doit d'abord le contrôler" in _text(approver.get(page))
    assert "Encore 1 personne doit approuver." in _text(follow(treasurer, f"{page}control/"))
    assert "approuvé, à envoyer" in _text(follow(approver, f"{page}approve/"))


def test_a_held_place_reads_why_and_whom_to_ring_and_the_others_are_paid(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(2)
    payday.spend(1, second=True)
    payday.claim()
    with acting_as_everything(why="find"):
        from carnet.settlement.models import Claim

        claim_id = Claim.objects.get(organisation_id=payday.campaign.place_organisation_id).id
    typed = {"reason": "signalement", "words": "Une leçon du 10 mars doit être vérifiée.", "phone": "02 40 11 22 33", "days": "10"}
    page = follow(treasurer, f"/operator/payments/claims/{claim_id}/hold/", **typed)
    assert "Retenu. Le lieu est prévenu." in _text(page)
    place = _place(payday)
    for url in ("/place/", "/place/payments/"):
        told = _text(place.get(url))
        assert "20,00 € attendent une vérification" in told
        assert "Une leçon du 10 mars doit être vérifiée." in told
        assert "02 40 11 22 33" in told
        assert "signalement" not in told
    assert payday.prepare().cents == 1000
    with acting_as_everything(why="find"):
        hold_id = Hold.objects.get().id
    assert "La retenue est levée" in _text(follow(approver, f"/operator/payments/holds/{hold_id}/release/", reason="vérifié"))
    assert "Vous recevrez 20,00 €" in _text(place.get("/place/"))


def test_the_morning_names_each_step_of_a_run_until_the_bank_answers(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(2)
    assert "Décompte à faire" in _text(treasurer.get("/operator/payments/"))
    payday.claim()
    assert "20,00 € à payer aux lieux" in _text(treasurer.get("/operator/"))
    run = payday.prepare()
    name = f"Ordre de paiement nº {run.run_id}, 20,00 €"
    page = f"/operator/payments/runs/{run.run_id}/"
    assert name not in _text(treasurer.get("/operator/"))  # the approver's turn
    follow(approver, f"{page}stop/", reason="Un doute")
    for client in (treasurer, approver):
        assert name in _text(client.get("/operator/"))
    assert "arrêté" in _text(treasurer.get("/operator/payments/"))
    assert f'href="{page}"' in _text(treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/"))
    follow(approver, f"{page}resume/")
    follow(approver, f"{page}approve/")
    home = _text(treasurer.get("/operator/"))
    assert name in home
    assert "approuvé, à envoyer" in home
    assert send(treasurer, f"{page}file/").getvalue().startswith(b"<?xml")
    follow(treasurer, f"{page}sent/")
    assert "Réponse de la banque attendue pour 20,00 €" in _text(treasurer.get("/operator/"))


def test_a_place_held_after_a_run_was_prepared_is_named_before_anybody_approves(office: Office) -> None:
    payday, treasurer, approver = office
    payday.spend(2)
    payday.spend(1, second=True)
    payday.claim()
    agreement = _text(treasurer.get(f"/operator/payments/agreements/{payday.agreement_id}/"))
    claims = re.findall(r"/operator/payments/claims/\d+/", agreement)
    assert len(set(claims)) == 2  # each can be opened, and held, before anything is prepared
    page = f"/operator/payments/runs/{payday.prepare().run_id}/"
    assert "Mis de côté" not in _text(approver.get(f"{page}approve/"))
    typed = {"reason": "signalement", "words": "Une leçon du 10 mars doit être vérifiée.", "phone": "02 40 11 22 33", "days": "10"}
    follow(treasurer, f"{claims[0]}hold/", **typed)
    assert "paiements retenus (1)" in _text(approver.get("/operator/payments/"))
    assert "Retenu par une décision : le lieu en est prévenu." in _text(approver.get(page))
    assert "1, 20,00 €" in _text(approver.get(f"{page}approve/"))
    follow(approver, f"{page}approve/")
    assert send(treasurer, f"{page}file/").getvalue().startswith(b"<?xml")
    assert "10,00 €" in _text(treasurer.get(f"{page}sent/"))


def test_no_payment_is_announced_once_no_voucher_can_be_accepted(office: Office) -> None:
    payday, treasurer, _approver = office
    actor, programme_ids = payday.treasurer(), [payday.campaign.programme_id]
    assert "À payer ensuite" in _text(treasurer.get("/operator/payments/"))
    with acting_as(actor):
        (shown,) = settlement.due_next(actor=actor, programme_ids=programme_ids, at=APRIL)
        (over,) = settlement.due_next(actor=actor, programme_ids=programme_ids, at=APRIL + timedelta(days=3 * 366))
    assert len(shown.periods) == 3
    assert over.periods == ()


def test_the_first_screen_says_how_much_and_which_day(office: Office, at: Clock) -> None:
    payday, _treasurer, _approver = office
    at(SPENT_AT + timedelta(minutes=5))
    payday.spend(3)
    assert "Vous recevrez 30,00 € le vendredi 10 avril 2026." in _text(_place(payday).get("/place/"))


def test_a_place_asks_for_its_payment_and_is_told_its_day(office: Office, at: Clock) -> None:
    payday, _treasurer, _approver = office
    with acting_as_everything(why="pay on demand"):
        terms = replace(funding_queries.programme(payday.campaign.programme_id).terms, payment_frequency=PaymentFrequency.ON_DEMAND)
        funding.change_programme(programme_id=payday.campaign.programme_id, terms=terms, actor=SYSTEM, request_id=rid(), at=NOW)
    moment = SPENT_AT + timedelta(minutes=10)
    at(moment)
    payday.spend(1)
    place = _place(payday)
    assert "10,00 € vous attendent. Demandez-les quand vous voulez." in _text(place.get("/place/"))
    ask = f"/place/payments/ask/{payday.campaign.programme_id}/"
    assert "Il n'y a pas de montant minimum." in _text(place.get(ask))
    assert "C'est demandé. Vous recevrez 10,00 € le jeudi 12 mars 2026." in _text(follow(place, ask))
    assert "Vous recevrez 10,00 € le jeudi 12 mars 2026." in _text(place.get("/place/"))
    assert send(place, ask).status_code == 422
    at(moment)
    office_client = person(NOW, payday.campaign.operator_id, "TREASURER")
    assert "demandé par" in _text(office_client.get("/operator/payments/"))


def test_fees_are_read_in_advance_and_invoiced_on_paper_apart(office: Office, at: Clock) -> None:
    payday, _treasurer, _approver = office
    admin = person(NOW, payday.campaign.operator_id, "OPERATOR_ADMIN")
    fees = f"/operator/payments/programmes/{payday.campaign.programme_id}/fees/"
    typed = {"yearly": "24", "per_voucher": "0,15", "vat_points": "20", "words": "Ils paient le site."}
    assert "Établir les factures" not in _text(admin.get(fees))
    nothing = send(admin, f"{fees}state/", valid_from="2026-05-07", yearly="", per_voucher="", vat_points="20", words="")
    assert nothing.status_code == 422  # nothing to announce, and nothing to end
    assert send(admin, f"{fees}state/", valid_from="2026-04-10", **typed).status_code == 422
    follow(admin, f"{fees}state/", valid_from="2026-05-07", **typed)
    place = _place(payday)
    told = _text(place.get("/place/payments/fees/"))
    assert "24,00 € par an et 0,15 € par chèque payé" in told
    assert "Rien n'est retenu sur vos paiements." in told
    at(MAY)
    payday.spend(2, at=SPENT_AT + timedelta(days=30))
    payday.pay(at=MAY)
    at(MAY + timedelta(days=3))
    later = person(NOW, payday.campaign.operator_id, "TREASURER")
    assert "1 facture établie." in _text(follow(later, f"{fees}invoice/", until_on="2026-05-09"))
    found = re.search(r"/place/payments/fees/\d+/invoice.pdf", _text(_place(payday).get("/place/payments/fees/")))
    assert found is not None
    paper = _place(payday).get(found.group(0))
    assert paper.content.startswith(b"%PDF")
