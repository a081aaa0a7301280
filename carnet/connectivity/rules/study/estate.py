"""A landlord's estate as a study reads it: one line per residence, nothing about anybody who lives there.

The file's columns are `COLUMNS`; docs/connection-study.md documents them. A file with one fault is refused whole, with every fault and its line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from carnet.connectivity.rules.study.refusals import (
    StudiedEstateColumnMissing,
    StudiedEstateEmpty,
    StudiedEstateTooLarge,
    StudiedEstateWrong,
)
from carnet.kernel.identifiers import CommuneCode, CommuneCodeInvalid

RESIDENCES_MAX = 2_000
DWELLINGS_MAX = 200_000
DWELLINGS_OF_ONE_MAX = 20_000
NAME_MAX = 120
FAULTS_MAX = 200
_WHOLE = 10_000  # shares are counted per ten thousand


class EstateColumn(StrEnum):
    """A column of the file, by the name it has there."""

    RESIDENCE = "residence"
    COMMUNE = "commune"
    DWELLINGS = "logements"
    OCCUPIED = "occupes"
    FIBRE = "fibre"
    PRIORITY = "quartier_prioritaire"
    DIFFICULTY = "part_en_difficulte"
    ROOM = "salle"


REQUIRED = (EstateColumn.RESIDENCE, EstateColumn.COMMUNE, EstateColumn.DWELLINGS, EstateColumn.FIBRE)
# Other names the same columns have in landlords' files.
ALIASES = {
    "nom": EstateColumn.RESIDENCE,
    "name": EstateColumn.RESIDENCE,
    "nom_residence": EstateColumn.RESIDENCE,
    "code_commune": EstateColumn.COMMUNE,
    "code_insee": EstateColumn.COMMUNE,
    "insee": EstateColumn.COMMUNE,
    "commune_code": EstateColumn.COMMUNE,
    "nb_logements": EstateColumn.DWELLINGS,
    "nombre_logements": EstateColumn.DWELLINGS,
    "dwellings": EstateColumn.DWELLINGS,
    "logements_occupes": EstateColumn.OCCUPIED,
    "occupied": EstateColumn.OCCUPIED,
    "fibree": EstateColumn.FIBRE,
    "fiber": EstateColumn.FIBRE,
    "has_fibre": EstateColumn.FIBRE,
    "qpv": EstateColumn.PRIORITY,
    "priority": EstateColumn.PRIORITY,
    "room": EstateColumn.ROOM,
}
_YES = frozenset({"oui", "o", "yes", "y", "1", "vrai", "true", "x"})
_NO = frozenset({"non", "n", "no", "0", "faux", "false"})
_SHARE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")


class FaultKind(StrEnum):
    """What is wrong in one cell."""

    MISSING = "missing"
    NOT_WHOLE = "not-whole"
    TOO_MANY = "too-many"
    NOT_YES_NO = "not-yes-no"
    NOT_SHARE = "not-share"
    COMMUNE = "commune"
    OCCUPIED_MORE = "occupied-more"
    REPEATED = "repeated"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the line of the file (1 = header), its column (empty: the line itself), what is wrong."""

    line: int
    column: str
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class StudiedResidence:
    """One residence. `difficulty`: the share in difficulty that the landlord counted there, per ten thousand; None: nobody counted."""

    name: str
    commune: str
    dwellings: int
    occupied: int
    has_fibre: bool
    is_priority: bool = False
    difficulty: int | None = None
    has_room: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Occupied homes that share what is supposed of them: priority district or not, or a share counted on the spot."""

    is_priority: bool
    difficulty: int | None
    homes: int


def read_estate(
    columns: Iterable[str], lines: Iterable[tuple[int, Mapping[str, str]]], broken: Iterable[int] = ()
) -> tuple[StudiedResidence, ...]:
    """The residences of a file: `lines` are (line number, cells by column), `broken` the lines no cell could be read of.

    Raises: StudiedEstateColumnMissing, StudiedEstateEmpty, StudiedEstateTooLarge, StudiedEstateWrong (every fault, nothing kept).
    """
    known = {column_of(name): name for name in reversed(list(columns)) if column_of(name) is not None}
    missing = [column.value for column in REQUIRED if column not in known]
    if missing:
        raise StudiedEstateColumnMissing(columns=missing)
    faults = [Fault(line, "", FaultKind.BROKEN) for line in broken]
    found: list[StudiedResidence] = []
    seen: set[tuple[str, str]] = set()
    for line, cells in lines:
        given = {column: cells.get(name, "").strip() for column, name in known.items() if column is not None}
        if not any(given.values()):
            continue
        residence, own = _residence(line, given)
        key = (residence.name.casefold(), residence.commune)
        if not own and key in seen:
            own = [Fault(line, EstateColumn.RESIDENCE.value, FaultKind.REPEATED)]
        seen.add(key)
        faults += own
        found.append(residence)
        if len(found) > RESIDENCES_MAX:
            raise StudiedEstateTooLarge(residences_max=RESIDENCES_MAX, dwellings_max=DWELLINGS_MAX)
    if faults:
        raise StudiedEstateWrong(faults=sorted(faults, key=lambda each: each.line)[:FAULTS_MAX], count=len(faults))
    return check_estate(tuple(found))


def check_estate(residences: tuple[StudiedResidence, ...]) -> tuple[StudiedResidence, ...]:
    """The same residences, when a study can be made of them. Raises: StudiedEstateEmpty, StudiedEstateTooLarge."""
    if not residences or not sum(each.occupied for each in residences):
        raise StudiedEstateEmpty()
    if len(residences) > RESIDENCES_MAX or sum(each.dwellings for each in residences) > DWELLINGS_MAX:
        raise StudiedEstateTooLarge(residences_max=RESIDENCES_MAX, dwellings_max=DWELLINGS_MAX)
    return residences


def groups_of(residences: Iterable[StudiedResidence]) -> tuple[Group, ...]:
    """The occupied homes by what is supposed of them: the order is that of the file."""
    homes: dict[tuple[bool, int | None], int] = {}
    for each in residences:
        key = (each.is_priority, each.difficulty)
        homes[key] = homes.get(key, 0) + each.occupied
    return tuple(Group(*key, count) for key, count in homes.items())


def column_of(name: str) -> EstateColumn | None:
    """The column a header means, or None: it is not read."""
    plain = re.sub(r"[\s\-]+", "_", name.strip().lower().translate(str.maketrans("éèêàâôî", "eeeaaoi")))
    return EstateColumn(plain) if plain in set(EstateColumn) else ALIASES.get(plain)


def _residence(line: int, given: Mapping[EstateColumn, str]) -> tuple[StudiedResidence, list[Fault]]:
    faults: list[Fault] = []

    def fault(column: EstateColumn, kind: FaultKind) -> None:
        faults.append(Fault(line, column.value, kind))

    def whole(column: EstateColumn, default: int) -> int:
        text = re.sub(r"\s", "", given.get(column, ""))
        if not text:
            return default
        if not re.fullmatch(r"[0-9]+([.,]0+)?", text):
            fault(column, FaultKind.NOT_WHOLE)
            return default
        count = int(re.split(r"[.,]", text)[0][:9])
        if count > DWELLINGS_OF_ONE_MAX:
            fault(column, FaultKind.TOO_MANY)
        return count

    def said(column: EstateColumn) -> bool:
        text = given.get(column, "").casefold()
        if text and text not in _YES | _NO:
            fault(column, FaultKind.NOT_YES_NO)
        return text in _YES

    for column in REQUIRED:
        if not given.get(column, ""):
            fault(column, FaultKind.MISSING)
    commune = _commune(given.get(EstateColumn.COMMUNE, ""))
    if commune is None:
        fault(EstateColumn.COMMUNE, FaultKind.COMMUNE)
    dwellings = whole(EstateColumn.DWELLINGS, 0)
    occupied = whole(EstateColumn.OCCUPIED, dwellings)
    if occupied > dwellings and not any(each.column == EstateColumn.DWELLINGS for each in faults):
        fault(EstateColumn.OCCUPIED, FaultKind.OCCUPIED_MORE)
    share = _share(given.get(EstateColumn.DIFFICULTY, ""))
    if share is not None and not 0 <= share <= _WHOLE:
        fault(EstateColumn.DIFFICULTY, FaultKind.NOT_SHARE)
    residence = StudiedResidence(
        name=given.get(EstateColumn.RESIDENCE, "")[:NAME_MAX], commune=commune or "", dwellings=dwellings, occupied=occupied,
        has_fibre=said(EstateColumn.FIBRE), is_priority=said(EstateColumn.PRIORITY), difficulty=share, has_room=said(EstateColumn.ROOM),
    )  # fmt: skip
    return residence, faults


def _share(text: str) -> int | None:
    """A share of a hundred as parts of ten thousand; None: nothing was counted; -1: not a share."""
    if not text:
        return None
    shape = _SHARE.fullmatch(text)
    return int(shape[1]) * 100 + int((shape[2] or "0").ljust(2, "0")) if shape else -1


def _commune(text: str) -> str | None:
    """The code as INSEE writes it, with the zero that spreadsheets take off; None: not a code."""
    try:
        return str(CommuneCode.parse(text)) if text else ""
    except CommuneCodeInvalid:
        return None
