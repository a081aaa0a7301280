"""Who said what of a place, and when: an edit made here is kept against an older file, and against one that brings nothing new.

`origins` maps a column to who gave its present value: ``{"by": "FILE", "source", "on", "at"}``, or for an edit made here
``{"by": "EDIT", "organisation", "on", "at", "file"}`` where `file` is what the file says instead. The key "" is the place's first file:
what no other entry names comes from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.places.rules.standard import COLUMNS, FIELDS

FIRST = ""
# What whoever keeps a place may change of it; the rest follows its file.
EDITABLE = (
    "nom", "adresse", "complement_adresse", "latitude", "longitude", "telephone", "courriels", "site_web", "horaires",
    "presentation_resume", "presentation_detail", "services", "publics_specifiquement_adresses", "prise_en_charge_specifique",
    "frais_a_charge", "modalites_acces", "modalites_accompagnement", "fiche_acces_libre", "prise_rdv",
)  # fmt: skip
_NAMES = {field.column: field.name for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field edited here (`edited_on`) that a file says otherwise. `is_replaced`: the file is newer, and was followed."""

    field: str
    edited: Any
    said: Any
    edited_on: date
    is_replaced: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """A known place and what a file now says of it, made one."""

    columns: dict[str, Any]
    origins: dict[str, Any]
    conflicts: tuple[Conflict, ...]


def merged(
    before: Mapping[str, Any], origins: Mapping[str, Any], said: Mapping[str, Any], *, source: str, before_at: datetime, at: datetime
) -> Merge:
    """What a place becomes when a file says `said` of it, which was `before` (values of `standard.COLUMNS`).

    A file's own day is its `updated_on`. An edit yields only to a file dated after it that changed its mind, or that agrees.
    """
    day = said["updated_on"]
    columns, kept = dict(said), dict(origins)
    kept.setdefault(FIRST, of_file(source, before["updated_on"], before_at))
    conflicts: list[Conflict] = []
    for column in COLUMNS:
        entry = kept.get(column)
        if entry is None or entry["by"] != "EDIT":
            if said[column] != before[column] and column != "updated_on":
                kept[column] = of_file(source, day, at)
            continue
        edited_on = date.fromisoformat(entry["on"])
        if said[column] == before[column]:
            kept[column] = of_file(source, day, at)
        elif said[column] == entry["file"]:
            columns[column] = before[column]
        elif day > edited_on:
            conflicts.append(Conflict(_NAMES[column], before[column], said[column], edited_on, is_replaced=True))
            kept[column] = of_file(source, day, at)
        else:
            conflicts.append(Conflict(_NAMES[column], before[column], said[column], edited_on, is_replaced=False))
            columns[column], kept[column] = before[column], {**entry, "file": said[column]}
    edits = [date.fromisoformat(entry["on"]) for entry in kept.values() if entry["by"] == "EDIT"]
    columns["updated_on"] = max([day, *edits])
    return Merge(columns, kept, tuple(conflicts))


def edited(
    before: Mapping[str, Any], origins: Mapping[str, Any], changed: Mapping[str, Any], *, source: str, before_at: datetime,
    organisation_id: int | None, on: date, at: datetime,
) -> Merge:  # fmt: skip
    """What a place becomes when whoever keeps it changes some columns. Saying again what the file says takes the edit off."""
    columns, kept = dict(before), dict(origins)
    kept.setdefault(FIRST, of_file(source, before["updated_on"], before_at))
    for column, value in changed.items():
        if value == before[column]:
            continue
        entry = kept.get(column)
        file_says = entry["file"] if entry is not None and entry["by"] == "EDIT" else before[column]
        columns[column] = value
        kept[column] = {"by": "EDIT", "organisation": organisation_id, "on": on.isoformat(), "at": at.isoformat(), "file": file_says}
        columns["updated_on"] = max(before["updated_on"], on)
        if value == file_says:
            kept.pop(column)
    return Merge(columns, kept, ())


def of_file(source: str, on: date, at: datetime) -> dict[str, Any]:
    """The entry of a value that a file gives."""
    return {"by": "FILE", "source": source, "on": on.isoformat(), "at": at.isoformat()}
