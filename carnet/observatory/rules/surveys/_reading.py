"""From a table to answers: each line read, or named with what is wrong and set aside. Nothing but the documented columns is kept."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from carnet.observatory.rules._skills import Edition, Said
from carnet.observatory.rules.surveys._columns import (
    AGE_LEAST,
    AGE_MOST,
    AS_IS,
    COLUMN_BY_NAME,
    COLUMNS,
    CUTS,
    ITEM_COLUMNS,
    ColumnMapping,
    Kind,
    editions_in,
)
from carnet.observatory.rules.surveys._refusals import ColumnMissing, NoAnswers
from carnet.places.rules.faults import Outcome
from carnet.places.rules.tables import RawTable

_YES = frozenset({"yes", "y", "1", "oui", "o", "true", "vrai"})
_NO = frozenset({"no", "n", "0", "2", "non", "false", "faux"})
_UNSAID = frozenset({"", "9", "99", "nsp", "na", "n/a", ".", "refus"})
_TEXT_MAX = 80

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line, which is not counted: its number in the file, the column, what is written there."""

    line: int
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answers. `said` holds what was answered of the activities; `cuts` what the person is, blank when not said."""

    weight: float
    stratum: str
    stratum_size: float | None
    cluster: str
    latest_use: str
    age: int | None
    cuts: Mapping[str, str]
    said: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Answers:
    """A file, read. `columns`: which of ours it has; `unknown`: which of its own were left unread; `faults`: lines set aside."""

    lines: tuple[Answer, ...]
    columns: frozenset[str]
    unknown: tuple[str, ...]
    faults: tuple[LineFault, ...]

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The editions of the skills indicator it can be read by."""
        return editions_in(set(self.columns))


def read_answers(table: RawTable, mapping: ColumnMapping = AS_IS, *, progress: Progress | None = None) -> Answers:
    """Read a table of answers. A line with one wrong cell is set aside and named; blank means *not said*.

    Raises: ColumnMissing (one without which nothing can be computed, or one the mapping names and the file lacks), NoAnswers.
    """
    theirs = _columns_of(table, mapping)
    cells = [(ours, name, _Cells(mapping.values.get(ours, {}))) for ours, name in theirs.items()]
    read: list[Answer] = []
    faults = [LineFault(each.line, "", each.value or each.detail) for each in table.faults if each.outcome is Outcome.REFUSED]
    for rank, raw in enumerate(table.lines):
        made = _answer({ours: told[raw.cells[name]] for ours, name, told in cells})
        if isinstance(made, Answer):
            read.append(made)
        else:
            faults.append(LineFault(raw.line, theirs[made], raw.cells.get(theirs[made], "")[:_TEXT_MAX]))
        if progress is not None and rank % 2000 == 0:
            progress(rank, len(table.lines))
    if not read:
        raise NoAnswers(refused=len(faults))
    used = set(theirs.values())
    return Answers(
        tuple(read), frozenset(theirs), tuple(name for name in table.columns if name not in used), tuple(sorted(faults, key=_by_line))
    )


def _by_line(fault: LineFault) -> int:
    return fault.line


def _columns_of(table: RawTable, mapping: ColumnMapping) -> dict[str, str]:
    """Ours to theirs, for the columns the file has; capitals do not count."""
    named = {name.strip().casefold(): name for name in table.columns}
    found: dict[str, str] = {}
    for column in COLUMNS:
        asked = mapping.columns.get(column.name, column.name).strip().casefold()
        if asked in named:
            found[column.name] = named[asked]
        elif column.is_required or column.name in mapping.columns:
            raise ColumnMissing(column=mapping.columns.get(column.name, column.name))
    return found


class _Cells(dict[str, str]):
    """What each written cell of one column says here, worked out once: files repeat themselves."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__()
        self.values_of = values

    def __missing__(self, written: str) -> str:
        cell = " ".join(written.split())
        self[written] = found = self.values_of.get(cell.casefold(), cell)
        return found


def _answer(cells: Mapping[str, str]) -> Answer | str:
    """The answer, or the name of the first column that cannot be read."""
    numbers: dict[str, float | None] = {}
    for name in ("weight", "stratum_size"):
        number = _number(cells.get(name, ""))
        if number is not None and not (0 < number < math.inf):
            return name
        numbers[name] = number
    if "weight" in cells and numbers["weight"] is None:
        return "weight"
    use = cells["latest_use"].casefold()
    if use not in COLUMN_BY_NAME["latest_use"].choices:
        return "latest_use"
    age = _age(cells.get("age", ""))
    if age == 0:
        return "age"
    cuts: dict[str, str] = {}
    for name in CUTS:
        value = cells.get(name, "")
        if COLUMN_BY_NAME[name].kind is Kind.CHOICE:
            value = value.casefold()
            if value and value not in COLUMN_BY_NAME[name].choices:
                return name
        cuts[name] = value[:_TEXT_MAX]
    said: dict[str, Said] = {}
    for column in ITEM_COLUMNS:
        if column.name in cells:
            answer = _said(cells[column.name])
            if answer is None:
                return column.name
            said[column.name] = answer
    size, weight = numbers["stratum_size"], numbers["weight"]
    return Answer(1.0 if weight is None else weight, cells.get("stratum", ""), size, cells.get("cluster", ""), use, age, cuts, said)


def _number(cell: str) -> float | None:
    """A number with a comma or a point; None for nothing written; NaN for what is none."""
    if not cell:
        return None
    try:
        return float(cell.replace(" ", "").replace(",", "."))
    except ValueError:
        return math.nan


def _age(cell: str) -> int | None:
    """Whole years; None when not said; 0 for what is no age of the survey's public."""
    if not cell:
        return None
    number = _number(cell)
    if number is None or not number.is_integer() or not AGE_LEAST <= number <= AGE_MOST:
        return 0
    return int(number)


@lru_cache(maxsize=1000)
def _said(cell: str) -> Said | None:
    word = cell.casefold()
    if word in _YES:
        return Said.YES
    if word in _NO:
        return Said.NO
    return Said.UNKNOWN if word in _UNSAID else None
