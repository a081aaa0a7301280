"""Anybody finds a place; an operator imports a file, lets places accept a programme, says who runs them, ends them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.funding.operations import create_programme
from carnet.funding.rules import template_terms
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.places import queries
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.operations import accept_programme, import_places
from carnet.web.design import formats
from carnet.web.hours import spans_words
from carnet.web.public.search_form import next_saturday
from tests.places.conftest import GOOD, csv_bytes
from tests.web.conftest import PROGRAM, come_in
from tests.web.test_operator_programmes import sent_back

pytestmark = pytest.mark.django_db
# A Saturday, half past ten in Paris, later than the memberships the fixtures open on the real clock.
AT = datetime(2030, 11, 23, 9, 30, tzinfo=UTC)
SERVICES = ("mailbox", "printer", "cv")
REZE = {
    **GOOD, "id": "rezé", "nom": "Médiathèque <b>de Rezé</b>", "commune": "Rezé", "code_postal": "44400", "code_insee": "44143",
    "latitude": "47.1767", "longitude": "-1.5496", "horaires": "Mo-Fr 09:00-12:00", "services": "Aide aux démarches administratives",
    "site_web": "https://mediatheque.example.org", "prise_en_charge_specifique": "Surdité",
}  # fmt: skip
UNKNOWN_HOURS = {
    **GOOD,
    "id": "muet",
    "nom": "Lieu muet",
    "horaires": "lundi, sur rendez-vous",
    "telephone": "",
    "latitude": "",
    "longitude": "",
}


@pytest.fixture(autouse=True)
def clock(settings: object) -> None:
    settings.CARNET_CLOCK = AT  # type: ignore[attr-defined]


@pytest.fixture
def places() -> dict[str, int]:
    import_places(
        provenance="essai",
        file_name="essai.csv",
        stream=BytesIO(csv_bytes(GOOD, REZE, UNKNOWN_HOURS)),
        actor=PROGRAM,
        request_id=uuid4(),
        at=AT,
    )
    return dict(Place.objects.order_by("id").values_list("national_id", "id"))


@pytest.fixture
def office(person_with: Callable[..., tuple[int, int, str]]) -> tuple[Client, int, int]:
    """An agent at the operator's desk, its organisation, its programme."""
    _person, operator_id, email = person_with("OPERATOR_AGENT")
    programme_id = create_programme(
        terms=template_terms("nantes", first_day=date(2030, 11, 1), service_codes=SERVICES), operator_id=operator_id,
        actor=Actor.system("test", organisation_ids={operator_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip
    return come_in(Client(), email), operator_id, programme_id


def accept(place_ids: list[int], programme_id: int, until_on: date | None = date(2031, 11, 1)) -> None:
    accept_programme(
        place_ids=place_ids, programme_id=programme_id, service_codes=["cv", "mailbox"], from_on=date(2030, 11, 1), until_on=until_on,
        actor=Actor.system("test", programme_ids={programme_id}), request_id=uuid4(), at=AT,
    )  # fmt: skip


def text_of(answer: object) -> str:
    page = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.S)  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#x27;", "'").split())


# --- anybody ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_list_and_the_page_open_for_a_stranger_in_both_languages(client: Client, places: dict[str, int], language: str) -> None:
    headers = {"accept-language": language}
    for address in ("/places/", "/places/?where=nantes", f"/places/{places['rezé']}/", f"/places/{places['muet']}/"):
        assert client.get(address, headers=headers).status_code == 200


def test_a_stranger_finds_the_nearest_place_by_commune_or_postal_code(client: Client, places: dict[str, int]) -> None:
    for where in ("Rezé", "reze", "44400"):
        answer = client.get("/places/", {"where": where, "radius": 10})
        names = re.findall(r"<h3>.*?<a[^>]*>(.*?)</a>", answer.content.decode())
        assert names == ["Médiathèque &lt;b&gt;de Rezé&lt;/b&gt;", GOOD["nom"]]
        assert "2 lieux près de Rezé" in text_of(answer)


def test_an_unknown_commune_is_said_on_its_field(client: Client, places: dict[str, int]) -> None:
    answer = client.get("/places/", {"where": "Zzzyx"})
    assert answer.status_code == 422
    assert "Aucune commune ne s’appelle « Zzzyx »" in text_of(answer)
    assert 'value="Zzzyx"' in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"opening": "now"}, 1),
        ({"opening": "saturday"}, 1),
        ({"service": "online-procedures"}, 1),
        ({"service": "printer"}, 2),
        ({"need": "hearing"}, 1),
        ({"vouchers": "on"}, 0),
        ({"page": "99"}, 3),
        ({"page": "-1"}, 3),
        ({"page": "x"}, 3),
    ],
)
def test_each_criterion_narrows_the_list(client: Client, places: dict[str, int], asked: dict[str, str], count: int) -> None:
    assert re.search(rf"\b{count} lieux?\b", text_of(client.get("/places/", asked)))


