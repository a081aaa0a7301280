"""From a table to the lines of a national file: the edition it follows, the columns nobody knows. Nothing is judged here but the form."""

import re
from dataclasses import dataclass
from itertools import count

from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.refusals import ColumnsMissing, FileEmpty
from carnet.places.rules.standard import COLUMN_NAMES_KNOWN, INDISPENSABLE, V0_ONLY, V0_VALUES, V1_ONLY, Version, column_name
from carnet.places.rules.tables import LIST_MARK, RawLine, RawTable, read_table
from carnet.places.rules.writing import as_said


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as read: which edition it follows, its lines by national field, the columns nobody knows, and faults of form."""

    version: Version
    lines: tuple[RawLine, ...]
    unknown_columns: tuple[str, ...]
    faults: tuple[Fault, ...]
    read_count: int  # lines met, broken ones included


def read(content: bytes) -> RawFile:
    """Read a whole file whose columns bear the standard's names.

    Raises: FileEmpty, FileUnreadable, FileLinesTooMany, WorkbookUnreadable, WorkbookTooLarge, ColumnsMissing.
    """
    return national(read_table(content))


def national(table: RawTable) -> RawFile:
    """The table as a national file, its columns taken by their names. Raises: ColumnsMissing, FileEmpty."""
    names: dict[str, str] = {}
    again: dict[str, str] = {}  # a second column of a name -> that name
    for column in table.columns:
        name = column_name(column)
        first = re.sub(r" \(\d+\)$", "", name)
        if first in names.values():
            name = next(f"{first} ({rank})" for rank in count(2) if f"{first} ({rank})" not in names.values())
            again[name] = first
        names[column] = name
    missing = [name for name in INDISPENSABLE if name not in names.values()]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    if not table.read_count:
        raise FileEmpty()
    unknown = tuple(name for name in names.values() if name not in COLUMN_NAMES_KNOWN)
    return RawFile(
        version_of(set(names.values()), table.lines),
        tuple(RawLine(line.line, {names[column]: as_said(cell) for column, cell in line.cells.items()}) for line in table.lines),
        unknown,
        (*table.faults, *_judged_header(again, unknown, set(names.values()))),
        table.read_count,
    )


def _judged_header(again: dict[str, str], unknown: tuple[str, ...], names: set[str]) -> list[Fault]:
    faults = [Fault(1, FaultCode.COLUMN_TWICE, Outcome.SET_ASIDE, field=name) for name in sorted(set(again.values()))]
    faults += [Fault(1, FaultCode.COLUMN_UNKNOWN, Outcome.SET_ASIDE, field=name) for name in unknown if name not in again]
    if "cle_ban" in names:
        faults.append(Fault(1, FaultCode.COLUMN_WITHOUT_EQUIVALENT, Outcome.SET_ASIDE, field="cle_ban"))
    return faults


def version_of(names: set[str], lines: tuple[RawLine, ...], services: str = "services") -> Version:
    """The edition whose columns are met more; failing that, whose services are; failing that, today's."""
    older, newer = len(names & V0_ONLY), len(names & V1_ONLY)
    if older != newer:
        return Version.V0 if older > newer else Version.V1
    said = {
        value.strip()
        for line in lines[:200]
        for column, cell in line.cells.items()
        if column_name(column) == services
        for value in cell.replace("|", ";").replace(LIST_MARK, ";").split(";")
    }
    return Version.V0 if said & set(V0_VALUES["services"]) else Version.V1


def values_of(cell: str, *, version: Version, choices: frozenset[str] | None = None) -> tuple[list[str], bool]:
    """The values of a multiple cell, once each, and whether the wrong separator was met.

    v1 separates by ``|``, v0.1 by ``;``. The other one is understood when it cannot be part of a value: in v0.1
    always for ``|``; in v1 for ``;``, only when every piece is one of `choices`.
    """
    right, wrong = ("|", ";") if version is Version.V1 else (";", "|")
    if LIST_MARK in cell:
        return _once(cell.split(LIST_MARK)), False
    pieces = _once(cell.split(right))
    if wrong not in cell or (version is Version.V1 and choices is None):
        return pieces, False
    split = _once([part for piece in pieces for part in piece.split(wrong)])
    if version is Version.V1 and choices is not None and not choices.issuperset(split):
        return pieces, False
    return split, True


def _once(pieces: list[str]) -> list[str]:
    return list(dict.fromkeys(stripped for piece in pieces if (stripped := piece.strip())))
