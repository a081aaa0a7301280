"""The columns of a file of answers: their names, what they may hold, in which words; and how another file's columns become these."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from carnet.observatory.rules._skills import SKILL_RULES, Edition, items_of
from carnet.observatory.rules.surveys._refusals import MappingWrong

MAPPING_SIZE_MAX = 100_000


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    AGE = "AGE"
    CHOICE = "CHOICE"
    YES_NO = "YES_NO"


@dataclass(frozen=True, slots=True)
class SurveyColumn:
    """One column. `choices`: what it may hold and how that is called. `is_cut`: indicators may be told by it."""

    name: str
    label: str
    kind: Kind
    choices: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False
    is_cut: bool = False


LATEST_USE = {
    "3_months": _("Dans les trois derniers mois"),
    "12_months": _("Entre trois mois et un an"),
    "earlier": _("Il y a plus d’un an"),
    "never": _("Jamais"),
}
INCOME = {
    "1": _("Cinquième le plus pauvre"),
    "2": _("Deuxième cinquième"),
    "3": _("Troisième cinquième"),
    "4": _("Quatrième cinquième"),
    "5": _("Cinquième le plus aisé"),
}
EDUCATION = {
    "none": _("Sans diplôme ou certificat d’études"),
    "below_bac": _("Brevet, CAP ou BEP"),
    "bac": _("Baccalauréat"),
    "bac_2": _("Bac + 2"),
    "bac_3": _("Bac + 3 ou plus"),
}
EQUIPMENT = {
    "computer": _("Internet et un ordinateur à la maison"),
    "other_screen": _("Internet à la maison, sans ordinateur"),
    "none": _("Pas d’internet à la maison"),
}
HOUSEHOLD = {
    "alone": _("Seul"),
    "couple": _("En couple, sans enfant"),
    "couple_children": _("En couple, avec enfants"),
    "single_parent": _("Famille monoparentale"),
    "other": _("Autre ménage"),
}
# INSEE's bands of both studies, then the first two of Eurostat's (its third, 55-74, leaves older people out).
AGE_BANDS = ((15, 29), (30, 44), (45, 59), (60, 74), (75, 120))
EURO_BANDS = ((16, 24), (25, 54), (55, 74))
AGE_LEAST, AGE_MOST = 15, 120

DESIGN_COLUMNS = (
    SurveyColumn("weight", _("Poids : combien de personnes cette réponse représente"), Kind.NUMBER),
    SurveyColumn("stratum", _("Strate du tirage"), Kind.TEXT),
    SurveyColumn("stratum_size", _("Unités de la strate dans la population"), Kind.NUMBER),
    SurveyColumn("cluster", _("Grappe : l’unité tirée d’abord (commune, ménage…)"), Kind.TEXT),
)
USE_COLUMN = SurveyColumn("latest_use", _("Dernière utilisation d’internet"), Kind.CHOICE, LATEST_USE, is_required=True)
CUT_COLUMNS = (
    SurveyColumn("age", _("Âge"), Kind.AGE, is_cut=True),
    SurveyColumn("income", _("Niveau de vie"), Kind.CHOICE, INCOME, is_cut=True),
    SurveyColumn("education", _("Diplôme"), Kind.CHOICE, EDUCATION, is_cut=True),
    SurveyColumn("equipment", _("Équipement"), Kind.CHOICE, EQUIPMENT, is_cut=True),
    SurveyColumn("household", _("Ménage"), Kind.CHOICE, HOUSEHOLD, is_cut=True),
    SurveyColumn("area", _("Territoire"), Kind.TEXT, is_cut=True),
)
ITEM_COLUMNS = tuple(
    SurveyColumn(key, label, Kind.YES_NO)
    for key, label in {item.key: item.label for edition in Edition for item in items_of(edition)}.items()
)
COLUMNS = (*DESIGN_COLUMNS, USE_COLUMN, *CUT_COLUMNS, *ITEM_COLUMNS)
COLUMN_BY_NAME = {column.name: column for column in COLUMNS}
CUTS = tuple(column.name for column in CUT_COLUMNS)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How another file says the same. `columns`: ours to theirs; `values`: for one of ours, what they write to what we write."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


AS_IS = ColumnMapping({}, {})


def read_mapping(content: bytes) -> ColumnMapping:
    """A mapping from TOML: a table `[columns]` (ours = "theirs") and tables `[values.OURS]` ("theirs" = "ours").

    Raises: MappingWrong, with what is wrong: the file, a column we do not have, a value it does not take.
    """
    if len(content) > MAPPING_SIZE_MAX:
        raise MappingWrong(what="")
    try:
        said: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise MappingWrong(what=str(wrong)[:200]) from None
    columns, values = said.get("columns", {}), said.get("values", {})
    if unknown := sorted(said.keys() - {"columns", "values"}):
        raise MappingWrong(what=f"[{unknown[0]}]")
    if not isinstance(columns, dict) or not isinstance(values, dict):
        raise MappingWrong(what="[columns]")
    for name in (*columns, *values):
        if name not in COLUMN_BY_NAME:
            raise MappingWrong(what=name)
    if any(not isinstance(theirs, str) for theirs in columns.values()):
        raise MappingWrong(what="[columns]")
    return ColumnMapping(columns, {name: _checked(name, table) for name, table in values.items()})


def _checked(name: str, table: Any) -> dict[str, str]:
    column = COLUMN_BY_NAME[name]
    if not isinstance(table, dict):
        raise MappingWrong(what=f"[values.{name}]")
    for theirs, ours in table.items():
        known = ours in column.choices if column.kind is Kind.CHOICE else ours in ("yes", "no", "") or column.kind is not Kind.YES_NO
        if not isinstance(ours, str) or not known:
            raise MappingWrong(what=f"{name} : {theirs} = {ours}")
    return {str(theirs).strip().casefold(): ours for theirs, ours in table.items()}


def table_schema() -> dict[str, Any]:
    """The columns as a Table Schema (https://specs.frictionlessdata.io/table-schema/)."""
    kinds = {Kind.NUMBER: "number", Kind.AGE: "integer"}
    fields: list[dict[str, Any]] = []
    for column in COLUMNS:
        told: dict[str, Any] = {"name": column.name, "title": column.label, "type": kinds.get(column.kind, "string")}
        constraints: dict[str, Any] = {"required": True} if column.is_required else {}
        if column.kind is Kind.CHOICE:
            constraints["enum"] = list(column.choices)
        elif column.kind is Kind.YES_NO:
            constraints["enum"] = ["yes", "no"]
        elif column.kind is Kind.AGE:
            constraints |= {"minimum": AGE_LEAST, "maximum": AGE_MOST}
        elif column.kind is Kind.NUMBER:
            constraints["minimum"] = 0
        if constraints:
            told["constraints"] = constraints
        fields.append(told)
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": "carnet-survey-answers",
        "title": "Réponses pondérées à une enquête sur les usages du numérique",
        "fields": fields,
        "missingValues": [""],
    }


def editions_in(columns: set[str]) -> tuple[Edition, ...]:
    """The editions of the indicator a file can be read by: those of which each domain has a column."""
    return tuple(edition for edition in Edition if all(any(item.key in columns for item in rule.items) for rule in SKILL_RULES[edition]))
