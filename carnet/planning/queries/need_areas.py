"""Which territory is looked at: what a person types or what an address says, as communes."""

from dataclasses import dataclass

from carnet.kernel.actors import Actor
from carnet.observatory.queries import territories
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel, NamedArea, is_code
from carnet.planning.rules.need import NeedAreaUnknown

# A region: larger, a page would weigh too much and the eye see nothing.
COMMUNES_MAX = 4_500
# Longer than the number of any shared territory.
NUMBER_DIGITS = 18


@dataclass(frozen=True, slots=True)
class NeedArea:
    """A territory of communes. `key` is what an address keeps: a level and a code, or a shared territory's id."""

    key: str
    name: str
    commune_codes: tuple[str, ...]


def area_of(key: str, *, actor: Actor) -> NeedArea:
    """The territory an address names: `EPCI-244400404`, `DEPARTEMENT-44`, or `T-3`, one the actor shares. Raises: NeedAreaUnknown, TerritoryUnknown."""
    level, _dash, code = key.partition("-")
    if level == "T" and code.isdecimal() and len(code) <= NUMBER_DIGITS:
        name, codes = territories.codes_of(actor=actor, territory_id=int(code))
        return NeedArea(key, name, tuple(codes))
    if level not in AreaLevel.__members__ or not is_code(AreaLevel(level), code):
        raise NeedAreaUnknown(value=key[:40])
    return _of(places.area(AreaLevel(level), code))


def area_typed(text: str) -> NeedArea:
    """The territory a person most likely means by a name or a code. Raises: NeedAreaUnknown."""
    found = places.atlas().typed(text, most=1)
    if not found:
        raise NeedAreaUnknown(value=text.strip()[:40])
    return _of(found[0])


def areas_typed(text: str) -> tuple[NamedArea, ...]:
    """The territories a person may mean, the likeliest first."""
    return tuple(each for each in places.atlas().typed(text) if each.level is not AreaLevel.NATION)


def area_around(commune_codes: tuple[str, ...]) -> NeedArea | None:
    """The département most of some communes are in; None when there are none."""
    found = [commune for code in commune_codes if (commune := places.commune(code)) is not None]
    if not found:
        return None
    codes = sorted({each.department for each in found})
    most = max(codes, key=lambda code: sum(each.population for each in found if each.department == code))
    return _of(places.area(AreaLevel.DEPARTEMENT, most))


def _of(area: NamedArea) -> NeedArea:
    codes = tuple(sorted(places.atlas().communes_of(area)))
    if len(codes) > COMMUNES_MAX:
        raise NeedAreaUnknown(value=area.name)
    return NeedArea(f"{area.level.value}-{area.code}", area.name, codes)
