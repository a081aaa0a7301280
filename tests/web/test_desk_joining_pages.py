"""An association becomes a desk by a link, signs, trains, and leaves; what the operator's two people see and do of it."""

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

from carnet.distribution import queries
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.desks import keep_desks
from carnet.kernel.periods import legal_day
from carnet.notices.models import Notice
from tests.distribution.desks import PEOPLE, POINT, WHO, DeskNetwork
from tests.distribution.test_joining_rules import FILE as DESKS_FILE
from tests.factories.campaign import programme
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db

START, FILE = "/devenir-guichet/", "/devenir-guichet/dossier/"
Person = Callable[..., tuple[int, int, str]]


@pytest.fixture
def net(person_with: Person) -> DeskNetwork:
    _person, operator_id, _email = person_with("OPERATOR_ADMIN")
    cache.clear()
    first_day = legal_day(timezone.now()) - timedelta(days=30)
    return DeskNetwork(programme(operator_id, first_day=first_day), operator_id, timezone.now()).publish()


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def send(client: Client, path: str, **said: object) -> tuple[int, str]:
    answer = client.post(path, {"request_id": uuid4()} | said)
    return answer.status_code, answer["Location"] if answer.status_code == 302 else answer.content.decode()


def staff(net: DeskNetwork, person_with: Person, role: str = "OPERATOR_ADMIN") -> Client:
    return come_in(Client(), person_with(role, organisation_id=net.operator_id)[2])


def begun(net: DeskNetwork) -> Client:
    """A browser that has opened the link of its letter."""
    client = Client()
    assert send(client, f"{START}{net.slug}/", email="ana@example.org")[0] == 200
    with acting_as_everything(why="read the letter"):
        secret = Notice.objects.filter(kind="distribution.desk-file-link").latest("id").context["secret"]
    assert send(client, f"{START}{net.slug}/", email="pas une adresse")[0] == 422
    opened = client.get(f"{FILE}ouvrir/{secret}/")
    assert (opened.status_code, opened["Location"]) == (302, FILE)
    assert opened.cookies["desk"]["httponly"] and opened.cookies["desk"]["path"] == START
    assert secret not in page(client, FILE)
    return client


def admitted(net: DeskNetwork, person_with: Person) -> tuple[int, Client]:
    """A desk, and its stock lead at its screens."""
    organisation_id = net.admitted()
    return organisation_id, come_in(Client(), person_with("PRESCRIBER_LEAD", organisation_id=organisation_id)[2])


def test_what_a_desk_signs_is_public_and_a_stranger_link_opens_nothing(net: DeskNetwork) -> None:
    client = Client()
    assert "Lire et commencer" in page(client, START)
    text = page(client, f"{START}{net.slug}/")
    assert "Le mandant confie au mandataire" in text and "Ne rien écrire de la personne" in text
    assert "ce lien n’ouvre rien" in page(client, f"{FILE}ouvrir/inconnu/", 404).lower()
    assert client.get(FILE)["Location"] == START
    assert "ne prend pas de nouveau guichet" in page(client, f"{START}nulle-part/", 404)
    assert send(client, f"{START}{net.slug}/lien/", email="nobody@example.org")[0] == 200


