"""A plan on files: faults line by line, nothing half made, and the command from real communes and places to the allotment and its proof."""

import json
from pathlib import Path

from carnet.places.rules.travel import Density
from carnet.planning.rules.allotment import Demand
from carnet.planning.rules.plan_files import Fault, Read, as_csv, read
from carnet.planning.rules.travel import Mode
from tests import commands

COMMUNES = "code;name;population;people;need;priority_permille;latitude;longitude\r\n44001;Abbaretz;2073;319;86;0;47,5551;-1,48677\r\n"
DESKS = "code,name,commune,latitude,longitude\n1,Mairie,44001,47.55,-1.48\n"
PLACES = "code,name,commune,latitude,longitude,booklets\n1,Médiathèque,44001,47.56,-1.49,60\n"


def reading(communes: str = COMMUNES, desks: str = DESKS, places: str = PLACES) -> Read:
    return read(communes, desks, places, booklet_cents=5000, mode=Mode.CAR, density=lambda _point: Density.RURAL)


def test_three_files_make_a_ground_with_its_minutes() -> None:
    found = reading()
    assert found.faults == ()
    assert found.ground is not None
    assert found.ground.demands == (Demand("44001", "Abbaretz", 2073, 319, 86, 0),)
    assert [(way.commune, way.point, way.minutes) for way in found.ground.to_desks] == [("44001", "desk:1", 3)]
    assert [(way.commune, way.point, way.minutes) for way in found.ground.to_sites] == [("44001", "place:1", 3)]


def test_every_fault_is_said_with_its_line_and_nothing_is_made() -> None:
    found = reading(
        COMMUNES + "44001;Abbaretz;1;1;1;0;47;-1\n44002;;-3;x;10;1001;95;-1\n",
        DESKS.replace("latitude", "lat"),
        PLACES.replace(",60", ",x"),
    )
    assert found.ground is None
    assert found.faults == (
        Fault("communes", 3, "code", "44001"),
        *(
            Fault("communes", 4, *each)
            for each in (("name", ""), ("population", "-3"), ("people", "x"), ("priority_permille", "1001"), ("latitude", "95"))
        ),
        Fault("desks", 1, "latitude", ""),
        Fault("places", 2, "booklets", "x"),
    )
    assert reading("").faults


def test_a_cell_a_spreadsheet_would_run_is_defused_and_numbers_are_left_alone() -> None:
    assert as_csv([["=1+1", "-1.5", "-1,5", "+33"]]) == "\ufeff'=1+1;-1.5;-1,5;'+33\r\n"


def test_loire_atlantique_from_its_real_communes_and_places(tmp_path: Path) -> None:
    given, out = tmp_path / "in", tmp_path / "out"
    need = tmp_path / "need.csv"
    need.write_text("code,need,population\n441090101,120,3000\n441090102,60,1000\n44001,90,0\n", encoding="utf-8")
    assert commands.carnet("plan", "prepare", "44", "--out", str(given), "--need", str(need)).returncode == 0
    lines = (given / "communes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 207
    assert next(line for line in lines if line.startswith("44109;")).split(";")[4] == "105", "neighbourhoods count by their people"
    files = [word for name in ("communes", "desks", "places") for word in (f"--{name}", str(given / f"{name}.csv"))]
    done = commands.carnet("plan", "allot", *files, "--budget", "100000", "--floor", "1", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    best = told["methods"]["OPTIMAL"]
    assert best["booklets"] == 2000
    assert best["cents"] == 100_000_00
    assert best["breaks"] == []
    assert told["gap"] <= 0.001
    assert all(best["worth"] > told["methods"][other]["worth"] for other in ("PER_HEAD", "FORMULA"))
    by_desk = (out / "desks.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert sum(int(line.split(";")[4]) for line in by_desk) == 2000
    assert "au mieux : besoin couvert" in (out / "report.txt").read_text(encoding="utf-8")


def test_guarantees_that_contradict_each_other_are_named_in_a_sentence(tmp_path: Path) -> None:
    for name, text in (("communes", COMMUNES), ("desks", DESKS), ("places", PLACES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [word for name in ("communes", "desks", "places") for word in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    done = commands.carnet("plan", "allot", *files, "--budget", "100", "--floor", "5", "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert done.stderr.strip() == ("Ces garanties se contredisent : le budget, le plancher par commune. Il manque 3 carnets, à Abbaretz.")
    assert not (tmp_path / "out").exists()


def test_a_file_without_need_and_a_folder_that_cannot_be_are_said_in_a_sentence(tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("code;need;population\n44001;beaucoup;12\n", encoding="utf-8")
    done = commands.carnet("plan", "prepare", "44", "--out", str(tmp_path), "--need", str(words))
    assert (done.returncode, done.stderr.strip()) == (1, f"{words} ne dit le besoin d’aucune commune.")
    done = commands.carnet("plan", "prepare", "44", "--out", str(words))
    assert (done.returncode, done.stderr.strip()) == (1, f"{words / 'communes.csv'} ne peut pas être écrit.")
