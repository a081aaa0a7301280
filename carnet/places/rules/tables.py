"""From the bytes of any file to a table: the columns as they are named, the lines as they are written. Nothing is understood here.

Read: CSV (UTF-8 with or without BOM, UTF-16 with BOM, else Windows Latin-1, which is reported; commas, semicolons, tabs or bars;
any line ends), JSON (a list of objects, an object that holds one such list, GeoJSON), XLSX; gzip. A line that breaks the table is
reported and the next one is read as usual.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from carnet.places.rules import workbooks
from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.refusals import FileColumnsTooMany, FileEmpty, FileLinesTooMany, FileTooLarge, FileUnreadable, WorkbookUnreadable
from carnet.places.rules.standard import COLUMN_NAMES_KNOWN, column_name

SIZE_MAX_BYTES = 20 * 1024 * 1024
LINE_COUNT_MAX = 100_000
COLUMN_COUNT_MAX = 300
# A record of the table that runs over more lines than this has lost a quote.
RECORD_LINES_MAX = 100
CELL_CHARACTERS_MAX = 100_000
# Between the values of a JSON list: a character no text holds.
LIST_MARK = "\x1f"
# Columns Carnet adds to the lines it gives back to be mended; they are not read again.
OWN_COLUMN = "carnet:"
_CHUNK = 1024 * 1024
_SEPARATORS = ",;\t|"
_NESTING_MAX = 3
# What Excel would run: written with an apostrophe in the files given back, taken off when they return.
_FORMULA_SIGNS = ("'=", "'+", "'-", "'@")


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line: its number in the file (1 = header; in JSON, the rank of the element) and the text of each named cell, empty ones included."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as a table: `form` is "csv", "json" or "xlsx"; columns are unique; `read_count` counts broken lines too."""

    form: str
    columns: tuple[str, ...]
    lines: tuple[RawLine, ...]
    faults: tuple[Fault, ...]
    read_count: int


def content_of(stream: IO[bytes], *, size_max_bytes: int = SIZE_MAX_BYTES) -> bytes:
    """The bytes of `stream`, unpacked when gzipped. Stops reading at the limit. Raises: FileTooLarge, FileUnreadable."""
    content = _read(stream, size_max_bytes)
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return _read(gzip.GzipFile(fileobj=io.BytesIO(content)), size_max_bytes)
    except (OSError, EOFError, zlib.error):
        raise FileUnreadable(line=0) from None


