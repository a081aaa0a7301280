"""A file of desks: one line for each point, the lines of one number making one desk. Each line is told what becomes of it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from carnet.distribution.rules.joining._answers import problems
from carnet.distribution.rules.joining._refusals import DeskColumnsMissing, TooManyDesks
from carnet.kernel.refusals import Refusal
from carnet.parties.rules.applications import Answers
from carnet.places.rules.geography import Gazetteer, folded
from carnet.places.rules.joining import LegalForm, parsed_number
from carnet.places.rules.offers import LANGUAGES
from carnet.places.rules.tables import RawTable

LINES_MAX = 3_000

# Each column under the names people give it, compared without accents, capitals nor signs; the first is the one of our model.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("numero", "siret", "rna", "siret ou rna", "numero siret", "numero siret ou rna"),
    "name": ("nom", "structure", "organisation", "nom de la structure"),
    "form": ("forme", "statut", "forme juridique"),
    "street": ("rue", "adresse", "numero et rue"),
    "postcode": ("code postal", "cp"),
    "city": ("commune", "ville"),
    "lead_name": ("responsable", "responsable du stock", "referent"),
    "lead_email": ("courriel", "email", "e mail", "mail", "courriel du responsable"),
    "lead_phone": ("telephone du responsable",),
    "point_name": ("point", "nom du point", "point d accueil"),
    "point_street": ("rue du point", "adresse du point"),
    "point_postcode": ("code postal du point",),
    "point_city": ("commune du point", "ville du point"),
    "phone": ("telephone", "tel", "telephone du point"),
    "hours": ("horaires", "heures"),
    "age_from": ("age minimum", "age min", "des"),
    "age_until": ("age maximum", "age max", "jusqu a"),
    "communes": ("communes servies", "communes"),
    "by_appointment": ("sur rendez vous", "rendez vous"),
    "languages": ("langues",),
    "note": ("precision", "remarque"),
    "is_listed": ("publie", "public"),
}
NEEDED = ("number", "name", "form", "street", "postcode", "city", "lead_name", "lead_email")
_FORMS = {
    "ASSOCIATION": LegalForm.ASSOCIATION, "ASSO": LegalForm.ASSOCIATION, "PUBLIC": LegalForm.PUBLIC, "COMMUNE": LegalForm.PUBLIC,
    "MAIRIE": LegalForm.PUBLIC, "CCAS": LegalForm.PUBLIC, "COLLECTIVITE": LegalForm.PUBLIC, "ETABLISSEMENT PUBLIC": LegalForm.PUBLIC,
    "COOPERATIVE": LegalForm.COOPERATIVE, "MUTUELLE": LegalForm.COOPERATIVE,
}  # fmt: skip
_YES = frozenset({"OUI", "O", "X", "1", "VRAI", "TRUE", "YES"})
_NO = frozenset({"NON", "N", "0", "FAUX", "FALSE", "NO"})


class LineOutcome(StrEnum):
    """What becomes of a line."""

    NEW = "NEW"
    SAME = "SAME"  # its number is a desk already, or applies: nothing is done twice
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line of the file: what becomes of it and, when it is refused, why (a code, its facts, the field)."""

    line: int
    name: str
    point: str
    outcome: LineOutcome
    code: str = ""
    field: str = ""
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DesksRead:
    """A file as understood: the desks it would make, as applications, and every line's fate. `ignored`: columns nobody knows."""

    desks: tuple[Answers, ...]
    lines: tuple[DeskLine, ...]
    ignored: tuple[str, ...] = ()

    def count(self, outcome: LineOutcome) -> int:
        """How many lines fare so."""
        return sum(line.outcome is outcome for line in self.lines)


