"""What paper can hold of a long book: beyond some pages, sums by month; every line stays in the spreadsheet of the same book."""

from dataclasses import replace
from itertools import groupby

from django.utils.translation import ngettext

from carnet.settlement.rules import BookRow, BookTable, CellKind

# Sixty pages. A nation's stock of one year is thirteen thousand slips: six hundred sheets that nobody reads, and three gigabytes to set them.
LINES_ON_PAPER = 1_500


def on_paper(table: BookTable) -> BookTable:
    """The table whole, or its sums by month and kind of line where it is too long; a table without days is never shortened."""
    days = [rank for rank, (_name, kind) in enumerate(table.columns) if kind is CellKind.DAY]
    if len(table.rows) <= LINES_ON_PAPER or not days:
        return table
    acts = [rank for rank, (_name, kind) in enumerate(table.columns) if kind is CellKind.WORD]

    def month(row: BookRow) -> str:
        return str(row[days[0]])[:7]

    summed: list[BookRow] = []
    for _month, rows in groupby(table.rows, key=month):
        kinds: dict[tuple[str | int | None, ...], list[BookRow]] = {}
        for row in rows:
            kinds.setdefault(tuple(row[rank] for rank in acts), []).append(row)
        summed += [_sum(table, each) for each in kinds.values()]
    return replace(table, rows=tuple(summed))


def _sum(table: BookTable, rows: list[BookRow]) -> BookRow:
    """Several lines of one month as one: figures added, the last day, a balance as it stood at the last; the first text says how many lines."""
    cells: list[str | int | None] = []
    said = False
    for rank, (name, kind) in enumerate(table.columns):
        if kind in (CellKind.DAY, CellKind.WORD) or name == "balance":
            cells.append(rows[-1][rank])
        elif kind is CellKind.TEXT:
            cells.append("" if said else ngettext("%(count)s ligne", "%(count)s lignes", len(rows)) % {"count": len(rows)})
            said = True
        else:
            cells.append(sum(int(row[rank] or 0) for row in rows))
    return tuple(cells)