def _read(stream: Any, size_max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_CHUNK):
        size += len(part)
        if size > size_max_bytes:
            raise FileTooLarge(size_mb=size // 1_000_000, size_max_mb=size_max_bytes // (1024 * 1024))
        parts.append(part)
    return b"".join(parts)


def read_table(content: bytes) -> RawTable:
    """Read a whole file. Raises: FileEmpty, FileUnreadable, FileLinesTooMany, FileColumnsTooMany, WorkbookUnreadable, WorkbookTooLarge."""
    if content[:4] == b"PK\x03\x04":
        return _workbook(content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise WorkbookUnreadable(line=0)  # an old .xls, or a workbook behind a password
    text, faults = _decoded(content)
    if not text.strip():
        raise FileEmpty()
    if text.lstrip()[:1] == "<":
        raise FileUnreadable(line=0)  # a page of the web, saved under the name of a file
    if text.lstrip()[:1] in "[{":
        return _json(text, faults)
    return _csv(text, faults)


def _decoded(content: bytes) -> tuple[str, list[Fault]]:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or b"\x00" in content:
            raise FileUnreadable(line=0) from None
        text = content.decode("cp1252", errors="replace")
        return text, [Fault(0, FaultCode.ENCODING, Outcome.KEPT, value="Windows-1252")]
    if "\x00" in text[:1000] or text.startswith("%PDF"):
        raise FileUnreadable(line=0)
    return text, []


# --- CSV --------------------------------------------------------------------------------------------------------------


class _Unclosed(Exception):
    """A record went on for too many lines."""


class _Feed:
    """Hands lines to the CSV reader from a given one, and stops a record that runs away."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines, self.next, self.record_start = lines, start, start

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.next - self.record_start >= RECORD_LINES_MAX:
            raise _Unclosed
        if self.next >= len(self.lines):
            raise StopIteration
        self.next += 1
        return self.lines[self.next - 1]


def _records(lines: list[str], separator: str, start: int, width: int | None) -> Iterator[tuple[int, list[str] | None]]:
    """(line number, cells) of each record; None instead of cells when the record is broken.

    A record over several lines that does not have `width` cells is taken for one whose quote was lost: only its first
    line is given up, and reading starts again at the next.
    """
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    while start < len(lines):
        feed = _Feed(lines, start)
        reader = csv.reader(feed, delimiter=separator, strict=True)
        try:
            for cells in reader:
                first = feed.record_start
                if feed.next - first > 1 and width is not None and len(cells) != width:
                    raise _Unclosed
                feed.record_start = feed.next
                yield first + 1, cells
            return
        except (_Unclosed, csv.Error):
            yield feed.record_start + 1, None
            start = feed.record_start + 1


def _csv(text: str, faults: list[Fault]) -> RawTable:
    lines = list(io.StringIO(text, newline=None))
    if len(lines) > LINE_COUNT_MAX:
        raise FileLinesTooMany(line_count_max=LINE_COUNT_MAX)
    header_at = next(rank for rank, line in enumerate(lines) if line.strip())
    separator = _separator(lines[header_at])
    first_line, header = next(_records(lines, separator, header_at, None))
    if header is None:
        raise FileUnreadable(line=first_line)
    records = (each for each in _records(lines, separator, header_at, len(header)) if each[0] != first_line)
    return _table("csv", header, records, faults)


def _separator(header: str) -> str:
    def worth(separator: str) -> tuple[int, int, int]:
        cells = header.split(separator)
        return sum(column_name(cell) in COLUMN_NAMES_KNOWN for cell in cells), len(cells), -_SEPARATORS.index(separator)

    return max(_SEPARATORS, key=worth)


# --- lines of cells, whatever they come from --------------------------------------------------------------------------


def _table(form: str, header: list[str], records: Iterable[tuple[int, list[str] | None]], faults: list[Fault]) -> RawTable:
    if len(header) > COLUMN_COUNT_MAX:
        raise FileColumnsTooMany(column_count_max=COLUMN_COUNT_MAX)
    columns = _unique(header)
    raw: list[RawLine] = []
    read_count = 0
    for line, cells in records:
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        read_count += 1
        if (made := _line(line, cells, columns, faults)) is not None:
            raw.append(made)
    filled = {column for line in raw for column, cell in line.cells.items() if cell}
    # A column without a name exists only where something is written in it.
    named = [column for rank, column in enumerate(columns) if header[rank].strip(' "') or column in filled]
    ours = [column for column in named if column.startswith(OWN_COLUMN)]
    if ours:
        _take_apostrophes_off(raw)
    kept = tuple(column for column in named if column not in ours)
    if len(kept) != len(columns):
        raw = [RawLine(line.line, {column: line.cells[column] for column in kept}) for line in raw]
    return RawTable(form, kept, tuple(raw), tuple(faults), read_count)


def _unique(header: list[str]) -> list[str]:
    """The names of the columns, each once: a second « nom » is « nom (2) », a blank one « colonne 5 »."""
    columns: list[str] = []
    for rank, cell in enumerate(header, start=1):
        name = " ".join(cell.split()).strip('"').strip()[:200] or f"colonne {rank}"
        times = 1
        unique = name
        while unique in columns:
            times += 1
            unique = f"{name} ({times})"
        columns.append(unique)
    return columns


def _line(line: int, cells: list[str] | None, columns: list[str], faults: list[Fault]) -> RawLine | None:
    if cells is None:
        faults.append(Fault(line, FaultCode.QUOTE_UNCLOSED, Outcome.REFUSED))
        return None
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        faults.append(Fault(line, FaultCode.LINE_BROKEN, Outcome.REFUSED, detail=f"{len(cells)}/{len(columns)}"))
        return None
    if len(cells) < len(columns):
        faults.append(Fault(line, FaultCode.LINE_SHORT, Outcome.KEPT, detail=f"{len(cells)}/{len(columns)}"))
        cells = cells + [""] * (len(columns) - len(cells))
    return RawLine(line, dict(zip(columns, cells, strict=False)))


def _take_apostrophes_off(lines: list[RawLine]) -> None:
    for line in lines:
        for column, cell in line.cells.items():
            if cell.startswith(_FORMULA_SIGNS):
                line.cells[column] = cell[1:]


def _workbook(content: bytes) -> RawTable:
    book = workbooks.read_workbook(content, line_count_max=LINE_COUNT_MAX, column_count_max=COLUMN_COUNT_MAX + 1)
    rows = [(number, cells) for number, cells in book.rows if any(cell.strip() for cell in cells)]
    # Titles stand above the header, alone on their line.
    start = next((rank for rank, (_number, cells) in enumerate(rows) if sum(bool(cell.strip()) for cell in cells) > 1), None)
    if start is None:
        raise FileEmpty()
    faults = [Fault(0, FaultCode.SHEET_UNREAD, Outcome.SET_ASIDE, value=name) for name in book.other_sheets]
    faults += [Fault(number, FaultCode.ABOVE_HEADER, Outcome.SET_ASIDE, value=" ".join(cells).strip()) for number, cells in rows[:start]]
    header = list(rows[start][1])
    while header and not header[-1].strip():
        header.pop()
    records: list[tuple[int, list[str] | None]] = []
    broken = 0
    for number, cells in rows[start + 1 :]:
        if (column := book.formulas.get(number)) is not None:
            name = header[column] if column < len(header) else ""
            faults.append(Fault(number, FaultCode.FORMULA, Outcome.REFUSED, name, cells[column]))
            broken += 1
            continue
        # A workbook keeps no blank at the end of a line: that is no fault.
        records.append((number, [*cells, *[""] * (len(header) - len(cells))]))
    table = _table("xlsx", header, records, faults)
    return RawTable(table.form, table.columns, table.lines, table.faults, table.read_count + broken)


# --- JSON -------------------------------------------------------------------------------------------------------------


def _json(text: str, faults: list[Fault]) -> RawTable:
    try:
        elements = _elements(json.loads(text))
    except json.JSONDecodeError as wrong:
        raise FileUnreadable(line=wrong.lineno) from None
    except (RecursionError, ValueError):
        raise FileUnreadable(line=0) from None
    if elements is None:
        raise FileUnreadable(line=1)
    if not elements:
        raise FileEmpty()
    if len(elements) > LINE_COUNT_MAX:
        raise FileLinesTooMany(line_count_max=LINE_COUNT_MAX)
    raw: list[RawLine] = []
    columns: dict[str, None] = {}
    for rank, element in enumerate(elements, start=1):
        if not isinstance(element, dict):
            faults.append(Fault(rank, FaultCode.LINE_BROKEN, Outcome.REFUSED, value=str(element)[:200]))
            continue
        cells = dict(_flat(element))
        columns.update(dict.fromkeys(cells))
        raw.append(RawLine(rank, cells))
    if len(columns) > COLUMN_COUNT_MAX:
        raise FileColumnsTooMany(column_count_max=COLUMN_COUNT_MAX)
    whole = tuple(RawLine(line.line, {column: line.cells.get(column, "") for column in columns}) for line in raw)
    return RawTable("json", tuple(columns), whole, tuple(faults), len(elements))


def _elements(said: Any) -> list[Any] | None:
    """The places of a JSON file: the list itself, the features of a GeoJSON file, or the only list of objects of an object."""
    if isinstance(said, list):
        return said
    if not isinstance(said, dict):
        return None
    if said.get("type") == "FeatureCollection" and isinstance(said.get("features"), list):
        return [_feature(each) for each in said["features"]]
    lists = [each for each in said.values() if isinstance(each, list) and any(isinstance(item, dict) for item in each)]
    return lists[0] if len(lists) == 1 else None


def _feature(said: Any) -> Any:
    if not isinstance(said, dict) or not isinstance(said.get("properties"), dict):
        return said
    geometry = said.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if isinstance(point, list) and len(point) >= 2:
        return {**said["properties"], "latitude": point[1], "longitude": point[0]}
    return said["properties"]


def _flat(element: dict[Any, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """The cells of an object; those of an object inside it are named « dedans.nom »."""
    for name, value in element.items():
        named = f"{prefix}{' '.join(str(name).split())}"[:200]
        if isinstance(value, dict) and value and depth < _NESTING_MAX:
            yield from _flat(value, f"{named}.", depth + 1)
        else:
            yield named, _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return LIST_MARK.join(_cell(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
