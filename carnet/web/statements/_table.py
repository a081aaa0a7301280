"""The CSV a spreadsheet in the reader's language opens as it is: in French semicolons and decimal commas; a byte order mark, no formula."""

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from carnet.kernel.periods import legal_day
from carnet.settlement.queries import FunderStatement
from carnet.web.design import formats
from carnet.web.statements._lines import sections

_MARK = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def statement_csv(statements: Iterable[FunderStatement]) -> bytes:
    """One line per figure and funder. Amounts in euros with two decimals; text never starts a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if formats.decimal_mark() == "," else ",", lineterminator="\r\n")
    writer.writerow(
        [
            _("Programme"),
            _("Convention"),
            _("Financeur"),
            _("Arrêté au"),
            _("Rubrique"),
            _("Ligne"),
            _("Chèques"),
            _("Montant (€)"),
            _("Remarque"),
        ]
    )
    for figures in statements:
        remark = _("activité simulée") if figures.is_simulated else ""
        facts = [as_text(each) for each in (figures.programme, figures.agreement, figures.funder)]
        for section in sections(figures):
            for line in section.lines:
                count = "" if line.count is None else str(line.count)
                writer.writerow(
                    [*facts, legal_day(figures.as_of).isoformat(), section.title, as_text(line.label), count, as_amount(line.cents), remark]
                )
    return (_MARK + text.getvalue()).encode()


def as_amount(cents: int) -> str:
    """``-1250`` cents as ``-12,50`` in French, ``-12.50`` in English: a number for a spreadsheet in that language."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}{formats.decimal_mark()}{abs(cents) % 100:02d}"


def as_text(words: str) -> str:
    """Words from outside, made harmless: a spreadsheet runs what begins like a formula.

    Source: OWASP, CSV Injection.
    """
    return f"'{words}" if words.startswith(_STARTS_A_FORMULA) else words
