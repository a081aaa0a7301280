"""`carnet places`: check without a database, import and export with one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import commands
from tests.places.conftest import GOOD, csv_bytes

ROOT = Path(__file__).resolve().parents[2]


def carnet(*words: str) -> subprocess.CompletedProcess[str]:
    return commands.carnet("places", *words)


def in_a_process(*words: str, database: str = "", language: str = "fr_FR.UTF-8") -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "CARNET_DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "carnet.settings.dev",
        "LC_ALL": language,
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", "places", *words]
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lieux.csv"
    path.write_bytes(csv_bytes(GOOD, {**GOOD, "id": "b", "nom": ""}, {**GOOD, "id": "c", "nom": "Autre", "horaires": "lundi"}))
    return path


@pytest.mark.slow
def test_check_needs_no_database_and_tells_every_fault(file):
    done = in_a_process("check", str(file), "--all", database="postgresql://nobody@/none?host=/nonexistent")
    assert done.returncode == 1, done.stderr
    assert "3 lieux lus (standard 1.0.2) : 2 gardés, 1 refusés." in done.stdout
    assert "ligne 3 [ligne refusée] « nom » est vide." in done.stdout
    assert "ligne 4 [valeur mise de côté] Horaires incompréhensibles : « lundi »." in done.stdout
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path, name):
    done = carnet("check", str(tmp_path / name))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_file_that_is_not_of_places_is_the_same_sentence_as_on_the_screens(tmp_path):
    (tmp_path / "x.csv").write_text("nom,adresse\nA,B\n")
    done = carnet("check", str(tmp_path / "x.csv"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Il manque des colonnes au fichier : commune, code_postal, date_maj. Rien n’a été importé."


@pytest.mark.slow
def test_bad_use_is_two():
    assert carnet("import").returncode == 2
    assert carnet("export").returncode == 2


@pytest.mark.slow
def test_import_then_export(committed_database, file, tmp_path):
    tried = carnet("import", str(file), "--source", "essai", "--dry-run", "--json")
    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)["import_id"] is None
    done = carnet("import", str(file), "--source", "essai", "--json")
    report = json.loads(done.stdout)
    assert {name: report[name] for name in ("read", "created", "refused", "version", "provenance")} == {
        "read": 3, "created": 2, "refused": 1, "version": "1.0.2", "provenance": "essai",
    }  # fmt: skip
    assert [(fault["line"], fault["code"], fault["outcome"]) for fault in report["faults"]] == [
        (3, "required-missing", "refused"), (4, "hours-unreadable", "set-aside"), (4, "pivot-twice", "kept"),
    ]  # fmt: skip
    out = tmp_path / "out.csv"
    written = carnet("export", "--out", str(out), "--json")
    assert json.loads(written.stdout) == {"file": str(out), "places": 2}
    assert out.read_text(encoding="utf-8").startswith("id,pivot,nom,")
    assert carnet("check", str(out)).returncode == 0
    piped = in_a_process("export", "--out", "-", database=committed_database)
    assert piped.stdout == out.read_text(encoding="utf-8")
    said = tmp_path / "out.json"
    written = carnet("export", "--out", str(said), "--format", "data-inclusion", "--json")
    assert json.loads(written.stdout) == {"file": str(said), "places": 2}
    assert len(json.loads(said.read_text(encoding="utf-8"))["structures"]) == 2


@pytest.mark.slow
def test_a_file_of_another_make_is_mapped_by_its_names_and_by_what_is_said(committed_database, tmp_path):
    file = tmp_path / "ville.csv"
    file.write_text("Nom du lieu;Rue;CP;Ville;Tel\nMaison;1 rue A;44000;Nantes;02 40 41 90 00\n", encoding="utf-8")
    found = json.loads(carnet("columns", str(file), "--json").stdout)
    assert [each["field"] for each in found["columns"]] == ["nom", "adresse", "code_postal", "commune", "telephone"]
    assert found["missing"] == ["date_maj"]
    assert carnet("check", str(file)).returncode == 1
    assert carnet("check", str(file), "--set", "date_maj=2026-11-01").returncode == 0
    assert "écrivez « nom=valeur »" in carnet("check", str(file), "--map", "Ville").stderr
    said = ("import", str(file), "--source", "ville", "--set", "date_maj=2026-11-01", "--map", "Tel=", "--json")
    done = json.loads(carnet(*said).stdout)
    assert (done["created"], [fault["code"] for fault in done["faults"]]) == (1, ["column-unmapped", "pivot-placeholder"])
    again = json.loads(carnet(*said).stdout)
    assert (again["created"], again["unchanged"]) == (0, 1)
