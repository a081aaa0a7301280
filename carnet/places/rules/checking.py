"""From the lines of a file to places: every value judged, every fault told, nothing dropped in silence.

A line is refused only when it could not make a place at all (an indispensable field is missing or unreadable, the
line is broken, its identifier was already met). Any other bad value is kept, mended or set aside into `extras`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from carnet.places.rules import opening, spoken_hours, values
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.geography import Commune, Gazetteer, distance_km, folded, plausible_radius_km
from carnet.places.rules.reading import RawFile, values_of
from carnet.places.rules.repeats import Known, Register, known_of
from carnet.places.rules.standard import (
    FIELDS,
    INDISPENSABLE,
    LA_POSTE_STEPS,
    LA_POSTE_STEPS_SPACED,
    PIVOT_LABEL,
    PIVOT_UNKNOWN,
    SUMMARY_MAX,
    V0_CONVERTED,
    V0_CONVERTED_ONLY,
    V0_EVERYBODY,
    V0_RENAMED,
    V0_VALUES,
    Field,
    Kind,
    Version,
)
from carnet.places.rules.tables import LIST_MARK, RawLine

ID_CHARACTERS_MAX = 200
_PROGRESS_LINES = 200


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One line that makes a place: the values of its columns (`standard.COLUMNS`) and what did not fit them."""

    line: int
    columns: Mapping[str, Any]
    extras: Mapping[str, Any]
    commune_found: bool = False  # its commune's code was not in the file


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A whole file judged. `read_count` lines were met; `rows` can be imported; `faults` are in the file's order."""

    version: Version
    read_count: int
    rows: tuple[PlaceRow, ...]
    faults: tuple[Fault, ...]
    communes_found: int  # commune codes the file did not give, found by name and postal code

    @property
    def refused_count(self) -> int:
        """Lines left out."""
        return self.read_count - len(self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many faults of each code."""
        return dict(Counter(str(fault.code) for fault in self.faults))


@dataclass(slots=True)
class _Line:
    """One line being judged."""

    raw: RawLine
    version: Version
    today: date
    columns: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    commune_found: bool = False

    def tell(self, code: FaultCode, outcome: Outcome, name: str, value: str = "", detail: str = "") -> None:
        self.faults.append(Fault(self.raw.line, code, outcome, name, value, detail))

    def set_aside(self, code: FaultCode, name: str, value: str, detail: str = "") -> None:
        """Keep under `extras`, beside what was already set aside for the same field."""
        kept = self.extras.get(name)
        self.extras[name] = f"{kept}|{value}" if kept and kept != value else value
        self.tell(code, Outcome.SET_ASIDE, name, value, detail)

    def refuse(self, code: FaultCode, name: str, value: str = "", detail: str = "") -> None:
        self.tell(code, Outcome.REFUSED, name, value, detail)

    @property
    def is_refused(self) -> bool:
        return any(fault.outcome is Outcome.REFUSED for fault in self.faults)


@dataclass(frozen=True, slots=True)
class JudgedLines:
    """Some lines of a file, judged one by one: what makes places, and the faults."""

    rows: tuple[PlaceRow, ...]
    faults: tuple[Fault, ...]


def judge_lines(
    lines: Iterable[RawLine], *, version: Version, unknown_columns: Iterable[str], gazetteer: Gazetteer, today: date
) -> JudgedLines:
    """Judge lines one by one. `today` (legal day) tells days to come. What repeats is found by `gather`, over the whole file."""
    unknown = tuple(unknown_columns)
    rows: list[PlaceRow] = []
    faults: list[Fault] = []
    for raw in lines:
        line = _judged(raw, version, unknown, gazetteer, today)
        faults += line.faults
        if not line.is_refused:
            rows.append(PlaceRow(raw.line, line.columns, line.extras, line.commune_found))
    return JudgedLines(tuple(rows), tuple(faults))


def gather(parts: Iterable[JudgedLines], *, version: Version, read_count: int, faults: Iterable[Fault]) -> CheckedFile:
    """The whole file, from its parts in order and the faults of its form: identifiers met twice refused, likely repeats told."""
    told = list(faults)
    rows: list[PlaceRow] = []
    first_by_id: dict[str, int] = {}
    register = Register()
    for part in parts:
        told += part.faults
        for row in part.rows:
            national_id = row.columns["national_id"]
            if (first := first_by_id.setdefault(national_id, row.line)) != row.line:
                told.append(Fault(row.line, FaultCode.ID_TWICE, Outcome.REFUSED, "id", national_id, str(first)))
                continue
            known = known_of(row.columns, str(row.line))
            if (found := register.found(known)) is not None:
                told.append(_repeat(row, *found))
            register.add(known)
            rows.append(row)
    told.sort(key=lambda fault: fault.line)
    return CheckedFile(version, read_count, tuple(rows), tuple(told), sum(row.commune_found for row in rows))


def _repeat(row: PlaceRow, code: FaultCode, known: Known) -> Fault:
    if code is FaultCode.PIVOT_TWICE:
        return Fault(row.line, code, Outcome.KEPT, "pivot", row.columns["pivot"], known.where)
    return Fault(row.line, code, Outcome.KEPT, "nom", row.columns["name"], known.where)


def check_file(raw: RawFile, *, gazetteer: Gazetteer, today: date, progress: Callable[[int], None] = lambda _count: None) -> CheckedFile:
    """Judge every line of a file read by `reading.read` or `mapping.mapped`. `progress` hears the count."""
    parts: list[JudgedLines] = []
    for start in range(0, len(raw.lines), _PROGRESS_LINES):
        lines = raw.lines[start : start + _PROGRESS_LINES]
        parts.append(judge_lines(lines, version=raw.version, unknown_columns=raw.unknown_columns, gazetteer=gazetteer, today=today))
        progress(start + len(lines))
    return gather(parts, version=raw.version, read_count=raw.read_count, faults=raw.faults)


def _judged(raw: RawLine, version: Version, unknown: Iterable[str], gazetteer: Gazetteer, today: date) -> _Line:
    line = _Line(raw, version, today)
    cells = _cleaned_cells(line)
    for name in INDISPENSABLE:
        if not cells.get(name):
            line.refuse(FaultCode.REQUIRED_MISSING, name)
    if len(cells.get("id", "")) > ID_CHARACTERS_MAX:
        line.refuse(FaultCode.TEXT_TOO_LONG, "id", cells["id"], str(len(cells["id"])))
    if line.is_refused:
        return line
    for name in unknown:
        if cells.get(name):
            line.extras[name] = cells[name].replace(LIST_MARK, "|")
    lists = _converted(line, cells)
    for one in FIELDS:
        if one.kind is Kind.CHOICES or one.is_list:
            line.columns[one.column] = _list(line, one, cells.get(one.name, ""), lists.get(one.name, []))
        else:
            line.columns[one.column] = _SINGLE.get(one.kind, _text)(line, one, cells.get(one.name, ""))
    if not line.is_refused:
        _read_free_labels(line)
        _place_on_map(line, gazetteer)
        _fit_summary(line)
    return line


def _read_free_labels(line: _Line) -> None:
    """What `writing` puts among the free labels because one of the two official validators refuses it elsewhere goes back to its place."""
    kept: list[str] = []
    for label in line.columns["other_labels"]:
        if label == LA_POSTE_STEPS_SPACED:
            if LA_POSTE_STEPS not in line.columns["trainings"]:
                line.columns["trainings"].append(LA_POSTE_STEPS)
        elif label.startswith(PIVOT_LABEL) and not line.columns["pivot"] and values.is_pivot(label.removeprefix(PIVOT_LABEL)):
            line.columns["pivot"] = label.removeprefix(PIVOT_LABEL)
        else:
            kept.append(label)
    line.columns["other_labels"] = kept


def _cleaned_cells(line: _Line) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, text in line.raw.cells.items():
        pieces = [values.cleaned(piece) for piece in text.split(LIST_MARK)]
        cells[name] = LIST_MARK.join(piece for piece, _changed in pieces)
        changed = any(changed for _piece, changed in pieces)
        if changed:
            line.tell(FaultCode.CHARACTERS, Outcome.MENDED, name, cells[name])
    # Whatever the edition: a column of the other one would be lost in silence.
    for older, newer in V0_RENAMED.items():
        if cells.get(older):
            if cells.get(newer):
                line.extras[older] = cells.pop(older)
            else:
                cells[newer] = cells.pop(older)
    if cells.get("cle_ban"):
        line.extras["cle_ban"] = cells["cle_ban"]
    return cells


# --- lists ------------------------------------------------------------------------------------------------------------


def _converted(line: _Line, cells: dict[str, str]) -> dict[str, list[str]]:
    """The v0.1 lists said with the words of v1.0.2. What was declared stays in `extras`: nine services say less than fifteen."""
    lists: dict[str, list[str]] = {}
    for older in V0_CONVERTED if line.version is Version.V0 else V0_CONVERTED_ONLY:
        declared = cells.pop(older, "")
        if not declared:
            continue
        said, mended = values_of(declared, version=Version.V0)
        line.extras[older] = ";".join(said)
        if mended:
            line.tell(FaultCode.SEPARATOR, Outcome.MENDED, older, declared)
        for value in said:
            equivalents = V0_VALUES[older].get(value.split(" : ")[0].strip())
            if not equivalents:
                code = FaultCode.VALUE_UNKNOWN if equivalents is None else FaultCode.VALUE_WITHOUT_EQUIVALENT
                line.tell(code, Outcome.SET_ASIDE, older, value)
            for newer, equivalent in equivalents or ():
                if equivalent not in lists.setdefault(newer, []):
                    lists[newer].append(equivalent)
        if V0_EVERYBODY in said:
            # Adults too: the others are welcome, not "specifically addressed".
            lists.pop("publics_specifiquement_adresses", None)
    return lists


def _list(line: _Line, one: Field, cell: str, converted: list[str]) -> list[str]:
    choices = frozenset(one.choices) | ({LA_POSTE_STEPS_SPACED} if one.column == "trainings" else frozenset())
    said, mended = values_of(cell, version=line.version, choices=choices if one.choices else None)
    if mended:
        line.tell(FaultCode.SEPARATOR, Outcome.MENDED, one.name, cell)
    kept = list(converted)
    for value in said:
        judged = _LIST.get(one.kind, _as_it_is)(line, one, value)
        if judged is not None and judged not in kept:
            kept.append(judged)
    return kept


def _as_it_is(_line: _Line, _one: Field, value: str) -> str:
    return value


def _choice(line: _Line, one: Field, value: str) -> str | None:
    known = LA_POSTE_STEPS if value == LA_POSTE_STEPS_SPACED else value
    if known in one.choices:
        return known
    alike = [choice for choice in one.choices if folded(choice) == folded(value)]
    if len(alike) == 1:
        line.tell(FaultCode.VALUE_REWRITTEN, Outcome.MENDED, one.name, value, alike[0])
        return alike[0]
    line.set_aside(FaultCode.VALUE_UNKNOWN, one.name, value)
    return None


def _email(line: _Line, one: Field, value: str) -> str | None:
    if (judged := values.email(value)) is None:
        line.set_aside(FaultCode.EMAIL_MALFORMED, one.name, value)
    return judged


def _url(line: _Line, one: Field, value: str) -> str | None:
    judged = values.url(value)
    if judged is None:
        line.set_aside(FaultCode.URL_MALFORMED, one.name, value)
    elif judged != value:
        line.tell(FaultCode.URL_COMPLETED, Outcome.MENDED, one.name, value, judged)
    return judged


_LIST: dict[Kind, Callable[[_Line, Field, str], str | None]] = {
    Kind.CHOICES: _choice,
    Kind.EMAILS: _email,
    Kind.URLS: _url,
}

# --- single values ----------------------------------------------------------------------------------------------------


def _text(_line: _Line, _one: Field, cell: str) -> str:
    return cell


def _pivot(line: _Line, one: Field, cell: str) -> str:
    plain = "".join(cell.split()).upper()
    if plain in ("", PIVOT_UNKNOWN):
        line.tell(FaultCode.PIVOT_UNKNOWN, Outcome.KEPT, one.name, cell)
        return ""
    if not values.is_pivot(plain):
        line.set_aside(FaultCode.PIVOT_MALFORMED, one.name, cell)
        return ""
    if (len(plain) == 14 or plain.startswith("W")) and not values.is_known_organisation_number(plain):
        line.tell(FaultCode.SIRET_WRONG, Outcome.KEPT, one.name, cell)
    return plain


def _postcode(line: _Line, one: Field, cell: str) -> str:
    judged = values.postcode(cell)
    if judged is None:
        line.refuse(FaultCode.POSTCODE_MALFORMED, one.name, cell)
    elif judged != cell:
        line.tell(FaultCode.POSTCODE_SHORT, Outcome.MENDED, one.name, cell, judged)
    return judged or ""


def _commune_code(line: _Line, one: Field, cell: str) -> str:
    judged = values.commune_code(cell) if cell else ""
    if judged is None:
        line.set_aside(FaultCode.COMMUNE_CODE_MALFORMED, one.name, cell)
    return judged or ""


def _number(line: _Line, one: Field, cell: str) -> float | None:
    judged = values.number(cell) if cell else None
    if cell and judged is None:
        line.set_aside(FaultCode.NUMBER_MALFORMED, one.name, cell)
    elif "," in cell:
        line.tell(FaultCode.DECIMAL_COMMA, Outcome.MENDED, one.name, cell)
    return judged


def _phone(line: _Line, one: Field, cell: str) -> str:
    judged = values.phone(cell) if cell else ""
    if judged is None:
        line.set_aside(FaultCode.PHONE_MALFORMED, one.name, cell)
    elif judged != cell:
        line.tell(FaultCode.PHONE_REWRITTEN, Outcome.MENDED, one.name, cell, judged)
    return judged or ""


def _hours(line: _Line, one: Field, cell: str) -> str:
    if not cell or opening.is_readable(cell):
        return cell
    if (understood := spoken_hours.week(cell)) is not None:
        line.tell(FaultCode.HOURS_REWRITTEN, Outcome.MENDED, one.name, cell, understood)
        return understood
    line.set_aside(FaultCode.HOURS_UNREADABLE, one.name, cell)
    return ""


def _day(line: _Line, one: Field, cell: str) -> date | None:
    judged = values.day(cell)
    if judged is None:
        line.refuse(FaultCode.DAY_MALFORMED, one.name, cell)
    elif judged > line.today:
        line.tell(FaultCode.DAY_TO_COME, Outcome.KEPT, one.name, cell)
    elif cell != judged.isoformat():
        line.tell(FaultCode.DAY_REWRITTEN, Outcome.MENDED, one.name, cell, judged.isoformat())
    return judged


_SINGLE: dict[Kind, Callable[[_Line, Field, str], Any]] = {
    Kind.PIVOT: _pivot,
    Kind.POSTCODE: _postcode,
    Kind.COMMUNE_CODE: _commune_code,
    Kind.NUMBER: _number,
    Kind.PHONE: _phone,
    Kind.HOURS: _hours,
    Kind.DAY: _day,
}


def _fit_summary(line: _Line) -> None:
    summary = line.columns["summary"]
    if len(summary) <= SUMMARY_MAX:
        return
    line.tell(FaultCode.TEXT_TOO_LONG, Outcome.MENDED, "presentation_resume", summary, str(len(summary)))
    if line.columns["detail"]:
        line.extras["presentation_resume"] = summary
    else:
        line.columns["detail"] = summary
    line.columns["summary"] = summary[: SUMMARY_MAX - 1].rsplit(" ", 1)[0] + "…"


# --- on the map -------------------------------------------------------------------------------------------------------


def _place_on_map(line: _Line, gazetteer: Gazetteer) -> None:
    _pair_coordinates(line)
    commune = _settled_commune(line, gazetteer)
    if commune is None:
        return
    line.columns["commune_code"] = commune.code
    point = _point(line)
    if point is None or commune.point is None:
        return
    radius_km = plausible_radius_km(commune.code)
    away_km = distance_km(point, commune.point)
    if away_km <= radius_km:
        return
    if distance_km((point[1], point[0]), commune.point) <= radius_km:
        line.tell(FaultCode.COORDINATES_SWAPPED, Outcome.MENDED, "latitude", f"{point[0]}, {point[1]}")
        line.columns["latitude"], line.columns["longitude"] = point[1], point[0]
        return
    # Kept out of the columns: a search by distance would send people to the wrong town.
    _drop_point(line, FaultCode.FAR_FROM_COMMUNE, f"{away_km:.0f} km, {commune.name}")


def _point(line: _Line) -> tuple[float, float] | None:
    latitude, longitude = line.columns["latitude"], line.columns["longitude"]
    return None if latitude is None or longitude is None else (latitude, longitude)


def _drop_point(line: _Line, code: FaultCode, detail: str = "") -> None:
    said = ", ".join(str(line.raw.cells.get(name, "")) for name in ("latitude", "longitude"))
    for name in ("latitude", "longitude"):
        if line.raw.cells.get(name):
            line.extras[name] = line.raw.cells[name]
        line.columns[name] = None
    line.tell(code, Outcome.SET_ASIDE, "latitude", said, detail)


def _pair_coordinates(line: _Line) -> None:
    latitude, longitude = line.columns["latitude"], line.columns["longitude"]
    if (latitude is None) != (longitude is None):
        _drop_point(line, FaultCode.COORDINATES_HALF)
    elif latitude is not None and (abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0)):
        _drop_point(line, FaultCode.COORDINATES_OUTSIDE)


def _settled_commune(line: _Line, gazetteer: Gazetteer) -> Commune | None:
    name, postcode, code = (line.columns[column] for column in ("commune", "postcode", "commune_code"))
    by_name = gazetteer.named(name, postcode=postcode)
    if not code:
        line.commune_found = by_name is not None
        return by_name or _guessed_commune(line, gazetteer)
    commune = gazetteer.by_code(code)
    if commune is None:
        # A commune merged since: its code is no longer in the list.
        outcome = Outcome.MENDED if by_name else Outcome.KEPT
        line.extras["code_insee"] = code
        line.tell(FaultCode.COMMUNE_UNKNOWN, outcome, "code_insee", code, by_name.code if by_name else "")
        return by_name
    if commune.code != code:
        line.extras["code_insee"] = code
        line.tell(FaultCode.DISTRICT, Outcome.MENDED, "code_insee", code, commune.code)
    elif by_name is not None and by_name.code != code and postcode not in commune.postcodes:
        line.tell(FaultCode.COMMUNE_CONTRADICTED, Outcome.KEPT, "code_insee", code, f"{by_name.code} {by_name.name}")
    return commune


def _guessed_commune(line: _Line, gazetteer: Gazetteer) -> Commune | None:
    name, postcode = line.columns["commune"], line.columns["postcode"]
    guessed = gazetteer.nearest(postcode=postcode, point=_point(line))
    if guessed is None:
        line.tell(FaultCode.COMMUNE_UNKNOWN, Outcome.KEPT, "commune", f"{name} {postcode}")
    else:
        line.tell(FaultCode.COMMUNE_DEDUCED, Outcome.KEPT, "commune", f"{name} {postcode}", f"{guessed.code} {guessed.name}")
    return guessed
