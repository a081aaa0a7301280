"""A whole file: its lines one by one, then what repeats among them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from carnet.places.rules.checking._judging import judged_line
from carnet.places.rules.checking._lines import PlaceRow
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.geography import Gazetteer
from carnet.places.rules.reading import RawFile
from carnet.places.rules.repeats import Known, Register, known_of
from carnet.places.rules.standard import Version
from carnet.places.rules.tables import RawLine

_PROGRESS_LINES = 200


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A whole file judged. `read_count` lines were met; `rows` can be imported; `faults` are in the file's order."""

    version: Version
    read_count: int
    rows: tuple[PlaceRow, ...]
    faults: tuple[Fault, ...]
    communes_found: int  # commune codes the file did not give, found by name and postal code

    @property
    def refused_count(self) -> int:
        """Lines left out."""
        return self.read_count - len(self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many faults of each code."""
        return dict(Counter(str(fault.code) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class JudgedLines:
    """Some lines of a file, judged one by one: what makes places, and the faults."""

    rows: tuple[PlaceRow, ...]
    faults: tuple[Fault, ...]


def judge_lines(
    lines: Iterable[RawLine], *, version: Version, unknown_columns: Iterable[str], gazetteer: Gazetteer, today: date
) -> JudgedLines:
    """Judge lines one by one. `today` (legal day) tells days to come. What repeats is found by `gather`, over the whole file."""
    unknown = tuple(unknown_columns)
    rows: list[PlaceRow] = []
    faults: list[Fault] = []
    for raw in lines:
        line = judged_line(raw, version, unknown, gazetteer, today)
        faults += line.faults
        if not line.is_refused:
            rows.append(PlaceRow(raw.line, line.columns, line.extras, line.commune_found))
    return JudgedLines(tuple(rows), tuple(faults))


def gather(parts: Iterable[JudgedLines], *, version: Version, read_count: int, faults: Iterable[Fault]) -> CheckedFile:
    """The whole file, from its parts in order and the faults of its form: identifiers met twice refused, likely repeats told."""
    told = list(faults)
    rows: list[PlaceRow] = []
    first_by_id: dict[str, int] = {}
    register = Register()
    for part in parts:
        told += part.faults
        for row in part.rows:
            national_id = row.columns["national_id"]
            if (first := first_by_id.setdefault(national_id, row.line)) != row.line:
                told.append(Fault(row.line, FaultCode.ID_TWICE, Outcome.REFUSED, "id", national_id, str(first)))
                continue
            known = known_of(row.columns, str(row.line))
            if (found := register.found(known)) is not None:
                told.append(_repeat(row, *found))
            register.add(known)
            rows.append(row)
    told.sort(key=lambda fault: fault.line)
    return CheckedFile(version, read_count, tuple(rows), tuple(told), sum(row.commune_found for row in rows))


def _repeat(row: PlaceRow, code: FaultCode, known: Known) -> Fault:
    if code is FaultCode.PIVOT_TWICE:
        return Fault(row.line, code, Outcome.KEPT, "pivot", row.columns["pivot"], known.where)
    return Fault(row.line, code, Outcome.KEPT, "nom", row.columns["name"], known.where)


def check_file(raw: RawFile, *, gazetteer: Gazetteer, today: date, progress: Callable[[int], None] = lambda _count: None) -> CheckedFile:
    """Judge every line of a file read by `reading.read` or `mapping.mapped`. `progress` hears the count."""
    parts: list[JudgedLines] = []
    for start in range(0, len(raw.lines), _PROGRESS_LINES):
        lines = raw.lines[start : start + _PROGRESS_LINES]
        parts.append(judge_lines(lines, version=raw.version, unknown_columns=raw.unknown_columns, gazetteer=gazetteer, today=today))
        progress(start + len(lines))
    return gather(parts, version=raw.version, read_count=raw.read_count, faults=raw.faults)
