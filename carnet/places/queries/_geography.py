"""The communes, loaded once from the file that ships with the programme."""

import csv
import gzip
from functools import lru_cache

from carnet.places.queries._outlines import DATA, departments
from carnet.places.rules.areas import AreaLevel, Atlas, NamedArea
from carnet.places.rules.geography import Commune, Gazetteer
from carnet.places.rules.refusals import AreaUnknown, LocalityUnknown
from carnet.places.rules.travel import Density, density_of

NEAREST_KM = 10.0


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The communes of France (34,969, a third of a second to load, then kept)."""
    with gzip.open(DATA / "communes-fr.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return Gazetteer.from_rows(csv.DictReader(file))


def commune(code: str) -> Commune | None:
    """The commune with this INSEE code, or None."""
    return gazetteer().by_code(code)


def localities(text: str, *, most: int = 12) -> tuple[Commune, ...]:
    """Communes a person may mean: a name or its beginning, a postal code or an INSEE code; the most peopled first."""
    return tuple(gazetteer().typed(text, most=most))


def locality(text: str) -> Commune:
    """The commune a person most likely means. Raises: LocalityUnknown."""
    found = localities(text, most=1)
    if not found:
        raise LocalityUnknown(value=text.strip()[:100])
    return found[0]


def nearest_commune(point: tuple[float, float]) -> Commune | None:
    """The commune whose point is nearest, within ten kilometres: what to call where somebody stands. None when none is."""
    return next((commune for _km, commune in gazetteer().around(point, NEAREST_KM)), None)


def density(point: tuple[float, float]) -> Density:
    """How dense the country is around a point."""
    return density_of(gazetteer().people_per_km2(point))


def territory(perimeter: list[str] | tuple[str, ...]) -> frozenset[str]:
    """The INSEE codes of the communes of a perimeter: "FR", départements, EPCI and communes mixed."""
    return _territory(tuple(perimeter))


@lru_cache(maxsize=256)
def _territory(perimeter: tuple[str, ...]) -> frozenset[str]:
    wanted = set(perimeter)
    return frozenset(each.code for each in gazetteer() if "FR" in wanted or not wanted.isdisjoint((each.code, each.department, each.epci)))


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """Every territory of France, built once from the files that ship with the programme."""
    with (DATA / "epci-fr.csv").open(encoding="utf-8", newline="") as file:
        epci_names = {row["code"]: row["nom"] for row in csv.DictReader(file)}
    return Atlas(gazetteer(), epci_names=epci_names, department_names={each.code: each.name for each in departments()})


def area(level: AreaLevel, code: str) -> NamedArea:
    """The territory of this level with this code. Raises: AreaUnknown."""
    found = atlas().area(level, code)
    if found is None:
        raise AreaUnknown(level=level.value, value=code[:20])
    return found
