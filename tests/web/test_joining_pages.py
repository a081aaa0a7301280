"""A small association with two sites joins the network, with wrong clicks and bad files; what the operator and the State see of it."""

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.notices.models import Notice
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.places import operations, queries
from carnet.places.models import JoiningFile, PlaceAcceptance
from carnet.places.rules.joining import _answers
from carnet.web.design.sentences import SENTENCES
from carnet.web.design.sentences.joining import PROBLEMS
from tests.factories.campaign import programme
from tests.factories.joining import BANK, PEOPLE, SITES, WHO, Network, paper
from tests.web.conftest import sign_in

pytestmark = pytest.mark.django_db

START, FILE = "/rejoindre/", "/rejoindre/dossier/"


@pytest.fixture
def net(person_with: Callable[..., tuple[int, int, str]]) -> Network:
    _person, operator_id, _email = person_with("OPERATOR_ADMIN")
    cache.clear()
    first_day = legal_day(timezone.now()) - timedelta(days=30)
    return Network(operator_id, programme(operator_id, first_day=first_day), timezone.now()).open()


def slug(net: Network) -> str:
    return queries.networks(at=net.at)[0].programme.slug


def link_in_letter() -> str:
    with acting_as_everything(why="read the letter"):
        return Notice.objects.filter(kind="places.joining-link").order_by("-id").first().context["secret"]


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def send(client: Client, path: str, **said: object) -> tuple[int, str]:
    answer = client.post(path, said)
    return answer.status_code, answer["Location"] if answer.status_code == 302 else answer.content.decode()


def begun(net: Network, email: str = "souris@example.org") -> Client:
    """A browser that has opened the link of its letter."""
    client = Client()
    status, _text = send(client, f"{START}{slug(net)}/", email=email, request_id=uuid4())
    assert status == 200
    answer = client.get(f"{FILE}ouvrir/{link_in_letter()}/")
    assert (answer.status_code, answer["Location"]) == (302, FILE)
    return client


def test_the_criteria_are_public_and_an_address_opens_a_file(net: Network) -> None:
    client = Client()
    text = page(client, f"{START}{slug(net)}/")
    assert "Des leçons gratuites" in text and "Une personne formée" in text and "30 jours" in text
    assert page(client, START).count("Voir les critères et commencer") == 1
    status, text = send(client, f"{START}{slug(net)}/", email="pas une adresse", request_id=uuid4())
    assert status == 422 and "n’est pas complète" in text
    status, text = send(client, f"{START}{slug(net)}/", email="souris@example.org", request_id=uuid4())
    assert status == 200 and "Regardez vos messages" in text
    secret = link_in_letter()
    assert secret not in text  # only a demonstration shows it
    assert "ce lien n’ouvre rien" in page(client, f"{FILE}ouvrir/{secret[:-2]}xx/", 404).lower()
    assert client.get(FILE)["Location"] == START
    opened = client.get(f"{FILE}ouvrir/{secret}/")
    assert opened.cookies["joining"]["httponly"] and opened.cookies["joining"]["path"] == START
    assert secret not in page(client, FILE)


def test_letters_are_written_to_few_addresses_from_one_place(net: Network) -> None:
    client = Client()
    statuses = [send(client, f"{START}{slug(net)}/lien/", email=f"a{n}@example.org", request_id=uuid4())[0] for n in range(22)]
    assert statuses[:20] == [200] * 20 and statuses[20:] == [422] * 2


def test_one_mailbox_is_not_flooded_from_many_places(net: Network) -> None:
    path = f"{START}{slug(net)}/lien/"
    said = {"email": "souris@example.org", "request_id": uuid4()}
    statuses = [Client(REMOTE_ADDR=f"192.0.2.{number}").post(path, said).status_code for number in range(6)]
    assert statuses == [200] * 5 + [422]


def test_every_thing_to_mend_has_its_sentence() -> None:
    source = inspect.getsource(_answers)
    codes = set(re.findall(r'Problem\(Step\.\w+, "([a-z-]+)"', source)) | {code.value for code in _answers._MUST_MEND}
    assert len(codes) > 15
    assert not {code for code in codes if code not in PROBLEMS and code not in SENTENCES}


