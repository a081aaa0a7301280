"""A territory on the screen: opened by name, shared, taken away; what is late is said; the public reads what was ticked."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pikepdf import Pdf

from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import NextStep, Objective, Territory, TerritoryCommitment, TerritoryIndicator
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def send(client: Client, url: str, status: int = 302, **given: Any) -> str:
    answer = client.post(url, {"request_id": str(uuid4()), **given})
    assert answer.status_code == status, (url, answer.status_code, answer.content.decode()[:2000])
    return answer.content.decode() if status != 302 else answer["Location"]


@pytest.fixture
def shared(person_with: Callable[..., tuple[int, int, str]]) -> tuple[Client, Client, int, int]:
    """A leading funder and a local actor invited, both signed in; the territory, the actor's organisation."""
    (_id, _leader, leading), (_other, caf_id, acting) = person_with("FUNDER"), person_with("LOCAL_ACTOR", has_second_factor=False)
    leader, caf = come_in(Client(), leading), come_in(Client(), acting)
    made = send(leader, "/local/territories/new/", name="Nantes Métropole", areas="Nantes Métropole\n44180 Saint-Mars-du-Désert")
    territory_id = int(made.split("/")[2])
    with acting_as_everything(why="the number of an organisation"):
        from carnet.parties.models import Organisation

        Organisation.objects.filter(id=caf_id).update(siret="21440109300015", name="CAF du test")
    send(leader, made, number="214 401 093 00015")
    return leader, caf, territory_id, caf_id


def test_a_territory_is_filled_by_names_and_shared_with_its_actors(shared: tuple[Client, Client, int, int]) -> None:
    leader, caf, territory_id, _caf_id = shared
    told = page(caf, "/local/")
    assert "Nantes Métropole" in told
    assert "Dites ce que vous y faites." in told
    assert "Territoires" in page(leader, "/funder/")
    view = page(leader, f"/local/{territory_id}/")
    assert "25 communes" in view
    assert "N’a pas encore écrit sa ligne." in view
    assert "Personne" not in view


def test_each_writes_its_line_and_reads_the_other_s_without_a_button_on_it(shared: tuple[Client, Client, int, int]) -> None:
    leader, caf, territory_id, _caf_id = shared
    base = f"/local/{territory_id}/"
    assert "que l’on peut appeler" in send(caf, f"{base}line/", 422, words="Au guichet.", contact_phone="le matin")
    send(caf, f"{base}line/", words="Au guichet.", contact_service="Accueil", contact_phone="0240000001", contact_email="a@caf.example")
    wrong = send(caf, f"{base}commitments/new/", 422, need="PROCEDURES", words="")
    assert "error-summary" in wrong or "Ce champ" in wrong
    send(
        caf,
        f"{base}commitments/new/",
        need="PROCEDURES",
        words="Deux rendez-vous.",
        hours="mardi",
        communes=["44109"],
        publics=["FAMILIES"],
    )
    own, other = page(caf, base), page(leader, base)
    assert "Deux rendez-vous." in own and "Deux rendez-vous." in other
    assert "/end/" in own and "/end/" not in other
    assert 'href="tel:' in other
    with acting_as_everything(why="an id"):
        (commitment,) = TerritoryCommitment.objects.filter(territory_id=territory_id)
    changed = page(caf, f"{base}commitments/{commitment.id}/")
    assert "Deux rendez-vous." in changed
    page(leader, f"{base}commitments/{commitment.id}/", 404)
    send(caf, f"{base}commitments/{commitment.id}/", need="PROCEDURES", words="Trois rendez-vous.")
    send(leader, f"{base}commitments/{commitment.id}/end/")
    assert "Trois rendez-vous." in page(leader, base)
    assert "Deux rendez-vous." in page(leader, f"{base}history/")


def test_a_decision_has_its_steps_and_a_late_one_is_said_first(shared: tuple[Client, Client, int, int]) -> None:
    leader, caf, territory_id, caf_id = shared
    base, today = f"/local/{territory_id}/", timezone.now().date()
    ahead = send(leader, f"{base}decisions/new/", 422, decided_on=str(today + timedelta(days=2)), words="Former dix agents.")
    assert "Une décision se note une fois prise" in ahead
    step_page = send(leader, f"{base}decisions/new/", decided_on=str(today - timedelta(days=30)), words="Former dix agents.")
    early = send(leader, step_page, 422, responsible=caf_id, words="Trouver une salle.", due_on=str(today - timedelta(days=40)))
    assert "Une suite vient après la décision" in early
    send(leader, step_page, responsible=caf_id, words="Trouver une salle.", due_on=str(today - timedelta(days=2)))
    assert "CAF du test devait, avant le" in page(leader, base)
    assert "1 suite en retard" in page(caf, "/local/")
    with acting_as_everything(why="an id"):
        (step,) = NextStep.objects.filter(territory_id=territory_id)
    send(caf, f"{base}steps/{step.id}/done/")
    assert "devait, avant le" not in page(leader, base)
    send(caf, f"{base}needs/new/", need="AT_HOME", words="Personne ne se déplace.", communes=["44020"])
    assert "Personne ne se déplace." in page(leader, base)