def test_an_application_is_written_with_wrong_clicks_then_sent(net: DeskNetwork) -> None:
    client = begun(net)
    status, text = send(client, f"{FILE}structure/", **WHO | {"number": "12", "postcode": "4"})
    assert status == 422 and "cinq chiffres" in text
    assert send(client, f"{FILE}structure/", **WHO) == (302, f"{FILE}points/")
    assert send(client, f"{FILE}points/") == (302, f"{FILE}points/nouveau/")
    assert 'value="Les Voisins"' in page(client, f"{FILE}points/nouveau/")
    status, text = send(client, f"{FILE}points/nouveau/", **POINT | {"hours": "quand je peux", "is_listed": "on", "age_from": "16"})
    assert status == 422 and f'action="{FILE}points/1/"' in text
    fixed = POINT | {"is_listed": "on", "languages": ["ar"], "communes": "Nantes, Rezé"}
    assert send(client, f"{FILE}points/1/", **fixed) == (302, f"{FILE}points/")
    text = page(client, f"{FILE}points/")
    assert "Bottière" in text and "habitants de Nantes, Rezé" in text and "Arabe" in text
    assert "Bottière" in page(client, f"{FILE}points/1/")
    assert "Il reste à compléter" in page(client, f"{FILE}envoyer/")
    assert send(client, f"{FILE}responsable/", **PEOPLE) == (302, f"{FILE}envoyer/")
    assert send(client, f"{FILE}envoyer/") == (302, FILE)
    text = page(client, FILE)
    assert "attend une réponse" in text and "Ana Roy" in text
    assert client.get(f"{FILE}structure/")["Location"] == FILE
    assert send(client, f"{FILE}reprendre/")[0] == 302
    assert send(client, f"{FILE}points/1/retirer/")[0] == 302
    assert "Ajouter un point d’accueil" in page(client, f"{FILE}points/")
    assert send(client, f"{FILE}abandonner/") == (302, FILE)
    assert "abandonné" in page(client, FILE)
    assert send(client, f"{FILE}quitter/") == (302, START)
    assert client.get(FILE)["Location"] == START


def test_two_people_of_the_operator_admit_it(net: DeskNetwork, person_with: Person) -> None:
    file_id = net.sent()
    first, second = staff(net, person_with, "OPERATOR_AGENT"), staff(net, person_with)
    assert "demande à être guichet" in page(first, "/operator/")
    assert "Les Voisins" in page(first, "/operator/desks/joining/")
    path = f"/operator/desks/joining/files/{file_id}/"
    assert "Bottière" in page(first, path)
    assert send(first, f"{path}prepare/admit/", reason="")[0] == 422
    assert send(first, f"{path}prepare/admit/", reason="Dossier complet.") == (302, path)
    with acting_as_everything(why="find the decision"):
        decision = queries.desk_file(file_id, actor=net.staff(901), at=net.at).prepared
    assert decision is not None
    at_decision = f"/operator/desks/joining/decisions/{decision.id}/"
    assert "une autre personne doit la prendre" in page(first, at_decision)
    assert first.post(f"{at_decision}take/", {"request_id": uuid4()}).status_code == 403
    assert "Prendre cette décision" in page(second, at_decision)
    assert "Décider d’un guichet" in page(second, reverse("accounts:approvals"))
    assert send(second, f"{at_decision}take/") == (302, path)
    assert "Voir le guichet" in page(second, path)


