"""The territories of France, one inside the other: communes, intercommunalités (EPCI), départements, regions, the nation. Pure.

Their codes are INSEE's. Source: docs/sources/geography.md; the files are in `data` (see ATTRIBUTION.md).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from carnet.places.rules.geography import Commune, Gazetteer, folded

NATION_CODE = "FR"


class AreaLevel(StrEnum):
    """How large a territory is."""

    COMMUNE = "COMMUNE"
    EPCI = "EPCI"
    DEPARTEMENT = "DEPARTEMENT"
    REGION = "REGION"
    NATION = "NATION"


# Source: INSEE, code officiel géographique, régions.
REGIONS = {
    "01": "Guadeloupe", "02": "Martinique", "03": "Guyane", "04": "La Réunion", "06": "Mayotte",
    "11": "Île-de-France", "24": "Centre-Val de Loire", "27": "Bourgogne-Franche-Comté", "28": "Normandie",
    "32": "Hauts-de-France", "44": "Grand Est", "52": "Pays de la Loire", "53": "Bretagne", "75": "Nouvelle-Aquitaine",
    "76": "Occitanie", "84": "Auvergne-Rhône-Alpes", "93": "Provence-Alpes-Côte d’Azur", "94": "Corse",
}  # fmt: skip
# Départements and collectivities without an outline here. Same source.
OVERSEAS = {
    "971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion", "975": "Saint-Pierre-et-Miquelon", "976": "Mayotte",
    "977": "Saint-Barthélemy", "978": "Saint-Martin", "984": "Terres australes et antarctiques françaises", "986": "Wallis-et-Futuna",
    "987": "Polynésie française", "988": "Nouvelle-Calédonie", "989": "La Passion-Clipperton",
}  # fmt: skip
# What an intercommunalité's name begins with, for whoever types it in full.
_KINDS_IN_FULL = {"CC": "communauté de communes", "CA": "communauté d’agglomération", "CU": "communauté urbaine"}


@dataclass(frozen=True, slots=True)
class NamedArea:
    """A territory: its level, INSEE code and name, how many communes it holds and how many people live there (legal population).

    `department` is the département a commune or an intercommunalité is in (most of its people), empty above.
    """

    level: AreaLevel
    code: str
    name: str
    population: int
    commune_count: int
    department: str = ""


class Atlas:
    """Every territory, found by its code or by what a person types, with those it is in and those it holds."""

    def __init__(self, gazetteer: Gazetteer, *, epci_names: Mapping[str, str], department_names: Mapping[str, str]) -> None:
        self._gazetteer = gazetteer
        self._epci_names = epci_names
        self._department_names = {**OVERSEAS, **department_names}
        held: dict[tuple[AreaLevel, str], list[Commune]] = defaultdict(list)
        for commune in gazetteer:
            for level, code in _above(commune):
                held[level, code].append(commune)
        self._held = dict(held)
        self._found: dict[tuple[AreaLevel, str], NamedArea] = {}
        self._inside: dict[tuple[AreaLevel, str, AreaLevel], tuple[NamedArea, ...]] = {}

    def area(self, level: AreaLevel, code: str) -> NamedArea | None:
        """The territory of this level with this code; None when there is none. A district's code gives its commune."""
        key = (level, NATION_CODE if level is AreaLevel.NATION else code)
        if key not in self._found:
            made = self._made(*key)
            if made is None:
                return None
            self._found[key] = made
        return self._found[key]

    def communes_of(self, area: NamedArea) -> frozenset[str]:
        """The INSEE codes of the communes it holds; a commune holds itself."""
        if area.level is AreaLevel.COMMUNE:
            return frozenset({area.code})
        if area.level is AreaLevel.NATION:
            return frozenset(commune.code for commune in self._gazetteer)
        return frozenset(commune.code for commune in self._held[area.level, area.code])

    def above(self, area: NamedArea) -> tuple[NamedArea, ...]:
        """The territories it is in, the smallest first. An intercommunalité astride is in the département where most of its people live."""
        if area.level is AreaLevel.NATION:
            return ()
        found: list[NamedArea | None] = []
        if area.level is AreaLevel.COMMUNE:
            commune = self._gazetteer.by_code(area.code)
            assert commune is not None
            found = [self.area(level, code) for level, code in _above(commune)]
        elif area.level is AreaLevel.EPCI:
            found = [self.area(AreaLevel.DEPARTEMENT, area.department), self._region_of(area.department)]
        elif area.level is AreaLevel.DEPARTEMENT:
            found = [self._region_of(area.code)]
        return tuple(each for each in (*found, self.area(AreaLevel.NATION, NATION_CODE)) if each is not None)

    def inside(self, area: NamedArea, level: AreaLevel) -> tuple[NamedArea, ...]:
        """The territories of a smaller level it holds, at least in part, by name."""
        asked = (area.level, area.code, level)
        if asked not in self._inside:
            self._inside[asked] = self._held_by(area, level)
        return self._inside[asked]

    def _held_by(self, area: NamedArea, level: AreaLevel) -> tuple[NamedArea, ...]:
        codes = {code for commune in self._communes(area) for each, code in _with_itself(commune) if each is level}
        found = (self.area(level, code) for code in codes)
        return tuple(sorted((each for each in found if each is not None), key=lambda each: (folded(each.name), each.code)))

    def typed(self, text: str, *, most: int = 20) -> tuple[NamedArea, ...]:
        """Territories a person may mean by a name, its beginning or a word of it, a postal code or a code; the exact, then the largest, first."""
        words = text.strip()
        key = folded(words)
        if len(key) < 2:
            return ()
        wanted = " ".join(key.split())
        found: dict[tuple[AreaLevel, str], NamedArea] = {}
        for level, code, name in self._names():
            told = folded(name)
            if code == words.upper() or told == wanted or told.startswith(wanted) or f" {wanted}" in f" {told}":
                area = self.area(level, code)
                if area is not None:
                    found[level, code] = area
        for commune in self._gazetteer.typed(words, most=most):
            area = self.area(AreaLevel.COMMUNE, commune.code)
            if area is not None:
                found[AreaLevel.COMMUNE, commune.code] = area
        ranked = sorted(found.values(), key=lambda each: (folded(each.name) != wanted, -each.population, each.code))
        return tuple(ranked[:most])

    def _names(self) -> Iterable[tuple[AreaLevel, str, str]]:
        """Every intercommunalité, département and region that holds a commune, under each name a person may type."""
        for level, code in self._held:
            if level is AreaLevel.EPCI:
                name = self._epci_names.get(code, code)
                yield level, code, name
                kind, _space, rest = name.partition(" ")
                if kind in _KINDS_IN_FULL:
                    yield level, code, f"{_KINDS_IN_FULL[kind]} {rest}"
            else:
                yield level, code, self._name(level, code)

    def _name(self, level: AreaLevel, code: str) -> str:
        if level is AreaLevel.DEPARTEMENT:
            return self._department_names.get(code, code)
        if level is AreaLevel.REGION:
            return REGIONS.get(code) or self._department_names.get(code, code)
        return self._epci_names.get(code, code)

    def _made(self, level: AreaLevel, code: str) -> NamedArea | None:
        if level is AreaLevel.NATION:
            everybody = list(self._gazetteer)
            return NamedArea(level, NATION_CODE, "France", sum(each.population for each in everybody), len(everybody))
        if level is AreaLevel.COMMUNE:
            commune = self._gazetteer.by_code(code)
            if commune is None:
                return None
            return NamedArea(level, commune.code, commune.name, commune.population, 1, commune.department)
        communes = self._held.get((level, code))
        if communes is None:
            return None
        department = _where_most_live(communes) if level is AreaLevel.EPCI else ""
        people = sum(each.population for each in communes)
        return NamedArea(level, code, self._name(level, code), people, len(communes), department)

    def _communes(self, area: NamedArea) -> Iterable[Commune]:
        if area.level is AreaLevel.NATION:
            return iter(self._gazetteer)
        if area.level is AreaLevel.COMMUNE:
            commune = self._gazetteer.by_code(area.code)
            return [commune] if commune else []
        return self._held[area.level, area.code]

    def _region_of(self, department: str) -> NamedArea | None:
        communes = self._held.get((AreaLevel.DEPARTEMENT, department), [])
        return self.area(AreaLevel.REGION, communes[0].region) if communes else None


