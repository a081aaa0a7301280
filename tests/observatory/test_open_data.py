"""The files of a release: valid by their schemas, recomputed by the standalone verifier, which names the line where one byte changed."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from frictionless import Resource, Schema, system
from typer.testing import CliRunner

from carnet.cli.main import app
from carnet.gateways.keys import OPEN_DATA
from carnet.observatory.rules.disclosure import Suppressed, Tables, faults, merged, suppress
from carnet.observatory.rules.opendata import (
    Line,
    Lines,
    Place,
    Region,
    due_month,
    files_of,
    manifest_of,
    moved,
    read,
    tables_of,
    with_years,
    written,
)

AT = datetime(2026, 3, 10, 8, tzinfo=UTC)
PLACES = (
    Place("44109", "Nantes", "244400404", "44", "52"),
    Place("44143", "Rezé", "244400404", "44", "52"),
    Place("44215", "Vertou", "244400404", "44", "52"),
    Place("85191", "La Roche-sur-Yon", "248500589", "85", "52"),
    Place("35238", "Rennes", "243500139", "35", "53"),
)
REGIONS = tuple(
    Region(level, code, name)
    for level, code, name in (
        ("NATION", "FR", "France"), ("REGION", "52", "Pays de la Loire"), ("REGION", "53", "Bretagne"), ("DEPARTEMENT", "44", "Loire-Atlantique"),
        ("DEPARTEMENT", "85", "Vendée"), ("DEPARTEMENT", "35", "Ille-et-Vilaine"), ("EPCI", "244400404", "Nantes Métropole"),
        ("EPCI", "248500589", "La Roche-sur-Yon Agglomération"), ("EPCI", "243500139", "Rennes Métropole"),
    )
)  # fmt: skip
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02")


def lines_until(month: str, *, seed: int = 8) -> Lines:
    """Two programmes in five communes, drawn from a seed: few people in some, none in others."""
    rng = Random(seed)
    lines: list[Line] = []
    parts: dict[tuple[str, str, str, str], int] = {}
    programmes: dict[tuple[str, str, str], int] = {}
    for each in MONTHS:
        asked = dict.fromkeys(("44", "85", "35"), 0)
        for place in PLACES:
            people = rng.choice((0, 2, 3, 7, 12, 25))
            services = {name: rng.choice((0, 1, 4, 9, 30)) for name in ("ATELIER", "SEUL", "BORNE")}
            used = sum(services.values())
            asked[place.department] += people
            slug = "rennes" if place.code == "35238" else "loire"
            for measure, count in (("people", people), ("handed_over", 10 * people), ("used", used)):
                lines.append(Line(measure, each, place.code, "", count, people if measure == "handed_over" else count))
                parts[measure, each, place.code, slug] = count
                programmes[measure, each, slug] = programmes.get((measure, each, slug), 0) + count
            lines += [Line("used", each, place.code, name, count, count) for name, count in services.items()]
        for department, people in asked.items():
            young = rng.randint(0, people)
            for key, count in (("age_band:UNDER_26", young), ("age_band:NOT_SAID", people - young)):
                said = key.endswith("26")
                lines.append(Line("people", each, department, key, count, count, largest=count if said else 0, whole=people if said else 0))
    kept = [each for each in lines if each.month <= month]
    return Lines(
        month,
        tuple(kept),
        {key: count for key, count in parts.items() if key[1] <= month},
        {key: count for key, count in programmes.items() if key[1] <= month},
        frozenset(("rennes" if place.code == "35238" else "loire", place.code) for place in PLACES),
        PLACES,
        REGIONS,
        frozenset({"rennes"}),
    )


LINES = lines_until("2026-02")


def hidden_of(lines: Lines) -> tuple[Tables, Suppressed]:
    tables = tables_of(lines)
    return tables, suppress(tables)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release, written and signed."""
    tables, found = hidden_of(LINES)
    return write_release(tmp_path_factory.mktemp("release"), tables, found)


def write_release(folder: Path, tables: Tables, found: Suppressed) -> Path:
    told = with_years({key: None if key in found.hidden else cell.value for key, cell in tables.cells.items() if key not in tables.never})
    files = files_of(LINES, told, [], answers={"taxes": (5, 0, 7)}, title="Essai", at=AT)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    manifest = manifest_of(files, name="2026-02", at=AT, public_key=public)
    for name, content in {**files, "manifest.json": manifest, "manifest.sig": key.sign(OPEN_DATA + manifest)}.items():
        (folder / name).write_bytes(content)
    return folder


