"""Distances on a sphere, and the communes of France by code, name or postal code.

Representative points: IGN ADMIN EXPRESS COG; names and codes: INSEE (see `data/ATTRIBUTION.md`).
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0088
# A representative point may lie this far from a place of the same commune: Arles, the widest of the mainland, needs 24 km.
COMMUNE_RADIUS_MAX_KM = 25.0
GUYANE_RADIUS_MAX_KM = 200.0
# Around a point, what tells a town from the country: wide enough to meet a point of the commune one stands in.
DENSITY_KM = 5.0


def distance_km(from_point: tuple[float, float], to_point: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) points in degrees, in kilometres (haversine)."""
    lat1, lon1, lat2, lon2 = (math.radians(angle) for angle in (*from_point, *to_point))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of latitudes and longitudes, in degrees, bounds included."""

    south: float
    north: float
    west: float
    east: float


def box_around(point: tuple[float, float], radius_km: float) -> Box:
    """A rectangle that holds every point within `radius_km` of `point`. Near a pole it holds every longitude."""
    reach = math.degrees(radius_km / EARTH_RADIUS_KM)
    latitude, longitude = point
    widest = min(90.0, abs(latitude) + reach)
    if widest >= 89.9:
        return Box(max(-90.0, latitude - reach), min(90.0, latitude + reach), -180.0, 180.0)
    across = math.degrees(math.asin(min(1.0, math.sin(math.radians(reach)) / math.cos(math.radians(latitude)))))
    return Box(latitude - reach, latitude + reach, longitude - across, longitude + across)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: INSEE `code`, name, département, region, EPCI, population, postal codes, a point inside it or None."""

    code: str
    name: str
    department: str
    region: str
    epci: str
    population: int
    postcodes: tuple[str, ...]
    point: tuple[float, float] | None


def folded(name: str) -> str:
    """A name as compared: no accents, capitals, hyphens, CEDEX nor district number; SAINT in full."""
    text = name.replace("œ", "oe").replace("Œ", "OE")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).upper()
    text = re.sub(r"[^A-Z0-9]+", " ", text)
    text = re.sub(r"\bCEDEX\b.*$", "", text)
    text = re.sub(r"\bSTE\b", "SAINTE", text)
    text = re.sub(r"\bST\b", "SAINT", text)
    return " ".join(text.split())


def district_of(commune_code: str) -> str | None:
    """The commune whose district has this code (Paris, Lyon, Marseille), or None for any other code."""
    if re.fullmatch(r"751[0-2]\d", commune_code) and 75101 <= int(commune_code) <= 75120:
        return "75056"
    if re.fullmatch(r"6938[1-9]", commune_code):
        return "69123"
    if re.fullmatch(r"132(0[1-9]|1[0-6])", commune_code):
        return "13055"
    return None


