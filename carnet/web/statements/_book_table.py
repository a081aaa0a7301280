"""A book for a spreadsheet: one file, its tables one after the other, each with its own headings; the same cells as on paper."""

import csv
import io

from django.utils.translation import gettext as _

from carnet.settlement.queries import BookPage
from carnet.settlement.rules import BookTable, CellKind
from carnet.web.design import formats
from carnet.web.statements import _book_words as words
from carnet.web.statements._table import as_amount, as_text

_MARK = "\ufeff"


def book_csv(page: BookPage) -> bytes:
    """A book as CSV: in French semicolons and decimal commas, a byte order mark, amounts in euros, text that never starts a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if formats.decimal_mark() == "," else ",", lineterminator="\r\n")
    writer.writerow([words.title_of(page)])
    facts = [
        (_("Programme"), page.programme),
        (_("Convention"), f"{page.agreement_id} {page.agreement}"),
        (_("Opérateur"), page.operator),
        (_("Première journée"), page.period.since.isoformat()),
        (_("Fin (exclue)"), page.period.until.isoformat()),
        (_("État"), words.standing_of(page)),
    ]
    for name, fact in facts:
        writer.writerow([name, as_text(fact)])
    if page.is_simulated:
        writer.writerow([_("activité simulée")])
    for table in page.tables:
        writer.writerow([])
        writer.writerow([str(words.TABLES[table.key])])
        writer.writerow(words.headings(table))
        for row in table.rows:
            writer.writerow([_cell(kind, cell) for (_name, kind), cell in zip(table.columns, row, strict=True)])
        if table.total is not None and table.rows:
            writer.writerow([words.cells_of(table, table.total)[0], *_figures(table)])
    writer.writerow([])
    writer.writerow([_("Comparé"), _("Ce compte"), _("Grand livre"), _("Égal")])
    for each in page.reckonings:
        figures = [_cell(each.kind, each.book), _cell(each.kind, each.ledger)]
        writer.writerow([as_text(words.reckoned(each)), *figures, _("oui") if each.is_equal else _("non")])
    writer.writerow([words.equal_words(page)])
    return (_MARK + text.getvalue()).encode()


def _figures(table: BookTable) -> list[str]:
    total = table.total or ()
    kinds = [kind for _name, kind in table.columns]
    return [_cell(kind, cell) if isinstance(cell, int) else "" for kind, cell in zip(kinds[1:], total[1:], strict=True)]


def _cell(kind: CellKind, cell: str | int | None) -> str:
    """A cell a spreadsheet may count with: euros with two decimals, numbers bare, days as ISO dates."""
    if cell is None:
        return ""
    if kind is CellKind.EUROS:
        return as_amount(int(cell))
    if kind is CellKind.NUMBER:
        return str(cell)
    if kind is CellKind.DAY:
        return str(cell)
    return as_text(words.shown(kind, cell))
