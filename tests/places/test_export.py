"""What goes out is the national file, valid for both official validators, and comes back the same; and data.inclusion's."""

import csv
import io
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from data_inclusion.schema import v1
from frictionless import Resource, Schema, system
from hypothesis import given, settings
from hypothesis import strategies as some

from carnet.places import queries
from carnet.places.models import Place
from carnet.places.operations import (
    accept_programme,
    declare_access,
    declare_cost,
    declare_free_space,
    declare_moving,
    declare_services,
    end_place,
    import_places,
)
from carnet.places.rules import check_file, read
from carnet.places.rules.declaring import ServiceSaid, SpaceSaid, StopSaid
from carnet.places.rules.inclusion import service, structure
from carnet.places.rules.standard import COLUMNS, FIELDS, Kind
from carnet.places.rules.writing import csv_lines
from tests.places.conftest import AT, GOOD
from tests.places.test_imports import bring, csv_bytes

pytestmark = pytest.mark.django_db


def exported(**asked) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(queries.export_lines(at=AT, **asked)))))


def faults_found_by_frictionless(text: str, folder) -> list[str]:
    (folder / "lieux.csv").write_text(text, encoding="utf-8")
    descriptor = json.loads((queries.DATA / "schema-v1.0.2.table-schema.json").read_text(encoding="utf-8"))
    with system.use_context(trusted=True):
        report = Resource(str(folder / "lieux.csv"), schema=Schema.from_descriptor(descriptor)).validate()
    return [f"{error.row_number} {error.field_name}: {error.message}" for task in report.tasks for error in task.errors]


NODE = shutil.which("node")
PACKAGE = Path(__file__).resolve().parents[2] / "node_modules/@gouvfr-anct/lieux-de-mediation-numerique"
SHARED = Path(__file__).resolve().parents[3] / "shared/data"


