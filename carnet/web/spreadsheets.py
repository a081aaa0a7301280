"""Tables of any length as files a spreadsheet opens as they are: CSV, XLSX, ODS, written line by line as they are read.

Decision: docs/decisions/0043-a-figure-opens-its-rows.md. Amounts are numbers in the file, to the cent; words from outside never start a formula.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryFile
from textwrap import shorten
from typing import IO, Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language, override
from lxml import etree

from carnet.kernel.actors import Actor
from carnet.web.design import formats
from carnet.web.statements._table import as_amount, as_text
from carnet.web.tenancy import stream_as

_MARK = "\ufeff"
_LINES_PER_CHUNK = 500
_CHUNK = 64 * 1024
KINDS = ("csv", "xlsx", "ods")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
_FORMATTING = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_ODS_VERSION = "1.3"


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount in a cell. Unit: whole cents."""

    cents: int


# A `Decimal` keeps the decimals it has: a share, a number of points.
Value = str | int | Cents | Decimal | date | None
Line = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its title, the names of its columns, and its lines, read when the file is written."""

    title: str
    columns: Sequence[str]
    lines: Callable[[], Iterable[Line]]


def as_file(kind: str, name: str, sheet: Sheet, actor: Actor) -> HttpResponseBase:
    """The table as a file of one of `KINDS`, to take away as `name`.`kind`. The lines are read as `actor`, behind its own walls."""
    language, write = get_language(), _WRITERS[kind]
    response = StreamingHttpResponse(stream_as(actor, lambda: _read_in(language, write(sheet))), content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def _read_in(language: str | None, content: Iterator[bytes]) -> Iterator[bytes]:
    """The lines are read once the page is gone, and its language with it."""
    with override(language):
        yield from content


def _of_package(write: Callable[[IO[bytes], Sheet], None]) -> Callable[[Sheet], Iterator[bytes]]:
    """A packed file is written whole on disk, line by line, then sent: its table of contents comes last, but is read first."""

    def content(sheet: Sheet) -> Iterator[bytes]:
        with TemporaryFile() as held:
            write(held, sheet)
            held.seek(0)
            while chunk := held.read(_CHUNK):
                yield chunk

    return content


def csv_of(sheet: Sheet) -> Iterator[bytes]:
    """The table as CSV for a spreadsheet in the reader's language: in French semicolons and decimal commas; a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if formats.decimal_mark() == "," else ",", lineterminator="\r\n")
    text.write(_MARK)
    for number, line in enumerate(chain([sheet.columns], sheet.lines()), 1):
        writer.writerow([_csv_cell(value) for value in line])
        if number % _LINES_PER_CHUNK == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def write_xlsx(held: IO[bytes], sheet: Sheet) -> None:
    """The table as a workbook, written line by line."""
    # A quarter of a second to load, for whoever takes a workbook away; the others start without it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    page = book.create_sheet(_sheet_title(sheet.title))
    page.freeze_panes = "A2"

    def cell(value: Value, *, is_head: bool = False) -> Any:
        made = WriteOnlyCell(page, value=_plain(value))
        if isinstance(value, str):
            made.data_type = "s"  # a text that begins like a formula stays a text
        elif isinstance(value, Cents):
            made.number_format = "#,##0.00"
        if is_head:
            made.font = Font(bold=True)
        return made

    page.append([cell(name, is_head=True) for name in sheet.columns])
    for line in sheet.lines():
        page.append([cell(value) for value in line])
    book.save(held)


def write_ods(held: IO[bytes], sheet: Sheet) -> None:
    """The table as an OpenDocument spreadsheet, written line by line.

    Source: OASIS, OpenDocument 1.3, part 2 (packages) and part 3 (schema): the type first and not compressed, then content and manifest.
    """
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(zipfile.ZipInfo("mimetype"), ODS_TYPE, zipfile.ZIP_STORED)
        with package.open("content.xml", "w") as content, etree.xmlfile(content, encoding="utf-8") as xml:
            xml.write_declaration()
            _ods_content(xml, sheet)
        with package.open("META-INF/manifest.xml", "w") as manifest, etree.xmlfile(manifest, encoding="utf-8") as xml:
            xml.write_declaration()
            _ods_manifest(xml)


def _ods_content(xml: Any, sheet: Sheet) -> None:
    spaces = {"office": _OFFICE, "table": _TABLE, "text": _TEXT, "style": _STYLE, "number": _NUMBER, "fo": _FORMATTING}
    with xml.element(f"{{{_OFFICE}}}document-content", {f"{{{_OFFICE}}}version": _ODS_VERSION}, nsmap=spaces):
        _ods_styles(xml)
        title = {f"{{{_TABLE}}}name": _sheet_title(sheet.title)}
        with (
            xml.element(f"{{{_OFFICE}}}body"),
            xml.element(f"{{{_OFFICE}}}spreadsheet"),
            xml.element(f"{{{_TABLE}}}table", title),
        ):
            columns = {f"{{{_TABLE}}}number-columns-repeated": str(len(sheet.columns))}
            with xml.element(f"{{{_TABLE}}}table-column", columns):
                pass
            with xml.element(f"{{{_TABLE}}}table-header-rows"):
                _ods_row(xml, sheet.columns, "head")
            for line in sheet.lines():
                _ods_row(xml, line, "")