@pytest.mark.parametrize("asked", [{"service": "bananas"}, {"radius": "1000"}, {"opening": "never"}, {"need": "x"}, {"radius": "; DROP"}])
def test_a_search_made_by_hand_that_means_nothing_breaks_nothing(client: Client, places: dict[str, int], asked: dict[str, str]) -> None:
    assert client.get("/places/", asked).status_code == 422


def test_nothing_found_says_what_to_give_up_and_what_it_brings(client: Client, places: dict[str, int]) -> None:
    answer = client.get("/places/", {"where": "Rezé", "radius": "2", "opening": "saturday", "wish": ["home", "lift"]})
    said = text_of(answer)
    assert "Aucun lieu trouvé" in said
    assert "Sans «" not in said  # giving up one of two that fail brings nothing
    assert "Sans rien préciser : 2 lieux" in said
    said = text_of(client.get("/places/", {"where": "Rezé", "radius": "2", "opening": "saturday"}))
    assert "Jusqu’à 50 km : 1 lieu" in said
    assert "Sans « Ouvert » : 1 lieu" in said
    assert "Sans « Il me faut » : 2 lieux" in text_of(client.get("/places/", {"where": "Rezé", "wish": "home"}))


def test_the_page_of_a_place_says_when_how_and_what_vouchers_pay(
    client: Client, places: dict[str, int], office: tuple[Client, int, int]
) -> None:
    accept([places["a-1"]], office[2])
    said = text_of(client.get(f"/places/{places['a-1']}/"))
    for words in (
        "Accepte les chèques du carnet", "Ouvert maintenant", "02 40 41 90 00", "Lundi de 9 h à 12 h, de 14 h à 18 h 30",
        "Samedi (aujourd’hui) de 8 h 30 à 12 h", "Dimanche Fermé", "Écrire un CV et une lettre", "Jusqu’au 31 octobre 2031 inclus.", "Source : Essai",
    ):  # fmt: skip
        assert words in said
    silent = text_of(client.get(f"/places/{places['muet']}/"))
    assert "lundi, sur rendez-vous" in silent
    assert "n’accepte pas de chèques en ce moment" in silent


def test_a_season_that_is_over_is_no_longer_listed_on_the_page_of_a_place(
    client: Client, places: dict[str, int], office: tuple[Client, int, int], settings: object
) -> None:
    accept([places["a-1"]], office[2], until_on=None)
    address = f"/places/{places['a-1']}/"
    assert "Accepte les chèques du carnet" in text_of(client.get(address))
    settings.CARNET_CLOCK = datetime(2032, 6, 1, 9, tzinfo=UTC)  # type: ignore[attr-defined]  # the place never said it stopped
    assert "n’accepte pas de chèques en ce moment" in text_of(client.get(address))


def test_an_hour_is_never_cut_in_two(client: Client, places: dict[str, int]) -> None:
    assert "de 14\u00a0h à 18\u00a0h\u00a030" in client.get(f"/places/{places['a-1']}/").content.decode()


def test_a_file_cannot_put_code_in_a_page(client: Client, places: dict[str, int]) -> None:
    page = client.get(f"/places/{places['rezé']}/").content.decode()
    assert "<b>de Rezé</b>" not in page
    assert "&lt;b&gt;de Rezé" in page


def test_an_ended_place_keeps_its_page_and_an_unknown_one_is_not_found(client: Client, places: dict[str, int]) -> None:
    Place.objects.filter(id=places["a-1"]).update(ended_on=AT.date())
    answer = client.get(f"/places/{places['a-1']}/")
    assert "Ce lieu a fermé le 23 novembre 2030" in text_of(answer)
    assert client.get("/places/999999999/").status_code == 404


