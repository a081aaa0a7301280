"""Two repeats made one: which place stays, what it takes from the other, and how they come apart again.

A value taken from the other place is kept like a correction (`merging`): its entry of `origins` says where it comes from, which day it
was said, and what the place's own file says instead. So an older file never undoes it in silence, and taking it back is exact.
``{"by": "EDIT", "place", "source", "organisation", "on", "at", "file"}``
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from carnet.places.rules.merging import FIRST, of_file
from carnet.places.rules.standard import COLUMNS


class Verdict(StrEnum):
    """What was decided of two places that look like one."""

    MERGED = "MERGED"  # one of them stays
    DISTINCT = "DISTINCT"  # they are two


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen at once between two places: a field, or several that mean nothing apart. `name` is the national one."""

    name: str
    columns: tuple[str, ...]


_WHERE = ("address", "address_extra", "postcode", "commune", "commune_code", "latitude", "longitude")
# Neither the identifier nor the day: they are the file's own.
CHOICES = (
    Choice("nom", ("name",)),
    Choice("adresse", _WHERE),
    Choice("pivot", ("pivot",)),
    Choice("telephone", ("phone",)),
    Choice("courriels", ("emails",)),
    Choice("site_web", ("websites",)),
    Choice("horaires", ("opening_hours",)),
    Choice("services", ("services",)),
    Choice("presentation_resume", ("summary",)),
    Choice("presentation_detail", ("detail",)),
    Choice("typologie", ("typologies",)),
    Choice("publics_specifiquement_adresses", ("audiences",)),
    Choice("prise_en_charge_specifique", ("specific_care",)),
    Choice("frais_a_charge", ("fees",)),
    Choice("modalites_acces", ("access_modes",)),
    Choice("modalites_accompagnement", ("support_modes",)),
    Choice("dispositif_programmes_nationaux", ("national_programmes",)),
    Choice("formations_labels", ("trainings",)),
    Choice("autres_formations_labels", ("other_labels",)),
    Choice("itinerance", ("roaming",)),
    Choice("structure_parente", ("parent_structure",)),
    Choice("fiche_acces_libre", ("accessibility_urls",)),
    Choice("prise_rdv", ("booking_urls",)),
    Choice("source", ("source",)),
)
CHOICE_BY_NAME = {choice.name: choice for choice in CHOICES}
_NEVER_EMPTY = ("nom", "adresse")


@dataclass(frozen=True, slots=True)
class United:
    """The columns and origins of the place that stays."""

    columns: dict[str, Any]
    origins: dict[str, Any]


def differing(kept: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Choice, ...]:
    """What the two places do not say alike."""
    return tuple(choice for choice in CHOICES if any(kept[column] != other[column] for column in choice.columns))


def proposed(kept: Mapping[str, Any], other: Mapping[str, Any]) -> frozenset[str]:
    """What is better taken from the other place: what it says and the one that stays does not. Names of `CHOICES`."""
    return frozenset(
        choice.name
        for choice in differing(kept, other)
        if choice.name not in _NEVER_EMPTY
        and not any(kept[each] for each in choice.columns)
        and any(other[each] for each in choice.columns)
    )


def united(
    kept: Mapping[str, Any],
    origins: Mapping[str, Any],
    other: Mapping[str, Any],
    *,
    taken: Collection[str],
    own: tuple[str, datetime],
    other_id: int,
    other_source: str,
    organisation_id: int | None,
    at: datetime,
) -> United:
    """The place that stays, with what is `taken` (names of `CHOICES`) from the other. `own`: its own file's source, and when it was read."""
    columns, said = dict(kept), dict(origins)
    source, read_at = own
    said.setdefault(FIRST, of_file(source, kept["updated_on"], read_at))
    for column in _columns_of(taken):
        if other[column] == kept[column]:
            continue
        entry = said.get(column)
        columns[column] = other[column]
        said[column] = {
            "by": "EDIT",
            "place": other_id,
            "source": other_source,
            "organisation": organisation_id,
            "on": other["updated_on"].isoformat(),
            "at": at.isoformat(),
            "file": entry["file"] if entry is not None and entry["by"] == "EDIT" else kept[column],
        }
        columns["updated_on"] = max(columns["updated_on"], other["updated_on"])
    return United(columns, said)


def _columns_of(names: Collection[str]) -> tuple[str, ...]:
    return tuple(column for choice in CHOICES if choice.name in names for column in choice.columns)


def parted(
    now: Mapping[str, Any], origins: Mapping[str, Any], before: Mapping[str, Any], said_before: Mapping[str, Any], *, other_id: int
) -> United:
    """The place that stayed, without what it took from the other: as before for those fields, what changed since for the rest.

    A field whose own file changed its mind meanwhile says what the file says.
    """
    columns, said = dict(now), dict(origins)
    for column in _taken_from(origins, other_id):
        entry, earlier = origins[column], said_before.get(column)
        if earlier is not None and earlier["by"] == "EDIT":
            columns[column], said[column] = before[column], {**earlier, "file": entry["file"]}
            continue
        columns[column] = entry["file"]
        if earlier is not None and entry["file"] == before[column]:
            said[column] = earlier
        else:
            said.pop(column)
    days = {date.fromisoformat(entry["on"]) for name, entry in said.items() if name != FIRST}
    taken_on = {date.fromisoformat(origins[column]["on"]) for column in _taken_from(origins, other_id)}
    columns["updated_on"] = max({before["updated_on"], *days, *({now["updated_on"]} - taken_on)})
    return United(columns, said)


def followed(now: Mapping[str, Any], origins: Mapping[str, Any], other: Mapping[str, Any], *, other_id: int, at: datetime) -> United | None:
    """The place that stays, once the other's own file changed what was taken from it; None when nothing of it changed."""
    columns, said = dict(now), dict(origins)
    changed = [column for column in _taken_from(origins, other_id) if now[column] != other[column]]
    for column in changed:
        columns[column] = other[column]
        said[column] = {**origins[column], "on": other["updated_on"].isoformat(), "at": at.isoformat()}
        columns["updated_on"] = max(columns["updated_on"], other["updated_on"])
    return United(columns, said) if changed else None


def _taken_from(origins: Mapping[str, Any], other_id: int) -> tuple[str, ...]:
    return tuple(column for column in COLUMNS if (origins.get(column) or {}).get("place") == other_id)
