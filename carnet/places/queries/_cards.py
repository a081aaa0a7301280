"""Everything about one place: what is public of it, and who said each thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.kernel.periods import legal_day
from carnet.places import access
from carnet.places.queries._acceptance import accepted
from carnet.places.queries._summaries import PlaceSummary, summary_of
from carnet.places.rules import opening
from carnet.places.rules.merging import EDITABLE
from carnet.places.rules.opening import Span
from carnet.places.rules.standard import FIELD_BY_NAME, FIELDS


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """Everything public about a place. `week`: the seven days around the moment asked, each with its open stretches."""

    summary: PlaceSummary
    national_id: str
    provenance: str
    source: str
    updated_on: date
    imported_at: datetime
    pivot: str
    commune_code: str
    address_extra: str
    phone: str
    emails: tuple[str, ...]
    websites: tuple[str, ...]
    booking_urls: tuple[str, ...]
    accessibility_urls: tuple[str, ...]
    presentation: str
    detail: str
    declared_hours: str  # what the file says when it cannot be read as hours
    week: Sequence[tuple[date, tuple[Span, ...]]]
    audiences: tuple[str, ...]
    specific_care: tuple[str, ...]
    fees: tuple[str, ...]
    national_programmes: tuple[str, ...]
    labels: tuple[str, ...]
    access_modes: tuple[str, ...]
    support_modes: tuple[str, ...]
    roaming: tuple[str, ...]


def place_card(place_id: int, *, at: datetime) -> PlaceCard:
    """Everything public about a place, ended or not (see `summary.ended_on`). Raises: PlaceUnknown."""
    place = access.place(place_id)
    return PlaceCard(
        summary=summary_of(place, accepted(place.id, at=at), None, at),
        national_id=place.national_id,
        provenance=place.provenance,
        source=place.source,
        updated_on=place.updated_on,
        imported_at=place.imported_at,
        pivot=place.pivot,
        commune_code=place.commune_code,
        address_extra=place.address_extra,
        phone=place.phone,
        emails=tuple(place.emails),
        websites=tuple(place.websites),
        booking_urls=tuple(place.booking_urls),
        accessibility_urls=tuple(place.accessibility_urls),
        presentation=place.summary,
        detail=place.detail,
        declared_hours=str(place.extras.get("horaires", "")),
        week=opening.week_of(place.opening_hours, day=legal_day(at)),
        audiences=tuple(place.audiences),
        specific_care=tuple(place.specific_care),
        fees=tuple(place.fees),
        national_programmes=tuple(place.national_programmes),
        labels=(*place.trainings, *place.other_labels),
        access_modes=tuple(place.access_modes),
        support_modes=tuple(place.support_modes),
        roaming=tuple(place.roaming),
    )


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """Where one field's value comes from: a file (`source`, another's for what a merge took) or an edit made here by an organisation, and the day.

    `file_says`: what the file says instead of an edit; None when there is no disagreement.
    """

    field: str
    value: str
    source: str
    organisation_id: int | None
    said_on: date
    recorded_at: datetime
    file_says: str | None


def field_origins(place_id: int) -> tuple[FieldOrigin, ...]:
    """Who gave each filled (or edited) field of a place, in the standard's order. Raises: PlaceUnknown."""
    place = access.place(place_id)
    told = []
    first: dict[str, Any] = {
        "by": "FILE",
        "source": place.provenance,
        "on": place.updated_on.isoformat(),
        "at": place.imported_at.isoformat(),
    }
    for field in FIELDS:
        value = getattr(place, field.column)
        entry = place.origins.get(field.column) or place.origins.get("") or first
        is_edit = entry["by"] == "EDIT"
        if (value in (None, "", []) and not is_edit) or field.column in ("national_id", "updated_on"):
            continue
        told.append(
            FieldOrigin(
                field=field.name,
                value=said_words(value),
                source=entry.get("source", ""),
                organisation_id=None if "source" in entry else entry["organisation"],
                said_on=date.fromisoformat(entry["on"]),
                recorded_at=datetime.fromisoformat(entry["at"]),
                file_says=said_words(entry["file"]) if is_edit else None,
            )
        )
    return tuple(told)


def editable_fields(place_id: int) -> dict[str, str]:
    """What may be edited of a place, by national field, written as in a file. Raises: PlaceUnknown."""
    place = access.place(place_id)
    return {name: said_words(getattr(place, FIELD_BY_NAME[name].column)) for name in EDITABLE}


def said_words(value: Any) -> str:
    """A value as a file writes it."""
    return "" if value is None else "|".join(value) if isinstance(value, list) else str(value)
