"""The first hour: the first administrator, then what is left to do; by screen."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.models import Person
from tests.web.conftest import PASSWORD, PROGRAM, SECRET, sign_in

pytestmark = pytest.mark.django_db
SIRET = "24440040400129"  # Nantes Métropole
MAUGES = "22440002800011"


def first_form(**more: str) -> dict[str, str]:
    return {
        "request_id": str(uuid4()), "organisation_name": "Nantes Métropole", "siret": SIRET, "rna": "", "display_name": "Camille Martin",
        "email": "camille@example.org", "password": PASSWORD, "again": PASSWORD,
    } | more  # fmt: skip


def enter() -> Client:
    """The first administrator, signed in with a second factor."""
    client = Client()
    assert client.post("/setup/", first_form()).status_code == 302
    with acting_as_everything(why="a test"):
        person_id = Person.objects.get(email="camille@example.org").id
    operations.set_second_factor(person_id=person_id, secret=SECRET, actor=PROGRAM, request_id=uuid4(), at=timezone.now())
    return sign_in(client, "camille@example.org")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"siret": "24440040400120"}, "SIRET"),
        ({"siret": ""}, "SIRET"),
        ({"password": "court", "again": "court"}, "12"),
        ({"again": "une autre phrase"}, "même mot de passe"),
    ],
)
def test_a_first_account_that_cannot_be_is_refused_on_its_field(more: dict[str, str], said: str) -> None:
    answer = Client().post("/setup/", first_form(**more))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not parties.is_initialised()


def test_the_first_page_opens_once(client: Client) -> None:
    assert "/setup/" in client.get("/").content.decode()
    assert client.get("/setup/").status_code == 200
    administrator = enter()
    assert client.post("/setup/", first_form(email="intruder@example.org"))["Location"] == "/setup/steps/"
    with acting_as_everything(why="a test"):
        assert Person.objects.count() == 1
    assert client.get("/setup/steps/")["Location"].startswith("/sign-in/")
    assert administrator.get("/setup/")["Location"] == "/setup/steps/"


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}])
def test_the_first_to_come_from_elsewhere_does_not_own_the_installation(elsewhere: dict[str, str]) -> None:
    assert Client(**elsewhere).get("/setup/").status_code == 404
    assert Client(**elsewhere).post("/setup/", first_form()).status_code == 404
    assert not parties.is_initialised()


def test_the_list_follows_what_exists_and_the_specimen_prints() -> None:
    client = enter()
    page = client.get("/setup/steps/").content.decode()
    assert "2 étapes faites sur 8" in page
    assert "Créer un programme" in page
    new = {
        "request_id": str(uuid4()), "name": "Mauges Communauté", "siret": MAUGES, "rna": "", "kinds": ["FUNDER"], "contact_email": "",
        "contact_phone": "", "city": "",
    }  # fmt: skip
    wrong = client.post("/operator/organisations/new/?kind=FUNDER", new | {"siret": "123"})
    assert wrong.status_code == 422
    assert client.post("/operator/organisations/new/", new).status_code == 302
    assert "Mauges Communauté" in client.get("/operator/organisations/").content.decode()

    from tests.web.test_operator_programmes import create

    programme_id = create(client)
    assert "4 étapes faites sur 8" in client.get("/setup/steps/").content.decode()
    specimen = client.get(f"/setup/specimen/{programme_id}.pdf")
    assert b"".join(specimen.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert funding.programme(programme_id).terms.name == "Pass de Nantes"


def test_a_file_invites_people_and_brings_their_organisations_in() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = enter()
    lines = (
        "email;nom;siret;role;organisation\r\n"
        f"lou@example.org;Lou;{MAUGES};PRESCRIBER_LEAD;Mauges Communauté\r\n"
        "max@example.org;Max;12345678900012;PRESCRIBER;Faux SIRET\r\n"
        f"not-an-address;Ana;{MAUGES};PRESCRIBER;\r\n"
    )
    file = SimpleUploadedFile("people.csv", ("\ufeff" + lines).encode(), content_type="text/csv")
    assert client.get("/operator/people/import/").status_code == 200
    page = client.post("/operator/people/import/", {"request_id": str(uuid4()), "file": file}).content.decode()
    assert "1 personne invitée" in page
    assert "max@example.org" in page
    assert "not-an-address" in page
    assert parties.find_organisation(siret=MAUGES) is not None
    empty = SimpleUploadedFile("people.csv", b"a,b\n1,2\n", content_type="text/csv")
    assert client.post("/operator/people/import/", {"request_id": str(uuid4()), "file": empty}).status_code == 422