def read_desks(table: RawTable, gazetteer: Gazetteer, *, known_numbers: Collection[str]) -> DesksRead:
    """Understand a table of desks. A desk one line of which is wrong is left out whole, and its other lines say so.

    `known_numbers`: those that are desks of the programme, or apply. Raises: DeskColumnsMissing, TooManyDesks.
    """
    if len(table.lines) > LINES_MAX:
        raise TooManyDesks(most=LINES_MAX)
    names = _columns(table.columns)
    ignored = tuple(column for column in table.columns if column not in names and column.strip())
    desks: dict[str, Answers] = {}
    lines_of: dict[str, list[tuple[int, str, str]]] = {}
    for raw in table.lines:
        typed = {names[column]: cell.strip() for column, cell in raw.cells.items() if column in names}
        if not any(typed.values()):
            continue
        key = _number(typed.get("number", ""))
        desk = desks.setdefault(key, _desk(typed))
        point = {**_point(typed), "key": str(raw.line)}
        desk["points"].append(point)
        lines_of.setdefault(key, []).append((raw.line, typed.get("name", ""), point["name"]))
    return _judged(desks, lines_of, gazetteer, known_numbers, ignored)


def _judged(
    desks: dict[str, Answers],
    lines_of: dict[str, list[tuple[int, str, str]]],
    gazetteer: Gazetteer,
    known_numbers: Collection[str],
    ignored: tuple[str, ...],
) -> DesksRead:
    told: list[DeskLine] = []
    kept: list[Answers] = []
    for key, desk in desks.items():
        lines = lines_of[key]
        if key in known_numbers:
            told += [DeskLine(line, name, point, LineOutcome.SAME) for line, name, point in lines]
            continue
        found = problems(desk, gazetteer)
        if not found:
            kept.append(desk)
            told += [DeskLine(line, name, point, LineOutcome.NEW) for line, name, point in lines]
            continue
        for line, name, point in lines:
            own = next((each for each in found if each.item == str(line)), None) or next((each for each in found if not each.item), None)
            code, field, facts = (own.code, own.field, own.facts) if own else ("desk-line-of-refused", "", {})
            told.append(DeskLine(line, name, point, LineOutcome.REFUSED, code, field, facts))
    return DesksRead(tuple(kept), tuple(sorted(told, key=lambda each: each.line)), ignored)


def _columns(columns: Collection[str]) -> dict[str, str]:
    """Our name of each column that is known. Raises: DeskColumnsMissing."""
    by_title = {title: name for name, titles in COLUMNS.items() for title in titles}
    found: dict[str, str] = {}
    for column in columns:
        name = by_title.get(folded(re.sub(r"[_’']", " ", column)).lower())
        if name is not None and name not in found.values():
            found[column] = name
    missing = [COLUMNS[name][0] for name in NEEDED if name not in found.values()]
    if missing:
        raise DeskColumnsMissing(columns=", ".join(missing))
    return found


def _number(typed: str) -> str:
    try:
        return str(parsed_number(typed))
    except Refusal:
        return typed


def _desk(typed: Mapping[str, str]) -> Answers:
    form = _FORMS.get(folded(typed.get("form", "")))
    who = {name: typed.get(name, "") for name in ("number", "name", "street", "postcode", "city")}
    return {
        "who": {**who, "form": form.value if form else ""},
        "points": [],
        "people": {name: typed.get(name, "") for name in ("lead_name", "lead_email", "lead_phone")},
    }


def _point(typed: Mapping[str, str]) -> dict[str, Any]:
    """A line's point: what it does not say is the organisation's own."""
    own_address = not typed.get("point_street")
    return {
        "name": typed.get("point_name") or typed.get("name", ""),
        "street": typed.get("street", "") if own_address else typed.get("point_street", ""),
        "postcode": typed.get("point_postcode") or typed.get("postcode", ""),
        "commune": typed.get("point_city") or typed.get("city", ""),
        **{name: typed.get(name, "") for name in ("phone", "hours", "age_from", "age_until", "communes", "note")},
        "by_appointment": folded(typed.get("by_appointment", "")) in _YES,
        "languages": _languages(typed.get("languages", "")),
        "is_listed": folded(typed.get("is_listed", "")) not in _NO,
    }


def _languages(typed: str) -> list[str]:
    """Codes or French names; what is neither is kept, and refused with its line."""
    by_name = {folded(label): code for code, label in LANGUAGES.items()}
    said = [each.strip() for each in re.split(r"[,;|/]", typed) if each.strip()]
    return [each.lower() if each.lower() in LANGUAGES else by_name.get(folded(each), each) for each in said]
