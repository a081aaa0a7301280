"""A structure asks by a link and a code; two people of the operator answer; its lead trains, stops and counts; a helper accepts the terms."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.structures import forget_structure_files
from carnet.journal.models import Line
from carnet.kernel.periods import legal_day
from carnet.mandates.models import HelperFile, StructureFile, TrainingSession
from carnet.mandates.queries import habilitation as queries
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.web.operator.structures._files import without_request
from tests.factories.campaign import programme
from tests.mandates.habilitation import HELPER, LEAD, PROMISES, WHO, Habilitation, paper
from tests.web.conftest import PROGRAM, come_in

pytestmark = pytest.mark.django_db

START, FILE = "/devenir-structure/", "/devenir-structure/dossier/"
Person = Callable[..., tuple[int, int, str]]


@pytest.fixture
def world(person_with: Person) -> Habilitation:
    _person, operator_id, _email = person_with("OPERATOR_ADMIN")
    cache.clear()
    first_day = legal_day(timezone.now()) - timedelta(days=30)
    return Habilitation(programme(operator_id, first_day=first_day), operator_id, timezone.now()).publish()


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def send(client: Client, path: str, **said: object) -> tuple[int, str]:
    answer = client.post(path, {"request_id": uuid4()} | said)
    return answer.status_code, answer["Location"] if answer.status_code == 302 else answer.content.decode()


def staff(world: Habilitation, person_with: Person, role: str = "OPERATOR_ADMIN") -> Client:
    return come_in(Client(), person_with(role, organisation_id=world.operator_id)[2])


def lead_of(organisation_id: int, person_with: Person) -> Client:
    return come_in(Client(), person_with("HELPER_LEAD", organisation_id=organisation_id)[2])


def letter() -> dict[str, Any]:
    with acting_as_everything(why="read the letter"):
        found: dict[str, Any] = Notice.objects.filter(kind="mandates.structure-link").latest("id").context
    return found


class TestAsking:
    def test_the_link_opens_it_and_so_do_the_number_and_the_code(self, world: Habilitation) -> None:
        client = Client()
        assert "Lire et commencer" in page(client, START)
        assert "Il ne garde aucun mot de passe" in page(client, f"{START}{world.slug}/")
        assert "ne prend pas de nouvelle structure" in page(client, f"{START}nulle-part/", 404)
        assert send(client, f"{START}{world.slug}/", email="ana@example.org")[0] == 200
        assert client.get(FILE)["Location"] == START
        told = letter()
        opened = client.get(f"{FILE}ouvrir/{told['secret']}/")
        assert (opened.status_code, opened["Location"]) == (302, FILE)
        assert opened.cookies["structure"]["httponly"] and told["secret"] not in page(client, FILE)
        assert send(client, f"{FILE}quitter/") == (302, START)
        other = Client()
        status, text = send(other, f"{START}reprendre/", number=told["number"], code="K7FM-42PX")
        assert status == 422 and "n’ouvrent aucune demande" in text
        assert "n’est pas complet" in send(other, f"{START}reprendre/", number="K7FM", code=told["code"])[1]
        assert send(other, f"{START}reprendre/", number=told["number"].lower(), code=told["code"].lower()) == (302, FILE)
        assert told["number"] in page(other, FILE)
        assert "n’ouvre rien" in page(Client(), f"{FILE}ouvrir/inconnu/", 404)

    def test_who_guesses_is_slowed_down(self, world: Habilitation) -> None:
        client, number = Client(), queries.structure_file_of_key(world.draft(), at=world.at).number
        statuses = [send(client, f"{START}reprendre/", number=number, code="A" * 16)[0] for _try in range(22)]
        assert statuses[0] == 422 and statuses[-1] == 429
        cache.clear()

    def test_it_is_written_with_wrong_clicks_then_sent(self, world: Habilitation) -> None:
        client = Client()
        assert send(client, f"{START}{world.slug}/", email="ana@example.org")[0] == 200
        client.get(f"{FILE}ouvrir/{letter()['secret']}/")
        status, text = send(client, f"{FILE}structure/", **WHO | {"number": "12", "form": "ASSOCIATION"})
        assert status == 422 and "SIRET" in text
        assert send(client, f"{FILE}structure/", **WHO | {"form": "ASSOCIATION"}) == (302, f"{FILE}referent/")
        assert send(client, f"{FILE}referent/", **LEAD) == (302, f"{FILE}aidants/")
        assert send(client, f"{FILE}aidants/") == (302, f"{FILE}aidants/nouveau/")
        status, text = send(client, f"{FILE}aidants/nouveau/", **HELPER | {"position": "VOLUNTEER"})
        assert status == 422 and "Seul un salarié" in text and f'action="{FILE}aidants/1/"' in text
        text = page(client, f"{FILE}envoyer/")
        assert "Les aidants · Sam Petit · Statut" in text and "Les engagements · Votre délégué à la protection des données" in text
        status, text = send(client, f"{FILE}aidants/1/", **HELPER | {"email": LEAD["lead_email"].upper()})
        assert status == 422 and "celle du référent" in text
        assert send(client, f"{FILE}aidants/1/", **HELPER) == (302, f"{FILE}aidants/")
        assert "Sam Petit" in page(client, f"{FILE}aidants/") and 'value="Sam Petit"' in page(client, f"{FILE}aidants/1/")
        assert "Aucun élu" in page(client, f"{FILE}engagements/")
        status, text = send(client, f"{FILE}engagements/", **PROMISES | {"codes": ["dpo"]})
        assert status == 422 and "cochez-les tous" in text
        assert send(client, f"{FILE}engagements/", **PROMISES) == (302, f"{FILE}documents/")
        assert "manque" in page(client, f"{FILE}documents/")
        assert "Les documents · Statuts" in page(client, f"{FILE}envoyer/")
        for kind in ("STATUTES", "MISSION"):
            assert send(client, f"{FILE}documents/", kind=kind, file=SimpleUploadedFile("a.pdf", paper()))[0] == 302
        assert send(client, f"{FILE}documents/", kind="OTHER", file=SimpleUploadedFile("a.pdf", b"rien"))[0] == 422
        assert "Relire et envoyer" in page(client, FILE)
        assert send(client, f"{FILE}envoyer/") == (302, FILE)
        assert "attend une réponse" in page(client, FILE) and client.get(f"{FILE}structure/")["Location"] == FILE
        assert send(client, f"{FILE}messages/", text="Bonjour.") == (302, FILE)
        assert send(client, f"{FILE}messages/", text="")[0] == 422
        assert "Bonjour." in page(client, FILE)
        assert send(client, f"{FILE}reprendre/")[0] == 302
        assert send(client, f"{FILE}aidants/1/retirer/")[0] == 302
        assert "Ajouter un aidant" in page(client, f"{FILE}aidants/")
        assert send(client, f"{FILE}abandonner/") == (302, FILE)
        assert "abandonnée" in page(client, FILE)


class TestAnswering:
    def test_two_people_admit_it_and_it_contests_what_it_finds_wrong(self, world: Habilitation, person_with: Person) -> None:
        key, file_id = world.sent()
        first, second = staff(world, person_with, "OPERATOR_AGENT"), staff(world, person_with)
        assert "structure d’aidants attend une réponse" in page(first, "/operator/")
        assert "Médiathèque de Vitré" in page(first, "/operator/structures/")
        path = f"/operator/structures/{file_id}/"
        assert "Sam Petit" in page(first, path)
        assert send(first, f"{path}write/", text="")[0] == 422
        assert send(first, f"{path}write/", text="Qui est votre DPO ?") == (302, path)
        assert send(first, f"{path}read/") == (302, path)
        assert send(first, f"{path}prepare/refuse/", reason="")[0] == 422
        assert send(first, f"{path}prepare/refuse/", reason="Le lieu n’est pas ouvert.") == (302, path)
        with acting_as_everything(why="find the decision"):
            decision = queries.structure_file(file_id, actor=world.staff(901), at=world.at).prepared
        assert decision is not None
        at_decision = f"/operator/structures/decisions/{decision.id}/"
        assert "une autre personne doit la prendre" in page(first, at_decision)
        assert first.post(f"{at_decision}take/", {"request_id": uuid4()}).status_code == 403
        assert "Décider d’une structure d’aidants" in page(second, reverse("accounts:approvals"))
        assert send(second, f"{at_decision}take/") == (302, path)
        client = Client()
        client.get(f"{FILE}ouvrir/{key}/")
        assert "Contester cette décision" in page(client, FILE)
        assert send(client, f"{FILE}recours/", text="")[0] == 422
        assert send(client, f"{FILE}recours/", text="Il ouvre le 3 mars.") == (302, FILE)
        assert client.get(f"{FILE}recours/")["Location"] == FILE
        third = staff(world, person_with)
        assert "Il ouvre le 3 mars." in page(third, path) and "Donner raison au recours" in page(third, path)
        for hand in (first, second):
            assert "une autre personne répond au recours" in page(hand, path) and "Donner raison au recours" not in page(hand, path)

    def test_whoever_prepared_a_decision_is_shown_no_button_to_take_it(self, world: Habilitation, person_with: Person) -> None:
        _key, file_id = world.sent()
        one, other = staff(world, person_with), staff(world, person_with)
        send(one, f"/operator/structures/{file_id}/prepare/refuse/", reason="Le lieu n’est pas ouvert.")
        with acting_as_everything(why="find the decision"):
            decision = queries.structure_file(file_id, actor=world.staff(901), at=world.at).prepared
        assert decision is not None
        for gesture in ("take", "set-aside"):
            address = f"/operator/structures/decisions/{decision.id}/{gesture}/"
            assert "une autre personne doit la prendre" in page(one, address) and "request_id" not in page(one, address)
            assert "request_id" in page(other, address)
        assert send(other, f"/operator/structures/decisions/{decision.id}/take/") == (302, f"/operator/structures/{file_id}/")
        for gesture in ("take", "set-aside"):  # come back to by the browser's arrow
            answer = other.get(f"/operator/structures/decisions/{decision.id}/{gesture}/")
            assert answer.status_code == 302 and answer["Location"] == f"/operator/structures/decisions/{decision.id}/"

    def test_a_question_asked_before_sending_is_read(self, world: Habilitation, person_with: Person) -> None:
        key, agent, client = world.draft(), staff(world, person_with, "OPERATOR_AGENT"), Client()
        assert "Médiathèque de Vitré" not in page(agent, "/operator/structures/")
        client.get(f"{FILE}ouvrir/{key}/")
        assert send(client, f"{FILE}messages/", text="Quels statuts envoyer ?") == (302, FILE)
        assert "structure d’aidants attend une réponse" in page(agent, "/operator/")
        text = page(agent, "/operator/structures/")
        assert "Médiathèque de Vitré" in text and "message à lire" in text
        path = re.search(r'"(/operator/structures/\d+/)"', text)
        assert path is not None and "Quels statuts envoyer" in page(agent, path[1])
        assert send(agent, f"{path[1]}write/", text="Ceux qui sont signés.") == (302, path[1])
        assert "Ceux qui sont signés." in page(client, FILE)

    def test_a_structure_admitted_without_a_request_is_counted_and_named(self, world: Habilitation, person_with: Person) -> None:
        organisation_id, agent = world.admitted(), staff(world, person_with, "OPERATOR_AGENT")
        assert "sans demande sur ce site" not in page(agent, "/operator/structures/")
        with acting_as_everything(why="name the structure"):
            (row,) = without_request({organisation_id}, {organisation_id: (3, 2)}).rows
        assert (row[0], row[2]) == ("Médiathèque de Vitré", "2 sur 3")  # type: ignore[index]

    def test_a_programme_of_mandates_is_asked_for_no_funder_and_no_desk(self, world: Habilitation, person_with: Person) -> None:
        admin, asked = staff(world, person_with), ("n’a pas de financeur", "Aucun guichet ne peut remettre")
        before = page(admin, "/operator/")
        assert asked[0] in before
        world.admitted()
        after = page(admin, "/operator/")
        assert not [words for words in asked if words in after]

    def test_a_paper_is_saved_never_shown_and_terms_have_versions(self, world: Habilitation, person_with: Person) -> None:
        admin = staff(world, person_with)
        path = f"/operator/structures/terms/{world.programme_id}/"
        assert "Version 1" in page(admin, path)
        assert send(admin, path, text="")[0] == 422
        assert send(admin, path, text="Article unique.") == (302, path)
        assert "Version 2" in page(admin, path)
        assert staff(world, person_with, "OPERATOR_AGENT").post(path, {"text": "x", "request_id": uuid4()}).status_code == 403

    def test_trainings_are_planned_changed_attended_and_tested(self, world: Habilitation, person_with: Person) -> None:
        organisation_id, agent = world.admitted(), staff(world, person_with, "OPERATOR_AGENT")
        (line,) = world.helpers(organisation_id)
        new = f"/operator/structures/trainings/{world.programme_id}/new/"
        day = legal_day(world.at) + timedelta(days=3)
        said = {
            "title": "Aider",
            "mode": "ON_SITE",
            "place": "1 rue du Bourg",
            "day": day.isoformat(),
            "begins": "09:00",
            "ends": "17:00",
            "seats": 2,
        }
        assert send(agent, new, **said | {"ends": "08:00"})[0] == 422
        status, path = send(agent, new, **said)
        assert status == 302 and "Personne n’est inscrit" in page(agent, path)
        assert "Aider" in page(agent, "/operator/structures/trainings/")
        session_id = int(path.rstrip("/").rpartition("/")[2])
        seat_id = world.seat(organisation_id, line.id, session_id)
        assert send(agent, f"{path}change/", **said | {"seats": 1, "title": "Aider mieux"}) == (302, path)
        assert "Aider mieux" in page(agent, path) and "Sam Petit" in page(agent, path)
        with acting_as_everything(why="the day has come"):
            TrainingSession.objects.filter(id=session_id).update(
                starts_at=world.at - timedelta(hours=2), ends_at=world.at + timedelta(hours=1)
            )
        assert send(agent, f"{path}seats/{seat_id}/", came="yes") == (302, path)
        assert send(agent, f"{path}tests/{line.id}/", score="beaucoup") == (302, path)
        assert send(agent, f"{path}tests/{line.id}/", score=40) == (302, path)
        assert "40 sur 100" in page(agent, path)
        assert send(agent, f"{path}tests/{line.id}/", score=80) == (302, path)
        assert "invitation envoyée" in page(agent, path)
        assert agent.get(f"{path}cancel/").status_code == 200


class TestTheLeadsSpace:
    def test_it_adds_books_stops_lets_back_and_counts(self, world: Habilitation, person_with: Person) -> None:
        organisation_id, session_id = world.admitted(), world.planned(seats=1)
        lead = lead_of(organisation_id, person_with)
        text = page(lead, "/helper/")
        assert "Vous agissez pour <strong>Médiathèque de Vitré</strong>" in text and "1 aidant à inscrire en formation" in text
        assert "Sam Petit" in page(lead, "/helper/team/")
        assert "Bénévole" not in page(lead, "/helper/team/add/")
        assert send(lead, "/helper/team/add/", name="Sam", email="sam@example.org", position="AGENT")[0] == 422
        status, path = send(lead, "/helper/team/add/", name="Lou Grand", email="lou@example.org", position="EMPLOYEE")
        assert status == 302 and "Réserver une place" in page(lead, path)
        assert send(lead, f"{path}trainings/{session_id}/") == (302, path)
        assert "formation réservée" in page(lead, path)
        other = f"/helper/team/{world.helpers(organisation_id)[1].id}/"
        assert send(lead, f"{other}trainings/{session_id}/") == (302, other)
        assert "Cette formation est complète" in page(lead, other)
        with acting_as_everything(why="find the seat"):
            seat_id = queries.helpers_of(organisation_id, actor=world.member(organisation_id, 950), at=world.at)[0].seat_id
        assert send(lead, f"{path}seats/{seat_id}/give-back/") == (302, path)
        assert send(lead, f"{path}stop/", reason="")[0] == 422
        assert send(lead, f"{path}stop/", reason="Changement de poste.") == (302, path)
        assert "arrêté" in page(lead, path)
        assert send(lead, f"{path}let-back/") == (302, path)
        assert send(lead, "/helper/team/families/")[0] == 422
        assert send(lead, "/helper/team/families/", families=["papers", "work"]) == (302, "/helper/team/")
        assert "Démarches faites, par famille" in page(lead, "/helper/team/figures/")
        assert send(lead, "/helper/team/programme/", text="Bonjour.") == (302, "/helper/team/programme/")
        assert "Votre structure est habilitée" in page(lead, "/helper/team/programme/")
        assert page(come_in(Client(), person_with("HELPER_LEAD")[2]), path, 404)

    def test_a_helper_reads_and_accepts_the_terms_for_one_structure(self, world: Habilitation, person_with: Person) -> None:
        organisation_id = world.admitted()
        person_id, _organisation, email = person_with("HELPER", organisation_id=organisation_id)
        client = come_in(Client(), email)
        assert "Il ne garde aucun mot de passe" in page(client, "/helper/terms/")
        assert send(client, "/helper/terms/", version=1)[0] == 422
        status, text = send(client, "/helper/terms/", version=1, is_read="on")
        assert status == 422 and "n’est pas de votre structure" in text
        with acting_as_everything(why="the helper of this account, trained and tested"):
            HelperFile.objects.filter(organisation_id=organisation_id).update(person_id=person_id, trained_at=world.at, passed_at=world.at)
        assert "acceptez les conditions" in page(client, "/helper/")
        assert send(client, "/helper/terms/", version=1, is_read="on") == (302, "/helper/")
        assert "Vous avez accepté cette version" in page(client, "/helper/terms/")
        assert client.get("/helper/team/").status_code == 403

    def test_whoever_helps_in_two_structures_says_which_and_it_is_recorded(self, world: Habilitation, person_with: Person) -> None:
        first = world.admitted()
        second = world.admitted(who=WHO | {"number": "21440109300015", "name": "Mairie de Nantes"}, email="bo@example.org")
        _person, _organisation, email = person_with("HELPER", organisation_id=first)
        with acting_as(organisation_ids=[second]):
            parties.enrol_member(
                organisation_id=second, email=email, display_name="Helper", role="HELPER", actor=PROGRAM, request_id=uuid4(), at=world.at
            )
        client = come_in(Client(), email)
        assert client.get("/helper/")["Location"].startswith("/account/organisation/")
        for organisation_id, name in ((first, "Médiathèque de Vitré"), (second, "Mairie de Nantes")):
            assert client.post("/account/organisation/", {"organisation": organisation_id, "next": "/helper/"})["Location"] == "/helper/"
            text = page(client, "/helper/")
            assert f"Vous agissez pour <strong>{name}</strong>" in text and "Changer de structure" in text
        with acting_as_everything(why="was it written?"):
            lines = Line.objects.filter(action="parties.organisation-switched").order_by("id")
            assert [(each.organisation_id, each.facts["from"]) for each in lines] == [(first, None), (second, first)]


def test_the_timer_forgets(world: Habilitation) -> None:
    key = world.draft()
    with acting_as_everything(why="long ago"):
        StructureFile.objects.update(changed_at=world.at - timedelta(days=200))
    forget_structure_files(0)
    client = Client()
    assert "n’ouvre rien" in page(client, f"{FILE}ouvrir/{key}/", 404)


@pytest.mark.django_db
def test_each_way_of_joining_is_found_from_the_others_and_from_the_first_page() -> None:
    visitor, ways = Client(), ("/rejoindre/", "/devenir-guichet/", "/devenir-structure/")
    for page in ("/", *ways):
        sent = visitor.get(page).content.decode()
        assert [way for way in ways if way != page and f'href="{way}"' not in sent] == [], page