def test_a_small_association_with_two_sites(net: Network) -> None:
    client = begun(net)
    # Straight to the end first: nothing is sent, and the page says what is left, with a way to each.
    status, text = send(client, f"{FILE}envoyer/", request_id=uuid4())
    assert status == 422 and "Votre structure" in text and "La charte" in text
    # A wrong number is kept, and told.
    status, text = send(client, f"{FILE}structure/", **{**WHO, "number": "434 933 123 00021"})
    assert status == 422 and "434 933 123 00021" in text and "Les Souris de Bellevue" in text
    status, where = send(client, f"{FILE}structure/", **{**WHO, "number": "W44200"}, later="1")
    assert (status, where) == (302, FILE)
    assert "1 point à compléter" in page(client, FILE)
    assert "W44200" in page(client, f"{FILE}structure/")
    assert send(client, f"{FILE}structure/", **WHO) == (302, f"{FILE}lieux/")
    # Two sites, the second at the wrong end of France first.
    status, where = send(client, f"{FILE}lieux/", new="1")
    assert (status, where) == (302, f"{FILE}lieux/1/")
    assert send(client, where, **SITES[0]) == (302, f"{FILE}lieux/")
    _status, where = send(client, f"{FILE}lieux/", new="1")
    status, text = send(client, where, **{**SITES[1], "latitude": "48.85", "longitude": "2.35"})
    assert status == 422 and "loin de la commune" in text
    assert send(client, where, **SITES[1]) == (302, f"{FILE}lieux/")
    assert send(client, f"{FILE}lieux/") == (302, f"{FILE}lecons/")
    taught = {"services": ["mailbox", "printer"], "modes": ["workshop"], "beyond_cents": "0", "access": ["step-free"]}
    status, text = send(client, f"{FILE}lecons/1/", services=["mailbox"])
    assert status == 422 and "Dites comment" in text
    for key in (1, 2):
        assert send(client, f"{FILE}lecons/{key}/", **taught) == (302, f"{FILE}lecons/")
    assert send(client, f"{FILE}lecons/") == (302, f"{FILE}personnes/")
    assert send(client, f"{FILE}personnes/", **PEOPLE) == (302, f"{FILE}documents/")
    # Bad files: a program with a friendly name, an empty one; then good ones.
    for content, words in ((b"MZ\x90\x00", "ni un PDF ni une photo"), (b"", "vide")):
        bad = SimpleUploadedFile("statuts.pdf", content, "application/pdf")
        status, text = send(client, f"{FILE}documents/", kind="STATUTES", file=bad, request_id=uuid4())
        assert status == 422 and words in text
    for kind in ("STATUTES", "DECLARATION", "OFFICERS", "INSURANCE", "BANK_DETAILS"):
        good = SimpleUploadedFile("../../x.html", paper(), "text/html")
        assert send(client, f"{FILE}documents/", kind=kind, file=good, request_id=uuid4()) == (302, f"{FILE}documents/")
    link = re.search(rf"{FILE}documents/\d+/", page(client, f"{FILE}documents/"))
    assert link is not None
    saved = client.get(link.group(0))
    assert saved["Content-Disposition"].startswith("attachment") and saved["X-Content-Type-Options"] == "nosniff"
    assert saved["Content-Type"] == "application/octet-stream" and "sandbox" in saved["Content-Security-Policy"]
    assert send(client, f"{FILE}documents/") == (302, f"{FILE}compte/")
    status, text = send(client, f"{FILE}compte/", **{**BANK, "iban": "FR76 3000 6000 0112 3456 7890 188"})
    assert status == 422
    assert send(client, f"{FILE}compte/", **BANK) == (302, f"{FILE}charte/")
    status, text = send(client, f"{FILE}charte/", accepted_by="Dany Martin", version="1")
    assert status == 422
    assert send(client, f"{FILE}charte/", accepted_by="Dany Martin", version="1", is_accepted="on") == (302, f"{FILE}envoyer/")
    text = page(client, f"{FILE}envoyer/")
    assert "Il reste à compléter" not in text and "Saint-Herblain" in text
    assert send(client, f"{FILE}envoyer/", request_id=uuid4()) == (302, FILE)
    text = page(client, FILE)
    assert "Une réponse vous est promise" in text
    assert send(client, f"{FILE}compte/", **BANK) == (302, FILE)  # read only now
    # On another computer, without the link, nothing; with it, the same file.
    assert Client().get(FILE).status_code == 302
    send(client, f"{FILE}quitter/")
    assert client.get(FILE)["Location"] == START


