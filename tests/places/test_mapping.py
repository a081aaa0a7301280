"""What the columns of any file mean: proposed by their names and values, corrected, remembered; nothing dropped."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from carnet.places.queries import DATA
from carnet.places.rules import ColumnsMissing, ColumnsShareField, FileEmpty, MappingUnknown, check_file, opening, read, spoken_hours
from carnet.places.rules.mapping import TARGETS, Mapping, mapped, shape_of
from carnet.places.rules.proposing import Reason, is_settled, mapping_of, proposed
from carnet.places.rules.tables import read_table
from tests.places.conftest import AT, GOOD, csv_bytes

TODAY = AT.date()
SHARED = Path(__file__).resolve().parents[3] / "shared/data"
TOWN = (
    "Nom;Rue;N°;CP;Ville;Tél;Géo;Mise à jour;Wifi\n"
    "Maison A;rue de la Paix;1;44000;Nantes;02 40 41 90 00;47.2173,-1.5534;02/04/2024;oui\n"
    "Maison B;rue de la Paix;2;44000;Nantes;;;02/04/2024;non\n"
)


def table_of(text: str):
    return read_table(text.encode())


def guessed(communes, text: str) -> dict[str, tuple[str, str]]:
    return {each.column: (each.target, each.reason.value) for each in proposed(table_of(text), gazetteer=communes)}


def codes(checked) -> list[tuple[int, str, str, str]]:
    return [(fault.line, fault.code.value, fault.field, fault.detail) for fault in checked.faults]


# --- proposing --------------------------------------------------------------------------------------------------------


def test_columns_are_known_by_the_standard_s_names_by_other_names_then_by_their_values(communes):
    told = guessed(
        communes,
        "nom;Ville;c1;c2;c3;c4;c5;c6;c7;c8;c9;n\n"
        + "A;Nantes;44100;44109;02 40 41 90 00;a@exemple.fr;https://exemple.fr;43493312300029;2024-04-02;47.21;-1.55;x\n" * 3,
    )
    assert told == {
        "nom": ("nom", "name"), "Ville": ("commune", "synonym"), "c1": ("code_postal", "values"), "c2": ("code_insee", "values"),
        "c3": ("telephone", "values"), "c4": ("courriels", "values"), "c5": ("site_web", "values"), "c6": ("pivot", "values"),
        "c7": ("date_maj", "values"), "c8": ("latitude", "values"), "c9": ("longitude", "values"), "n": ("", "none"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "target"),
    [
        (["47.21,-1.55", "47.3 , -1.6"], "coordonnees"),
        (["Mo-Fr 09:00-12:00", "Sa 10:00-12:00"], "horaires"),
        (["lundi 9h-12h", "mardi et jeudi 14h-18h"], "horaires"),
        (["3 rue de la Paix", "12 bis avenue Foch"], "adresse"),
        (["Gratuit", "payant"], "frais_a_charge"),
        (["CNFS;APTIC", "France Services"], ""),  # half of them are words of v0.1's own list, under a name nobody knows
        (["Nantes", "Rezé"], "commune"),
        (["bonjour", "monde"], ""),
    ],
)
def test_a_column_without_a_name_is_known_by_what_it_holds(communes, values, target):
    assert guessed(communes, "zz\tyy\n" + "".join(f"{value}\t\n" for value in values))["zz"][0] == target


def test_a_name_is_not_believed_against_its_values(communes):
    told = guessed(communes, "x;y;Tarif;Public\nchaud;froid;selon les cas;pour tous\n")
    assert [target for target, _reason in told.values()] == ["", "", "", ""]


def test_a_national_file_asks_nothing_and_any_other_does(communes):
    assert is_settled(proposed(read_table(csv_bytes(GOOD)), gazetteer=communes))
    assert not is_settled(proposed(table_of(TOWN), gazetteer=communes))


def test_what_was_answered_comes_back_for_the_same_columns_in_any_order_and_form(communes):
    table = table_of(TOWN)
    header, *lines = csv.reader(io.StringIO(TOWN), delimiter=";")
    turned = read_table(json.dumps([dict(reversed(list(zip(header, line, strict=True)))) for line in lines]).encode())
    assert shape_of(turned) == shape_of(table)
    assert shape_of(table_of(TOWN.replace("Wifi", "Fibre"))) != shape_of(table)
    told = proposed(turned, gazetteer=communes, remembered=Mapping({"Wifi": "autres_formations_labels", "Nom": ""}))
    assert {each.column: each.target for each in told if each.target} == {"Wifi": "autres_formations_labels"}
    assert {each.reason for each in told} == {Reason.REMEMBERED}


# --- mapping ----------------------------------------------------------------------------------------------------------


def test_a_town_s_file_makes_places_and_what_is_not_taken_is_named_counted_and_kept(communes):
    table = table_of(TOWN)
    mapping = mapping_of(proposed(table, gazetteer=communes))
    mapping = Mapping({**mapping.targets, "N°": "adresse"}, {})
    assert mapping.missing == ()
    checked = check_file(mapped(table, mapping), gazetteer=communes, today=TODAY)
    first, second = (row.columns for row in checked.rows)
    assert (first["name"], first["address"], first["phone"], first["commune_code"]) == (
        "Maison A",
        "rue de la Paix 1",
        "+33240419000",
        "44109",
    )
    assert (first["latitude"], first["longitude"], first["updated_on"]) == (47.2173, -1.5534, date(2024, 4, 2))
    assert [row.extras for row in checked.rows] == [{"Wifi": "oui"}, {"Wifi": "non"}]
    assert (1, "column-unmapped", "Wifi", "2") in codes(checked)
    assert first["national_id"].startswith("c-")
    assert first["national_id"] != second["national_id"]


def test_the_identifier_made_is_the_same_for_the_same_place(communes):
    def ids(text: str) -> list[str]:
        table = table_of(text)
        mapping = Mapping({**mapping_of(proposed(table, gazetteer=communes)).targets, "N°": "adresse"}, {})
        return [line.cells["id"] for line in mapped(table, mapping).lines]

    assert ids(TOWN) == ids(TOWN.replace("Maison A", "MAISON  A").replace("02 40 41 90 00", ""))
    assert ids(TOWN) != ids(TOWN.replace("Maison A", "Maison Z"))


def test_what_holds_for_every_line_fills_only_blanks(communes):
    table = table_of("nom,adresse,code_postal,commune,date_maj\nA,1 rue,44000,Nantes,2024-01-01\nB,2 rue,44000,,\n")
    raw = mapped(table, Mapping({name: name for name in table.columns}, {"date_maj": "2026-01-01", "commune": "Rezé"}))
    assert [(line.cells["commune"], line.cells["date_maj"]) for line in raw.lines] == [("Nantes", "2024-01-01"), ("Rezé", "2026-01-01")]


@pytest.mark.parametrize(
    ("targets", "constants", "refusal"),
    [
        ({"Nom": "nom"}, {}, ColumnsMissing),
        ({"Nom": "pas un champ"}, {}, MappingUnknown),
        ({"Ailleurs": "nom"}, {}, MappingUnknown),
        ({"Nom": "nom"}, {"pas un champ": "x"}, MappingUnknown),
        ({"Nom": "nom", "Rue": "nom"}, {}, ColumnsShareField),
        ({"Nom": "telephone", "Rue": "telephone"}, {}, ColumnsShareField),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(targets, constants, refusal):
    with pytest.raises(refusal):
        mapped(table_of(TOWN), Mapping(targets, constants))


def test_a_header_alone_is_an_empty_file():
    with pytest.raises(FileEmpty):
        mapped(table_of("nom\n"), Mapping({"nom": "nom"}, dict.fromkeys(("commune", "code_postal", "adresse", "date_maj"), "x")))


def test_days_make_a_week_and_a_day_not_understood_keeps_them_all_as_written(communes):
    header = "nom,adresse,code_postal,commune,date_maj,lundi,mardi,dimanche\n"
    table = table_of(header + 'A,1 rue,44000,Nantes,2024-01-01,9h-12h,9h-12h,fermé\nB,2 rue,44000,Nantes,2024-01-01,9h-12h,"selon",\n')
    mapping = mapping_of(proposed(table, gazetteer=communes))
    checked = check_file(mapped(table, mapping), gazetteer=communes, today=TODAY)
    assert [row.columns["opening_hours"] for row in checked.rows] == ["Mo,Tu 09:00-12:00", ""]
    assert checked.rows[1].extras["horaires"] == "lundi : 9h-12h ; mardi : selon"


def test_a_national_file_mapped_is_the_same_as_read_by_its_names(communes):
    for name in ("example-v1.0.2.csv", "example-v0.1.1.csv"):
        content = (DATA / name).read_bytes()
        table = read_table(content)
        by_map = check_file(mapped(table, mapping_of(proposed(table, gazetteer=communes))), gazetteer=communes, today=TODAY)
        assert by_map == check_file(read(content), gazetteer=communes, today=TODAY)


# Any table at all: every filled cell ends in a column, in the extras, or on a line that is refused and given back.
_CELLS = some.text(some.characters(codec="utf-8", exclude_categories=("C", "Z")) | some.just(" "), max_size=12)


@settings(max_examples=120, deadline=None)
@given(data=some.data())
def test_no_cell_of_any_table_disappears(communes, data):
    extra = data.draw(some.lists(some.text("abcdefgh", min_size=2, max_size=4), max_size=4, unique=True))
    lines = data.draw(some.lists(some.lists(_CELLS, min_size=len(extra), max_size=len(extra)), min_size=1, max_size=4))
    fixed = ["A", "1 rue", "44000", "Nantes", "2024-01-01"]
    text = io.StringIO()
    csv.writer(text).writerows([["nom", "adresse", "code_postal", "commune", "date_maj", *extra], *([*fixed, *line] for line in lines)])
    table = table_of(text.getvalue())
    wanted = [name for name in TARGETS if name not in ("id", "nom", "adresse", "code_postal", "commune", "date_maj")]
    targets = {column: data.draw(some.sampled_from(["", "", *wanted])) for column in extra}
    mapping = Mapping({**{name: name for name in ("nom", "adresse", "code_postal", "commune", "date_maj")}, **targets})
    try:
        checked = check_file(mapped(table, mapping), gazetteer=communes, today=TODAY)
    except ColumnsShareField:
        return
    kept = {row.line: row for row in checked.rows}
    refused = {fault.line for fault in checked.faults if fault.outcome.value == "refused"}
    changed = {fault.line for fault in checked.faults if fault.line > 1}
    for line in table.lines:
        assert (line.line in kept) != (line.line in refused)
        if line.line in kept:
            row = kept[line.line]
            for column, target in targets.items():
                cell = line.cells[column].strip()
                if cell and not target:
                    assert row.extras[column] == cell
                elif cell and target:
                    everywhere = " ".join(map(str, (*row.columns.values(), *row.extras.values())))
                    assert "".join(cell.split()) in "".join(everywhere.split()).replace("', '", "|") or line.line in changed


# --- hours ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Lundi : 9h-12h / 14h-17h30", "Mo 09:00-12:00,14:00-17:30"),
        ("du lundi au vendredi de 9h à 17h ; samedi 9h-midi", "Mo-Fr 09:00-17:00; Sa 09:00-12:00"),
        ("Lun-Ven 9h00-12h00 et 14h-18h, Sam fermé", "Mo-Fr 09:00-12:00,14:00-18:00"),
        ("mardi et jeudi 14h-18h", "Tu 14:00-18:00; Th 14:00-18:00"),
        ("Mercredi 09:00-12:00\nMercredi 14:00-18:00", "We 09:00-12:00,14:00-18:00"),
        ("sur rendez-vous", None),
        ("lundi 9h-12h sauf vacances", None),
        ("lundi 18h-12h", None),
        ("lundi 9h-25h", None),
        ("lundi fermé", None),
        ("", None),
        ("lundi 9h-12h " * 200, None),
    ],
)
def test_hours_written_by_people_are_understood_whole_or_not_at_all(text, hours):
    assert spoken_hours.week(text) == hours


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9h-12h", ((540, 720),)),
        ("9h-12h / 14h-17h", ((540, 720), (840, 1020))),
        ("fermé", ()),
        ("", ()),
        ("-", ()),
        ("selon", None),
        ("9h", None),
    ],
)
def test_the_hours_of_one_day(text, spans):
    assert spoken_hours.spans(text) == spans


@settings(max_examples=200, deadline=1000)
@given(some.text("lundimarejvsc 0123456789h:-/;,.é&\n", max_size=200))
def test_whatever_the_text_its_hours_are_readable_and_within_a_day_or_not_understood(text):
    week = spoken_hours.week(text)
    assert week is None or opening.is_readable(week)
    assert all(0 <= begins < ends <= 24 * 60 for begins, ends in spoken_hours.spans(text) or ())


# --- a town's own file ------------------------------------------------------------------------------------------------


def test_the_file_of_nantes_of_2020_makes_54_places_with_their_hours(communes):
    file = SHARED / "test-only/lieux-pratiques-numeriques-nantes-2020.csv"
    if not file.is_file():
        pytest.skip("the file of Nantes is not beside this project")
    table = read_table(file.read_bytes())
    mapping = mapping_of(proposed(table, gazetteer=communes), constants={"date_maj": "2020-11-01"})
    checked = check_file(mapped(table, mapping), gazetteer=communes, today=TODAY)
    assert (checked.read_count, checked.refused_count) == (54, 0)
    assert sum(bool(row.columns["opening_hours"]) for row in checked.rows) >= 40
    assert all(row.columns["latitude"] for row in checked.rows)
    unmapped = {fault.field for fault in checked.faults if fault.code.value == "column-unmapped"}
    assert unmapped == set(table.columns) - {column for column, target in mapping.targets.items() if target}
    assert all(
        set(row.extras) >= {column for column in unmapped if table.lines[rank].cells[column]} for rank, row in enumerate(checked.rows)
    )
