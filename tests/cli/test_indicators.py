"""`carnet indicators` and `carnet evaluation`: from files to tables and sentences, without a database."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from carnet.observatory.queries.surveys import DATA
from tests import commands

EXAMPLE = DATA / "surveys" / "example.csv"
PLAN = "name='a'\nquestion='b'\ndesign='waiting_list'\noutcome='domaines'\nseed='x'\nunits=['1','2','3','4','5','6','7','8','9','10','11','12']\n"


def test_answers_become_tables_and_wrong_lines_are_named(tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text(EXAMPLE.read_text(encoding="utf-8").replace(",never,", ",sometimes,", 1), encoding="utf-8")
    done = commands.carnet("indicators", "compute", str(answers), "--cross", "age,area", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "latest_use : « sometimes » ne se lit pas" in done.stdout
    assert "Réponses comptées : 317 ; mises de côté : 1." in done.stdout
    with (tmp_path / "out" / "indicators.csv").open(encoding="utf-8-sig", newline="") as held:
        rows = list(csv.DictReader(held, delimiter=";"))
    said = json.loads(commands.carnet("indicators", "compute", str(answers), "--json").stdout)
    first = next(row for row in said["rows"] if row["indicator"] == "illectronism_2021" and not row["cut"])
    line = next(row for row in rows if row["indicator"] == "illectronism_2021" and not row["cut"])
    assert float(line["estimate"].replace(",", ".")) == pytest.approx(first["share"]["value"], abs=1e-6)
    assert any(row["cut"] == "age,area" and row["hidden"] == "1" and not row["estimate"] for row in rows)


def test_a_file_that_is_not_there_or_lacks_the_question_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("weight\n1\n", encoding="utf-8")
    for file, word in (("nothing.csv", "n’existe pas"), ("a.csv", "latest_use")):
        refused = commands.carnet("indicators", "compute", str(tmp_path / file))
        assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (1, 1)
        assert word in refused.stderr


def test_published_figures_are_found_again() -> None:
    done = commands.carnet("indicators", "reproduce", "--json")
    assert done.returncode == 0, done.stderr
    assert all(each["is_reproduced"] for each in json.loads(done.stdout))


def test_a_plan_is_drawn_and_an_exploration_says_no_cause(tmp_path: Path) -> None:
    plan, results = tmp_path / "plan.toml", tmp_path / "results.csv"
    plan.write_text(PLAN, encoding="utf-8")
    drawn = json.loads(commands.carnet("evaluation", "draw", str(plan), "--json").stdout)
    assert drawn["digest"] == hashlib.sha256(plan.read_bytes()).hexdigest()
    assert sum(drawn["steps"].values()) == 6
    results.write_text("unit;outcome\n" + "".join(f"{unit};{5 * step}\n" for unit, step in drawn["steps"].items()), encoding="utf-8")
    said = commands.carnet("evaluation", "read", str(plan), str(results))
    assert said.returncode == 0, said.stderr
    assert "On ne peut pas dire pourquoi" in said.stdout
    assert "c’est une exploration" in said.stdout
