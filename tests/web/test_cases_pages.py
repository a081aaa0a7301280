"""By screen: a question asked of a place, its answer with a paper, a decision by another person, an appeal answered by a third."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from carnet.controls.models import Case
from carnet.controls.rules.cases import APPEAL_DAYS
from carnet.gateways.database import acting_as_everything
from tests.factories.campaign import NOW
from tests.settlement.conftest import APRIL, MAY, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_operator_payments import Clock, Office, follow, person, send
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office

pytestmark = pytest.mark.django_db

MARCH = APRIL.replace(month=3, day=20)


def _text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("’", "'"))


def _place(payday: Payday) -> Client:
    return person(NOW, payday.campaign.place_organisation_id, "PLACE_MANAGER")


def _typed(payday: Payday, **changes: str) -> dict[str, str]:
    facts = {
        "place": f"{payday.campaign.programme_id}-{payday.campaign.place_id}", "since_on": "2026-03-10", "last_on": "2026-03-10",
        "reason": "Trois le même matin.", "asked": "Comment s’est passé l’atelier du 10 mars ?", "phone": "02 40 00 00 00",
        "answer_days": "15", "hold": "all",
    }  # fmt: skip
    return facts | changes


def _opened(payday: Payday, treasurer: Client, **changes: str) -> int:
    follow(treasurer, "/operator/cases/new/", **_typed(payday, **changes))
    with acting_as_everything(why="look"):
        return Case.objects.latest("id").id


def _paper() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    return SimpleUploadedFile("feuille.png", picture.getvalue(), "image/png")


def test_a_place_is_asked_answers_and_another_person_lets_go(office: Office, at: Clock) -> None:
    payday, treasurer, approver = office
    at(MARCH)
    payday.spend(3)
    assert "Rien n'est retenu" in _text(treasurer.get("/operator/cases/new/"))
    case_id = _opened(payday, treasurer)
    page = f"/operator/cases/{case_id}/"
    shown = _text(treasurer.get(page))
    assert "3 chèques, 30,00 €" in shown
    assert "Décider" not in shown
    place = _place(payday)
    for url in ("/place/", "/place/payments/", f"/place/cases/{case_id}/"):
        told = _text(place.get(url))
        assert "3 chèques, 30,00 € en attente" in told, url
        assert "Trois le même matin" not in told
    assert "Comment s'est passé l'atelier du 10 mars ?" in told
    assert "L'opérateur vous pose une question" in _text(place.get("/place/"))
    answer = f"/place/cases/{case_id}/answer/"
    assert (
        "Écrivez quelques mots" in _text(send(place, answer, words="   ", wish="CALL")) or send(place, answer, words=" ").status_code == 422
    )
    told = _text(follow(place, answer, words="Un atelier de groupe, voici la feuille.", wish="CALL", paper=_paper()))
    assert "Votre réponse est envoyée." in told
    assert "Papier 1" in told
    shown = _text(approver.get(page))
    assert "Un atelier de groupe, voici la feuille." in shown
    assert "Je voudrais un appel" in shown
    paper = approver.get(f"{page}papers/1/")
    assert paper["Content-Disposition"].endswith('.jpg"')
    assert "sandbox" in paper["Content-Security-Policy"]
    assert send(treasurer, f"{page}decide/", decision="RELEASE", found="HONEST", words="Bien.").status_code == 403
    assert "Dossier de" in _text(approver.get("/operator/"))
    shown = _text(follow(approver, f"{page}decide/", decision="RELEASE", found="HONEST", words="La feuille le montre."))
    assert "C'est décidé." in shown
    told = _text(place.get(f"/place/cases/{case_id}/"))
    assert "La feuille le montre." in told
    assert "Rien n'est repris" in told
    assert "Tout était en ordre" not in told, "what was found is the operator's alone"
    payday.pay(at=APRIL)
    assert payday.money().owed == 0


def test_a_part_is_taken_back_an_appeal_is_answered_by_a_third(office: Office, at: Clock) -> None:
    payday, treasurer, approver = office
    at(MARCH)
    payday.spend(3)
    case_id = _opened(payday, treasurer)
    page, own = f"/operator/cases/{case_id}/", f"/place/cases/{case_id}/"
    place, second = _place(payday), person(NOW, payday.campaign.operator_id, "APPROVER")
    follow(place, f"{own}answer/", words="Nous avons mal compté.", wish="WRITTEN")
    chosen = re.findall(r'name="taken_back" value="(\d+)"', approver.get(f"{page}decide/").content.decode())
    assert len(chosen) == 3
    wrong = send(approver, f"{page}decide/", decision="PARTLY", found="SLOPPY", words="Deux.")
    assert wrong.status_code == 422
    typed = {"decision": "PARTLY", "found": "SLOPPY", "words": "Deux passages sans leçon.", "taken_back": chosen[:2]}
    follow(approver, f"{page}decide/", **typed)
    told = _text(place.get(own))
    assert "Une partie est reprise" in told
    assert "Vous pouvez faire un recours" in told
    assert "L'opérateur a répondu" in _text(place.get("/place/"))
    follow(place, f"{own}appeal/", words="La feuille de présence le dit.")
    assert send(approver, f"{page}appeal/", decision="RELEASE", found="HONEST", words="Non.").status_code in (422, 403)
    assert "Recours de" in _text(second.get("/operator/"))
    follow(second, f"{page}appeal/", decision="RELEASE", found="HONEST", words="Vous aviez raison.")
    assert "Vous aviez raison." in _text(place.get(own))
    payday.pay(at=APRIL)
    assert payday.money().owed == 0


def test_what_stands_is_carried_out_once_nothing_can_be_appealed(office: Office, at: Clock) -> None:
    payday, treasurer, approver = office
    at(MARCH)
    payday.spend(2)
    case_id = _opened(payday, treasurer, hold="some", amount="15")
    page = f"/operator/cases/{case_id}/"
    follow(_place(payday), f"/place/cases/{case_id}/answer/", words="Je ne sais plus.", wish="WRITTEN")
    follow(approver, f"{page}decide/", decision="RECOVER", found="CONFIRMED", words="Aucune leçon ce jour-là.")
    assert send(approver, f"{page}carry-out/").status_code == 422
    final = MARCH + timedelta(days=APPEAL_DAYS)
    at(final)
    approver = person(final, payday.campaign.operator_id, "APPROVER")
    assert "Exécuter la décision" in _text(approver.get(page))
    assert "20,00 € repris" in _text(follow(approver, f"{page}carry-out/"))
    assert payday.money().owed == 0


def test_the_treasurer_sees_on_the_run_what_waits(office: Office, at: Clock) -> None:
    payday, treasurer, _approver = office
    at(MARCH)
    payday.spend(2)
    payday.spend(1, second=True)
    case_id = _opened(payday, treasurer)
    at(APRIL)
    payday.claim()
    run = payday.prepare()
    treasurer = person(APRIL, payday.campaign.operator_id, "TREASURER")
    for url in (f"/operator/payments/runs/{run.run_id}/", f"/operator/payments/agreements/{payday.agreement_id}/"):
        shown = _text(treasurer.get(url))
        assert f"nº {case_id}" in shown
        assert "20,00 €" in shown


def test_the_list_counts_and_an_auditor_reads_it(office: Office, at: Clock) -> None:
    payday, treasurer, _approver = office
    at(MARCH)
    payday.spend(1)
    case_id = _opened(payday, treasurer, hold="none")
    shown = _text(treasurer.get("/operator/cases/"))
    assert "dossiers ouverts" in shown
    assert "1 chèque, 10,00 €" in shown
    assert f"/operator/cases/{case_id}/" in shown
    follow(treasurer, f"/operator/cases/{case_id}/note/", words="Appelé à dix heures.")
    follow(treasurer, f"/operator/cases/{case_id}/hold/", amount="10")
    assert "10,00 € au plus" in _text(treasurer.get(f"/operator/cases/{case_id}/"))
    follow(treasurer, f"/operator/cases/{case_id}/release/", words="Vérifié.")
    at(MAY)
    assert _place(payday).get("/place/cases/").status_code == 200
