"""`carnet data`: the map needs no row; somebody is found, given to read, erased, and looked for; what is asked badly is refused in one sentence."""

import json
from pathlib import Path

import pytest
from django.test import override_settings

from tests.commands import carnet
from tests.factories.houses import house

NAME = "Delphine Quatrefages"


def test_the_map_is_said_to_people_and_to_programs(tmp_path: Path) -> None:
    found = json.loads(carnet("data", "map", "--json").stdout)
    assert {"parties_person", "mandates_assistedperson"} <= {each["table"] for each in found}
    assert carnet("data", "map", "--csv").stdout.count("\n") == len(found) + 1
    assert "Mandats" in carnet("data", "map").stdout
    done = carnet("data", "dpia", "--out", str(tmp_path / "dossier"), "--controller", "Ville de Nantes", "--json")
    assert {Path(each).name for each in json.loads(done.stdout)["files"]} == {"analyse-impact.md", "registre.csv", "carte.csv"}
    assert "Ville de Nantes" in (tmp_path / "dossier" / "analyse-impact.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("committed_database")
def test_found_given_to_read_erased_and_nowhere(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    with override_settings(KEYS_DIR=keys, KEYS_WRAPPING=keys / "wrapping.key", MEDIA_ROOT=tmp_path / "files"):
        house().sign()
        here = {"CARNET_VAR_DIR": str(tmp_path)}
        (row,) = [each for each in json.loads(carnet("data", "find", NAME, "--json").stdout) if each["can_be_erased"]]
        assert row["row"].startswith("mandates_assistedperson:")
        carnet("data", "export", NAME, "--out", str(tmp_path / "given"))
        page = (tmp_path / "given" / "donnees.html").read_text(encoding="utf-8")
        assert "Quatrefages" in page and (tmp_path / "given" / "donnees.html").stat().st_mode & 0o777 == 0o600
        looked = carnet("data", "search", NAME, "--json", **here)
        assert looked.returncode == 1 and {each["kind"] for each in json.loads(looked.stdout)["found"]} == {"SEALED", "FILE"}
        for path in (tmp_path / "given").iterdir():
            path.unlink()
        done = carnet("data", "erase", NAME, "--yes", "--json")
        assert json.loads(done.stdout)[0]["keys_destroyed"] == 1
        assert carnet("data", "search", NAME, **here).returncode == 0
        assert json.loads(carnet("data", "retention", "--json").stdout)["periods"][0]["code"] == "accounts"


@pytest.mark.usefixtures("committed_database")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["erase"], 2),
        (["find", "Li"], 1),
        (["find", "nobody@example.org"], 1),
        (["erase", "x@example.org", "--request-id", "7", "--yes"], 2),
    ],
)
def test_what_is_asked_badly_is_refused_in_one_sentence(words: list[str], code: int) -> None:
    done = carnet("data", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert code == 2 or len(done.stderr.strip().splitlines()) == 1