def test_the_directory_fills_a_file(net: Network, settings: object) -> None:
    from tests.factories.campaign import place

    place_id = place("Espace de Bellevue", None)
    with acting_as_everything(why="give it a number"):
        from carnet.places.models import Place

        Place.objects.filter(id=place_id).update(pivot="43493312300029")
    client = begun(net)
    status, text = send(client, f"{FILE}structure/", number="434 933 123 00029", fill="1")
    assert status == 200 and 'value="Espace de Bellevue"' in text
    text = page(client, f"{FILE}lieux/")
    assert "Des lieux connus avec votre numéro" in text
    status, where = send(client, f"{FILE}lieux/", place=str(place_id))
    assert where == f"{FILE}lieux/1/" and 'value="1 rue de Strasbourg"' in page(client, where)
    assert "Espace de Bellevue" not in page(client, f"{FILE}lieux/?where=Nantes").split("Chercher un lieu")[1]
    assert "Aucune commune" in page(client, f"{FILE}lieux/?where=zzzz")
    assert send(client, f"{FILE}lieux/1/retirer/") == (302, f"{FILE}lieux/")
    assert "C’est nous" in page(client, f"{FILE}lieux/?where=Nantes&name=Bellevue")


def test_two_people_of_the_operator_admit_suspend_and_others_answer_the_appeal(net: Network, person_with, client: Client) -> None:
    secret, file_id = net.sent()
    people = {}
    for name, role in (("agent", "OPERATOR_AGENT"), ("approver", "APPROVER"), ("agent2", "OPERATOR_AGENT"), ("approver2", "APPROVER")):
        _person, _organisation, email = person_with(role, organisation_id=net.operator_id)
        people[name] = sign_in(Client(), email)
    agent, approver = people["agent"], people["approver"]
    assert "lieu demande à rejoindre" in page(agent, "/operator/")
    assert WHO["name"] in page(agent, "/operator/joining/")
    text = page(agent, f"/operator/joining/{file_id}/")
    assert "FR76 3000 6000 0112 3456 7890 189" in text
    link = re.search(rf"/operator/joining/{file_id}/documents/\d+/", text)
    assert link is not None and agent.get(link.group(0))["Content-Disposition"].startswith("attachment")
    today = legal_day(net.at)

    def decide(kind: str, by: Client, then: Client, **said: object) -> None:
        path = f"/operator/joining/{file_id}/prepare/{kind}/"
        page(by, path)
        status, where = send(by, path, request_id=uuid4(), **{"reason": "C’est ainsi.", **said})
        assert (status, where) == (302, f"/operator/joining/{file_id}/"), where
        decision = re.search(r"/operator/joining/decisions/(\d+)/", page(by, f"/operator/joining/{file_id}/"))
        assert decision is not None
        assert decision.group(0) in page(then, "/approvals/")
        page(then, decision.group(0))
        page(then, f"{decision.group(0)}take/")
        status, where = send(then, f"{decision.group(0)}take/", request_id=uuid4())
        assert (status, where) == (302, f"/operator/joining/{file_id}/"), where

    status, text = send(agent, f"/operator/joining/{file_id}/prepare/refuse/", reason="Non.", request_id=uuid4())
    assert status == 422 and "critères publiés" in text
    decide("admit", agent, approver, from_on=today.isoformat())
    with acting_as(net.person(1, "OPERATOR_AGENT")):
        organisation_id = queries.joining_file(file_id, actor=net.person(1, "OPERATOR_AGENT"), at=net.at).organisation_id
    assert organisation_id is not None
    _person, _organisation, email = person_with("PLACE_MANAGER", organisation_id=organisation_id)
    manager = sign_in(Client(), email)
    assert "Les Souris, Bellevue" in page(manager, "/place/network/")
    decide("suspend", agent, approver, from_on=today.isoformat(), criteria=["1"], reason="Des leçons ont été facturées.")
    assert "Label suspendu depuis" in page(manager, "/place/")
    assert not PlaceAcceptance.objects.filter(programme_id=net.programme_id, until_on__gt=today).exists()
    status, where = send(manager, f"/place/network/{file_id}/appeal/", text="C’était un don.", request_id=uuid4())
    assert (status, where) == (302, "/place/network/")
    assert "recours" in page(people["agent2"], "/operator/")
    status, text = send(agent, f"/operator/joining/{file_id}/prepare/uphold/", reason="Oui.", request_id=uuid4())
    assert status == 422 and "une autre personne" in text
    decide("uphold", people["agent2"], people["approver2"])
    assert "Votre recours est accepté" in page(manager, "/place/network/")
    assert "Label suspendu" not in page(manager, "/place/")
    assert "Vous êtes admis" in page_of_link(secret)


