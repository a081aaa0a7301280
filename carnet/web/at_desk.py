"""Standing at a desk: for which organisation, which programmes, and the places near where its vouchers are taken. For its own screens, and
for what it prints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.places.rules.geography import Commune
from carnet.places.rules.refusals import LocalityUnknown
from carnet.web import theming
from carnet.web.design import formats

PLACES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class PlacePrinted:
    """One place on the slip a person takes away."""

    name: str
    address: str
    phone: str
    distance: str


def organisation_of(actor: Actor) -> int:
    """The desk's organisation. A door let this actor in, so there is one."""
    assert actor.organisation_id is not None
    return actor.organisation_id


def programmes(request: HttpRequest, organisation_id: int, at: datetime) -> list[ProgrammeFacts]:
    """The programmes this desk hands over for; when there is one only, the page carries its name."""
    parts = distribution.participations(organisation_id=organisation_id, at=at)
    found = funding.programmes({part.programme_id for part in parts})
    theming.carry_only_one(request, found, at)
    return found


def town_of(organisation_id: int, programme_id: int, typed: str = "") -> Commune | None:
    """The commune typed, or the desk's own: of its address, else of its first open point. None when none is known."""
    card = parties.organisation(organisation_id)
    wanted = typed.strip() or card.postcode or card.city
    if not wanted:
        points = distribution.points_of_desk(programme_id=programme_id, organisation_id=organisation_id)
        return next((places.commune(each.commune_code) for each in points if each.closed_at is None), None)
    try:
        return places.locality(wanted)
    except LocalityUnknown:
        return None


def nearest_places(*, organisation_id: int, programme_id: int, typed: str, at: datetime) -> tuple[str, Sequence[PlacePrinted]]:
    """Where the vouchers are taken, around a town or postcode (the desk's own by default): the town understood, and the places."""
    town = town_of(organisation_id, programme_id, typed)
    around = town.code if town else None
    found = places.search(at=at, around=around, radius_km=30, accepts=programme_id, per_page=PLACES_SHOWN)
    if around and not found.places:
        found = places.search(at=at, accepts=programme_id, per_page=PLACES_SHOWN)
    return (town.name if town else ""), [_printed(place) for place in found.places]


def _printed(place: PlaceSummary) -> PlacePrinted:
    distance = "" if place.distance_km is None else _("à %(km)s km") % {"km": round(place.distance_km) or 1}
    address = ", ".join(part for part in (place.address, f"{place.postcode} {place.commune}".strip()) if part)
    return PlacePrinted(place.name, address, formats.phone(place.phone), distance)
