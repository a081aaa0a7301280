"""Any usual file is read; a line that breaks the table does not take the next ones with it."""

import gzip
import io
import json

import pytest

from carnet.places.rules import ColumnsMissing, FileEmpty, FileLinesTooMany, FileTooLarge, FileUnreadable, content_of, read
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.reading import values_of
from carnet.places.rules.standard import Version
from carnet.places.rules.tables import LINE_COUNT_MAX
from tests.places.conftest import GOOD, csv_bytes

PLAIN = csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Été & Cie"})


def names(raw) -> list[str]:
    return [line.cells["nom"] for line in raw.lines]


def codes(raw) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.code.value, fault.outcome.value) for fault in raw.faults]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Été & Cie"}, separator=";").replace(b"\n", b"\r\n"),
        csv_bytes(GOOD, {**GOOD, "id": "a-2", "nom": "Été & Cie"}, separator="\t"),
        PLAIN.decode().encode("utf-16"),
        PLAIN + b"\n\n,,,\n",
        b"\n\n" + PLAIN,
        PLAIN.replace(b"id,pivot,nom", b' ID ,"pivot", Nom '),
        gzip.compress(PLAIN),
    ],
    ids=["plain", "BOM", "CRLF", "CR", "Excel: BOM, semicolons, CRLF", "tabs", "UTF-16", "blank lines after", "before", "header", "gzip"],
)
def test_one_file_written_ten_ways_is_the_same_file(content):
    raw = read(content_of(io.BytesIO(content)))
    assert names(raw) == [GOOD["nom"], "Été & Cie"]
    assert raw.version is Version.V1
    assert raw.read_count == 2
    assert codes(raw) == []


def test_windows_letters_are_read_and_reported():
    raw = read(PLAIN.decode().encode("cp1252"))
    assert names(raw)[1] == "Été & Cie"
    assert codes(raw) == [(0, "encoding-not-utf8", "kept")]


def test_line_numbers_are_those_of_the_file_when_a_cell_has_several_lines():
    content = csv_bytes({**GOOD, "presentation_detail": "un\ndeux\ntrois"}, {**GOOD, "id": "a-2"})
    assert [line.line for line in read(content).lines] == [2, 5]


def test_a_line_with_too_many_cells_is_refused_alone():
    lines = PLAIN.decode().splitlines()
    lines.insert(2, lines[1].replace("a-1", "a-3") + ",un,de,trop")
    raw = read("\n".join(lines).encode())
    assert names(raw) == [GOOD["nom"], "Été & Cie"]
    assert codes(raw) == [(3, "line-broken", "refused")]
    assert raw.read_count == 3


def test_a_short_line_is_completed_and_reported():
    lines = PLAIN.decode().splitlines()
    lines[1] = lines[1].rsplit(",", 5)[0]
    raw = read("\n".join(lines).encode())
    assert raw.lines[0].cells["prise_rdv"] == ""
    assert codes(raw) == [(2, "line-short", "kept")]


@pytest.mark.parametrize("following", [1, 3, 400])
def test_a_lost_quote_costs_one_line_not_the_rest_of_the_file(following):
    header, good, _other = PLAIN.decode().splitlines()
    broken = good.replace("3 rue de l'Exemple", "\"3 rue de l'Exemple")
    raw = read("\n".join([header, good, broken, *[good] * following]).encode())
    assert len(raw.lines) == 1 + following
    assert (3, "quote-unclosed", "refused") in codes(raw)
    assert raw.read_count == 2 + following


def test_many_lost_quotes_are_read_in_reasonable_time():
    header, good, _other = PLAIN.decode().splitlines()
    broken = good.replace("3 rue de l'Exemple", "\"3 rue de l'Exemple")
    raw = read("\n".join([header, *[broken, good] * 500]).encode())
    assert len(raw.lines) >= 400
    assert raw.read_count >= 500