def page_of_link(secret: str) -> str:
    client = Client()
    client.get(f"{FILE}ouvrir/{secret}/")
    return page(client, FILE)


def test_terms_are_published_by_the_administrator(person_with) -> None:
    _person, operator_id, email = person_with("OPERATOR_ADMIN")
    programme_id = programme(operator_id, first_day=legal_day(timezone.now()))
    admin = sign_in(Client(), email)
    text = page(admin, f"/operator/joining/terms/{programme_id}/publish/")
    assert "Apprendre à des débutants" in text
    said = {
        "criteria": "Un\nDeux\n\nTrois",
        "charter": "Oui.",
        "answer_days": 10,
        "completion_days": 20,
        "appeal_days": 30,
        "label_months": 12,
    }
    assert send(admin, f"/operator/joining/terms/{programme_id}/publish/", **said, request_id=uuid4())[0] == 302
    assert "Version 1" in page(admin, f"/operator/joining/terms/{programme_id}/")
    status, _text = send(admin, f"/operator/joining/terms/{programme_id}/publish/", **{**said, "appeal_days": 3}, request_id=uuid4())
    assert status == 422


def test_the_state_labels_an_operator_by_two_officers(person_with) -> None:
    _person, operator_id, email = person_with("OPERATOR_ADMIN")
    _first, state_id, first = person_with("STATE_OFFICER")
    _second, _state, second = person_with("STATE_OFFICER", organisation_id=state_id)
    admin, officer, other = sign_in(Client(), email), sign_in(Client(), first), sign_in(Client(), second)
    assert "Aucun label demandé" in page(admin, "/operator/label/")
    asked = {"level": "VOUCHERS", "statement": "Des chèques pour apprendre, argent cantonné.", "request_id": uuid4()}
    assert send(admin, "/operator/label/request/", **asked)[0] == 302
    with acting_as_everything(why="its number"):
        (label,) = parties.operator_labels(day=legal_day(timezone.now()))
    assert "demande un label" in page(officer, "/state/")
    path = f"/state/labels/{label.id}/"
    today = legal_day(timezone.now())
    said = {"act": "GRANT", "reason": "Conforme.", "from_on": today.isoformat(), "until_on": (today + timedelta(days=1000)).isoformat()}
    status, text = send(officer, f"{path}prepare/", **said, request_id=uuid4())
    assert status == 422 and "référence de l’arrêté" in text
    assert send(officer, f"{path}prepare/", **said, order_reference="Arrêté du 3 mars 2026", request_id=uuid4())[0] == 302
    assert "une autre personne de votre service" in page(officer, path)
    assert send(officer, f"{path}take/", request_id=uuid4())[0] == 422
    assert path in page(other, "/approvals/")
    page(other, f"{path}take/")
    assert send(other, f"{path}take/", request_id=uuid4())[0] == 302
    held = parties.label_in_force(operator_id, today)
    assert held is not None and held.order_reference == "Arrêté du 3 mars 2026"
    assert parties.label_in_force(operator_id, today + timedelta(days=1001)) is None
    text = page(Client(), "/labels/")
    assert "Organisation OPERATOR_ADMIN" in text and "accordé" in text
    said = {"act": "WITHDRAW", "reason": "Comptes non publiés.", "from_on": today.isoformat(), "order_reference": "Arrêté du 9"}
    assert send(other, f"{path}prepare/", **said, request_id=uuid4())[0] == 302
    assert send(officer, f"{path}take/", request_id=uuid4())[0] == 302
    assert parties.label_in_force(operator_id, today) is None
    assert "retiré" in page(Client(), "/labels/")
    assert "Comptes non publiés." in page(admin, "/operator/label/")
    answer = Client().get("/api/v1/labels").json()
    assert [each["state"] for each in answer["operators"]] == ["withdrawn"]


def test_an_operator_never_makes_a_state_officer(person_with) -> None:
    _person, operator_id, email = person_with("OPERATOR_ADMIN")
    state_id = parties_writes.create_organisation(
        name="Service de l’État", kinds=["STATE"], is_simulated=True, registered_by=operator_id,
        actor=Network(operator_id, 0, timezone.now()).person(1, "OPERATOR_ADMIN"), request_id=uuid4(), at=timezone.now(),
    )  # fmt: skip
    admin = sign_in(Client(), email)
    status, _text = send(admin, f"/members/{state_id}/", email="a@example.org", role="STATE_OFFICER", request_id=uuid4())
    assert status == 422


