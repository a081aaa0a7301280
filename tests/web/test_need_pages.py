"""Where vouchers are needed, on the screen: weights without JavaScript, what is unknown said so, files that say the same."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.planning.models import AreaFigure
from tests.factories.campaign import organisation, programme
from tests.factories.territories import BOUGUENAIS, NANTES
from tests.planning.test_need import COMMUNES, IRIS, NETWORK
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db
AREA = "?area=EPCI-244400404"


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def bring(client: Client, url: str, content: str, source: str, **more: Any) -> str:
    file = SimpleUploadedFile("figures.csv", content.encode())
    answer = client.post(url, {"request_id": str(uuid4()), "file": file, "source": source, **more})
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.fixture
def admin(person_with: Callable[..., tuple[int, int, str]]) -> Client:
    """An operator that has read a file of communes, one of neighbourhoods and one of networks."""
    (_id, _organisation, email) = person_with("OPERATOR_ADMIN")
    client = come_in(Client(), email)
    bring(client, "/local/indicators/", COMMUNES, "INSEE 2019")
    bring(client, "/need/files/", IRIS.replace("ns", "nd"), "INSEE 2019, IRIS")
    return client


def test_a_file_is_told_line_by_line_and_checking_keeps_nothing(admin: Client) -> None:
    tried = bring(admin, "/need/files/", NETWORK, "ARCEP 2024", is_dry="on")
    assert "il y a plus de locaux couverts que de locaux" in tried
    assert "Rien n’est gardé." in tried
    with acting_as_everything(why="what was kept"):
        assert not AreaFigure.objects.filter(indicator="UNCOVERED").exists()
    kept = bring(admin, "/need/files/", NETWORK, "ARCEP 2024")
    assert "Rien n’est gardé." not in kept
    assert "Locaux sans 30 Mbit/s" in kept


def test_the_territory_is_on_a_map_and_in_a_table_and_weights_are_in_the_address(admin: Client) -> None:
    usual = page(admin, f"/need/{AREA}")
    assert "Nantes Métropole" in usual
    assert "<svg" in usual and "Score du besoin" in usual
    assert "pas assez connu" in usual, "twenty-one communes of which nothing is told"
    assert len(usual.encode()) < 100_000
    only_poverty = page(admin, f"/need/{AREA}&w-POVERTY=100&layer=POVERTY")
    assert "Pauvreté : 100 comme autour" in only_poverty
    row = only_poverty.split(f"/need/communes/{NANTES}/", 2)[1]
    assert ">100<" in row.split("</tr>")[0], "the only commune whose poverty is told is its own reference"
    assert ">secret<" in only_poverty


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&w-POVERTY=abc", "Un poids est un nombre entier, de 0 à 100."),
        ("&w-POVERTY=101", "Un poids est un nombre entier, de 0 à 100."),
        ("&w-POVERTY=0", "Donnez un poids à un indicateur au moins."),
        ("&weighing=999999", "Ces poids n’existent pas"),
        ("&weighing=" + "9" * 5000, "Ces poids n’existent pas"),
    ],
)
def test_weights_that_mean_nothing_are_said_and_the_usual_shown(admin: Client, query: str, sentence: str) -> None:
    told = page(admin, f"/need/{AREA}{query}")
    assert sentence in told
    assert 'name="w-UNSCHOOLED" value="30"' in told


def test_a_commune_shows_each_indicator_and_a_wealthy_centre_is_doubted(admin: Client) -> None:
    told = page(admin, f"/need/communes/{NANTES}/?w-ALONE=60&w-POVERTY=20&w-UNSCHOOLED=20")
    assert "Un centre" in told and "Une cité" in told
    assert "alerte douteuse" in told
    assert "INSEE 2019, 2019" in told
    nothing = page(admin, f"/need/communes/{BOUGUENAIS}/")
    assert "inconnu" in nothing
    assert page(admin, "/need/communes/99999/", 404)


def test_the_files_say_what_the_page_says(admin: Client) -> None:
    answer = admin.get(f"/need/communes.csv{AREA}&w-SENIORS=10&w-UNSCHOOLED=10")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))  # type: ignore[arg-type]
    nantes = next(line for line in lines if line["Code INSEE"] == NANTES)
    assert nantes["65 ans et plus : ici"] == "15,0"
    assert nantes["Pauvreté : source"] == "INSEE 2019, 2021"
    told = page(admin, f"/need/{AREA}&w-SENIORS=10&w-UNSCHOOLED=10")
    assert f">{round(float(nantes['Score'].replace(',', '.')))}<" in told
    unknown = next(line for line in lines if line["Code INSEE"] == BOUGUENAIS)
    assert (unknown["Pauvreté : points (poids 0)"], unknown["Pauvreté : source"]) == ("", "inconnu")
    for kind in ("ods", "xlsx"):
        assert b"".join(admin.get(f"/need/communes/{NANTES}/neighbourhoods.{kind}").streaming_content)[:2] == b"PK"  # type: ignore[arg-type]
    assert admin.get(f"/need/communes.pdf{AREA}").status_code == 404


def test_weights_are_kept_under_a_name_by_whoever_may(admin: Client, person_with: Callable[..., tuple[int, int, str]]) -> None:
    kept = admin.post(
        f"/need/weights/new/{AREA}&w-SENIORS=70&w-POVERTY=30",
        {"request_id": str(uuid4()), "name": "Plan seniors", "words": "Le plan de 2027."},
    )
    assert kept.status_code == 302
    told = page(admin, kept["Location"])
    assert "Plan seniors" in told and 'name="w-SENIORS" value="70"' in told
    (_id, _organisation, auditor) = person_with("AUDITOR")
    other = come_in(Client(), auditor)
    assert "Garder les poids de cette page" not in page(other, f"/need/{AREA}")
    assert page(other, "/need/weights/new/", 403)
    assert "Ces poids n’existent pas" in page(other, kept["Location"])


def test_the_first_territory_is_the_departement_of_a_programme(admin: Client) -> None:
    assert "<h2>Loire-Atlantique</h2>" not in page(admin, "/need/"), "nothing to begin with: it is asked"
    programme(organisation("Un opérateur", "OPERATOR"))
    assert "<h2>Loire-Atlantique</h2>" in page(admin, "/need/")


def test_a_name_that_several_territories_have_is_asked(admin: Client) -> None:
    told = page(admin, "/need/?q=Nantes")
    assert "Lequel ?" in told
    assert "Aucun territoire ne porte ce nom." in page(admin, "/need/?q=Nulle-Part-sur-Rien")
    alone = admin.get("/need/?q=Loire-Atlantique")
    assert (alone.status_code, alone["Location"]) == (302, "/need/?area=DEPARTEMENT-44")


def test_the_method_and_the_false_alarms_are_told_with_their_numbers(admin: Client) -> None:
    told = page(admin, "/need/false-alarms/")
    assert all(name in told for name in ("Graslin-Commerce", "Guist’hau", "Madeleine"))
    assert all(f">{score}<" in told for score in (120, 123, 140, 78, 92, 82))
    method = page(admin, "/need/method/")
    assert "Sans diplôme" in method and "Habitants de 65 ans et plus, par quartier" in method