def verdict(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", str(folder / "verify.py"), *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_attacker_gets_nothing_from_what_is_published() -> None:
    tables, found = hidden_of(LINES)
    assert found.primary
    assert {key for key in faults(tables, found) if key not in found.said} == set()
    assert faults(tables, suppress(tables, secondary=False)), "the control: with primary cells alone, it does"


def test_people_and_their_vouchers_are_hidden_together() -> None:
    _tables, found = hidden_of(LINES)
    for key in found.hidden:
        if key[0] in ("people", "handed_over") and key[3] == "":
            twin = ({"people": "handed_over", "handed_over": "people"}[key[0]], *key[1:])
            assert twin in found.hidden


def test_the_nation_is_the_sum_of_its_programmes_and_the_year_of_its_months() -> None:
    cells = tables_of(LINES).cells
    for month in MONTHS:
        assert (
            cells["used", month, "NATION:FR", ""].value
            == LINES.programmes["used", month, "loire"] + LINES.programmes["used", month, "rennes"]
        )
    nantes = ("COMMUNE:44109", "")
    told = with_years({key: cell.value for key, cell in cells.items()})
    assert told["used", "2025", *nantes] == sum(cells["used", month, *nantes].value for month in MONTHS[:2])
    assert ("used", "2026", *nantes) not in told, "a year is told once it is whole"
    hidden = with_years({**{key: cell.value for key, cell in cells.items()}, ("used", "2025-11", *nantes): None})
    assert hidden["used", "2025", *nantes] is None, "a year adds nothing to what its months say"


def test_each_file_follows_its_schema(release: Path) -> None:
    system.trusted = True
    for path in sorted(release.glob("*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        report = Resource(path=str(release / f"{name}.csv"), schema=Schema.from_descriptor(json.loads(path.read_text()))).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]


def test_anybody_recomputes_every_total_with_python_alone(release: Path) -> None:
    code, said = verdict(release)
    assert code == 0, said
    assert "as published" in said
    assert "no key given: compare this one" in said, "the key inside the folder proves nothing by itself"
    assert int(said.split(" files, ")[1].split()[0]) > 400


def test_one_changed_byte_is_named_by_its_line(release: Path) -> None:
    path = release / "services.csv"
    before = path.read_bytes()
    lines = before.split(b"\n")
    number = next(number for number, line in enumerate(lines) if line.endswith(b",9,"))
    try:
        path.write_bytes(b"\n".join([*lines[:number], lines[number].replace(b",9,", b",8,"), *lines[number + 1 :]]))
        code, said = verdict(release)
    finally:
        path.write_bytes(before)
    assert code == 1
    assert said.splitlines()[0] == f"FAULT services.csv, line {number + 1}: changed"


def test_a_total_that_is_not_the_sum_of_its_lines_is_named_even_when_signed_anew(release: Path, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for path in release.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    rows = (release / "territories.csv").read_text().splitlines()
    number = next(number for number, row in enumerate(rows) if row.startswith("2026-02,NATION,FR,France,used"))
    cells = rows[number].split(",")
    cells[5] = str(int(cells[5]) + 1)
    (tmp_path / "territories.csv").write_text("\n".join([*rows[:number], ",".join(cells), *rows[number + 1 :], ""]))
    manifest = json.loads((release / "manifest.json").read_text())
    files = {name: (tmp_path / name).read_bytes() for name in manifest["files"] if name != "lines.csv"}
    again = manifest_of(files, name="2026-02", at=AT, public_key=base64.b64encode(key.public_key().public_bytes_raw()).decode())
    (tmp_path / "manifest.json").write_bytes(again)
    (tmp_path / "manifest.sig").write_bytes(key.sign(OPEN_DATA + again))
    code, said = verdict(tmp_path)
    assert code == 1
    assert f"territories.csv, line {number + 1}" in said
    code, said = verdict(tmp_path, manifest["public_key"])
    assert code == 1
    assert "another key" in said


def test_the_command_gets_nothing_from_a_release_and_everything_when_less_was_hidden(release: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["opendata", "attack", str(release), "--json"])
    said = json.loads(done.stdout)
    assert done.exit_code == 0, said
    assert said["hidden"] > 20
    assert (said["given_back"], said["small"]) == (0, 0)
    tables = tables_of(LINES)
    careless = write_release(tmp_path, tables, suppress(tables, secondary=False))
    done = CliRunner().invoke(app, ["opendata", "attack", str(careless), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["given_back"] > 5


def test_the_command_attacks_random_releases() -> None:
    done = CliRunner().invoke(app, ["opendata", "attack", "--random", "1", "--seed", "4", "--json"])
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (said["tables"], said["broken"], said["broken_primary_only"], said["broken_nothing_hidden"]) == (1, 0, 1, 1)
    assert CliRunner().invoke(app, ["opendata", "attack"]).exit_code == 2


def test_lines_are_kept_as_they_were() -> None:
    assert read(written(LINES)) == LINES


def test_what_a_correction_moved_is_told_and_what_stays_hidden_is_not() -> None:
    before = {("used", "2026-01", "COMMUNE:44109", ""): 12, ("used", "2026-01", "COMMUNE:44143", ""): None}
    after = {**before, ("used", "2026-01", "COMMUNE:44109", ""): 13, ("used", "2026-02", "COMMUNE:44109", ""): 5}
    (change,) = moved(before, after)
    assert (change.period, change.level, change.code, change.before, change.after) == ("2026-01", "COMMUNE", "44109", 12, 13)


def test_the_next_month_betrays_nothing_of_the_month_before() -> None:
    first, second = tables_of(lines_until("2026-01")), tables_of(LINES)
    found = suppress(merged([first])[0])
    known = merged([first])[0].cells.keys()
    whole, _names = merged([first, second])
    later = suppress(whole, hidden_before=found.hidden, shown_before=known - found.hidden, wanted_before=found.primary)
    assert {key for key in faults(whole, later) if key not in later.said} == set()


def test_a_month_is_due_on_the_tenth_of_the_next_at_six_in_paris() -> None:
    assert due_month(datetime(2026, 3, 10, 4, 59, tzinfo=UTC)).isoformat() == "2026-01-01"
    assert due_month(datetime(2026, 3, 10, 5, 0, tzinfo=UTC)).isoformat() == "2026-02-01"