def test_the_whole_directory_is_a_public_file(client: Client, places: dict[str, int]) -> None:
    answer = client.get("/places.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert b"".join(answer.streaming_content).decode().count("\n") == 4  # type: ignore[attr-defined]
    said = json.loads(b"".join(client.get("/places.data-inclusion.json").streaming_content))  # type: ignore[attr-defined]
    assert (len(said["structures"]), len(said["services"])) == (3, 3)


def test_words() -> None:
    told = [formats.distance(km).replace("\u00a0", " ") for km in (None, 0.01, 0.87, 3.24, 12.6)]
    assert told == ["", "à 50 m", "à 850 m", "à 3,2 km", "à 13 km"]
    assert next_saturday(date(2026, 11, 21)) == date(2026, 11, 21)
    assert next_saturday(date(2026, 11, 22)) == date(2026, 11, 28)
    assert spans_words(()) == "Fermé"


# --- the operator -----------------------------------------------------------------------------------------------------


def upload(client: Client, content: bytes, name: str = "lieux.csv", **said: str) -> object:
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    form = {"provenance": "Hub", "request_id": str(uuid4()), "file": file, **said}
    return client.post("/operator/places/import/", form)


def imported(client: Client, content: bytes, **said: str) -> str:
    """The address of the report of a file sent, checked, then accepted."""
    file = upload(client, content, **said)["Location"]  # type: ignore[index]
    assert client.post(f"{file}write/").status_code == 302
    return client.get(file)["Location"]


def test_an_agent_imports_a_file_and_reads_its_report(office: tuple[Client, int, int]) -> None:
    client, _operator, _programme = office
    address = imported(client, csv_bytes(GOOD, UNKNOWN_HOURS, {**GOOD, "id": "b", "nom": ""}))
    said = text_of(client.get(address))
    for words in (
        "lieux lus",
        "Horaires incompréhensibles : « lundi, sur rendez-vous »",
        "« nom » est vide.",
        "ligne refusée",
        "valeur mise de côté",
    ):
        assert words in said
    assert Place.objects.count() == 2
    faults = client.get(f"{address}faults.csv").content.decode()
    assert 'hours-unreadable,set-aside,horaires,"lundi, sur rendez-vous"' in faults
    assert "lieux.csv" in text_of(client.get("/operator/places/import/"))


def test_a_check_changes_nothing_until_somebody_says_so(office: tuple[Client, int, int]) -> None:
    client, _operator, _programme = office
    address = upload(client, csv_bytes(GOOD))["Location"]  # type: ignore[index]
    said = text_of(client.get(address))
    assert "Vérifié : rien n’a changé encore." in said
    assert "Importer 1 lieu" in said
    assert "vérifié, pas encore importé" in text_of(client.get("/operator/places/import/"))
    assert Place.objects.count() == 0
    assert client.get(f"{address}write/").status_code == 302  # a link followed by a robot writes nothing
    assert Place.objects.count() == 0
    assert client.post(f"{address}drop/").status_code == 302
    assert client.get(address).status_code == 404


OTHER = "Nom du lieu;N° et rue;CP;Ville;Lundi;Mardi;Tel;=Notes\n" + "".join(
    f"{name};{rank} rue de la Paix;44000;{town};9h-12h / 14h-17h;;02 40 41 90 00;Wifi\n"
    for rank, (name, town) in enumerate((("Maison A", "Nantes"), ("Maison B", ""), ("Maison C", "Nantes")), start=1)
)


def test_a_file_of_another_make_is_mapped_once_and_its_bad_lines_go_home_to_be_mended(office: tuple[Client, int, int]) -> None:
    client, _operator, _programme = office
    address = upload(client, OTHER.encode())["Location"]  # type: ignore[index]
    columns = client.get(address)["Location"]
    page = client.get(columns)
    said = text_of(page)
    for words in ("Nom du lieu", "Maison A", "nom connu", "non reconnue", "Date de mise à jour"):
        assert words in said
    form = sent_back(page.content.decode())
    assert (form["column-0"], form["column-4"], form["column-6"]) == ("nom", "horaires_lundi", "telephone")
    refused = client.post(columns, form | {"column-1": "adresse"})
    assert refused.status_code == 422
    assert "Aucune colonne ne dit « Date de mise à jour »" in text_of(refused)
    assert client.post(columns, form | {"column-1": "adresse", "constant-date_maj": "2030-11-01"}).status_code == 302
    report = text_of(client.get(address))
    for words in ("« commune » est vide.", "La colonne « =Notes » n’est pas reprise : ses valeurs (3) sont gardées", "Importer 2 lieux"):
        assert words in report
    mend = client.get(f"{address}refused.csv").content.decode()
    assert mend.startswith("\ufeffNom du lieu;N° et rue;CP;Ville;Lundi;Mardi;Tel;=Notes;carnet:ligne;carnet:défauts")
    assert "Maison B;2 rue de la Paix" in mend
    assert "« commune » est vide." in mend
    assert mend.count("\n") == 2
    client.post(f"{address}write/")
    assert Place.objects.get(name="Maison A").opening_hours == "Mo 09:00-12:00,14:00-17:00"
    # Mended, the same columns need no question: the two kept are known again, the third comes in.
    again = upload(client, mend.replace("44000;;", "44000;Nantes;").encode(), name="corrigé.csv")["Location"]  # type: ignore[index]
    assert "Importer 1 lieu" in text_of(client.get(again))
    client.post(f"{again}write/")
    assert sorted(Place.objects.values_list("name", flat=True)) == ["Maison A", "Maison B", "Maison C"]


def test_the_file_and_its_answers_belong_to_the_organisation(office: tuple[Client, int, int], signed_in: Callable[[str], Client]) -> None:
    address = upload(office[0], OTHER.encode())["Location"]  # type: ignore[index]
    stranger = signed_in("OPERATOR_AGENT")
    for path in ("", "columns/", "refused.csv"):
        assert stranger.get(address + path).status_code == 404
    assert stranger.post(f"{address}write/").status_code == 404
    assert upload(stranger, OTHER.encode())["Location"] != address  # type: ignore[index]


def test_a_long_file_is_followed_on_its_page_and_goes_on_where_it_was(office: tuple[Client, int, int]) -> None:
    client, _operator, _programme = office
    lines = [{**GOOD, "id": f"l-{rank}", "nom": f"Lieu {rank}", "adresse": f"{rank} rue"} for rank in range(2100)]
    address = upload(client, csv_bytes(*lines))["Location"]  # type: ignore[index]
    page = client.get(address)
    assert "1 500 lignes sur 2 100" in text_of(page).replace("\u202f", " ").replace("\xa0", " ")
    assert "vérification en cours" in text_of(page)
    for _step in range(3):
        client.post(address)
    assert "Importer 2" in text_of(client.get(address))
    client.post(f"{address}write/")
    assert "import en cours" in text_of(client.get(address))
    client.post(address)
    assert client.get(address)["Location"].startswith("/operator/places/imports/")
    assert Place.objects.count() == 2100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 a workbook", "Ce classeur ne peut pas être lu"),
        (b" \n ", "Ce fichier ne contient aucun lieu."),
        (b"x" * (20 * 1024 * 1024 + 1), "Ce fichier pèse 21 Mo."),
    ],
)
def test_a_wrong_file_is_said_on_its_field(office: tuple[Client, int, int], content: bytes, words: str) -> None:
    answer = upload(office[0], content)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Place.objects.count() == 0


