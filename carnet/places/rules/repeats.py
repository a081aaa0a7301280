"""The same place twice: by its number, by its name and address, by its name and where it stands. Told, never decided."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from carnet.places.rules.faults import FaultCode
from carnet.places.rules.geography import distance_km, folded

# Two places of one name this near each other are most likely one.
NEAR_KM = 0.15
_CELL_DEGREES = 0.005
_ALIKE = 0.6
_EMPTY_WORDS = frozenset(("DE", "DU", "DES", "LA", "LE", "LES", "ET", "L", "D", "AU", "AUX", "EN", "A"))


@dataclass(frozen=True, slots=True)
class Known:
    """A place already met, and `where`: a line of the file, or the directory it came from. `town`: its commune, else its postal code."""

    where: str
    name: str
    address: str
    town: str
    pivot: str
    point: tuple[float, float] | None


def known_of(columns: Mapping[str, Any], where: str) -> Known:
    """What is compared of a place, from its columns."""
    latitude, longitude = columns["latitude"], columns["longitude"]
    point = None if latitude is None or longitude is None else (latitude, longitude)
    return Known(
        where, folded(columns["name"]), folded(columns["address"]), columns["commune_code"] or columns["postcode"], columns["pivot"], point
    )


class Register:
    """Places met so far. `found` gives what a new one resembles, the surest likeness first, and where that one is."""

    def __init__(self) -> None:
        self._by_address: dict[tuple[str, str, str], Known] = {}
        self._by_pivot: dict[str, Known] = {}
        self._by_cell: dict[tuple[int, int], list[tuple[frozenset[str], Known]]] = defaultdict(list)

    def add(self, known: Known) -> None:
        """Remember a place; the first of its kind is the one named later."""
        self._by_address.setdefault((known.name, known.address, known.town), known)
        if known.pivot:
            self._by_pivot.setdefault(known.pivot, known)
        if known.point is not None:
            self._by_cell[_cell(known.point)].append((_words(known.name), known))

    def found(self, known: Known) -> tuple[FaultCode, Known] | None:
        """A place met before that this one most likely is; None when it is new."""
        if (same := self._by_address.get((known.name, known.address, known.town))) is not None:
            return FaultCode.PLACE_TWICE, same
        if known.point is not None and (near := next(self._near(known, known.point), None)) is not None:
            return FaultCode.PLACE_NEAR, near
        if known.pivot and (same := self._by_pivot.get(known.pivot)) is not None:
            return FaultCode.PIVOT_TWICE, same
        return None

    def all_found(self, known: Known) -> dict[str, FaultCode]:
        """Where every place is that this one most likely is, with the surest likeness of each."""
        told: dict[str, FaultCode] = {}
        if (same := self._by_address.get((known.name, known.address, known.town))) is not None:
            told[same.where] = FaultCode.PLACE_TWICE
        for near in self._near(known, known.point) if known.point is not None else ():
            told.setdefault(near.where, FaultCode.PLACE_NEAR)
        if known.pivot and (same := self._by_pivot.get(known.pivot)) is not None:
            told.setdefault(same.where, FaultCode.PIVOT_TWICE)
        return told

    def _near(self, known: Known, point: tuple[float, float]) -> Iterator[Known]:
        words = _words(known.name)
        south, west = _cell(point)
        for cell in ((south + down, west + across) for down in (-1, 0, 1) for across in (-1, 0, 1)):
            for other_words, other in self._by_cell.get(cell, ()):
                shared, every = len(words & other_words), len(words | other_words)
                if every and shared / every >= _ALIKE and other.point is not None and distance_km(point, other.point) <= NEAR_KM:
                    yield other


def _cell(point: tuple[float, float]) -> tuple[int, int]:
    return int(point[0] // _CELL_DEGREES), int(point[1] // _CELL_DEGREES)


def _words(name: str) -> frozenset[str]:
    return frozenset(name.split()) - _EMPTY_WORDS