class Gazetteer:
    """The communes, found by code, by name and postal code, or by what a person types."""

    def __init__(self, communes: Iterable[Commune]) -> None:
        self._by_code: dict[str, Commune] = {}
        self._by_name: dict[str, list[Commune]] = defaultdict(list)
        self._by_postcode: dict[str, list[Commune]] = defaultdict(list)
        self._by_cell: dict[tuple[int, int], list[Commune]] = defaultdict(list)
        for commune in communes:
            if commune.point is not None:
                self._by_cell[_cell(commune.point)].append(commune)
            self._by_code[commune.code] = commune
            self._by_name[folded(commune.name)].append(commune)
            for postcode in commune.postcodes:
                self._by_postcode[postcode].append(commune)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]]) -> "Gazetteer":
        """Build it from the rows of `communes-fr.csv`."""
        return cls(
            Commune(
                code=row["code_insee"],
                name=row["nom"],
                department=row["departement"],
                region=row["region"],
                epci=row["epci"],
                population=int(row["population"] or 0),
                postcodes=tuple(filter(None, row["codes_postaux"].split("|"))),
                point=(float(row["lat"]), float(row["lon"])) if row["lat"] and row["lon"] else None,
            )
            for row in rows
        )

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Commune]:
        return iter(self._by_code.values())

    def by_code(self, code: str) -> Commune | None:
        """The commune with this INSEE code; a district's code gives its commune."""
        return self._by_code.get(code) or self._by_code.get(district_of(code) or "")

    def knows(self, name: str) -> bool:
        """True when a commune bears this name."""
        return folded(name) in self._by_name

    def named(self, name: str, *, postcode: str) -> Commune | None:
        """The commune a postal address means, or None when name and postal code do not settle it.

        A name alone is enough when one commune of the postal code's département bears it: postal codes move, and
        business ones (CEDEX) are in no list.
        """
        key = folded(name)
        found = self._by_name.get(key) or self._by_name.get(re.sub(r" \d+.*$", "", key), [])
        by_postcode = [commune for commune in found if postcode in commune.postcodes]
        if len(by_postcode) == 1:
            return by_postcode[0]
        nearby = [commune for commune in found if commune.department == department_of(postcode)]
        if len(nearby) == 1:
            return nearby[0]
        # A shortened or merged name: "Sarlat" for Sarlat-la-Canéda, "Lamballe" for Lamballe-Armor.
        alike = [commune for commune in self._by_postcode.get(postcode, []) if key and f" {key} " in f" {folded(commune.name)} "]
        return alike[0] if len(alike) == 1 else None

    def nearest(self, *, postcode: str, point: tuple[float, float] | None) -> Commune | None:
        """The commune of this postal code nearest to `point`; the only one, when there is no point."""
        candidates = self._by_postcode.get(postcode, [])
        if len(candidates) == 1:
            return candidates[0]
        if point is None:
            return None
        placed = [(distance_km(point, commune.point), commune.code, commune) for commune in candidates if commune.point]
        return min(placed)[2] if placed else None

    def around(self, point: tuple[float, float], radius_km: float) -> list[tuple[float, Commune]]:
        """The communes whose point is at most `radius_km` (10 or less) from `point`, the nearest first, with how far."""
        row, column = _cell(point)
        cells = ((row + north, column + east) for north in (-1, 0, 1) for east in (-1, 0, 1))
        near = [(distance_km(point, commune.point), commune) for cell in cells for commune in self._by_cell.get(cell, ()) if commune.point]
        return sorted(((km, commune) for km, commune in near if km <= radius_km), key=lambda each: (each[0], each[1].code))

    def largest_in(self, box: Box, *, most: int) -> list[Commune]:
        """The most peopled communes whose point is inside a box, the largest first."""
        south, west = _cell((box.south, box.west))
        north, east = _cell((box.north, box.east))
        cells = [(row, column) for row in range(south, north + 1) for column in range(west, east + 1)]
        inside = [
            commune
            for cell in cells
            for commune in self._by_cell.get(cell, ())
            if commune.point and box.south <= commune.point[0] <= box.north and box.west <= commune.point[1] <= box.east
        ]
        return sorted(inside, key=lambda commune: (-commune.population, commune.code))[:most]

    def people_per_km2(self, point: tuple[float, float]) -> float:
        """How many people live around a point, a square kilometre, counting each commune where its own point is."""
        people = sum(commune.population for _km, commune in self.around(point, DENSITY_KM))
        return people / (math.pi * DENSITY_KM**2)

    def typed(self, text: str, *, most: int = 12) -> Sequence[Commune]:
        """Communes a person may mean by a code, a postal code, a name or its beginning; the most peopled first."""
        words = text.strip()
        if re.fullmatch(r"\d{5}|2[ABab]\d{3}", words):
            exact = self._by_postcode.get(words) or ([found] if (found := self.by_code(words.upper())) else [])
            return sorted(exact, key=lambda commune: -commune.population)[:most]
        key = folded(re.sub(r"\(?\b\d{5}\b\)?", " ", words))
        if len(key) < 2:
            return []
        postcode = re.search(r"\b\d{5}\b", words)
        matches = self._by_name.get(key) or [
            commune for name, communes in self._by_name.items() if name.startswith(key) for commune in communes
        ]
        if postcode:
            matches = [commune for commune in matches if postcode.group() in commune.postcodes] or matches
        return sorted(matches, key=lambda commune: -commune.population)[:most]


def _cell(point: tuple[float, float]) -> tuple[int, int]:
    """A square of the map, at least eleven kilometres wide anywhere in France."""
    return math.floor(point[0] * 5), math.floor(point[1] * 5)


def department_of(postcode: str) -> str:
    """The INSEE département most postal codes beginning so belong to (a few cross a border)."""
    if postcode.startswith("97"):
        return postcode[:3]
    if postcode.startswith("20"):
        return "2A" if postcode[:3] in ("200", "201") else "2B"
    return postcode[:2]


def plausible_radius_km(commune_code: str) -> float:
    """How far from its commune's point a place may be before it is reported."""
    return GUYANE_RADIUS_MAX_KM if commune_code.startswith("973") else COMMUNE_RADIUS_MAX_KM