def test_another_organisation_does_not_read_the_report(office: tuple[Client, int, int], signed_in: Callable[[str], Client]) -> None:
    address = imported(office[0], csv_bytes(GOOD))
    assert signed_in("OPERATOR_AGENT").get(address).status_code == 404


def test_an_agent_lets_places_of_the_territory_accept_a_programme_in_bulk(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, _operator, programme_id = office
    page = client.get("/operator/places/accept/", {"programme": programme_id})
    assert "3 lieux n’acceptent pas encore" in text_of(page)
    form = sent_back(page.content.decode()) | {"every_place": "on", "last_day": "2031-10-31"}
    answer = client.post(f"/operator/places/accept/?programme={programme_id}", form)
    assert answer.status_code == 302, text_of(answer)
    assert queries.places_accepting(programme_id, at=AT) == tuple(sorted(places.values()))
    (first, *_others) = PlaceAcceptance.objects.order_by("id")
    assert (set(first.service_codes), first.from_on, first.until_on) == (set(SERVICES), date(2030, 11, 1), date(2031, 11, 1))
    assert "Aucun lieu à proposer" in text_of(client.get("/operator/places/accept/", {"programme": programme_id}))
    assert "3 acceptent" in text_of(client.get("/operator/places/", {"programme": programme_id}))


def test_only_the_places_ticked_and_found_accept(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, _operator, programme_id = office
    address = f"/operator/places/accept/?programme={programme_id}&where=Rezé"
    form = sent_back(client.get(address).content.decode()) | {"every_place": []}
    assert client.post(address, form | {"place_ids": [str(places["a-1"])]}).status_code == 422  # not among those shown
    assert client.post(address, form | {"place_ids": []}).status_code == 422
    assert client.post(address, form | {"place_ids": [str(places["rezé"])]}).status_code == 302
    assert queries.places_accepting(programme_id, at=AT) == (places["rezé"],)


def test_another_operators_programme_is_unknown(office: tuple[Client, int, int], signed_in: Callable[[str], Client]) -> None:
    stranger = signed_in("OPERATOR_AGENT")
    assert stranger.get("/operator/places/accept/", {"programme": office[2]}).status_code == 404


def test_a_place_is_given_to_an_organisation_then_ended(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, operator_id, programme_id = office
    accept([places["a-1"]], programme_id)
    runner_id = parties.create_organisation(
        name="Association du quartier", kinds=["PLACE_OPERATOR"], is_simulated=True, registered_by=operator_id, actor=PROGRAM,
        request_id=uuid4(), at=AT,
    )  # fmt: skip
    address = f"/operator/places/{places['a-1']}/"
    assert "personne encore" in text_of(client.get(address))
    form = sent_back(client.get(f"{address}operator/").content.decode()) | {"organisation_id": str(runner_id)}
    assert client.post(f"{address}operator/", form).status_code == 302
    assert "Association du quartier" in text_of(client.get(address))

    ending = f"{address}acceptances/{programme_id}/end/"
    form = sent_back(client.get(ending).content.decode()) | {"last_day": "2030-12-31"}
    assert client.post(ending, form).status_code == 302
    assert "31 décembre 2030" in text_of(client.get(address))

    form = sent_back(client.get(f"{address}end/").content.decode())
    assert client.post(f"{address}end/", form).status_code == 302
    assert Place.objects.get(id=places["a-1"]).ended_on == date(2030, 11, 24)
    assert queries.accepted(places["a-1"], at=AT)  # today is its last day


def test_an_unknown_commune_in_the_office_is_said_on_its_field(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, _operator, programme_id = office
    for address in ("/operator/places/?where=zzzyx", f"/operator/places/accept/?programme={programme_id}&where=zzzyx"):
        assert "Aucune commune ne s’appelle « zzzyx »" in text_of(client.get(address))


def test_the_list_is_searched_by_name_and_commune(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, _operator, _programme = office
    assert "Lieu muet" in text_of(client.get("/operator/places/"))
    assert "Lieu muet" not in text_of(client.get("/operator/places/", {"name": "médiathèque"}))
    assert "Médiathèque" in text_of(client.get("/operator/places/", {"where": "44400"}))


def test_a_place_is_corrected_and_its_page_says_who_said_what(office: tuple[Client, int, int], places: dict[str, int]) -> None:
    client, _operator, _programme = office
    address = f"/operator/places/{places['a-1']}/"
    form = sent_back(client.get(f"{address}edit/").content.decode())
    wrong = client.post(f"{address}edit/", form | {"horaires": "quand on veut"})
    assert wrong.status_code == 422
    assert "Horaires incompréhensibles" in text_of(wrong)
    assert client.post(f"{address}edit/", form | {"telephone": "02 40 00 00 01"}).status_code == 302
    said = text_of(client.get(address))
    for words in (
        "Enregistré : Téléphone.",
        "corrigé par Organisation OPERATOR_AGENT",
        "le fichier dit : +33240419000",
        "D’où vient chaque donnée",
    ):
        assert words in said
    assert Place.objects.get(id=places["a-1"]).services == GOOD["services"].split("|")


def test_a_manager_corrects_its_own_place_and_no_other(places: dict[str, int], person_with: Callable[..., tuple[int, int, str]]) -> None:
    _person, organisation_id, email = person_with("PLACE_MANAGER")
    Place.objects.filter(id=places["a-1"]).update(operator_id=organisation_id)
    client = come_in(Client(), email)
    assert GOOD["nom"] in text_of(client.get("/place/directory/"))
    address = f"/place/directory/{places['a-1']}/"
    assert "D’où vient chaque donnée" in text_of(client.get(address))
    form = sent_back(client.get(f"{address}edit/").content.decode())
    assert client.post(f"{address}edit/", form | {"telephone": "02 40 00 00 01"}).status_code == 302
    assert Place.objects.get(id=places["a-1"]).phone == "+33240000001"
    other = f"/place/directory/{places['rezé']}/"
    assert client.get(other).status_code == 409
    assert client.post(f"{other}edit/", form | {"telephone": "02 40 00 00 01"}).status_code in (409, 422)
    assert Place.objects.get(id=places["rezé"]).phone == GOOD["telephone"]
