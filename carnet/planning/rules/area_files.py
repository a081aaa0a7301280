"""Files of areas, as they are published: INSEE's by IRIS, ARCEP's cover of networks, and minutes to libraries and public services. Pure.

What a file is follows from its columns:

- `IRIS` (nine characters) and columns of the census (`P19_POP65P`, `C19_MENPSEUL`…) or of incomes (`DISP_TP6021`): neighbourhoods, kept as such;
- `code_insee`, `nbr`, `elig_thd30` (Ma connexion internet): premises, and those that can have 30 Mbit/s; the others are what is kept, in per cent;
- `code` (commune or IRIS), `annee`, and `minutes_bibliotheque` or `minutes_services`: minutes on the road to the nearest, as somebody measured them.

`s` is a secret, `nd` or nothing is missing: neither is ever a zero. A line at fault is told and left out. Source: docs/sources/need.md#files.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from carnet.observatory.rules.indicators import (
    FAULTS_MAX,
    FILE_MAX_BYTES,
    RATES,
    Fault,
    Indicator,
    IndicatorsTooHeavy,
    Known,
    column,
    known_of,
    number_of,
    rows_of,
)
from carnet.planning.rules.need import Component, NeedRefused

NAME_MAX = 120
# Nobody is ten hours from a library: such a number is of another unit.
MINUTES_MAX = 600


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class AreaIndicator(StrEnum):
    """One figure of an area beyond the census, a share already."""

    UNCOVERED = "UNCOVERED"
    LIBRARY_MINUTES = "LIBRARY_MINUTES"
    SERVICES_MINUTES = "SERVICES_MINUTES"


SHARE_OF: Mapping[AreaIndicator, Component] = {
    AreaIndicator.UNCOVERED: Component.NETWORK,
    AreaIndicator.LIBRARY_MINUTES: Component.LIBRARY,
    AreaIndicator.SERVICES_MINUTES: Component.SERVICES,
}


class FileKind(StrEnum):
    """What a file of areas tells."""

    NEIGHBOURHOODS = "NEIGHBOURHOODS"
    NETWORK = "NETWORK"
    MINUTES = "MINUTES"


# What may be wrong beyond what a file of communes may (`observatory.rules.indicators.FAULTS`).
FAULTS: Mapping[str, str] = {
    "area-unknown": _("ce quartier n’est d’aucune commune d’aujourd’hui"),
    "area-twice": _("cette ligne est déjà plus haut"),
    "year-unreadable": _("l’année n’est pas lisible"),
    "covered-over-all": _("il y a plus de locaux couverts que de locaux"),
    "minutes-over": _("plus de dix heures : l’unité n’est pas la minute"),
}


class AreasUnreadable(NeedRefused):
    """The columns are those of no file of areas that is known. Facts: wanted."""

    code = "areas-unreadable"


@dataclass(frozen=True, slots=True)
class AreaMeasured:
    """One figure of one area: `value` is None when it is secret or missing."""

    area: str
    indicator: str
    vintage: int
    value: Decimal | None
    known: Known


@dataclass(frozen=True, slots=True)
class AreaReading:
    """What a file holds. `names`: of each neighbourhood; `faults`: a thousand at most of `fault_count`; `columns`: those that were read."""

    kind: FileKind
    figures: tuple[AreaMeasured, ...]
    names: Mapping[str, str]
    faults: tuple[Fault, ...]
    fault_count: int
    columns: tuple[str, ...]

    @property
    def areas(self) -> int:
        """How many areas have a figure."""
        return len({each.area for each in self.figures})


@dataclass
class _Faults:
    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, code: str, value: str) -> None:
        self.count += 1
        if len(self.kept) < FAULTS_MAX:
            self.kept.append(Fault(line, code, value[:60]))


class _Wrong(Exception):
    """A line left out: what is wrong, and the value at fault."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code)
        self.code, self.value = code, value


_INCOMES = re.compile(r"(?:DISP|DEC)_TP60(\d\d)")
_AREA = re.compile(r"[0-9][0-9AB][0-9]{3}(?:[0-9]{4})?")
_YEAR = re.compile(r"(?:19|20)\d\d")
# A reader of one line: the area it is of, and its figures.
_Line = Callable[[Sequence[str]], tuple[str, list[AreaMeasured]]]


def read_areas(content: bytes, *, commune_of: Callable[[str], str | None]) -> AreaReading:
    """Every figure of a file of areas. `commune_of` gives today's code of the commune of an area, or None when there is none.

    Raises: IndicatorsTooHeavy, IndicatorsUnreadable, AreasUnreadable.
    """
    if len(content) > FILE_MAX_BYTES:
        raise IndicatorsTooHeavy(most_megabytes=FILE_MAX_BYTES // 1024 // 1024)
    rows = rows_of(content)
    for _number, cells in rows:
        names = [cell.strip().strip('"').upper() for cell in cells]
        found = _reader(names)
        if found is not None:
            break
    else:
        raise AreasUnreadable(wanted="IRIS + P19_POP…, code_insee + nbr + elig_thd30, code + annee + minutes_bibliotheque")
    kind, columns, line_of = found
    figures: dict[str, list[AreaMeasured]] = {}
    told, faults = {}, _Faults()
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) < len(names):
                raise _Wrong("too-short", str(len(cells)))
            area, line = line_of([cell.strip().strip('"') for cell in cells])
            area = _todays(area, commune_of)
            if area in figures:
                raise _Wrong("area-twice", area)
        except _Wrong as wrong:
            faults.add(number, wrong.code, wrong.value)
            continue
        figures[area] = [AreaMeasured(area, each.indicator, each.vintage, each.value, each.known) for each in line]
        if kind is FileKind.NEIGHBOURHOODS:
            told[area] = (cells[names.index("LIBIRIS")].strip().strip('"') if "LIBIRIS" in names else area)[:NAME_MAX]
    every = tuple(each for line in figures.values() for each in line)
    return AreaReading(kind, every, told, tuple(faults.kept), faults.count, tuple(columns))


