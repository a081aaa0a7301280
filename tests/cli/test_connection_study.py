"""A landlord's estate studied on the command line: a file in, a study out, and each fault by its line. No database."""

import json
from pathlib import Path

from carnet.web.connection_studies.reading import example_file
from tests import commands


def test_an_estate_is_studied_from_its_file(tmp_path: Path) -> None:
    estate, supposed = tmp_path / "parc.csv", tmp_path / "supposed.toml"
    estate.write_bytes(example_file())
    supposed.write_text("[ranges]\nmarket = 2300\nswitch = [0, 500, 1000]\n[choices]\nmonths = 60\n", encoding="utf-8")
    asked = ("connection", "study", str(estate), "--assumptions", str(supposed), "--seed", "7")
    done = commands.carnet(*asked, "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["study"]["seed"] == 7
    assert said["study"]["size"] == {"residences": 5, "dwellings": 510, "homes": 496, "with_fibre": 4, "dwellings_without": 54}
    assert said["assumptions"]["ranges"]["market"] == [2300, 2300, 2300]
    assert (tmp_path / "out" / "etude.pdf").read_bytes().startswith(b"%PDF")
    homes = said["study"]["spreads"]["homes"]
    told = commands.carnet(*asked).stdout.replace("\u202f", " ").replace("\xa0", " ")
    assert f"Sur 496 logements occupés, {homes['middle']} ménages" in told


def test_faults_are_said_line_by_line(tmp_path: Path) -> None:
    estate, supposed = tmp_path / "parc.csv", tmp_path / "supposed.toml"
    estate.write_text("residence;commune;logements;fibre\nA;44109;dix;oui\n", encoding="utf-8")
    refused = commands.carnet("connection", "study", str(estate))
    assert refused.returncode == 1
    assert "Ligne 2, logements" in refused.stderr
    estate.write_bytes(b"")
    assert "aucun logement" in commands.carnet("connection", "study", str(estate)).stderr
    estate.write_bytes(example_file())
    supposed.write_text("[ranges]\nmarche = 1\n", encoding="utf-8")
    assert commands.carnet("connection", "study", str(estate), "--assumptions", str(supposed)).returncode == 1