def test_the_committee_takes_it_away_as_a_tagged_paper_and_as_tables(shared: tuple[Client, Client, int, int]) -> None:
    leader, caf, territory_id, _caf_id = shared
    base = f"/local/{territory_id}/"
    send(caf, f"{base}commitments/new/", need="LEARN", words="=1+1", hours="mardi")
    paper = leader.get(f"{base}paper.pdf").content
    with Pdf.open(io.BytesIO(paper)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr"
        assert "/StructTreeRoot" in pdf.Root
    assert paper == leader.get(f"{base}paper.pdf").content, "the same day and facts give the same bytes"
    content = b"".join(leader.get(f"{base}actors.csv").streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert [row[6] for row in rows if row[0] == "CAF du test"] == ["'=1+1"]
    ods = b"".join(leader.get(f"{base}needs.ods").streaming_content)  # type: ignore[attr-defined]
    assert "content.xml" in zipfile.ZipFile(io.BytesIO(ods)).namelist()
    for part in ("decisions.csv", "reach.xlsx"):
        assert leader.get(f"{base}{part}").status_code == 200
    assert leader.get(f"{base}nothing.csv").status_code == 404
    assert leader.get(f"{base}actors.exe").status_code == 404


def test_figures_say_how_they_are_made_and_never_mix_the_nation_s(
    shared: tuple[Client, Client, int, int], signed_in: Callable[[str], Client]
) -> None:
    leader, _caf, territory_id, _caf_id = shared
    told = page(leader, f"/local/{territory_id}/figures/")
    for sentence in (
        "C’est une estimation",
        "par le nombre d’habitants",
        "15 % des personnes",
        "6,7 millions",
        "Aucun n’est mélangé aux nôtres.",
    ):
        assert sentence in told, sentence
    admin = signed_in("OPERATOR_ADMIN")
    content = io.BytesIO(b"CODGEO;P19_POP;P19_POP65P\n44109;318808;47000\n99999;1;1\n")
    content.name = "base-cc.csv"
    read = send(admin, "/local/indicators/", 200, file=content, source="INSEE, base-cc 2019")
    assert "cette commune n’existe pas, ou plus" in read
    with acting_as_everything(why="count"):
        assert TerritoryIndicator.objects.count() == 2
    told = page(leader, f"/local/{territory_id}/figures/")
    assert "par l’âge des plus de 65 ans" in told
    assert "INSEE, base-cc 2019" in told


def test_an_objective_stands_beside_what_is_done_for_everybody(signed_in: Callable[[str], Client]) -> None:
    admin = signed_in("OPERATOR_ADMIN")
    given = {"programme": "", "measure": "USED", "starting_count": 50_000, "starting_on": "2020-02-01", "due_on": "2027-12-31"}
    assert "L’objectif doit dépasser" in send(admin, "/local/objectives/new/", 422, target_count=10, **given)
    send(admin, "/local/objectives/new/", target_count=1_000_000, words="Un million.", source="Annonce de 2020", **given)
    told = page(Client(), reverse("local:told-objectives"))
    assert "De 50 000 le 1 février 2020 à 1 000 000 avant le 31 décembre 2027" in told.replace("1er", "1")
    assert "Il faut trois mois entiers pour parler d’un rythme." in told
    with acting_as_everything(why="an id"):
        (objective,) = Objective.objects.all()
    send(admin, f"/local/objectives/{objective.id}/end/")
    assert "Un million." not in page(Client(), reverse("local:told-objectives"))


def test_the_public_page_shows_the_lines_that_were_ticked_and_nothing_else(shared: tuple[Client, Client, int, int]) -> None:
    leader, caf, territory_id, _caf_id = shared
    base = f"/local/{territory_id}/"
    page(Client(), "/local/public/nantes-metropole/", 404)
    send(caf, f"{base}line/", words="Au guichet.", is_public="on")
    send(caf, f"{base}needs/new/", need="AT_HOME", words="Entre nous.")
    send(leader, f"{base}line/", words="Pas pour le public.")
    with acting_as_everything(why="its communes"):
        areas = "\n".join(Territory.objects.get(id=territory_id).commune_codes)
    send(leader, f"{base}change/", name="Nantes Métropole", areas=areas, is_public="on")
    told = page(Client(), "/local/public/nantes-metropole/")
    assert "Au guichet." in told
    assert "Pas pour le public." not in told
    assert "Entre nous." not in told
    page(Client(), "/local/public/ailleurs/", 404)


def test_a_name_two_territories_bear_is_asked_again(signed_in: Callable[[str], Client]) -> None:
    funder = signed_in("FUNDER")
    told = send(funder, "/local/territories/new/", 422, name="Essai", areas="Saint-Denis")
    assert "Écrivez le code" in told
    told = send(funder, "/local/territories/new/", 422, name="Essai", areas="Zzzz")
    assert "n’est pas connu" in told
