"""What a place offers, on screens: its keeper says it step by step, the public reads it, reports what is wrong, and is answered."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from carnet.funding.operations import create_programme
from carnet.funding.rules import template_terms
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.places import queries
from carnet.places.models import Place, PlaceConfirmation, PlaceReport
from carnet.places.operations import accept_programme, import_places
from carnet.places.rules.confirming import LATE_AFTER, PERIOD
from carnet.places.rules.errors import FROM_HERE_MAX, OF_A_PLACE_MAX
from carnet.web.offers.words import is_rdv_service_public
from tests.places.conftest import GOOD, csv_bytes
from tests.web.conftest import PROGRAM, come_in
from tests.web.test_operator_programmes import sent_back
from tests.web.test_places_pages import SERVICES, text_of

pytestmark = pytest.mark.django_db
# A Saturday, half past ten in Paris, later than the memberships the fixtures open on the real clock.
AT = datetime(2030, 11, 23, 9, 30, tzinfo=UTC)
RDV = "https://www.rdv-solidarites.fr/org/12"


@pytest.fixture(autouse=True)
def clock(settings: object) -> None:
    settings.CARNET_CLOCK = AT  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture
def place_id() -> int:
    lines = GOOD | {"prise_rdv": RDV, "prise_en_charge_specifique": "Surdité", "date_maj": "2030-11-20"}
    import_places(
        provenance="essai", file_name="essai.csv", stream=BytesIO(csv_bytes(lines)), actor=PROGRAM, request_id=uuid4(), at=AT
    )  # fmt: skip
    return Place.objects.get(national_id="a-1").id


@pytest.fixture
def manager(place_id: int, person_with: Callable[..., tuple[int, int, str]]) -> Client:
    _person, organisation_id, email = person_with("PLACE_MANAGER")
    Place.objects.filter(id=place_id).update(operator_id=organisation_id)
    return come_in(Client(), email)


@pytest.fixture
def office(place_id: int, person_with: Callable[..., tuple[int, int, str]]) -> Client:
    """An agent of the operator whose programme the place accepts."""
    _person, operator_id, email = person_with("OPERATOR_AGENT")
    programme_id = create_programme(
        terms=template_terms("nantes", first_day=date(2030, 11, 1), service_codes=SERVICES), operator_id=operator_id,
        actor=Actor.system("test", organisation_ids={operator_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip
    accept_programme(
        place_ids=[place_id], programme_id=programme_id, service_codes=SERVICES, from_on=date(2030, 11, 1), until_on=None,
        actor=Actor.system("test", programme_ids={programme_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip
    return come_in(Client(), email)


def fill(client: Client, address: str, **given: object) -> object:
    form = sent_back(client.get(address).content.decode())
    return client.post(address, form | given)


def public_page(place_id: int) -> str:
    return text_of(Client().get(f"/places/{place_id}/"))


# --- saying -----------------------------------------------------------------------------------------------------------


def test_a_keeper_says_everything_step_by_step_and_the_public_reads_it(manager: Client, place_id: int) -> None:
    here = f"/place/directory/{place_id}/offer/"
    answer = fill(
        manager, f"{here}services/", discover=["mailbox", "computer"], act=["cv"], modes=["workshop", "one-to-one"], **{"continue": "1"}
    )
    assert answer["Location"] == f"{here}prices/"
    prices = {"fees": ["Gratuit sous condition"], "cost_note": "Adhésion : 5 € par an.", "mailbox-price": "0", "cv-price": "4,50"}
    answer = fill(
        manager, f"{here}prices/", **prices, **{"cv-vouchers": "1", "cv-beyond": "0", "cv-note": "Apportez votre CV"}, **{"continue": "1"}
    )
    assert answer["Location"] == f"{here}access/"
    access = {
        "need-step-free": "yes",
        "need-sign-language": "no",
        "note": "Sonnez à gauche.",
        "languages_known": "yes",
        "languages": ["ar"],
    }
    assert fill(manager, f"{here}access/", **access, **{"continue": "1"})["Location"] == f"{here}moving/"
    moving = {"mobile": "yes", "stop-0-commune": "Rezé", "stop-0-spot": "Place de la mairie", "stop-0-hours": "mardi 9h-12h"}
    moving |= {"home": "yes", "home_communes": "Nantes\n44800", "home_note": "Sur rendez-vous."}
    assert fill(manager, f"{here}moving/", **moving, **{"continue": "1"})["Location"] == f"{here}free-space/"
    space = {
        "offered": "yes",
        "machine-computer": "6",
        "seats": "8",
        "has_printer": "on",
        "opening_hours": "samedi 9h-12h",
        "minutes_max": "60",
    }
    assert fill(manager, f"{here}free-space/", **space, rules="Pas de boisson.")["Location"] == here
    said = public_page(place_id)
    for words in (
        "Premiers pas avec un ordinateur", "Ouvrir et utiliser une boîte mail gratuit : 0 €", "1 chèque, rien à ajouter ; sans chèque, 4,50 €",
        "Apportez votre CV", "Adhésion : 5 € par an.", "gratuit pour certaines personnes", "Entrée sans marche", "Ce lieu n’a pas :",
        "Langue des signes française", "Sonnez à gauche.", "Langues parlées : Français, Arabe.", "Rezé, Place de la mairie", "Mardi de 9 h à 12 h",
        "Prochains passages : mardi 26 novembre 2030", "On peut venir chez vous.", "Nantes, Saint-Herblain", "Espace numérique gratuit",
        "Ordinateurs : 6", "Imprimante", "8 places", "60 minutes par personne", "Pas de boisson.", "Samedi (aujourd’hui) de 9 h à 12 h",
    ):  # fmt: skip
        assert words in said.replace("\u00a0", " "), words
    assert "Annoncé dans l’annuaire" not in said  # what was declared wins over what the file lets one think
    assert Place.objects.get(id=place_id).specific_care == ["Handicaps moteurs", "Langues étrangères (autres)"]


def test_what_is_wrong_is_said_on_its_field_and_nothing_changes(manager: Client, place_id: int) -> None:
    here = f"/place/directory/{place_id}/offer/"
    assert "Dites combien de personnes" in text_of(fill(manager, f"{here}free-space/", offered="yes"))
    assert "Cochez au moins une langue." in text_of(fill(manager, f"{here}access/", languages_known="yes"))
    answer = fill(manager, f"{here}free-space/", offered="yes", seats="3", opening_hours="quand on peut")
    assert answer.status_code == 422 and "« quand on peut » n’est pas compris ici" in text_of(answer)
    answer = fill(manager, f"{here}moving/", home="yes", home_communes="Zzzyx")
    assert answer.status_code == 422 and "Aucune commune ne s’appelle « Zzzyx »" in text_of(answer)
    assert queries.offer(place_id, at=AT).declared == {}


def test_another_keeper_and_a_mediator_change_nothing(
    place_id: int, manager: Client, person_with: Callable[..., tuple[int, int, str]]
) -> None:
    stranger = come_in(Client(), person_with("PLACE_MANAGER")[2])
    here = f"/place/directory/{place_id}/offer/"
    assert stranger.get(here).status_code == 409
    assert stranger.get(f"{here}services/").status_code == 409
    mediator = come_in(Client(), person_with("MEDIATOR")[2])
    assert mediator.get(f"{here}services/").status_code == 403


def test_the_operator_says_it_too(office: Client, place_id: int) -> None:
    here = f"/operator/places/{place_id}/offer/"
    assert fill(office, f"{here}services/", discover=["printer"], modes=["self-service"])["Location"] == here
    assert [each.service for each in queries.taught_of(place_id)] == ["printer"]
    assert "Imprimer, scanner, photocopier" in text_of(office.get(here))


# --- the public page --------------------------------------------------------------------------------------------------


def test_the_page_of_an_imported_place_says_what_is_likely_and_what_nobody_said(place_id: int) -> None:
    said = public_page(place_id)
    for words in (
        "C’est gratuit : 0 €.", "à vérifier par téléphone : Langue des signes française", "Prendre rendez-vous (RDV Service Public)",
        "Aucune leçon n’est annoncée", "Signaler une erreur", "Maîtrise des outils numériques du quotidien",
    ):  # fmt: skip
        assert words in said, words


@pytest.mark.parametrize(
    ("url", "is_it"),
    [
        ("https://rdv.anct.gouv.fr/prendre_rdv", True), ("https://www.rdv-solidarites.fr/", True), ("https://rdv-aide-numerique.fr/x", True),
        ("https://demo.rdv-service-public.fr", True), ("https://rdv-solidarites.fr.evil.example/", False), ("https://doctolib.fr/", False),
        ("not a url", False),
    ],
)  # fmt: skip
def test_the_public_service_of_appointments_is_recognised(url: str, is_it: bool) -> None:
    assert is_rdv_service_public(url) is is_it


def test_the_page_is_shared_by_links_that_follow_nobody(place_id: int) -> None:
    page = Client().get(f"/places/{place_id}/").content.decode()
    mail = re.search(r'href="(mailto:\?[^"]*)"', page)
    text = re.search(r'href="(sms:[^"]*)"', page)
    assert mail and text
    for link in (mail[1], text[1]):
        assert f"http://testserver/places/{place_id}/" in unquote(link) and GOOD["nom"] in unquote(link)
    assert "utm_" not in page


# --- errors -----------------------------------------------------------------------------------------------------------


def report(place_id: int, **given: str) -> object:
    client = Client()
    form = sent_back(client.get(f"/places/{place_id}/erreur/").content.decode())
    said = {"about": "hours", "said": "Fermé le lundi.", "contact": ""}
    return client.post(f"/places/{place_id}/erreur/", form | said | given)


def test_anybody_reports_the_keeper_corrects_and_the_number_opens_the_answer(manager: Client, place_id: int) -> None:
    answer = report(place_id, contact="06 39 98 00 01")
    number = re.search(r'<strong class="number">([^<]*)</strong>', answer.content.decode())[1]
    assert "Le lieu n’a pas encore répondu." in text_of(Client().post("/places/erreurs/", {"number": number}))
    assert "1 erreur signalée à lire" in text_of(manager.get("/place/"))
    with acting_as_everything(why="its address"):
        found = PlaceReport.objects.get()
    page = manager.get(f"/place/errors/{found.id}/")
    assert "06 39 98 00 01" in text_of(page)
    form = sent_back(page.content.decode())
    wrong = manager.post(f"/place/errors/{found.id}/", form | {"accepted": "yes", "correction": "quand on veut", "answer": "Merci."})
    assert wrong.status_code == 422 and "Horaires incompréhensibles" in text_of(wrong)
    done = manager.post(
        f"/place/errors/{found.id}/", form | {"accepted": "yes", "correction": "mardi au vendredi 9h-12h", "answer": "Merci."}
    )
    assert done["Location"] == "/place/errors/"
    assert Place.objects.get(id=place_id).opening_hours == "Tu-Fr 09:00-12:00"
    told = text_of(Client().post("/places/erreurs/", {"number": number}))
    assert "Vous aviez raison" in told and "Merci." in told and "06 39 98 00 01" not in told
    assert "06 39 98 00 01" not in text_of(manager.get(f"/place/errors/{found.id}/"))
    counts = text_of(Client().get("/places/erreurs/"))
    assert "Erreurs signalées depuis un an 1 Corrigées 1" in counts


def test_a_number_is_in_no_address_and_a_wrong_one_is_told(place_id: int) -> None:
    report(place_id)
    assert Client().post("/places/erreurs/", {"number": "AAAA-AAAA"}).status_code == 422
    assert Client().get("/places/erreurs/?number=AAAA").status_code == 200


def test_numbers_nobody_protects_do_not_get_in(place_id: int) -> None:
    answer = report(place_id, said="Mon numéro est 2 85 01 44 109 012")
    assert answer.status_code == 422 and "sécurité sociale" in text_of(answer)
    with acting_as_everything(why="nothing was kept"):
        assert not PlaceReport.objects.exists()


def test_one_address_goes_on_until_reports_pour_in(place_id: int) -> None:
    for _rank in range(max(FROM_HERE_MAX, OF_A_PLACE_MAX)):
        assert report(place_id).status_code == 200
    assert report(place_id).status_code == 429


def test_another_keeper_does_not_read_a_report(place_id: int, manager: Client, person_with: Callable[..., tuple[int, int, str]]) -> None:
    report(place_id)
    with acting_as_everything(why="its address"):
        found = PlaceReport.objects.get()
    for role, address in (("PLACE_MANAGER", "place"), ("OPERATOR_ADMIN", "operator")):
        stranger = come_in(Client(), person_with(role)[2])
        assert stranger.get(f"/{address}/errors/{found.id}/").status_code == 404
        assert "Fermé le lundi" not in text_of(stranger.get(f"/{address}/errors/"))


def test_the_operator_answers_where_nobody_runs_the_place(office: Client, place_id: int) -> None:
    report(place_id, about="other", said="La porte est derrière.")
    assert "1 erreur signalée à lire" in text_of(office.get("/operator/"))
    with acting_as_everything(why="its address"):
        found = PlaceReport.objects.get()
    done = fill(office, f"/operator/errors/{found.id}/", accepted="no", answer="C’est bien devant.")
    assert done["Location"] == "/operator/errors/"


# --- twice a year -----------------------------------------------------------------------------------------------------


def test_one_tap_confirms_and_the_page_says_when(manager: Client, place_id: int, settings: object) -> None:
    settings.CARNET_CLOCK = AT + PERIOD  # type: ignore[attr-defined]
    assert "est-elle toujours juste ?" in text_of(manager.get("/place/"))
    here = f"/place/directory/{place_id}/offer/"
    form = sent_back(manager.get(here).content.decode())
    assert manager.post(f"{here}confirm/", form)["Location"] == here
    assert "est-elle toujours juste ?" not in text_of(manager.get("/place/"))
    assert "relue et confirmée par le lieu le 24 mai 2031" in public_page(place_id)
    assert PlaceConfirmation.objects.count() == 1


def test_the_operator_sees_the_late_ones(office: Client, manager: Client, place_id: int, settings: object) -> None:
    assert "Tous les lieux ont confirmé" in text_of(office.get("/operator/places/late/"))
    settings.CARNET_CLOCK = AT + PERIOD + LATE_AFTER + timedelta(days=1)  # type: ignore[attr-defined]
    assert "1 lieu n’a pas confirmé sa page" in text_of(office.get("/operator/"))
    assert GOOD["nom"] in text_of(office.get("/operator/places/late/"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_screen_opens_in_both_languages(manager: Client, place_id: int, language: str) -> None:
    report(place_id)
    with acting_as_everything(why="its address"):
        found = PlaceReport.objects.get()
    here = f"/place/directory/{place_id}/offer/"
    steps = ("", "services/", "prices/", "access/", "moving/", "free-space/")
    for address in (*(f"{here}{step}" for step in steps), "/place/errors/", f"/place/errors/{found.id}/", "/place/directory/"):
        assert manager.get(address, headers={"accept-language": language}).status_code == 200, address
