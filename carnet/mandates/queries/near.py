"""Which admitted structures are near, for whoever cannot do a procedure and meets a desk: their names and telephones are public."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from carnet.gateways.database import acting_as_everything
from carnet.mandates.models import Structure
from carnet.mandates.rules import FAMILY_OF_PROCEDURE, Family
from carnet.places import queries as places
from carnet.places.rules.geography import Commune, distance_km

LOOKED_AT = 500
# As far as `Gazetteer.around` looks: a town at the edge of its département asks the next one too.
AROUND_KM = 10.0


@dataclass(frozen=True, slots=True)
class NearStructure:
    """An open structure. `distance_km` from the town asked about, None when either is not known; `is_own`: the desk's own organisation."""

    organisation_id: int
    name: str
    street: str
    postcode: str
    city: str
    phone: str
    families: tuple[Family, ...]
    distance_km: float | None
    is_own: bool


def families_of(procedures: Collection[str]) -> frozenset[Family]:
    """The families of the procedures somebody wants done; codes of the shared list."""
    return frozenset(FAMILY_OF_PROCEDURE[each] for each in procedures if each in FAMILY_OF_PROCEDURE)


def structures_near(
    town: Commune | None, *, own_id: int | None = None, wanted: Collection[Family] = (), most: int = 2
) -> tuple[NearStructure, ...]:
    """The open structures nearest to a town, the desk's own first, then those that do every family wanted. One statement.

    Units: kilometres as the crow flies, between communes.
    """
    point = town.point if town else None
    prefixes = _prefixes(town)
    near = Q(organisation_id=own_id or 0)
    for prefix in prefixes:
        near |= Q(organisation__postcode__startswith=prefix)
    with acting_as_everything(why="which structures were admitted, and how to ring them, is said to anybody"):
        rows = list(
            Structure.objects.filter(near, ended_at__isnull=True, organisation__ended_on__isnull=True)
            .order_by("id")
            .values_list(
                "organisation_id", "organisation__name", "organisation__street", "organisation__postcode", "organisation__city",
                "organisation__contact_phone", "families",
            )[:LOOKED_AT]
        )  # fmt: skip
    found = [_near(*row, point=point, own_id=own_id) for row in rows]
    lacks = {each.organisation_id: not set(wanted) <= set(each.families) for each in found}
    found.sort(
        key=lambda each: (not each.is_own, lacks[each.organisation_id], each.distance_km is None, each.distance_km or 0.0, each.name)
    )
    return tuple(found[:most])


def _prefixes(town: Commune | None) -> frozenset[str]:
    """How the postal codes of the town's département begin, and of the next one when it is ten kilometres away."""
    if town is None:
        return frozenset()
    around = [town]
    if town.point is not None:
        around += [commune for _km, commune in places.gazetteer().around(town.point, AROUND_KM)]
    return frozenset(code[: 3 if code.startswith("97") else 2] for commune in around for code in commune.postcodes)


def _near(
    organisation_id: int, name: str, street: str, postcode: str, city: str, phone: str, families: list[str], *,
    point: tuple[float, float] | None, own_id: int | None,
) -> NearStructure:  # fmt: skip
    stands = next(iter(places.localities(f"{postcode} {city}", most=1)), None) if postcode else None
    km = distance_km(point, stands.point) if point and stands and stands.point else None
    return NearStructure(
        organisation_id, name, street, postcode, city, phone, tuple(Family(each) for each in families), km, organisation_id == own_id
    )
