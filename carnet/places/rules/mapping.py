"""Which column of a file says which field of the standard, whatever the columns are called; and the lines read so.

A column that is given no field is never dropped: it is named, its values counted, and each kept beside its place.
"""

import hashlib
import json
import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from carnet.places.rules import spoken_hours, values
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.geography import folded
from carnet.places.rules.reading import RawFile, version_of
from carnet.places.rules.refusals import ColumnsMissing, ColumnsShareField, FileEmpty, MappingUnknown
from carnet.places.rules.standard import COLUMN_NAMES_KNOWN, FIELD_BY_NAME, INDISPENSABLE, V0_CONVERTED, V0_ONLY, Kind, column_name
from carnet.places.rules.tables import LIST_MARK, RawLine, RawTable

# Not fields of the standard: what other files put in one cell, or in seven.
POINT = "coordonnees"
DAYS = {
    "horaires_lundi": "Mo",
    "horaires_mardi": "Tu",
    "horaires_mercredi": "We",
    "horaires_jeudi": "Th",
    "horaires_vendredi": "Fr",
    "horaires_samedi": "Sa",
    "horaires_dimanche": "Su",
}
# Every field a column may be given, in the order a list shows them.
TARGETS = (*FIELD_BY_NAME, POINT, *DAYS, *sorted(V0_ONLY - {"conditions_access"}))
# A file without identifiers is given some, made of what a place is: the others must come from a column or be said once for all.
REQUIRED = tuple(name for name in INDISPENSABLE if name != "id")


@dataclass(frozen=True, slots=True)
class Mapping:
    """`targets`: column of the file -> field ("" to keep it aside). `constants`: field -> the value of every line that has none."""

    targets: Map[str, str] = field(default_factory=dict)
    constants: Map[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """The indispensable fields nothing says yet."""
        said = {*self.targets.values(), *(name for name, value in self.constants.items() if value)}
        return tuple(name for name in REQUIRED if name not in said)


def shape_of(table: RawTable) -> str:
    """The shape of a file: the same columns, in any order, in any format. Files of one shape are mapped alike."""
    return hashlib.blake2b(json.dumps(sorted(table.columns)).encode(), digest_size=16).hexdigest()


def check_mapping(table: RawTable, mapping: Mapping) -> None:
    """Raises: MappingUnknown, ColumnsShareField, ColumnsMissing."""
    for name in (*mapping.targets.values(), *mapping.constants):
        if name and name not in TARGETS:
            raise MappingUnknown(column=name)
    for column in mapping.targets:
        if column not in table.columns:
            raise MappingUnknown(column=column)
    for name in {*mapping.targets.values()} - {""}:
        sharing = [column for column, target in mapping.targets.items() if target == name]
        if len(sharing) > 1 and not _takes_several(name):
            raise ColumnsShareField(field=name, columns=", ".join(sharing))
    if mapping.missing:
        raise ColumnsMissing(columns=", ".join(mapping.missing))


def _takes_several(name: str) -> bool:
    """Several columns may make one text (a number and a street) or one list (two telephones make none)."""
    known = FIELD_BY_NAME.get(name)
    return name in V0_CONVERTED or (known is not None and name not in ("id", "nom") and (known.is_list or known.kind is Kind.TEXT))


def mapped(table: RawTable, mapping: Mapping) -> RawFile:
    """The table as a national file, its columns taken as the mapping says.

    Raises: MappingUnknown, ColumnsShareField, ColumnsMissing, FileEmpty.
    """
    check_mapping(table, mapping)
    if not table.read_count:
        raise FileEmpty()
    aside = {column: _free_name(column) for column in table.columns if not mapping.targets.get(column)}
    lines = tuple(RawLine(line.line, _cells(line, mapping, aside)) for line in table.lines)
    faults = [
        Fault(
            1, FaultCode.COLUMN_UNMAPPED, Outcome.SET_ASIDE, field=column, detail=str(sum(bool(line.cells[column]) for line in table.lines))
        )
        for column in aside
    ]
    if "cle_ban" in mapping.targets.values():
        faults.append(Fault(1, FaultCode.COLUMN_WITHOUT_EQUIVALENT, Outcome.SET_ASIDE, field="cle_ban"))
    names = {name for name in mapping.targets.values() if name in COLUMN_NAMES_KNOWN}
    return RawFile(version_of(names, lines), lines, tuple(aside.values()), (*table.faults, *faults), table.read_count)


def _free_name(column: str) -> str:
    """The name a column keeps beside the place: never that of a field."""
    return f"{column} (fichier)" if column_name(column) in COLUMN_NAMES_KNOWN else column


def _cells(line: RawLine, mapping: Mapping, aside: Map[str, str]) -> dict[str, str]:
    cells = {kept: line.cells[column] for column, kept in aside.items()}
    said: dict[str, list[str]] = {}
    for column, name in mapping.targets.items():
        if name and (cell := line.cells[column].strip()):
            said.setdefault(name, []).append(cell)
    for name, several in said.items():
        known = FIELD_BY_NAME.get(name)
        cells[name] = (LIST_MARK if name in V0_CONVERTED or (known and known.is_list) else " ").join(several)
    for name, value in mapping.constants.items():
        cells[name] = cells.get(name) or value
    _split_point(cells)
    _gather_days(cells)
    if not cells.get("id"):
        cells["id"] = _made_id(cells)
    return cells


def _split_point(cells: dict[str, str]) -> None:
    point = cells.pop(POINT, "")
    pair = re.fullmatch(r"\s*[\[(]?\s*([-+]?\d+(?:\.\d+)?)\s*[,;\s\x1f]\s*([-+]?\d+(?:\.\d+)?)\s*[\])]?\s*", point)
    if pair:
        cells["latitude"], cells["longitude"] = pair[1], pair[2]
    elif point:
        cells["latitude"] = point  # not a pair: told, and kept, as a latitude that is no number


def _gather_days(cells: dict[str, str]) -> None:
    """Seven cells, one a day, make the hours; as they are written when one is not understood."""
    said = {name: cells.pop(name, "") for name in DAYS}
    if not any(said.values()) or cells.get("horaires"):
        return
    understood = {DAYS[name]: spoken_hours.spans(text) for name, text in said.items()}
    hours = None
    if all(spans is not None for spans in understood.values()):
        hours = spoken_hours.written({day: spans for day, spans in understood.items() if spans})
    cells["horaires"] = hours or " ; ".join(f"{name.removeprefix('horaires_')} : {text}" for name, text in said.items() if text)


def _made_id(cells: Map[str, str]) -> str:
    """An identifier made of the name, the address and the postal code: the same place again finds itself, unless one of them changes."""
    what = [folded(cells.get(name, "")) for name in ("nom", "adresse")] + [values.postcode(cells.get("code_postal", "")) or ""]
    return f"c-{hashlib.blake2b(json.dumps(what).encode(), digest_size=10).hexdigest()}"
