"""Any file becomes a table: workbooks, JSON of several makes; and what a stranger may hide in a workbook is refused in words."""

import io
import json
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from carnet.places.rules import (
    FileColumnsTooMany,
    FileEmpty,
    FileLinesTooMany,
    FileUnreadable,
    WorkbookTooLarge,
    WorkbookUnreadable,
    check_file,
    read,
    workbooks,
)
from carnet.places.rules.tables import COLUMN_COUNT_MAX, read_table
from tests.places.conftest import AT, GOOD, csv_bytes


def book(*rows: list[object], title: str = "Lieux", **others: list[list[object]]) -> bytes:
    made = Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, lines in others.items():
        other = made.create_sheet(name)
        for line in lines:
            other.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def codes(table) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.code.value, fault.outcome.value) for fault in table.faults]


def remade(content: bytes, change) -> bytes:
    """The workbook with its parts passed through `change(name, bytes)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(part.filename, change(part.filename, before.read(part)))
    return out.getvalue()


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_is_the_same_file_as_its_csv(communes):
    numbers = {
        **GOOD,
        "pivot": 43493312300029,
        "latitude": 47.2173,
        "longitude": -1.5534,
        "date_maj": datetime.combine(date(2024, 4, 2), time()),
    }
    from_book = check_file(read(book(list(GOOD), list(numbers.values()))), gazetteer=communes, today=AT.date())
    from_csv = check_file(read(csv_bytes(GOOD)), gazetteer=communes, today=AT.date())
    assert from_book.rows[0].columns == from_csv.rows[0].columns
    assert from_book.faults == ()


def test_cells_are_read_as_a_person_sees_them():
    table = read_table(
        book(["a", "b", "c", "d", "e", "f"], [1.0, 2.5, True, date(2024, 4, 2), time(9, 5), datetime.combine(date(2024, 4, 2), time(9, 5))])
    )
    assert list(table.lines[0].cells.values()) == ["1", "2.5", "oui", "2024-04-02", "09:05", "2024-04-02 09:05:00"]


def test_titles_above_and_other_sheets_are_named():
    content = book(["Lieux de la métropole"], [], ["nom", "ville"], ["A", "Nantes"], [None, None], ["B"], Notes=[["à relire"]], Vide=[])
    table = read_table(content)
    assert table.columns == ("nom", "ville")
    assert [(line.line, line.cells) for line in table.lines] == [(4, {"nom": "A", "ville": "Nantes"}), (6, {"nom": "B", "ville": ""})]
    assert codes(table) == [(0, "sheet-unread", "set-aside"), (1, "line-above-header", "set-aside")]
    assert table.faults[0].value == "Notes"


def test_a_formula_is_never_run_and_costs_its_line_only():
    content = book(["nom", "ville"], ["A", "Nantes"], ["=HYPERLINK(1)", "Rezé"], ["B", "=1+1"], ["C", "#REF!"], ["=", "Orvault"])
    table = read_table(content)
    assert [line.cells["nom"] for line in table.lines] == ["A", "="]
    assert codes(table) == [(3, "formula-cell", "refused"), (4, "formula-cell", "refused"), (5, "formula-cell", "refused")]
    assert [fault.field for fault in table.faults] == ["nom", "ville", "ville"]
    assert table.read_count == 5


def test_a_bomb_is_refused_before_it_unfolds(monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for rank in range(12):
            archive.writestr(f"xl/worksheets/sheet{rank}.xml", b"0" * 10_000_000)
    assert len(bomb.getvalue()) < 200_000
    opened: list[object] = []
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_a, **_k: opened.append(1))
    with pytest.raises(WorkbookTooLarge) as refused:
        read_table(bomb.getvalue())
    assert (refused.value.facts, opened) == ({"size_max_mb": 100}, [])


def test_an_archive_of_too_many_parts_is_refused():
    crowd = io.BytesIO()
    with zipfile.ZipFile(crowd, "w") as archive:
        for rank in range(workbooks.PART_COUNT_MAX + 1):
            archive.writestr(f"{rank}", b"")
    with pytest.raises(WorkbookTooLarge):
        read_table(crowd.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(encoding):
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'.encode(
        encoding
    )
    content = remade(book(["a", "b"], [1, 2]), lambda name, part: laughs if name.endswith("sheet1.xml") else part)
    with pytest.raises(WorkbookUnreadable):
        read_table(content)


def test_a_sheet_that_lies_about_its_size_costs_nothing():
    def lie(name: str, part: bytes) -> bytes:
        return part.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"') if name.endswith("sheet1.xml") else part

    content = remade(book(["a", "b"], [1, 2]), lie)
    assert content != book(["a", "b"], [1, 2])
    assert [line.cells for line in read_table(content).lines] == [{"a": "1", "b": "2"}]


def test_a_sheet_too_long_or_too_wide_is_bounded():
    with pytest.raises(FileLinesTooMany):
        workbooks.read_workbook(book(*[["a", "b"]] * 12), line_count_max=10, column_count_max=5)
    for wide in (
        book(["c"] * 301, ["x"] * 301),
        b",".join([b"c"] * 301) + b"\nx",
        json.dumps([{f"c{rank}": 1 for rank in range(301)}]).encode(),
    ):
        with pytest.raises(FileColumnsTooMany) as refused:
            read_table(wide)
        assert refused.value.facts == {"column_count_max": COLUMN_COUNT_MAX}


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        remade(book(["a", "b"], [1, 2]), lambda _name, _part: b"<broken"),
        book(["a", "b"], [1, 2])[:2000],
    ],
)
def test_what_is_not_a_workbook_is_refused_in_words(content):
    with pytest.raises(WorkbookUnreadable):
        read_table(content)


def test_any_other_archive_is_refused_in_words():
    letter = io.BytesIO()
    with zipfile.ZipFile(letter, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(FileUnreadable):
        read_table(letter.getvalue())


def test_a_page_of_the_web_saved_as_a_file_is_refused_in_words():
    with pytest.raises(FileUnreadable):
        read_table(b"\xef\xbb\xbf\n<!doctype html><html><body>404</body></html>")


def test_an_empty_workbook_is_an_empty_file():
    with pytest.raises(FileEmpty):
        read_table(book())


# --- JSON and CSV of any make -----------------------------------------------------------------------------------------


def test_json_of_several_makes_is_one_table():
    plain = [{"nom": "A", "ville": "Nantes"}]
    assert read_table(json.dumps(plain).encode()).lines == read_table(json.dumps({"total": 1, "results": plain}).encode()).lines
    nested = read_table(json.dumps([{"nom": "A", "adresse": {"voie": "1 rue", "cp": 44000}, "tags": ["x", "y"]}]).encode())
    assert nested.lines[0].cells == {"nom": "A", "adresse.voie": "1 rue", "adresse.cp": "44000", "tags": "x\x1fy"}
    feature = {"type": "Feature", "properties": {"nom": "A"}, "geometry": {"type": "Point", "coordinates": [-1.55, 47.21]}}
    spatial = read_table(
        json.dumps({"type": "FeatureCollection", "features": [feature, {"type": "Feature", "properties": {"nom": "B"}}]}).encode()
    )
    assert [line.cells for line in spatial.lines] == [
        {"nom": "A", "latitude": "47.21", "longitude": "-1.55"},
        {"nom": "B", "latitude": "", "longitude": ""},
    ]


@pytest.mark.parametrize("said", ['{"a": [{"x": 1}], "b": [{"x": 1}]}', '{"nom": "A"}', "[[[[", '[{"a": NaN}, '])
def test_json_that_holds_no_list_of_places_is_refused(said):
    with pytest.raises(FileUnreadable):
        read_table(said.encode())


def test_names_of_columns_are_made_unique_and_blank_ones_numbered():
    table = read_table(b"Nom;Nom;;;Ville\nA;B;;seul;Nantes\n")
    assert table.columns == ("Nom", "Nom (2)", "colonne 4", "Ville")
    assert table.lines[0].cells == {"Nom": "A", "Nom (2)": "B", "colonne 4": "seul", "Ville": "Nantes"}


def test_columns_carnet_added_are_not_read_again_and_apostrophes_go():
    table = read_table("nom,tel,carnet:ligne,carnet:défauts\n'=A,'+33240419000,3,« tel » est vide\n".encode())
    assert table.columns == ("nom", "tel")
    assert table.lines[0].cells == {"nom": "=A", "tel": "+33240419000"}
    assert read_table(b"nom,tel\n'=A,'+33\n").lines[0].cells == {"nom": "'=A", "tel": "'+33"}
