"""From the bytes of a file to its lines: CSV of any usual make, or a JSON list. Nothing is judged here but the form.

Read: UTF-8 with or without BOM, UTF-16 with BOM (Excel's "Unicode text"), else Windows Latin-1, which is reported; commas,
semicolons or tabs; any line ends; gzip. A line that breaks the table is reported and the next one is read as usual.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from carnet.places.rules.faults import Fault, FaultCode, Outcome
from carnet.places.rules.refusals import ColumnsMissing, FileEmpty, FileLinesTooMany, FileTooLarge, FileUnreadable
from carnet.places.rules.standard import (
    FIELD_BY_NAME,
    V0_MISSPELLED,
    V0_ONLY,
    V0_VALUES,
    V1_ONLY,
    Version,
)

SIZE_MAX_BYTES = 20 * 1024 * 1024
LINE_COUNT_MAX = 100_000
# A record of the table that runs over more lines than this has lost a quote.
RECORD_LINES_MAX = 100
CELL_CHARACTERS_MAX = 100_000
# Between the values of a JSON list: a character no text holds.
LIST_MARK = "\x1f"
_CHUNK = 1024 * 1024
_SEPARATORS = ",;\t"
# Without these columns no line could be kept.
_INDISPENSABLE = ("id", "nom", "commune", "code_postal", "adresse", "date_maj")
_KNOWN = frozenset(FIELD_BY_NAME) | V0_ONLY


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line: its number in the file and the text of each named cell, empty ones included."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as read: which edition it follows, its lines, the columns nobody knows, and faults of form."""

    version: Version
    lines: tuple[RawLine, ...]
    unknown_columns: tuple[str, ...]
    faults: tuple[Fault, ...]
    read_count: int  # lines met, broken ones included


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


def read(content: bytes) -> RawFile:
    """Read a whole file. Raises: FileEmpty, FileUnreadable, FileLinesTooMany, ColumnsMissing."""
    text, faults = _decoded(content)
    if not text.strip():
        raise FileEmpty()
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
    if "\x00" in text[:1000] or text.startswith(("PK\x03\x04", "%PDF")):
        raise FileUnreadable(line=0)  # a spreadsheet or a PDF, not a table of text
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


def _csv(text: str, faults: list[Fault]) -> RawFile:
    lines = list(io.StringIO(text, newline=None))
    if len(lines) > LINE_COUNT_MAX:
        raise FileLinesTooMany(line_count_max=LINE_COUNT_MAX)
    header_at = next(rank for rank, line in enumerate(lines) if line.strip())
    separator = _separator(lines[header_at])
    first_line, first_cells = next(_records(lines, separator, header_at, None))
    if first_cells is None:
        raise FileUnreadable(line=first_line)
    header = [_column_name(cell) for cell in first_cells]
    header_faults, unknown = _judged_header(header)
    faults += header_faults
    raw: list[RawLine] = []
    read_count = 0
    for line, cells in _records(lines, separator, header_at, len(header)):
        if line == first_line or (cells is not None and not any(cell.strip() for cell in cells)):
            continue
        read_count += 1
        if (made := _line(line, cells, header, faults)) is not None:
            raw.append(made)
    if not read_count:
        raise FileEmpty()
    return RawFile(_version(header, raw), tuple(raw), unknown, tuple(faults), read_count)


def _line(line: int, cells: list[str] | None, header: list[str], faults: list[Fault]) -> RawLine | None:
    if cells is None:
        faults.append(Fault(line, FaultCode.QUOTE_UNCLOSED, Outcome.REFUSED))
        return None
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        faults.append(Fault(line, FaultCode.LINE_BROKEN, Outcome.REFUSED, detail=f"{len(cells)}/{len(header)}"))
        return None
    if len(cells) < len(header):
        faults.append(Fault(line, FaultCode.LINE_SHORT, Outcome.KEPT, detail=f"{len(cells)}/{len(header)}"))
        cells = cells + [""] * (len(header) - len(cells))
    named: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if name and name not in named:
            named[name] = cell
    return RawLine(line, named)


def _separator(header: str) -> str:
    def known(separator: str) -> int:
        return sum(_column_name(cell) in _KNOWN for cell in header.split(separator))

    return max(_SEPARATORS, key=lambda separator: (known(separator), -_SEPARATORS.index(separator)))


def _column_name(cell: str) -> str:
    name = cell.strip().strip('"').strip().lower()
    return V0_MISSPELLED.get(name, name)


def _judged_header(header: list[str]) -> tuple[list[Fault], tuple[str, ...]]:
    missing = [name for name in _INDISPENSABLE if name not in header]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    faults = [
        Fault(1, FaultCode.COLUMN_TWICE, Outcome.KEPT, field=name)
        for name in sorted({name for name in header if name and header.count(name) > 1})
    ]
    unknown = tuple(dict.fromkeys(name for name in header if name and name not in _KNOWN))
    faults += [Fault(1, FaultCode.COLUMN_UNKNOWN, Outcome.SET_ASIDE, field=name) for name in unknown]
    if "cle_ban" in header:
        faults.append(Fault(1, FaultCode.COLUMN_WITHOUT_EQUIVALENT, Outcome.SET_ASIDE, field="cle_ban"))
    return faults, unknown


def _version(columns: list[str] | set[str], lines: list[RawLine]) -> Version:
    names = set(columns)
    older, newer = len(names & V0_ONLY), len(names & V1_ONLY)
    if older != newer:
        return Version.V0 if older > newer else Version.V1
    said = {
        value.strip()
        for line in lines[:200]
        for value in line.cells.get("services", "").replace("|", ";").replace(LIST_MARK, ";").split(";")
    }
    return Version.V0 if said & set(V0_VALUES["services"]) else Version.V1


# --- JSON -------------------------------------------------------------------------------------------------------------


def _json(text: str, faults: list[Fault]) -> RawFile:
    try:
        elements = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise FileUnreadable(line=wrong.lineno) from None
    except (RecursionError, ValueError):
        raise FileUnreadable(line=0) from None
    if not isinstance(elements, list):
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
        named = {_column_name(str(name)): value for name, value in element.items()}
        columns.update(dict.fromkeys(named))
        raw.append(RawLine(rank, {name: _cell(value) for name, value in named.items()}))
    header_faults, unknown = _judged_header(list(columns))
    return RawFile(_version(set(columns), raw), tuple(raw), unknown, tuple(faults + header_faults), len(elements))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return LIST_MARK.join(_cell(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


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
