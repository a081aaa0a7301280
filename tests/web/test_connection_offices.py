"""The pages of landlords, internet providers and the operator: a file, an offer by two people, a home connected, an incident, the end."""

import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from carnet.connectivity.models import Connection, Home, Offer, Partner, Residence
from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM
from tests.factories.homes import Estate, estate
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import TODAY, Season, season  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

HEADER = "residence;nom;adresse;code_postal;ville;code_insee;logements;fibre;logement;porte\n"
LINE = "SAULES;Les Saules;3 rue des Saules;44300;Nantes;44109;20;oui;{home};{door}\n"


@pytest.fixture
def homes(season: Season) -> Estate:  # noqa: F811
    return estate(season.campaign)


@pytest.fixture
def landlord(season: Season, homes: Estate) -> Client:  # noqa: F811
    return season.enter("LANDLORD", homes.landlord_id)


@pytest.fixture
def provider(season: Season, homes: Estate) -> Client:  # noqa: F811
    return season.enter("PROVIDER", homes.provider_id)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def post(client: Client, page: str, /, **data: object) -> str:
    answer = client.post(page, {"request_id": uuid4(), **data}, follow=True)
    assert answer.status_code in (200, 422), (page, answer.status_code)
    return answer.content.decode()


def send(client: Client, content: bytes, name: str, programme_id: int) -> str:
    return post(client, reverse("landlord:bring-in"), programme=programme_id, file=SimpleUploadedFile(name, content))


def state_of(connection_id: int) -> str:
    with acting_as_everything(why="look"):
        return str(Connection.objects.get(id=connection_id).state)


def test_a_file_with_faults_names_each_line_and_writes_nothing(homes: Estate, landlord: Client) -> None:
    wrong = (
        HEADER
        + LINE.format(home="S-001", door="")
        + LINE.format(home="S-001", door="")
        + LINE.replace("44109", "4410").format(home="", door="")
    )
    shown = send(landlord, wrong.encode(), "estate.csv", homes.campaign.programme_id)
    assert "Rien n’a été gardé" in shown and "le même logement est déjà à la ligne 2" in shown and "la case est vide" in shown
    assert "code INSEE" in shown
    with acting_as_everything(why="look"):
        assert not Residence.objects.filter(reference="SAULES").exists()


def test_a_file_of_tenants_is_refused(homes: Estate, landlord: Client) -> None:
    shown = send(landlord, HEADER.replace("porte", "nom du locataire").encode(), "estate.csv", homes.campaign.programme_id)
    assert "parle de personnes" in shown


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_right_file_is_kept_whole_and_its_residence_changed(homes: Estate, landlord: Client, form: str) -> None:
    text = HEADER + "".join(LINE.format(home=f"S-00{rank}", door=f"porte {rank}") for rank in range(1, 4))
    shown = send(landlord, text.encode() if form == "csv" else workbook(text), f"estate.{form}", homes.campaign.programme_id)
    assert "Résidences : 1. Logements : 3, dont nouveaux : 3." in shown.replace("\u00a0", " ")
    with acting_as_everything(why="look"):
        row = Residence.objects.get(reference="SAULES", landlord_id=homes.landlord_id)
    page = reverse("landlord:residence", args=[row.id])
    assert "S-003" in text_of(landlord, page)
    shown = post(
        landlord, reverse("landlord:residence-change", args=[row.id]), name="Les Grands Saules", address=row.address, dwelling_count=25,
        fibre="no", place=homes.campaign.place_id,
    )  # fmt: skip
    assert "Les Grands Saules" in shown and "Médiathèque" in shown
    with acting_as_everything(why="look"):
        home_id = Home.objects.get(residence=row, reference="S-002").id
    assert "S-002 (porte 2)" in text_of(landlord, reverse("landlord:home-end", args=[home_id])), "the page says which home"
    assert landlord.get(reverse("landlord:home-end", args=[home_id + 9_999])).status_code == 404
    assert "Le logement est retiré." in post(landlord, reverse("landlord:home-end", args=[home_id]))
    assert "S-002" not in text_of(landlord, page)
    assert "n’est plus proposée" in post(landlord, reverse("landlord:residence-end", args=[row.id]))


