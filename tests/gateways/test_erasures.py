"""The register of erasures: lines only added, each once, said by numbers and keyed hashes; changed by nobody without being seen."""

import json
from datetime import UTC, datetime
from pathlib import Path

from carnet.gateways import erasures

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROWS = [("mandates_assistedperson", 4, "K7WM2QXA", "person-K7WM2QXA"), ("helpline_complaint", 9, "QXA7K2WM", "complaint-QXA7K2WM")]


def test_each_row_is_written_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / erasures.NAME
    assert erasures.write(ROWS, why="ASKED", at=AT, path=path) == 2
    assert erasures.write(ROWS[:1], why="TIME", at=AT, path=path) == 0
    found = erasures.read(path)
    assert [(line.table, line.row, line.why) for line in found.lines] == [
        ("mandates_assistedperson", 4, "ASKED"),
        ("helpline_complaint", 9, "ASKED"),
    ]
    assert found.broken_at is None
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_row_of_the_same_number_is_another(tmp_path: Path) -> None:
    ring = erasures.key_ring()
    assert erasures.mark_of(ring, "t", 4, "born one") != erasures.mark_of(ring, "t", 4, "born another")


def test_a_line_changed_or_taken_out_is_named(tmp_path: Path) -> None:
    path = tmp_path / erasures.NAME
    erasures.write(ROWS, why="ASKED", at=AT, path=path)
    lines = path.read_text().splitlines()
    changed = {**json.loads(lines[0]), "row": 5}
    path.write_text("\n".join([json.dumps(changed), lines[1]]) + "\n")
    assert erasures.read(path).broken_at == 0
    path.write_text(lines[1] + "\n")
    assert erasures.read(path).broken_at == 0


def test_a_line_cut_by_a_crash_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / erasures.NAME
    erasures.write(ROWS[:1], why="ASKED", at=AT, path=path)
    with path.open("a") as file:
        file.write('{"at": "2026-11-2')
    assert len(erasures.read(path).lines) == 1
    assert erasures.write(ROWS, why="ASKED", at=AT, path=path) == 1
    found = erasures.read(path)
    assert len(found.lines) == 2 and found.broken_at is None


def test_a_copy_never_grows_shorter_and_two_registers_are_one(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / erasures.NAME, tmp_path / "there"
    there.mkdir()
    erasures.write(ROWS[:1], why="ASKED", at=AT, path=here)
    assert erasures.copy(there, path=here) and not erasures.copy(there, path=here)
    erasures.write(ROWS, why="ASKED", at=AT, path=here)
    assert erasures.copy(there, path=here)
    here.write_text("")
    assert not erasures.copy(there, path=here)
    assert len(erasures.together(erasures.read(here), erasures.read(there / erasures.NAME))) == 2
    assert not erasures.copy(there, path=tmp_path / "nowhere")
