"""A book on paper: tagged, one figure a cell, balances carried from page to page, the line about the ledger at the foot of each."""

import hashlib
import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.settlement.queries import BookPage, digest_of_book
from carnet.settlement.rules import Book, BookTable, CellKind
from carnet.settlement.rules import BookRow as Row
from carnet.web.design import formats
from carnet.web.statements import _book_words as words
from carnet.web.statements._book_on_paper import on_paper
from carnet.web.statements._book_table import book_csv

_TEMPLATE = Path(__file__).parent / "book.typ"
_FONTS = Path(printer.__file__).parent / "fonts"
# Rows that fit on a page, and under the facts of the first one: a name that needs two lines has room left.
_ROWS_UPRIGHT, _ROWS_WIDE = 38, 21
_FIRST_UPRIGHT, _FIRST_WIDE = 24, 11


def book_pdf(page: BookPage) -> bytes:
    """One book exported as PDF/UA-1; the same book gives the same bytes, however often it is drawn."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"book": json.dumps(_content(page))},
        pdf_standards=["ua-1"],
        timestamp=int(page.as_of.timestamp()),
    )
    return content


def _content(page: BookPage) -> dict[str, Any]:
    is_wide = page.book is Book.STOCK
    tables = [on_paper(table) for table in page.tables]
    return {
        "language": (get_language() or "fr")[:2],
        "title": words.title_of(page),
        "lead": str(words.LEADS[page.book]),
        "facts": _facts(page),
        "running": [f"{page.operator} – {page.agreement}", words.title_of(page)],
        "wide": is_wide,
        "watermark": _("provisoire") if page.is_live else _("simulé") if page.is_simulated else "",
        "simulated": _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if page.is_simulated else "",
        "shortened": _shortened(page)
        if any(len(shown.rows) < len(table.rows) for shown, table in zip(tables, page.tables, strict=True))
        else "",
        "tables": [part for rank, table in enumerate(tables) for part in _parts(table, is_first=rank == 0, is_wide=is_wide)],
        "nothing": _("Rien pendant cette période."),
        "check": _check(page),
        "equal": words.equal_words(page),
        "explanation": _(
            "Chaque montant vient du registre, au centime près. Le contrôle compare deux comptages indépendants : les mouvements de la"
            " période, et le solde des comptes ou l’état de chaque chèque."
        ),
        "digest": _digest(page),
        "signatures": [_("Pour %(operator)s, opérateur") % {"operator": page.operator}, _("Vu par le comptable")],
        "signed": _("Nom, qualité, date et signature"),
        "page": _("Page"),
    }


def _shortened(page: BookPage) -> str:
    """Where every line is: the spreadsheet, named by its digest."""
    count = sum(len(table.rows) for table in page.tables)
    digest = hashlib.sha256(book_csv(page)).hexdigest()
    return _(
        "Ce compte a %(count)s lignes : les plus longs tableaux sont résumés par mois. Chaque ligne est dans le fichier CSV du même compte,"
        " dont l’empreinte SHA-256 est %(digest)s."
    ) % {"count": formats.number(count), "digest": digest}


def _facts(page: BookPage) -> list[list[str]]:
    last = formats.last_day(page.period.ends_at)
    operator = f"{page.operator}, SIRET {page.operator_siret}" if page.operator_siret else page.operator
    return [
        [_("Période"), _("du %(first)s au %(last)s") % {"first": formats.day(page.period.since), "last": last}],
        [
            _("Convention"),
            _("nº %(number)s, %(name)s, signée le %(day)s")
            % {"number": page.agreement_id, "name": page.agreement, "day": formats.day(page.signed_on)},
        ],
        [_("Programme"), page.programme],
        [_("Opérateur"), operator],
        [_("Financeurs"), ", ".join(page.funders)],
        [_("État"), words.standing_of(page)],
    ]


def _parts(table: BookTable, *, is_first: bool, is_wide: bool) -> list[dict[str, Any]]:
    """A table, or as many as its pages: each ends with what is carried forward, the next begins with it."""
    rows_max = _ROWS_WIDE if is_wide else _ROWS_UPRIGHT
    first_max = (_FIRST_WIDE if is_wide else _FIRST_UPRIGHT) if is_first else rows_max
    rows = [{"cells": words.cells_of(table, row), "strong": words.is_sum(row)} for row in table.rows]
    total = [{"cells": words.cells_of(table, table.total), "strong": True}] if table.total is not None else []
    title = str(words.TABLES[table.key])
    if len(rows) <= first_max:
        return [_part(table, title, [*rows, *total] if rows else [], breaks=False)]
    parts = []
    starts = [0, *range(first_max, len(rows), rows_max)]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        carried = [_carried(table, start, _("Report"))] if start else []
        last = total if end == len(rows) else [_carried(table, end, _("À reporter"))]
        parts.append(_part(table, "" if start else title, [*carried, *rows[start:end], *last], breaks=bool(start) or not is_first))
    return parts


def _part(table: BookTable, title: str, rows: list[dict[str, Any]], *, breaks: bool) -> dict[str, Any]:
    numbers = [kind in (CellKind.NUMBER, CellKind.EUROS) for _name, kind in table.columns]
    texts = [rank for rank, (_name, kind) in enumerate(table.columns) if kind in (CellKind.TEXT, CellKind.WORD)]
    # Names take what is left; numbers, days and serials what they need.
    broad = [rank for rank in texts if table.columns[rank][0] in ("holder", "place", "from", "to", "position", "line", "act", "funder")]
    return {
        "title": title,
        "headings": words.headings(table),
        "rows": rows,
        "numbers": numbers,
        "widths": ["rest" if rank in broad else "auto" for rank in range(len(numbers))],
        "breaks": breaks,
    }


def _carried(table: BookTable, upto: int, label: str) -> dict[str, Any]:
    """What the rows above come to; a balance is carried as it stands."""
    above: tuple[Row, ...] = table.rows[:upto]
    cells: list[str] = []
    for rank, (name, kind) in enumerate(table.columns):
        if name == "balance":
            cells.append(words.shown(kind, above[-1][rank]))
        elif kind in (CellKind.NUMBER, CellKind.EUROS):
            cells.append(words.shown(kind, sum(int(row[rank] or 0) for row in above)))
        else:
            cells.append(label if rank == 0 else "")
    return {"cells": cells, "strong": True}


def _check(page: BookPage) -> dict[str, Any]:
    rows = [
        [
            words.reckoned(each),
            words.shown(each.kind, each.book),
            words.shown(each.kind, each.ledger),
            _("oui") if each.is_equal else _("NON"),
        ]
        for each in page.reckonings
    ]
    headings = [_("Comparé"), _("Ce compte"), _("Grand livre"), _("Égal")]
    return {"title": _("Contrôle avec le grand livre"), "headings": headings, "rows": rows}


def _digest(page: BookPage) -> str:
    if page.number is None:
        return ""
    digest = digest_of_book(page.number, page.as_json()).hex()
    return _("Empreinte du compte nº %(number)s (SHA-256) : %(digest)s") % {"number": page.number, "digest": digest}