def workbook(text: str) -> bytes:
    book = Workbook()
    for line in text.splitlines():
        book.active.append(line.split(";"))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_applications_are_accepted_together_and_a_home_is_connected_mended_and_ended(
    homes: Estate, landlord: Client, provider: Client
) -> None:
    first, second, third = (homes.apply(rank, at=TODAY) for rank in range(3))
    assert "3 demandes attendent votre réponse" in text_of(landlord, reverse("landlord:home"))
    asked = text_of(landlord, reverse("landlord:requests"))
    assert "T-001" in asked and "612345678" not in asked
    shown = post(landlord, reverse("landlord:requests-accept"), connection=[first.id, second.id])
    assert "2 demandes acceptées" in shown
    post(landlord, reverse("landlord:connection-refuse", args=[third.id]), reason="WORKS")
    assert [state_of(each.id) for each in (first, second, third)] == ["ACCEPTED", "ACCEPTED", "REFUSED"]

    assert "2 logements sans rendez-vous" in text_of(provider, reverse("provider:home"))
    page = text_of(provider, reverse("provider:connection", args=[first.id]))
    assert "06 12 34 56 78" in page.replace("\u00a0", " ").replace("\u202f", " ")
    post(provider, reverse("provider:connection-day", args=[first.id]), day=TODAY.date().isoformat())
    assert "À brancher aujourd’hui" in text_of(provider, reverse("provider:home"))
    post(provider, reverse("provider:connection-activate", args=[first.id]), day=TODAY.date().isoformat())
    post(provider, reverse("provider:connection-could-not", args=[second.id]), reason="NO_LINE")
    assert (state_of(first.id), state_of(second.id)) == ("ACTIVE", "COULD_NOT")

    post(landlord, reverse("landlord:connection-incident", args=[first.id]), reason="CUTS")
    assert "1 panne à régler" in text_of(provider, reverse("provider:home"))
    post(provider, reverse("provider:connection-visit", args=[first.id]), day=TODAY.date().isoformat())
    assert "La panne est réglée." in post(provider, reverse("provider:connection-mend", args=[first.id]), reason="REPLACED")
    post(landlord, reverse("landlord:connection-suspend", args=[first.id]), reason="ABSENT")
    post(landlord, reverse("landlord:connection-resume", args=[first.id]))
    post(landlord, reverse("landlord:connection-end", args=[first.id]), reason="MOVED_OUT", day=TODAY.date().isoformat())
    assert state_of(first.id) == "ENDED"
    listed = text_of(landlord, reverse("landlord:connections") + "?etat=finies")
    assert first.number.printed() in listed and second.number.printed() not in listed
    for kind in ("csv", "xlsx", "ods"):
        assert landlord.get(reverse("landlord:connections-file", args=[kind])).status_code == 200
    found = landlord.post(reverse("landlord:connection-find"), {"number": first.number.printed().lower()})
    assert found.headers["Location"] == reverse("landlord:connection", args=[first.id])
    unknown = landlord.post(reverse("landlord:connection-find"), {"number": "I-2222-2222"}, follow=True)
    assert unknown.status_code == 200 and "Relisez le numéro" in unknown.content.decode()


def test_an_application_that_no_money_covers_says_so_and_stays(season: Season) -> None:  # noqa: F811
    homes = estate(season.campaign, cents_each=1)
    made, landlord = homes.apply(at=TODAY), season.enter("LANDLORD", homes.landlord_id)
    post(landlord, reverse("landlord:requests-accept"), connection=[made.id])
    assert state_of(made.id) == "APPLIED"


def test_an_offer_is_prepared_by_one_and_opened_by_another(season: Season, homes: Estate) -> None:  # noqa: F811
    agent, approver = season.enter("OPERATOR_AGENT", homes.campaign.operator_id), second_person(season, homes)
    page = text_of(agent, reverse("operator:connections"))
    assert "Habitat" in page and "T-001" not in page
    address = page.split("/offer/")[0].rpartition('"')[2] + "/offer/"
    with acting_as_everything(why="look"):
        agreement_id = homes.campaign.agreement_id
    said = {
        "name": "Internet à 5 €", "provider": homes.provider_id, "agreement": agreement_id, "household_cents": "5,00", "collector": "PROVIDER",
        "landlord_cents": "0", "funders_cents": "9,90", "setup_cents": "30", "down_mbps": 100, "up_mbps": 50, "has_box": "on", "months": 24,
        "home_limit": 10, "tolerated_days": 3, "opens_on": "2026-03-01", "closes_on": "2027-03-01", "needed": ["NO_CONNECTION"],
        "one_of": ["LOW_INCOME"], "papers": ["energy-cheque"], "source": "Délibération du 12 janvier 2026",
    }  # fmt: skip
    assert "Une information de l’offre manque" in post(agent, address, **{**said, "months": 61})
    assert "ne peut pas dépasser le débit reçu" in post(agent, address, **{**said, "up_mbps": 200})
    assert "après le premier jour" in post(agent, address, **{**said, "closes_on": "2026-03-01"})
    shown = post(agent, address, **said)
    assert "une autre personne doit l’ouvrir" in shown and "le chèque énergie" in shown and "par mois, au fournisseur" in shown
    # An offer is a landlord's: nothing is prepared with a provider alone.
    with acting_as_everything(why="look"):
        provider = Partner.objects.get(organisation_id=homes.provider_id, programme_id=homes.campaign.programme_id)
    assert agent.get(reverse("operator:connection-offer-new", args=[provider.id])).status_code == 404
    with acting_as_everything(why="look"):
        offer = Offer.objects.get(name="Internet à 5 €")
    assert "connection-offer" not in text_of(agent, reverse("operator:connection-offer", args=[offer.id]))
    assert agent.post(reverse("operator:connection-offer-open", args=[offer.id]), {"request_id": uuid4()}).status_code == 403
    assert "L’offre est ouverte." in post(approver, reverse("operator:connection-offer-open", args=[offer.id]))
    assert "L’offre est fermée." in post(agent, reverse("operator:connection-offer-close", args=[offer.id]))


def second_person(season: Season, homes: Estate) -> Client:  # noqa: F811
    """Somebody else of the operator, who has a second factor and has just proved it."""
    person_id = parties.enrol_member(
        organisation_id=homes.campaign.operator_id, email="approver@example.org", display_name="Approver", role="APPROVER",
        password=PASSWORD, actor=SYSTEM, request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), "approver@example.org")


def test_each_office_reads_only_its_own(season: Season, homes: Estate, landlord: Client) -> None:  # noqa: F811
    other = estate(season.campaign)
    made = other.apply(at=TODAY)
    assert landlord.get(reverse("landlord:connection", args=[made.id])).status_code == 404
    assert landlord.get(reverse("landlord:residence", args=[other.residence_id])).status_code == 404
    assert made.number.printed() not in text_of(landlord, reverse("landlord:requests"))
