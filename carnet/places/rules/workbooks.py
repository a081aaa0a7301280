"""An XLSX workbook as lines of text: its first sheet that holds anything. A stranger's file: weighed before it is opened, read line by line.

Refused in words: what unfolds beyond a limit, XML that declares entities, what is not a workbook, a password. A formula is
never run and its last result never trusted: its line is reported, to be sent again with the value in its place.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from carnet.places.rules.refusals import FileLinesTooMany, WorkbookTooLarge, WorkbookUnreadable

UNFOLDED_MAX_BYTES = 100 * 1024 * 1024
PART_COUNT_MAX = 2000
CELL_COUNT_MAX = 2_000_000
_CHUNK = 256 * 1024
_DECLARATIONS = tuple(word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# openpyxl and what it stands on raise all of these for a file made to harm or cut short.
_UNREADABLE = (ParseError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
               EOFError, NotImplementedError, RuntimeError, SyntaxError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workbook:
    """The rows of the sheet read, by their number; the first column of each row that holds a formula or an error; the other sheets filled."""

    rows: tuple[tuple[int, list[str]], ...]
    formulas: dict[int, int]
    other_sheets: tuple[str, ...]


def read_workbook(content: bytes, *, line_count_max: int, column_count_max: int) -> Workbook:
    """Read the first sheet that holds anything. Raises: WorkbookUnreadable, WorkbookTooLarge, FileLinesTooMany."""
    # A quarter of a second to load, for whoever sends a workbook; the others, and every command, start without it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _weigh(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            return _read(book, line_count_max, column_count_max)
        finally:
            book.close()
    except (InvalidFileException, *_UNREADABLE):
        raise WorkbookUnreadable(line=0) from None


def _weigh(content: bytes) -> None:
    """Unfold every part once, counting: what an archive declares of its own size proves nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > PART_COUNT_MAX:
            raise WorkbookTooLarge(size_max_mb=UNFOLDED_MAX_BYTES // (1024 * 1024))
        total = 0
        for part in parts:
            with archive.open(part) as unfolded:
                tail = b""
                while chunk := unfolded.read(_CHUNK):
                    total += len(chunk)
                    if total > UNFOLDED_MAX_BYTES:
                        raise WorkbookTooLarge(size_max_mb=UNFOLDED_MAX_BYTES // (1024 * 1024))
                    if any(word in tail + chunk for word in _DECLARATIONS):
                        raise WorkbookUnreadable(line=0)
                    tail = chunk[-32:]


def _read(book: Any, line_count_max: int, column_count_max: int) -> Workbook:
    read: Workbook | None = None
    others: list[str] = []
    cells_read = 0
    for sheet in book.worksheets:
        # The size a sheet declares is a claim: rows are read as they are.
        sheet.reset_dimensions()
        if read is not None:
            if any(any(cell.value is not None for cell in row) for row in sheet.iter_rows(max_row=50, max_col=20)):
                others.append(str(sheet.title))
            continue
        rows: list[tuple[int, list[str]]] = []
        formulas: dict[int, int] = {}
        for number, cells in _rows(sheet, line_count_max, column_count_max):
            cells_read += len(cells)
            if cells_read > CELL_COUNT_MAX:
                raise WorkbookTooLarge(size_max_mb=UNFOLDED_MAX_BYTES // (1024 * 1024))
            texts = [_text(cell.value) for cell in cells]
            if any(texts):
                rows.append((number, texts))
            wrong = next((rank for rank, cell in enumerate(cells) if cell.value is not None and cell.data_type in ("f", "e")), None)
            if wrong is not None:
                formulas[number] = wrong
        if rows:
            read = Workbook(tuple(rows), formulas, ())
    return Workbook(read.rows, read.formulas, tuple(others)) if read else Workbook((), {}, ())


def _rows(sheet: Any, line_count_max: int, column_count_max: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for number, cells in enumerate(sheet.iter_rows(max_col=column_count_max), start=1):
        if number > line_count_max:
            raise FileLinesTooMany(line_count_max=line_count_max)
        yield number, cells


def _text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a dot, days as ISO days."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    # openpyxl gives an array formula as an object of its own: shown by its text.
    return str(getattr(value, "text", value) or "")