def faults_found_by_npm(text: str) -> list[str]:
    if NODE is None or not PACKAGE.is_dir():
        pytest.skip("the official npm validator is not installed: make sure node is there, then `npm ci`")
    rows = list(csv.DictReader(io.StringIO(text)))
    script = Path(__file__).with_name("official_validator.cjs")
    done = subprocess.run([NODE, script], input=json.dumps(rows), capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def test_acceptance_is_written_in_the_only_words_the_standard_has_left(agent, programme_id):
    bring(csv_bytes(GOOD, {**GOOD, "id": "a-2", "pivot": "", "frais_a_charge": "", "autres_formations_labels": "Déjà"}), agent)
    accept_programme(
        place_ids=[Place.objects.get(national_id="a-2").id], programme_id=programme_id, service_codes=["cv"], from_on=date(2026, 11, 1),
        actor=agent, request_id=uuid4(), at=AT,
    )  # fmt: skip
    first, second = exported()
    assert (first["frais_a_charge"], first["autres_formations_labels"]) == ("Gratuit", "")
    assert (second["frais_a_charge"], second["autres_formations_labels"]) == ("Gratuit sous condition", "Déjà|Pass numérique")
    assert second["pivot"] == "00000000000000"


def test_ended_places_are_left_out_and_shared_identifiers_made_unique(agent):
    bring(csv_bytes(GOOD, {**GOOD, "id": "a-2"}), agent)
    bring(csv_bytes({**GOOD, "source": ""}), agent, provenance="autre")
    end_place(place_id=Place.objects.get(national_id="a-2").id, ended_on=AT.date(), actor=agent, request_id=uuid4(), at=AT)
    assert [(row["id"], row["source"]) for row in exported()] == [("autre-a-1", "autre"), ("essai-a-1", "Essai")]


def test_one_departement_alone(agent):
    elsewhere = {**GOOD, "id": "gap", "commune": "Gap", "code_postal": "05000", "code_insee": "05061", "latitude": "", "longitude": ""}
    bring(csv_bytes(GOOD, elsewhere), agent)
    assert [row["id"] for row in exported(department="05")] == ["gap"]


def test_the_official_example_goes_through_and_comes_out_valid(agent, tmp_path):
    bring((queries.DATA / "example-v1.0.2.csv").read_bytes(), agent)
    assert faults_found_by_frictionless("".join(queries.export_lines(at=AT)), tmp_path) == []


def test_the_control_the_validator_does_find_a_fault(agent, tmp_path):
    bring(csv_bytes(GOOD), agent)
    broken = "".join(queries.export_lines(at=AT)).replace("+33240419000", "0240419000")
    assert faults_found_by_frictionless(broken, tmp_path) != []


@pytest.mark.slow
def test_the_places_of_france_come_out_valid_for_the_official_schema_and_come_back_the_same(agent, programme_id, tmp_path):
    with (queries.DATA / "conseillers-numeriques-france-2022.v0.1.json.gz").open("rb") as stream:
        import_places(provenance="CNFS", file_name="france", stream=stream, actor=agent, request_id=uuid4(), at=AT)
    text = "".join(queries.export_lines(at=AT))
    assert text.count("\n") >= 4931
    assert faults_found_by_frictionless(text, tmp_path) == []
    assert faults_found_by_npm(text) == []
    again = bring(text.encode(), agent, provenance="copie")
    assert (again.created_count, again.refused_count) == (4930, 0)
    before = {row.pop("national_id"): row for row in Place.objects.filter(provenance="CNFS").order_by("id").values(*COLUMNS)}
    after = {row.pop("national_id"): row for row in Place.objects.filter(provenance="copie").order_by("id").values(*COLUMNS)}
    assert after == before


def test_what_was_declared_is_in_the_file_which_stays_valid_for_both(agent, tmp_path):
    bring(csv_bytes({**GOOD, "frais_a_charge": ""}), agent)
    facts = {"place_id": Place.objects.get().id, "actor": agent, "at": AT}
    declare_access(needs={"step-free": True, "sign-language": True}, note="", languages=("en", "uk"), request_id=uuid4(), **facts)
    declare_services(services=[ServiceSaid("cv", ("remote", "home"), 0)], request_id=uuid4(), **facts)
    declare_cost(fees=["Gratuit"], note="", request_id=uuid4(), **facts)
    stops = [StopSaid("Rezé", "Place de la mairie", "mardi 9h-12h")]
    moving = {"has_home_visits": True, "home_communes": ["Nantes"], "home_note": ""}
    declare_moving(is_mobile=True, stops=stops, request_id=uuid4(), **moving, **facts)
    declare_free_space(space=SpaceSaid(seats=4), request_id=uuid4(), **facts)
    text = "".join(queries.export_lines(at=AT))
    (row,) = csv.DictReader(io.StringIO(text))
    assert set(row["prise_en_charge_specifique"].split("|")) == {
        "Handicaps moteurs", "Surdité", "Langues étrangères (anglais)", "Langues étrangères (autres)",
    }  # fmt: skip
    assert set(row["modalites_accompagnement"].split("|")) == {"À distance", "En autonomie"}
    assert "Insertion professionnelle via le numérique" in row["services"].split("|")
    assert (row["itinerance"], row["frais_a_charge"]) == ("Itinérant", "Gratuit")
    assert faults_found_by_frictionless(text, tmp_path) == []
    assert faults_found_by_npm(text) == []


# --- the two official validators --------------------------------------------------------------------------------------

# Each is refused by one of the two when it is written where the standard puts it.
QUARRELS = {
    "formations_labels": "Étapes numériques(La Poste)|ORDI 3.0",
    "adresse": "3 rue « des Écoles » #2",
    "prise_rdv": "https://rdv.example.org/a?x=(1)|https://rdv.example.org/b",
    "fiche_acces_libre": "https://acces.example.org/a|https://acces.example.org/b",
}


@pytest.mark.parametrize("changed", [{name: value} for name, value in QUARRELS.items()] + [QUARRELS, {"pivot": "123456789"}])
def test_what_only_one_validator_refuses_is_written_so_that_both_are_content(agent, tmp_path, changed):
    bring(csv_bytes({**GOOD, **changed}), agent)
    text = "".join(queries.export_lines(at=AT))
    assert faults_found_by_frictionless(text, tmp_path) == []
    assert faults_found_by_npm(text) == []


def test_the_control_the_npm_validator_refuses_what_the_schema_lets_through(agent):
    bring(csv_bytes(GOOD), agent)
    (row,) = exported()
    text = "".join(queries.export_lines(at=AT))
    assert faults_found_by_npm(text) == []
    (told,) = faults_found_by_npm(text.replace(row["pivot"], "123456789"))
    assert "PivotError" in told


def test_the_label_they_disagree_on_and_a_pivot_one_refuses_come_back_where_they_were(agent):
    bring(csv_bytes({**GOOD, "formations_labels": "ORDI 3.0|Étapes numériques (La Poste)", "pivot": "123456789"}), agent)
    (row,) = exported()
    assert (row["formations_labels"], row["pivot"]) == ("ORDI 3.0", "00000000000000")
    assert row["autres_formations_labels"] == "Étapes numériques (La Poste)|Identifiant : 123456789"
    bring("".join(queries.export_lines(at=AT)).encode(), agent, provenance="copie")
    back = Place.objects.get(provenance="copie")
    assert (back.trainings, back.pivot, back.other_labels) == (["ORDI 3.0", "Étapes numériques(La Poste)"], "123456789", [])


# Words a person may write: anything a screen shows, separators and quotes included.
_WORDS = some.text(some.characters(codec="utf-8", exclude_categories=("C", "Z")) | some.just(" "), max_size=40).map(str.strip)
_LABELS = some.lists(_WORDS.filter(lambda text: text and "|" not in text), max_size=3, unique=True)
_PLACES = some.fixed_dictionaries(
    {
        **{
            field.column: _WORDS
            for field in FIELDS
            if field.kind is Kind.TEXT and field.column not in ("address", "commune", "national_id")
        },
        "name": _WORDS.filter(bool),
        "address_extra": _WORDS,
        "other_labels": _LABELS,
        **{
            field.column: some.lists(some.sampled_from(field.choices), max_size=4, unique=True)
            for field in FIELDS
            if field.kind is Kind.CHOICES
        },
        "pivot": some.sampled_from(["", "43493312300029", "W123456789", "123456789"]),
        "opening_hours": some.sampled_from(["", "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00", "24/7"]),
        "phone": some.sampled_from(["", "+33240419000", "+590590417497"]),
    }
)


@settings(max_examples=150, deadline=None)
@given(places=some.lists(_PLACES, min_size=1, max_size=3))
def test_whatever_a_place_says_comes_back_from_its_own_export(communes, places):
    whole = [
        {
            "national_id": f"p-{rank}", "commune": "Nantes", "postcode": "44100", "commune_code": "44109", "address": f"{rank} rue de l'Exemple",
            "latitude": 47.2173, "longitude": -1.5534, "emails": ["a@exemple.fr"], "websites": ["https://exemple.fr/?a=1"],
            "updated_on": date(2024, 4, 2), "accessibility_urls": [], "booking_urls": ["https://rdv.exemple.fr/x"], **place,
        }
        for rank, place in enumerate(places)
    ]  # fmt: skip
    for each in whole:
        # Read back in the order of the list: the label that moves between two fields comes last.
        each["trainings"] = sorted(each["trainings"], key=lambda label: label.startswith("Étapes"))
    back = check_file(read("".join(csv_lines(whole)).encode()), gazetteer=communes, today=AT.date())
    assert [dict(row.columns) for row in back.rows] == [{column: each[column] for column in COLUMNS} for each in whole]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["exemple-valide.csv", "exemple-valide.v0.1.1.csv", "lieux-conseillers-numeriques-44-2022.v1.0.2.csv",
     "test-only/lieux-hinaura-aura-2022.v0.1.json", "test-only/lieux-hinaura-aura-2022.v1.0.2.csv"],
)  # fmt: skip
def test_files_of_the_field_go_through_valid_for_both_and_come_back_the_same(communes, tmp_path, name):
    file = SHARED / name
    if not file.is_file():
        pytest.skip(f"{name} is not beside this project")
    first = check_file(read(file.read_bytes()), gazetteer=communes, today=AT.date())
    text = "".join(csv_lines(row.columns for row in first.rows))
    assert faults_found_by_frictionless(text, tmp_path) == []
    assert faults_found_by_npm(text) == []
    again = check_file(read(text.encode()), gazetteer=communes, today=AT.date())
    assert first.refused_count == again.refused_count == 0
    assert [dict(row.columns) for row in again.rows] == [dict(row.columns) for row in first.rows]