def test_a_head_hands_on_without_losing_anybody(person_with) -> None:
    _head, _organisation, email = person_with("PLACE_MANAGER")
    manager = sign_in(Client(), email)
    assert send(manager, "/place/network/hand-on/", display_name="Lou Neuve", email="lou@example.org", request_id=uuid4())[0] == 302
    assert "est invité à prendre la suite" in page(manager, "/place/network/")
    with acting_as_everything(why="read the letter"):
        secret = Notice.objects.filter(kind="parties.invitation").order_by("-id").first().context["secret"]
    assert page(manager, "/place/")  # still in
    status, _where = send(
        Client(), f"/invitation/{secret}/", display_name="Lou Neuve", password="une phrase bien assez longue",
        again="une phrase bien assez longue", request_id=uuid4(),
    )  # fmt: skip
    assert status == 302
    assert manager.get("/place/").status_code == 403
    assert sign_in(Client(), "lou@example.org", password="une phrase bien assez longue").get("/place/").status_code == 200


def test_a_head_that_is_gone_is_replaced_on_a_document_by_two_people(person_with) -> None:
    _admin, operator_id, _email = person_with("OPERATOR_ADMIN")
    _agent, _operator, agent_email = person_with("OPERATOR_AGENT", organisation_id=operator_id)
    _approver, _operator, approver_email = person_with("APPROVER", organisation_id=operator_id)
    organisation_id = parties_writes.create_organisation(
        name="Les Souris", kinds=["PLACE_OPERATOR"], is_simulated=True, registered_by=operator_id,
        actor=Network(operator_id, 0, timezone.now()).person(1, "OPERATOR_ADMIN"), request_id=uuid4(), at=timezone.now(),
    )  # fmt: skip
    person_with("PLACE_MANAGER", organisation_id=organisation_id)
    agent, approver = sign_in(Client(), agent_email), sign_in(Client(), approver_email)
    assert "Changer le responsable" in page(agent, f"/operator/organisations/{organisation_id}/")
    path = f"/operator/organisations/{organisation_id}/head/"
    page(agent, path)
    said = {"display_name": "Lou Neuve", "email": "lou@example.org", "reason": "Procès-verbal de l’assemblée du 3 mars."}
    bad = SimpleUploadedFile("pv.pdf", b"not a paper", "application/pdf")
    assert send(agent, path, **said, document=bad, request_id=uuid4())[0] == 422
    good = SimpleUploadedFile("pv.pdf", paper(), "application/pdf")
    status, where = send(agent, path, **said, document=good, request_id=uuid4())
    assert status == 302
    assert "une autre personne doit décider" in page(agent, where)
    assert where in page(approver, "/approvals/")
    assert approver.get(f"{where}document/")["Content-Disposition"].startswith("attachment")
    page(approver, f"{where}approve/")
    assert send(approver, f"{where}approve/", request_id=uuid4())[0] == 302
    assert "invitation envoyée" in page(approver, where)
    with acting_as_everything(why="read the letter, then the timer"):
        secret = Notice.objects.filter(kind="parties.invitation").order_by("-id").first().context["secret"]
        assert parties_writes.forget_head_documents(at=timezone.now() + timedelta(days=400)) == 0  # not done yet
    said = {"display_name": "Lou Neuve", "password": "une phrase bien assez longue", "again": "une phrase bien assez longue"}
    assert send(Client(), f"/invitation/{secret}/", **said, request_id=uuid4())[0] == 302
    with acting_as_everything(why="the timer"):
        assert parties_writes.forget_head_documents(at=timezone.now() + timedelta(days=364)) == 0
        assert parties_writes.forget_head_documents(at=timezone.now() + timedelta(days=366)) == 1
    assert approver.get(f"{where}document/").status_code == 404


def test_a_forgotten_file_is_not_opened(net: Network) -> None:
    client = begun(net)
    with acting_as_everything(why="the timer"):
        assert operations.forget_joining_files(at=net.at + timedelta(days=200)) == 1
        assert JoiningFile.objects.get().sealed_answers is None
    assert client.get(FILE).status_code == 404
