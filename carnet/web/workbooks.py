"""Tables as files that a spreadsheet opens as they are: CSV with semicolons and a byte order mark, and workbooks."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from django.http import HttpResponse

_MARK = "\ufeff"
_WIDTH_MAX = 48
Line = Sequence[str | int]


def as_csv(name: str, lines: Iterable[Line]) -> HttpResponse:
    """The lines, header first, to take away as `name`.csv. Words from outside are made harmless by whoever wrote the lines."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return _taken(HttpResponse((_MARK + text.getvalue()).encode(), content_type="text/csv; charset=utf-8"), f"{name}.csv")


def as_xlsx(name: str, sheets: Mapping[str, Iterable[Line]]) -> HttpResponse:
    """A workbook of these sheets, header first in each, to take away as `name`.xlsx."""
    # A quarter of a second to load, for whoever takes a workbook away; the others start without it.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        widths: list[int] = []
        for rank, line in enumerate(lines, 1):
            sheet.append(list(line))
            longest = [max((len(part) for part in str(cell).split("\n")), default=0) for cell in line]
            widths = [max(pair) for pair in zip(widths or longest, longest, strict=True)]
            for cell in sheet[rank]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                # A text that begins like a formula stays a text.
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
                if rank == 1:
                    cell.font = Font(bold=True)
        for column, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(column)].width = min(_WIDTH_MAX, width + 2)
        sheet.freeze_panes = "A2"
    held = io.BytesIO()
    book.save(held)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _taken(HttpResponse(held.getvalue(), content_type=kind), f"{name}.xlsx")


def _taken(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