class TestADesksOwnPages:
    def test_its_home_page_says_what_is_missing_in_order_and_it_signs(self, net: DeskNetwork, person_with: Person) -> None:
        organisation_id, lead = admitted(net, person_with)
        home = page(lead, "/prescriber/")
        assert home.index("La convention") < home.index("La formation") and "Vos remises sont refusées" in home
        at_part = f"/prescriber/part/{net.programme_id}/"
        assert lead.get("/prescriber/part/")["Location"] == at_part
        assert "Lire et signer" in page(lead, at_part)
        text = page(lead, f"{at_part}sign/mandate/")
        assert "Article 1. Les carnets sont des valeurs." in text and "régisseur" not in text
        assert send(lead, f"{at_part}sign/mandate/", version=1, signer_title="Présidente")[0] == 422
        assert send(lead, f"{at_part}sign/regie/", version=1, signer_title="Maire", is_read="on")[0] == 422
        assert send(lead, f"{at_part}sign/mandate/", version=1, signer_title="Présidente", is_read="on") == (302, at_part)
        assert "attend le programme" in page(lead, at_part)
        second = staff(net, person_with)
        assert "convention de guichet à signer" in page(second, "/operator/")
        (waiting,) = self._waiting(net)
        at_agreement = f"/operator/desks/joining/agreements/{waiting.id}/"
        assert "Présidente" in page(second, at_agreement)
        assert send(second, f"{at_agreement}sign/")[0] == 302
        assert "en vigueur" in page(lead, at_part)
        assert "Article 1" in page(lead, f"/prescriber/agreements/{waiting.id}/")
        assert "en vigueur" in page(second, f"/operator/desks/joining/{net.programme_id}/{organisation_id}/")

    @staticmethod
    def _waiting(net: DeskNetwork) -> Any:
        with acting_as_everything(why="find what waits"):
            return queries.agreements_waiting(net.programme_id)

    def test_one_sent_back_says_why_on_the_desks_page(self, net: DeskNetwork, person_with: Person) -> None:
        organisation_id, lead = admitted(net, person_with)
        agreement_id, second = net.signed(organisation_id), staff(net, person_with)
        path = f"/operator/desks/joining/agreements/{agreement_id}/send-back/"
        assert send(second, path, reason="Il manque la délégation.")[0] == 302
        assert "Il manque la délégation." in page(lead, f"/prescriber/part/{net.programme_id}/")

    def test_it_keeps_its_points_and_ticks_its_training(self, net: DeskNetwork, person_with: Person) -> None:
        organisation_id, lead = admitted(net, person_with)
        at_part = f"/prescriber/part/{net.programme_id}/"
        status, text = send(lead, f"{at_part}points/new/", **POINT | {"commune": "Trifouilly", "is_listed": "on"})
        assert status == 422 and "Trifouilly" in text
        assert send(lead, f"{at_part}points/new/", **POINT | {"name": "Malakoff", "is_listed": "on"}) == (302, at_part)
        point = next(each for each in net.desk(organisation_id).points if each.name == "Malakoff")
        assert 'value="Malakoff"' in page(lead, f"{at_part}points/{point.id}/")
        assert send(lead, f"{at_part}points/{point.id}/", **POINT | {"name": "Malakoff Sud"}) == (302, at_part)
        changed = next(each for each in net.desk(organisation_id).points if each.id == point.id)
        assert (changed.name, changed.is_listed) == ("Malakoff Sud", False)
        assert send(lead, f"{at_part}points/{point.id}/close/") == (302, at_part)
        assert "Malakoff" not in page(lead, at_part)
        assert send(lead, f"{at_part}training/", item="guide", done="1")[0] == 302
        assert "Fait : Prescriber_Lead" in page(lead, at_part)
        assert send(lead, f"{at_part}training/", item="guide", done="0")[0] == 302
        assert "C’est fait" in page(lead, at_part)
        operator = staff(net, person_with, "OPERATOR_AGENT")
        at_desk = f"/operator/desks/joining/{net.programme_id}/{organisation_id}/"
        assert send(operator, f"{at_desk}points/new/", **POINT | {"name": "Chantenay", "is_listed": "on"}) == (302, at_desk)
        kept = next(each for each in net.desk(organisation_id).points if each.name == "Chantenay")
        assert send(operator, f"{at_desk}points/{kept.id}/", **POINT | {"name": "Chantenay Nord"})[0] == 302
        assert send(operator, f"{at_desk}points/{kept.id}/close/") == (302, at_desk)

    def test_it_is_suspended_by_two_people_and_leaves_with_nothing_left(self, net: DeskNetwork, person_with: Person) -> None:
        organisation_id, lead = admitted(net, person_with)
        at_part, at_desk = f"/prescriber/part/{net.programme_id}/", f"/operator/desks/joining/{net.programme_id}/{organisation_id}/"
        first, second = staff(net, person_with, "OPERATOR_AGENT"), staff(net, person_with)
        assert send(first, f"{at_desk}prepare/suspend/", reason="Des carnets ont été vendus.") == (302, at_desk)
        with acting_as(net.staff(901)):
            decision = queries.desk(**net.about(organisation_id), actor=net.staff(901), at=net.at).prepared
        assert decision is not None
        assert send(second, f"/operator/desks/joining/decisions/{decision.id}/take/") == (302, at_desk)
        assert "Des carnets ont été vendus." in page(lead, at_part) and "Rétablir" in page(first, at_desk)
        assert send(lead, f"{at_part}leave/") == (302, at_part)
        assert "Rester finalement" in page(lead, at_part)
        assert send(lead, f"{at_part}stay/") == (302, at_part)
        assert send(lead, f"{at_part}leave/") == (302, at_part)
        assert send(first, f"{at_desk}finish/") == (302, "/operator/desks/joining/")
        assert lead.get(at_part).status_code >= 400

    def test_the_timer_reminds_and_lapses(self, net: DeskNetwork, person_with: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        organisation_id, _lead = admitted(net, person_with)
        net.agreed(organisation_id)
        for days, kind in ((340, "distribution.agreement-ends"), (366, "distribution.agreement-lapsed")):
            at = net.at + timedelta(days=days)
            monkeypatch.setattr(timezone, "now", lambda at=at: at)
            for _twice in range(2):
                keep_desks(timestamp=0)
            with acting_as_everything(why="read the letters"):
                assert Notice.objects.filter(kind=kind, to_organisation_id=organisation_id).count() == 1


def test_a_file_of_desks_is_shown_line_by_line_before_two_people_take_it(net: DeskNetwork, person_with: Person) -> None:
    first, second = staff(net, person_with, "OPERATOR_AGENT"), staff(net, person_with)
    path = f"/operator/desks/joining/import/{net.programme_id}/"
    assert "numero, nom, forme" in page(first, path)
    model = first.get("/operator/desks/joining/import/model.csv").content
    assert send(first, path, file=SimpleUploadedFile("vide.csv", b"nom\nA\n"))[0] == 422
    status, report = send(first, path, file=SimpleUploadedFile("guichets.csv", DESKS_FILE.encode()))
    assert status == 302
    text = page(first, report)
    assert "déjà là" not in page(first, report).split("Lignes du fichier")[1] and "à corriger" in text
    assert "Une autre ligne du même numéro est à corriger." in text and "courriel : Cette adresse" in text
    assert "à corriger" in first.get(f"{report}lines.csv").content.decode()
    assert send(first, path, file=SimpleUploadedFile("encore.csv", DESKS_FILE.encode())) == (302, report)
    assert send(first, f"{report}prepare/", reason="Liste du CCAS.") == (302, report)
    with acting_as(net.staff(901)):
        decision = queries.desk_import(int(report.split("/")[-2]), actor=net.staff(901)).decision
    assert decision is not None
    assert send(second, f"/operator/desks/joining/decisions/{decision.id}/take/") == (302, report)
    assert "Ces guichets sont admis." in page(first, report)
    assert "Les Voisins" in page(first, "/operator/desks/joining/")
    status, of_model = send(first, path, file=SimpleUploadedFile("modele.csv", model))
    assert status == 302 and "2" in page(first, of_model), "our own model is read back"
    assert send(first, f"{of_model}drop/") == (302, "/operator/desks/joining/")


def test_the_operator_publishes_what_its_desks_sign(net: DeskNetwork, person_with: Person) -> None:
    admin = staff(net, person_with)
    path = f"/operator/desks/joining/texts/{net.programme_id}/"
    assert "Convention de régie, version 1" in page(admin, path)
    assert "Le mandant confie" in page(admin, f"{path}mandate/")
    assert send(admin, f"{path}mandate/", text="Nouveau texte.", months=0)[0] == 422
    assert send(admin, f"{path}mandate/", text="Nouveau texte.", months=10) == (302, path)
    assert "version 2" in page(admin, path)
    assert admin.get(f"{path}autre/").status_code == 404