# --- data.inclusion ---------------------------------------------------------------------------------------------------


def test_data_inclusion_s_own_models_take_the_places_of_france(communes):
    with (queries.DATA / "conseillers-numeriques-44-2022.v1.0.2.csv").open("rb") as stream:
        rows = check_file(read(stream.read()), gazetteer=communes, today=AT.date()).rows
    assert len(rows) == 88
    for row in rows:
        v1.Structure(**structure(row.columns, source="carnet", today=AT.date()))
        if (offered := service(row.columns, source="carnet", today=AT.date())) is not None:
            v1.Service(**offered)


def test_a_place_in_data_inclusion_s_words(agent, programme_id):
    bring(
        csv_bytes(
            {**GOOD, "nom": "Le.", "publics_specifiquement_adresses": "Seniors", "prise_en_charge_specifique": "Surdité|Illettrisme",
             "modalites_acces": "Se présenter|Prendre un RDV en ligne", "modalites_accompagnement": "À distance|Dans un atelier collectif",
             "dispositif_programmes_nationaux": "France Services", "typologie": "MJC", "date_maj": "2099-01-01"},
            {**GOOD, "id": "a-2", "services": "", "pivot": "W123456789"},
        ),
        agent,
    )  # fmt: skip
    accept_programme(
        place_ids=[Place.objects.get(national_id="a-1").id], programme_id=programme_id, service_codes=["cv"], from_on=date(2026, 11, 1),
        actor=agent, request_id=uuid4(), at=AT,
    )  # fmt: skip
    said = json.loads("".join(queries.inclusion_lines(at=AT)))
    first, second = said["structures"]
    (offered,) = said["services"]
    assert (first["nom"], first["siret"], first["date_maj"], first["reseaux_porteurs"]) == (
        "Lieu Le", "43493312300029", "2026-11-21", ["france-service", "mjc"]
    )  # fmt: skip
    assert "siret" not in second
    assert offered["thematiques"] == ["numerique--maitriser-les-fondamentaux-du-numerique", "numerique--acceder-a-une-connexion-internet"]
    assert (offered["publics"], offered["publics_precisions"]) == (
        ["seniors", "personnes-en-situation-de-handicap"], "Seniors, Surdité, Illettrisme"
    )  # fmt: skip
    assert (offered["frais"], offered["frais_precisions"]) == ("gratuit", "Gratuit, Pass numérique accepté")
    assert (offered["modes_accueil"], offered["modes_mobilisation"]) == (["a-distance", "en-presentiel"], ["se-presenter"])
    assert v1.Structure(**first)
    assert v1.Service(**offered)


def test_the_control_data_inclusion_s_models_refuse_what_is_not_theirs(agent):
    bring(csv_bytes(GOOD), agent)
    said = json.loads("".join(queries.inclusion_lines(at=AT)))
    with pytest.raises(ValueError, match="frais"):
        v1.Service(**{**said["services"][0], "frais": "pass-numerique"})
