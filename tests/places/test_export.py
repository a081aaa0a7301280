"""What goes out is the national file, valid for the official schema, and comes back the same."""

import csv
import io
import json
from datetime import date
from uuid import uuid4

import pytest
from frictionless import Resource, Schema, system

from carnet.places import queries
from carnet.places.models import Place
from carnet.places.operations import accept_programme, end_place, import_places
from carnet.places.rules.standard import COLUMNS
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
    again = bring(text.encode(), agent, provenance="copie")
    assert (again.created_count, again.refused_count) == (4930, 0)
    before = {row.pop("national_id"): row for row in Place.objects.filter(provenance="CNFS").order_by("id").values(*COLUMNS)}
    after = {row.pop("national_id"): row for row in Place.objects.filter(provenance="copie").order_by("id").values(*COLUMNS)}
    assert after == before
