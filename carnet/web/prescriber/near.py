"""Around a desk: the next lesson with a seat at each of the nearest places, and who does a procedure with a person, or for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from carnet.distribution.rules import Help
from carnet.kernel.periods import legal_day
from carnet.mandates.queries.near import NearStructure, families_of, structures_near
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.places.rules.geography import Commune
from carnet.web import lessons
from carnet.web.at_desk import town_of as town_of
from carnet.web.design import formats
from carnet.web.lessons import Lesson
from carnet.workshops import queries as workshops

LESSONS_SHOWN = 3
HELPERS_SHOWN = 2
RADII_KM = (20.0, 50.0)
LOOKED_AT = 100
# Where a procedure is done with a person, and where somebody may act for one: national words of the directory.
PROCEDURES = "Aide aux démarches administratives"
ACTING_FOR = ("Aidants Connect", "France Services")


@dataclass(frozen=True, slots=True)
class Helper:
    """Who does procedures with people, or for them. `known_as`: what lets somebody act for a person there; "" if nothing does.

    `is_own`: the desk's own organisation, which was admitted to.
    """

    name: str
    address: str
    phone: str
    distance: str
    known_as: str
    is_own: bool = False


def lessons_near(
    town: Commune | None,
    *,
    programme_id: int,
    services: Sequence[str],
    printed_until: datetime,
    at: datetime,
    after: datetime | None = None,
) -> list[Lesson]:
    """The next lesson with a seat at each of the nearest places that take the vouchers, the nearest place first: of the first of
    `services` that one of them teaches, else any. `after`: once an earlier lesson is over, and of `services` only.
    """
    for radius_km in RADII_KM if town else RADII_KM[:1]:
        around = {"around": town.code, "radius_km": radius_km} if town else {}
        near = places.search(at=at, accepts=programme_id, per_page=LOOKED_AT, **around).places  # type: ignore[arg-type]
        for service in (*services, None) if after is None else services:
            found = _next_at(near, service, printed_until, after or at)
            if found:
                return found
    return []


def _next_at(near: Sequence[PlaceSummary], service: str | None, printed_until: datetime, at: datetime) -> list[Lesson]:
    taught = workshops.next_with_seats(
        place_ids=[place.place_id for place in near], at=at, until_on=legal_day(printed_until), service=service
    )
    views = [replace(taught[each.place_id], distance_km=each.distance_km) for each in near if each.place_id in taught]
    views = [view for view in views if view.starts_at < printed_until]
    if all(view.distance_km is None for view in views):
        views.sort(key=lambda view: view.starts_at)  # nothing says which is near: the soonest
    return lessons.lessons(views[:LESSONS_SHOWN])


def helpers_near(
    town: Commune | None, *, acting_for: bool, at: datetime, own_id: int | None = None, wants: Sequence[str] = ()
) -> list[Helper]:
    """The nearest places that help with procedures. `acting_for`: the structures admitted to act under a mandate first, the desk itself
    (`own_id`) before all and those that do every procedure of `wants` next, then places known to act in a person's name.
    """
    admitted = [_admitted(each) for each in near_structures(town, own_id, wants)] if acting_for else []
    if len(admitted) >= HELPERS_SHOWN:
        return admitted
    around = {"around": town.code, "radius_km": RADII_KM[0]} if town else {}
    found = places.search(at=at, service=PROCEDURES, per_page=LOOKED_AT, **around).places  # type: ignore[arg-type]
    helpers = [_helper(place) for place in found]
    if acting_for:
        helpers.sort(key=lambda each: not each.known_as)  # stable: the nearest stay first
    said = {each.name.casefold() for each in admitted}
    return [*admitted, *(each for each in helpers if each.name.casefold() not in said)][:HELPERS_SHOWN]


def near_structures(town: Commune | None, own_id: int | None, wants: Sequence[str]) -> Sequence[NearStructure]:
    """The structures to ring, for these procedures."""
    return structures_near(town, own_id=own_id, wanted=families_of(wants), most=HELPERS_SHOWN)


def needs_helper(helps: Sequence[Help]) -> bool:
    """Whether somebody does it with the person, or for it: the page says where."""
    return Help.MANDATE in helps or Help.ACCOMPANIMENT in helps


def _admitted(each: NearStructure) -> Helper:
    address = ", ".join(part for part in (each.street, f"{each.postcode} {each.city}".strip()) if part)
    return Helper(each.name, address, formats.phone(each.phone), formats.distance(each.distance_km), _("aidants avec mandat"), each.is_own)


def _helper(place: PlaceSummary) -> Helper:
    known_as = next((each for each in ACTING_FOR if each in place.national_programmes), "")
    address = ", ".join(part for part in (place.address, f"{place.postcode} {place.commune}".strip()) if part)
    return Helper(place.name, address, formats.phone(place.phone), formats.distance(place.distance_km), known_as)