def _ods_styles(xml: Any) -> None:
    """Bold for the names of columns, two decimals for amounts, days as the reader's spreadsheet writes them."""
    amount = {f"{{{_NUMBER}}}decimal-places": "2", f"{{{_NUMBER}}}min-integer-digits": "1", f"{{{_NUMBER}}}grouping": "true"}
    with xml.element(f"{{{_OFFICE}}}automatic-styles"):
        with xml.element(f"{{{_NUMBER}}}number-style", {f"{{{_STYLE}}}name": "euros"}), xml.element(f"{{{_NUMBER}}}number", amount):
            pass
        with xml.element(f"{{{_NUMBER}}}date-style", {f"{{{_STYLE}}}name": "days"}):
            for part in ("year", "month", "day"):
                style = {f"{{{_NUMBER}}}style": "long"}
                with xml.element(f"{{{_NUMBER}}}{part}", style):
                    pass
                if part != "day":
                    with xml.element(f"{{{_NUMBER}}}text"):
                        xml.write("-")
        for name, data in (("amount", "euros"), ("day", "days"), ("head", "")):
            style = {f"{{{_STYLE}}}name": name, f"{{{_STYLE}}}family": "table-cell"}
            if data:
                style[f"{{{_STYLE}}}data-style-name"] = data
            with xml.element(f"{{{_STYLE}}}style", style):
                if name == "head":
                    with xml.element(f"{{{_STYLE}}}text-properties", {f"{{{_FORMATTING}}}font-weight": "bold"}):
                        pass


def _ods_row(xml: Any, line: Line, style: str) -> None:
    with xml.element(f"{{{_TABLE}}}table-row"):
        for value in line:
            facts, words = _ods_cell(value)
            if style:
                facts[f"{{{_TABLE}}}style-name"] = style
            with xml.element(f"{{{_TABLE}}}table-cell", facts):
                if words:
                    with xml.element(f"{{{_TEXT}}}p"):
                        xml.write(words)


def _ods_cell(value: Value) -> tuple[dict[str, str], str]:
    kind, of_value = f"{{{_OFFICE}}}value-type", f"{{{_OFFICE}}}value"
    if value is None or value == "":
        return {}, ""
    if isinstance(value, Cents):
        figure = str(_euros(value))
        return {kind: "float", of_value: figure, f"{{{_TABLE}}}style-name": "amount"}, figure
    if isinstance(value, date):
        return {kind: "date", f"{{{_OFFICE}}}date-value": value.isoformat(), f"{{{_TABLE}}}style-name": "day"}, value.isoformat()
    if isinstance(value, (int, Decimal)):
        return {kind: "float", of_value: str(value)}, str(value)
    return {kind: "string"}, _legible(value)


def _ods_manifest(xml: Any) -> None:
    with xml.element(f"{{{_MANIFEST}}}manifest", {f"{{{_MANIFEST}}}version": _ODS_VERSION}, nsmap={"manifest": _MANIFEST}):
        for path, kind in (("/", ODS_TYPE), ("content.xml", "text/xml")):
            facts = {f"{{{_MANIFEST}}}full-path": path, f"{{{_MANIFEST}}}media-type": kind}
            with xml.element(f"{{{_MANIFEST}}}file-entry", facts):
                pass


def _csv_cell(value: Value) -> str:
    if isinstance(value, Cents):
        return as_amount(value.cents)
    if isinstance(value, Decimal):
        return str(value).replace(".", formats.decimal_mark())
    if isinstance(value, date):
        return value.isoformat()
    return as_text(value) if isinstance(value, str) else "" if value is None else str(value)


def _plain(value: Value) -> Any:
    if isinstance(value, Cents):
        return _euros(value)
    return _legible(value) if isinstance(value, str) else value


def _euros(value: Cents) -> Decimal:
    return Decimal(value.cents).scaleb(-2)


def _legible(words: str) -> str:
    """Without what no XML document may hold."""
    return "".join(each for each in words if each in "\t\n" or each >= " ")


def _sheet_title(title: str) -> str:
    """Both formats refuse a few signs, and Excel more than thirty-one: cut between two words."""
    return shorten("".join(" " if each in r"[]:*?/\'" else each for each in title), 31, placeholder="").rstrip(" ,") or "1"


_WRITERS: dict[str, Callable[[Sheet], Iterator[bytes]]] = {"csv": csv_of, "xlsx": _of_package(write_xlsx), "ods": _of_package(write_ods)}
_TYPES = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE, "ods": ODS_TYPE}
