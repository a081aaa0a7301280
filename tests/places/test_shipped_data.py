"""What ships is readable, attributed, and names no person."""

import gzip
import json
import re
from datetime import date
from pathlib import Path

import pytest

from carnet.places.queries import DATA
from carnet.places.rules import check_file, content_of, read

TEST_ONLY = Path(__file__).resolve().parents[3] / "shared" / "data" / "test-only"
FRANCE = "conseillers-numeriques-france-2022.v0.1.json.gz"
LOIRE_ATLANTIQUE = "conseillers-numeriques-44-2022.v1.0.2.csv"
# Mobile numbers, of the mainland and of each overseas département; e-mail addresses; a title before a name.
PERSONAL = re.compile(
    r"(?:\+33|(?<!\d)0)\s?[67](?:[\s.-]?\d{2}){4}(?!\d)"
    r"|\+590\s?69[01]|\+594\s?694|\+262\s?69[23]|\+596\s?69[67]|\+2[67][29]\s?639"
    r"|[\w.+-]+@[\w-]+\.\w"
    r"|\b(?:M\.|Mme|Mlle|Monsieur|Madame) [A-ZÉ]\w+"
)
NOT_TEXT = {"id", "pivot", "structureId", "latitude", "longitude"}


def checked(path, communes):
    with path.open("rb") as stream:
        return check_file(read(content_of(stream)), gazetteer=communes, today=date(2026, 11, 21))


def test_no_shipped_place_holds_a_mobile_number_an_address_or_a_name():
    places = json.loads(gzip.decompress((DATA / FRANCE).read_bytes()))
    said = [str(value) for place in places for name, value in place.items() if name not in NOT_TEXT]
    # A page number inside a web address is not a telephone number.
    texts = [re.sub(r"https?://\S+", "", text) if "/people/" in text else text for text in said]
    assert [text for text in texts if PERSONAL.search(text)] == []
    rows = (DATA / LOIRE_ATLANTIQUE).read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if PERSONAL.search(re.sub(r"^[^,]*,[^,]*,", "", row))] == []


def test_every_shipped_file_says_where_it_comes_from():
    said = (DATA / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert [path.name for path in DATA.iterdir() if path.name not in said and path.name != "ATTRIBUTION.md"] == []
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 2_000_000


def test_the_places_of_france_make_places_and_their_faults_are_known(communes):
    result = checked(DATA / FRANCE, communes)
    assert (result.version, result.read_count, result.refused_count) == ("0.1", 4930, 0)
    assert result.counts == {
        "column-unknown": 1,
        "pivot-placeholder": 2383,
        "far-from-commune": 14,
        "siret-wrong": 10,
        "hours-unreadable": 57,
        "commune-deduced": 98,
        "place-twice": 155,
        "place-near": 34,
        "pivot-twice": 224,
    }


def test_the_places_of_loire_atlantique_make_places(communes):
    result = checked(DATA / LOIRE_ATLANTIQUE, communes)
    assert (result.version, result.read_count, result.refused_count) == ("1.0.2", 88, 0)
    assert {row.columns["commune_code"][:2] for row in result.rows} == {"44"}


@pytest.mark.parametrize(("name", "version"), [("example-v1.0.2.csv", "1.0.2"), ("example-v0.1.1.csv", "0.1")])
def test_the_official_examples_make_a_place(communes, name, version):
    result = checked(DATA / name, communes)
    assert (result.version, len(result.rows)) == (version, 1)
    assert "far-from-commune" in result.counts  # the example is at Reims by its address and at Aix by its point


@pytest.mark.parametrize(("name", "accepting"), [("lieux-hinaura-aura-2022.v0.1.json", 91), ("lieux-hinaura-aura-2022.v1.0.2.csv", 91)])
def test_the_places_of_auvergne_rhone_alpes_make_places(communes, name, accepting):
    if not (TEST_ONLY / name).exists():
        pytest.skip("the test-only files of the shared folder are not beside this checkout (ODbL: they never ship)")
    result = checked(TEST_ONLY / name, communes)
    assert (result.read_count, result.refused_count) == (687, 0)
    assert sum("Pass numérique" in row.columns["other_labels"] for row in result.rows) == accepting
    assert sum(bool(row.columns["opening_hours"]) for row in result.rows) == 617


def test_both_forms_of_the_same_places_say_the_same(communes):
    if not TEST_ONLY.exists():
        pytest.skip("the test-only files of the shared folder are not beside this checkout (ODbL: they never ship)")
    older, newer = (checked(TEST_ONLY / f"lieux-hinaura-aura-2022.{name}", communes) for name in ("v0.1.json", "v1.0.2.csv"))
    compared = ("services", "fees", "specific_care", "support_modes", "opening_hours", "commune_code", "phone")
    for before, after in zip(older.rows, newer.rows, strict=True):
        for column in compared:
            assert _comparable(before.columns[column]) == _comparable(after.columns[column]), (before.line, column)


def _comparable(value):
    # The converted sample leaves out "Public langues étrangères", which has a near equivalent; the importer keeps it.
    return sorted(set(value) - {"Langues étrangères (autres)"}) if isinstance(value, list) else value