def is_code(level: AreaLevel, code: str) -> bool:
    """Whether it is written like a code of this level, whether or not such a territory exists."""
    shapes = {
        AreaLevel.COMMUNE: r"[0-9][0-9AB][0-9]{3}",
        AreaLevel.EPCI: r"[0-9]{9}",
        AreaLevel.DEPARTEMENT: r"[0-9][0-9AB]|9[78][0-9]",
        AreaLevel.REGION: r"[0-9]{2}|9[78][0-9]",
        AreaLevel.NATION: NATION_CODE,
    }
    return re.fullmatch(shapes[level], code, re.ASCII) is not None


def _above(commune: Commune) -> list[tuple[AreaLevel, str]]:
    found = [(AreaLevel.EPCI, commune.epci), (AreaLevel.DEPARTEMENT, commune.department), (AreaLevel.REGION, commune.region)]
    return [(level, code) for level, code in found if code]


def _with_itself(commune: Commune) -> list[tuple[AreaLevel, str]]:
    return [(AreaLevel.COMMUNE, commune.code), *_above(commune)]


def _where_most_live(communes: Iterable[Commune]) -> str:
    people: Counter[str] = Counter()
    for commune in communes:
        people[commune.department] += commune.population
    return max(sorted(people), key=lambda code: people[code])