def test_unknown_and_doubled_columns_are_told_once():
    content = csv_bytes({**GOOD, "wifi": "oui"}, header=(*GOOD, "wifi")).replace(b",wifi", b",wifi,nom").replace(b",oui", b",oui,Autre")
    raw = read(content)
    assert raw.unknown_columns == ("wifi", "nom (2)")
    assert codes(raw) == [(1, "column-twice", "set-aside"), (1, "column-unknown", "set-aside")]
    assert raw.lines[0].cells["nom (2)"] == "Autre"
    assert names(raw) == [GOOD["nom"]]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"  \r\n ", FileEmpty),
        (PLAIN.splitlines()[0], FileEmpty),
        (b"[]", FileEmpty),
        (b"PK\x03\x04 an Excel workbook", FileUnreadable),
        (b"%PDF-1.7", FileUnreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", FileUnreadable),
        (b"\xff\xfe\x00", FileUnreadable),
        (b'{"places": []}', FileUnreadable),
        (b'[{"id": 1,', FileUnreadable),
        (b"[" * 100_000, FileUnreadable),
        (b"nom,adresse\nA,B\n", ColumnsMissing),
        (b'[{"nom": "A"}]', ColumnsMissing),
        (b"a" * 1000, ColumnsMissing),
        (b'"' + b"a" * 300_000, FileUnreadable),
    ],
)
def test_what_is_not_a_file_of_places_is_refused(content, refusal):
    with pytest.raises(refusal):
        read(content)


def test_missing_columns_are_named():
    with pytest.raises(ColumnsMissing) as refused:
        read(b"id,nom,commune,adresse\n1,A,B,C\n")
    assert refused.value.facts["columns"] == "code_postal, date_maj"


def test_too_many_lines_are_refused():
    header = PLAIN.splitlines()[0]
    with pytest.raises(FileLinesTooMany):
        read(header + b"\nx" * (LINE_COUNT_MAX + 1))


def test_a_gzip_bomb_and_a_broken_gzip_are_refused():
    with pytest.raises(FileTooLarge):
        content_of(io.BytesIO(gzip.compress(b"0" * 30_000_000)))
    with pytest.raises(FileUnreadable):
        content_of(io.BytesIO(gzip.compress(PLAIN)[:100]))


def test_json_takes_numbers_lists_and_empty_values():
    older = {**GOOD, "services": ["Prendre en main un ordinateur", "Accéder à du matériel"], "latitude": 47.2, "telephone": None}
    raw = read(json.dumps([older, "pas un lieu", {**older, "conditions_access": "Gratuit"}]).encode())
    assert raw.version is Version.V0
    assert [line.line for line in raw.lines] == [1, 3]
    assert raw.lines[0].cells["latitude"] == "47.2"
    assert raw.lines[0].cells["telephone"] == ""
    assert raw.lines[1].cells["conditions_acces"] == "Gratuit"
    assert codes(raw) == [(2, "line-broken", "refused")]
    assert raw.faults[0].code is FaultCode.LINE_BROKEN
    assert raw.faults[0].outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("columns", "service", "version"),
    [
        (("courriel",), "", Version.V0),
        (("conditions_access",), "", Version.V0),
        (("labels_nationaux", "publics_accueillis"), "", Version.V0),
        (("courriels",), "", Version.V1),
        (("frais_a_charge",), "", Version.V1),
        ((), "Prendre en main un ordinateur;Accéder à du matériel", Version.V0),
        ((), "Accès internet et matériel informatique", Version.V1),
        ((), "", Version.V1),
    ],
)
def test_the_edition_is_recognised(columns, service, version):
    needed = ("id", "nom", "commune", "code_postal", "adresse", "date_maj", "services")
    header = (*needed, *columns)
    line = dict.fromkeys(header, "x") | {"services": service}
    assert read(csv_bytes(line, header=header)).version is version


@pytest.mark.parametrize(
    ("cell", "version", "choices", "expected"),
    [
        ("A|B| A ||", Version.V1, None, (["A", "B"], False)),
        ("A;B", Version.V0, None, (["A", "B"], False)),
        ("A|B;C", Version.V0, None, (["A", "B", "C"], True)),
        ("A;B", Version.V1, frozenset("AB"), (["A", "B"], True)),
        ("A;Z", Version.V1, frozenset("AB"), (["A;Z"], False)),
        ("https://x.fr/?a;b", Version.V1, None, (["https://x.fr/?a;b"], False)),
        ("A\x1fB;C", Version.V1, frozenset("ABC"), (["A", "B;C"], False)),
        ("", Version.V1, None, ([], False)),
    ],
)
def test_multiple_values(cell, version, choices, expected):
    assert values_of(cell, version=version, choices=choices) == expected
