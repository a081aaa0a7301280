"""A landlord studies its estate, tries other assumptions, keeps both, compares them; nobody else reads what is not shared."""

import io
import json
import re
import zipfile
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.connectivity.models import Study
from carnet.connectivity.operations.studies import make_study
from carnet.connectivity.queries import studies
from carnet.connectivity.rules.study.assumptions import Choices, Key, Range, ranges_given
from carnet.connectivity.rules.study.refusals import StudyNotShareable, StudyUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.rules import NotAllowed, Role
from carnet.scenarios.studied import study_an_estate
from carnet.web.connection_studies.reading import example_file, read_estate_file
from tests.factories.campaign import SYSTEM
from tests.web.season import TODAY, Season, season

__all__ = ["season"]

URL = "/landlord/studies/"


@pytest.fixture
def landlord_id(season: Season) -> int:
    found: int = parties.create_organisation(
        name="Habitat des essais", kinds=["LANDLORD"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=TODAY
    )
    return found


def sent(content: bytes | str, **more: Any) -> dict[str, Any]:
    estate = SimpleUploadedFile("parc.csv", content.encode() if isinstance(content, str) else content)
    given = {"name": "Notre parc", "estate": estate, "household": "2,90", "landlord": "1", "months": "36", "is_open_to_all": "on"}
    return {**given, "lends_computers": "on", "request_id": str(uuid4()), **more}


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode().replace("\u202f", " ").replace("\xa0", " ")


def actor_of(organisation_id: int, role: str, *programme_ids: int) -> Actor:
    return Actor(
        kind="person", label="reader", person_id=901, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programme_ids), roles=frozenset({role}), proved_at=TODAY,
    )  # fmt: skip


def made(actor: Actor, **more: Any) -> int:
    given = {"name": "À nous", "residences": read_estate_file(io.BytesIO(example_file())), "ranges": ranges_given(), "choices": Choices()}
    with acting_as(actor):
        return make_study(**{**given, **more}, actor=actor, request_id=uuid4(), at=TODAY)


def test_a_landlord_studies_tries_keeps_and_compares(season: Season, landlord_id: int) -> None:
    client = season.enter("LANDLORD", landlord_id)
    assert "Aucune étude encore" in text(client, URL)
    given = sent(example_file())
    url = str(client.post(f"{URL}new/", given)["Location"])
    again = {**given, "estate": SimpleUploadedFile("parc.csv", example_file())}
    assert client.post(f"{URL}new/", again)["Location"] == url  # sent twice, made once
    page = text(client, url)
    with acting_as_everything(why="compare the page with what is kept"):
        row = Study.objects.get()
    joined = row.result["spreads"]["homes"]["middle"]
    assert f"Sur 496 logements occupés, {joined} ménages" in page
    assert "Tour des Marins (inventée)" in page
    assert "enquête TMO" in page
    assert str(row.seed) in page.replace(" ", "")

    asked = f"{url}try/?household=5&landlord=0&months=60&is_open_to_all=on&market=30&switch=0+/+2+/+4"
    trial = text(client, asked)
    assert "Ce que l’essai change" in trial
    assert Study._default_manager is not None
    with acting_as_everything(why="nothing is kept of a trial"):
        assert Study.objects.count() == 1
    answer = client.post(asked, {"name": "À 5 euros", "request_id": str(uuid4())})
    tried = str(answer["Location"])
    with acting_as_everything(why="look at what is kept"):
        second = Study.objects.latest("id")
    assert (second.seed, second.tried_from_id) == (row.seed, row.pk)
    assert second.assumptions["ranges"]["market"] == [30_00, 30_00, 30_00]
    assert second.assumptions["ranges"]["switch"] == [0, 200, 400]
    assert second.assumptions["choices"]["lends_computers"] is False
    assert "choisi pour cette étude" in text(client, tried)

    # Nothing to pay but each home's own part: no "from 0 homes", a sentence.
    nothing = "&".join(f"{each}=0" for each in ("set_up_residence", "set_up_dwelling", "month_residence", "month_fixed"))
    free = text(client, f"{url}try/?household=0&landlord=0&months=60&is_open_to_all=on&market=40&{nothing}")
    assert "dès le premier ménage" in free and "à partir de 0" not in free
    # Homes at the likely values are not the middle of the draws: the file does not call them by the same name.
    residences = b"".join(client.get(f"{url}residences.csv").streaming_content).decode("utf-8-sig")
    assert residences.splitlines()[0].endswith("menages_aux_valeurs_probables")

    side = text(client, f"{URL}compare/?study={row.pk}&study={second.pk}")
    assert "60 mois" in side
    assert "0 % / 2 % / 4 %" in side
    assert "Amener la fibre" not in side  # the same in both
    assert client.get(f"{URL}compare/?study={row.pk}").status_code == 409
    assert "À 5 euros" in text(client, URL)


def test_a_file_with_faults_says_each_and_keeps_nothing(season: Season, landlord_id: int) -> None:
    client = season.enter("LANDLORD", landlord_id)
    answer = client.post(f"{URL}new/", sent("residence;commune;logements;fibre\nA;44109;dix;oui\nB;;8;bof\n"))
    assert answer.status_code == 422
    page = answer.content.decode()
    for fault in ("Ligne 2, logements", "Ligne 3, commune", "Ligne 3, fibre"):
        assert fault in page
    assert client.post(f"{URL}new/", sent("residence;commune\nA;44109\n")).status_code == 422
    assert client.post(f"{URL}new/", sent(example_file(), months="0")).status_code == 422
    without = {name: value for name, value in sent("").items() if name != "estate"}
    assert client.post(f"{URL}new/", without).status_code == 422
    with acting_as_everything(why="look at what is kept"):
        assert not Study.objects.exists()