def _reader(names: Sequence[str]) -> tuple[FileKind, list[str], _Line] | None:
    """What a line of names announces, or None when it is no such line."""
    if "IRIS" in names:
        wanted = {rank: found for rank, name in enumerate(names) if (found := _census(name)) is not None}
        if wanted:
            return FileKind.NEIGHBOURHOODS, [names[rank] for rank in wanted], _neighbourhood_line(names.index("IRIS"), wanted)
    if {"CODE_INSEE", "NBR", "ELIG_THD30"} <= set(names):
        return FileKind.NETWORK, ["NBR", "ELIG_THD30"], _network_line(names)
    minutes = {name: indicator for name, indicator in _MINUTES.items() if name in names}
    if minutes and {"CODE", "ANNEE"} <= set(names):
        return FileKind.MINUTES, list(minutes), _minutes_line(names, minutes)
    return None


_MINUTES = {"MINUTES_BIBLIOTHEQUE": AreaIndicator.LIBRARY_MINUTES, "MINUTES_SERVICES": AreaIndicator.SERVICES_MINUTES}


def _census(name: str) -> tuple[Indicator, int] | None:
    found = _INCOMES.fullmatch(name)
    return (Indicator.TP60, 2000 + int(found.group(1))) if found else column(name)


def _neighbourhood_line(place: int, wanted: Mapping[int, tuple[Indicator, int]]) -> _Line:
    def line(cells: Sequence[str]) -> tuple[str, list[AreaMeasured]]:
        area = _padded(cells[place], 9)
        found = []
        for rank, (indicator, vintage) in wanted.items():
            value, known = _value(cells[rank])
            if value is not None and indicator in RATES and value > 100:
                raise _Wrong("over-hundred", cells[rank])
            found.append(AreaMeasured(area, indicator.value, vintage, value, known))
        return area, found

    return line


def _network_line(names: Sequence[str]) -> _Line:
    place, whole, covered = names.index("CODE_INSEE"), names.index("NBR"), names.index("ELIG_THD30")
    day = names.index("DATE") if "DATE" in names else None

    def line(cells: Sequence[str]) -> tuple[str, list[AreaMeasured]]:
        area = _padded(cells[place], 5)
        year = _year(cells[day]) if day is not None else 0
        premises, known = _value(cells[whole])
        reached, known_reached = _value(cells[covered])
        if premises is None or reached is None or premises == 0:
            told = known if known is not Known.VALUE else known_reached if known_reached is not Known.VALUE else Known.MISSING
            return area, [AreaMeasured(area, AreaIndicator.UNCOVERED.value, year, None, told)]
        if reached > premises:
            raise _Wrong("covered-over-all", cells[covered])
        share = (100 * (premises - reached) / premises).quantize(Decimal("0.001"))
        return area, [AreaMeasured(area, AreaIndicator.UNCOVERED.value, year, share, Known.VALUE)]

    return line


def _minutes_line(names: Sequence[str], minutes: Mapping[str, AreaIndicator]) -> _Line:
    place, year = names.index("CODE"), names.index("ANNEE")

    def line(cells: Sequence[str]) -> tuple[str, list[AreaMeasured]]:
        area = cells[place].upper()
        area = _padded(area, 9 if len(area) > 5 else 5)
        found = []
        for name, indicator in minutes.items():
            value, known = _value(cells[names.index(name)])
            if value is not None and value > MINUTES_MAX:
                raise _Wrong("minutes-over", cells[names.index(name)])
            found.append(AreaMeasured(area, indicator.value, _year(cells[year]), value, known))
        return area, found

    return line


def _value(cell: str) -> tuple[Decimal | None, Known]:
    known = known_of(cell)
    if known is not Known.VALUE:
        return None, known
    value = number_of(cell)
    if value is None:
        raise _Wrong("not-a-number", cell)
    if value < 0:
        raise _Wrong("below-zero", cell)
    return value, known


def _padded(cell: str, length: int) -> str:
    """A code that a spreadsheet may have stripped of its first zero."""
    told = cell.upper()
    return told.zfill(length) if told.isdecimal() else told


def _year(cell: str) -> int:
    found = _YEAR.search(cell)
    if found is None:
        raise _Wrong("year-unreadable", cell)
    return int(found.group())


def _todays(area: str, commune_of: Callable[[str], str | None]) -> str:
    """The area under today's code of its commune; an IRIS keeps its own number."""
    if not _AREA.fullmatch(area):
        raise _Wrong("area-unknown", area)
    commune = commune_of(area)
    if commune is None:
        raise _Wrong("commune-unknown" if len(area) == 5 else "area-unknown", area)
    return commune + area[5:] if len(area) == 5 else area