def test_values_that_cannot_be_are_said_on_their_field(season: Season, landlord_id: int) -> None:
    study_id = made(actor_of(landlord_id, "LANDLORD"))
    client = season.enter("LANDLORD", landlord_id)
    for wrong, said in (("switch=9/2/4", "d’abord la valeur basse"), ("switch=beaucoup", "Écrivez un nombre"), ("ramp=0", "Restez entre"), ("ramp=1,5", "Écrivez un nombre")):  # fmt: skip
        answer = client.get(f"{URL}{study_id}/try/?household=2&landlord=0&months=12&{wrong}")
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_a_study_goes_away_on_paper_and_in_spreadsheets(season: Season, landlord_id: int) -> None:
    study_id = made(actor_of(landlord_id, "LANDLORD"), name="=2+3")
    client = season.enter("LANDLORD", landlord_id)
    paper = client.get(f"{URL}{study_id}/study.pdf")
    assert paper.content.startswith(b"%PDF")
    assert client.get(f"{URL}{study_id}/study.pdf").content == paper.content
    with acting_as_everything(why="compare with what is kept"):
        kept = Study.objects.get(pk=study_id).result
    table = text(client, f"{URL}{study_id}/results.csv")
    left = kept["spreads"]["left"]
    assert f"Reste à financer;{left['low'] // 100},{left['low'] % 100:02d};" in table
    assert re.search(r"Ménages en difficulté avec le numérique;6[,.]00;8[,.]00;10[,.]00;%;", table)
    ods = b"".join(client.get(f"{URL}{study_id}/results.ods").streaming_content)  # type: ignore[attr-defined]
    assert "content.xml" in zipfile.ZipFile(io.BytesIO(ods)).namelist()
    # What comes out goes in again: the same estate.
    residences = text(client, f"{URL}{study_id}/residences.csv")
    assert read_estate_file(io.BytesIO(residences.encode())) == read_estate_file(io.BytesIO(example_file()))
    assert client.get(f"{URL}{study_id}/results.exe").status_code == 404


def test_what_was_kept_is_made_again_from_what_it_was_made_from(season: Season, landlord_id: int) -> None:
    actor = actor_of(landlord_id, "LANDLORD")
    study_id = made(actor, ranges={Key.MARKET: Range(20_00, 25_00, 30_00)}, choices=Choices(months=24))
    with acting_as(actor):
        kept = studies.study(actor, study_id)
        assert studies.recomputed(kept) == kept.studied
    with acting_as_everything(why="read the journal"):
        line = Line.objects.get(action="connectivity.study-made", subject_id=str(study_id))
    assert line.facts == {"residences": 5, "homes": 496, "seed": kept.studied.seed, "draws": studies.DRAWS}
    assert "Glycines" not in json.dumps(line.facts)


def test_only_those_it_is_shared_with_read_it(season: Season, landlord_id: int) -> None:
    funder_id, other_id = season.campaign.funder_ids
    programme_id = season.campaign.programme_id
    own = made(actor_of(landlord_id, "LANDLORD"))
    shared = made(actor_of(funder_id, "FUNDER", programme_id), programme_id=programme_id, name="Pour tous")
    reader, stranger = actor_of(other_id, "FUNDER", programme_id), actor_of(other_id, "LANDLORD")
    with acting_as(reader):
        assert [each.id for each in studies.studies(reader)] == [shared]
        with pytest.raises(StudyUnknown):
            studies.study(reader, own)
    with acting_as(stranger):
        assert studies.studies(stranger) == []
    client = season.enter("FUNDER", other_id)
    assert client.get(f"{URL}{own}/").status_code == 404
    assert "Partagée avec" in text(client, f"{URL}{shared}/")
    with pytest.raises(StudyNotShareable):
        made(actor_of(landlord_id, "LANDLORD"), programme_id=programme_id)
    with pytest.raises(NotAllowed):
        made(actor_of(other_id, "STATE_OFFICER"))
    assert season.enter("PRESCRIBER_LEAD", season.campaign.prescriber_id).get(URL).status_code == 403


def test_the_published_cases_are_told_with_what_nobody_said(season: Season, landlord_id: int) -> None:
    page = text(season.enter("LANDLORD", landlord_id), f"{URL}published/")
    for figure in ("750 000 €", "750,00 €", "41,67 €", "3 184 ménages", "58 mois", "30 000,00 €", "10,34 €"):
        assert figure in page, figure
    assert page.count("non publié") >= 5


def test_the_demonstration_shows_two_studies_of_one_estate(season: Season) -> None:
    campaign = season.campaign
    cast: Any = SimpleNamespace(staff={Role.OPERATOR_ADMIN: 77}, operator_id=campaign.operator_id)
    study_an_estate(SimpleNamespace(cast=cast, programme_id=campaign.programme_id), at=TODAY)  # type: ignore[arg-type]
    reader = actor_of(campaign.funder_ids[0], "FUNDER", campaign.programme_id)
    with acting_as(reader):
        fibred, whole = studies.studies(reader)
        found = [studies.study(reader, each.id) for each in (whole, fibred)]
    assert [each.studied.size.dwellings_without for each in found] == [132, 0]
    assert fibred.dwellings == whole.dwellings - 132
    assert found[1].tried_from_id == whole.id
    assert found[0].studied.seed == found[1].studied.seed
