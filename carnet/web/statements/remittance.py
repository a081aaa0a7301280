"""Papers about one payment: its advice, as PDF and CSV from the same lines, and the debit note that asks for money back."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.kernel.identifiers import Iban
from carnet.kernel.periods import legal_day
from carnet.places import queries as places
from carnet.settlement.queries.advices import AdvicePage
from carnet.settlement.queries.debts import DebtLine, NotePage
from carnet.web import lessons
from carnet.web.design import formats
from carnet.web.hours import spoken_hours
from carnet.web.statements._table import as_amount, as_text

_TEMPLATE = Path(__file__).parent / "paper.typ"
_FONTS = Path(printer.__file__).parent / "fonts"
_MARK = "\ufeff"


def advice_pdf(page: AdvicePage) -> bytes:
    """One advice as PDF/UA-1; the same advice gives the same bytes."""
    line, names = page.line, _names(page)
    sections = [_section(_("Chèques payés"), _paid_columns(), [_paid(each, names) for each in page.vouchers], line.claim_cents)]
    if page.kept:
        kept = [
            [each.serial, formats.day(each.day), names.get(each.place_id, ""), each.dispute, formats.euros(each.cents)]
            for each in page.kept
        ]
        sections.append(_section(_("Retenu sur ce paiement"), _kept_columns(), kept, line.kept_cents, why_kept()))
    facts = [
        (_("À"), page.payee),
        (_("De la part de"), page.operator),
        (_("Programme"), line.programme),
        (_("Jour du paiement"), formats.day(line.execute_on)),
    ]
    if line.reference:
        facts += [(_("Référence du virement"), line.reference), (_("Compte"), line.masked_iban)]
    words = {
        "title": _("Avis de paiement %(number)s") % {"number": line.number},
        "lead": _("Ce que vous recevez, chèque par chèque. Aucun nom de personne n’y figure."),
        "facts": facts,
        "sum": [_("Vous recevez par la banque"), formats.euros(line.cents)],
        "sections": sections,
        "notes": _notes(page, legal_day(line.issued_at), [no_fee()]),
    }
    return _pdf(words, page.is_simulated, line.issued_at)


def advice_csv(page: AdvicePage) -> bytes:
    """One line per voucher, paid or kept; what was kept is negative, so that the column adds up to what the bank pays."""
    text, names = io.StringIO(), _names(page)
    writer = csv.writer(text, delimiter=";" if formats.decimal_mark() == "," else ",", lineterminator="\r\n")
    writer.writerow(
        [_("Avis"), _("Programme"), _("Quoi"), _("Chèque"), _("Jour"), _("Lieu"), _("Service ou contestation"), _("Montant (€)")]
    )
    start = [page.line.number, as_text(page.line.programme)]
    for each in page.vouchers:
        facts = [each.serial, each.day.isoformat(), as_text(names.get(each.place_id, "")), as_text(lessons.service_word(each.service))]
        writer.writerow([*start, _("payé"), *facts, as_amount(each.cents)])
    for kept in page.kept:
        facts = [kept.serial, kept.day.isoformat(), as_text(names.get(kept.place_id, "")), kept.dispute]
        writer.writerow([*start, _("retenu"), *facts, as_amount(-kept.cents)])
    return (_MARK + text.getvalue()).encode()


def debit_note_pdf(page: NotePage) -> bytes:
    """One debit note as PDF/UA-1: what, when and how to pay, whom to telephone, how to contest."""
    line = page.line
    names = places.names_of({each.place_id for each in page.debts})
    rows = [debt_cells(each, names) for each in page.debts]
    words = {
        "title": _("Note de débit %(number)s") % {"number": line.number},
        "lead": asked(page),
        "facts": [
            (_("À"), line.payee),
            (_("De la part de"), page.operator),
            (_("Programme"), line.programme),
            (_("Envoyée le"), formats.day(line.issued_on)),
            *how_to_pay(page),
        ],
        "sum": [_("À rendre au plus tard le %(day)s") % {"day": formats.day(line.due_on)}, formats.euros(line.cents)],
        "sections": [_section(_("Pourquoi"), _kept_columns(), rows, line.cents, why_kept())],
        "notes": _notes(page, line.issued_on, [contest()]),
    }
    issued = datetime.combine(line.issued_on, datetime.min.time())
    return _pdf(words, page.is_simulated, issued)


def paper(
    words: dict[str, Any],
    section: tuple[str, Sequence[str], Sequence[Sequence[str]], int],
    notes: Sequence[str],
    is_simulated: bool,
    made_at: datetime,
    *,
    widths: Sequence[int],
    texts: int = 1,
) -> bytes:
    """Another paper of the same look: one table, its sum, its notes. A table without rows is left out. Unit: whole cents.

    `widths`: each column's, in millimetres; zero shares what is left. `texts`: how many columns, the first ones, are words.
    """
    sections = [_plain_section(section, widths, texts)] if section[2] else []
    return _pdf(words | {"sections": sections, "notes": list(notes)}, is_simulated, made_at)


def asked(page: NotePage) -> str:
    """What a debit note asks, in a sentence."""
    return _("Vous avez été payé en trop. Merci de rendre %(amount)s au plus tard le %(day)s.") % {
        "amount": formats.euros(page.line.cents),
        "day": formats.day(page.line.due_on),
    }


def how_to_pay(page: NotePage) -> list[tuple[str, str]]:
    """Where the money goes, under which words."""
    rows = [(_("Par virement à"), page.holder), (_("IBAN"), Iban(page.iban).printed())]
    return [*rows, *([(_("BIC"), page.bic)] if page.bic else []), (_("Référence à écrire"), page.line.number)]


def why_kept() -> str:
    """Why money is taken back, to whoever reads little."""
    return _("Ces passages étaient des erreurs, dites par le lieu et acceptées par l’opérateur. Ils avaient été payés.")


def no_fee() -> str:
    """That nothing else is ever taken off."""
    return _("Chaque chèque est payé en entier. Aucun frais n’est jamais retenu sur un paiement.")


def contest() -> str:
    """How to disagree."""
    return _(
        "Vous n’êtes pas d’accord ? Dites-le avant cette date, par téléphone ou depuis la page de cette note. Une personne vous répondra."
    )


def debt_cells(each: DebtLine, names: dict[int, str]) -> list[str]:
    """One voucher owed back: its number, day, place, dispute and value."""
    return [each.voucher_serial, formats.day(each.redeemed_at), names.get(each.place_id, ""), each.dispute, formats.euros(each.cents)]


def _paid(each: Any, names: dict[int, str]) -> list[str]:
    return [each.serial, formats.day(each.day), names.get(each.place_id, ""), lessons.service_word(each.service), formats.euros(each.cents)]


def _paid_columns() -> list[str]:
    return [_("Chèque"), _("Jour"), _("Lieu"), _("Service"), _("Montant")]


def _kept_columns() -> list[str]:
    return [_("Chèque"), _("Jour"), _("Lieu"), _("Contestation"), _("Montant")]


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], cents: int, words: str = "") -> dict[str, Any]:
    return {
        "title": title,
        "words": words,
        "columns": columns,
        "widths": [36, 36, 0, 0, 20],
        "numbers": [False, False, False, False, True],
        "rows": rows,
        "total": [
            _("Total"),
            ngettext("%(count)s chèque", "%(count)s chèques", len(rows)) % {"count": formats.number(len(rows))},
            "",
            "",
            formats.euros(cents),
        ],
    }


def _plain_section(section: tuple[str, Sequence[str], Sequence[Sequence[str]], int], widths: Sequence[int], texts: int) -> dict[str, Any]:
    title, columns, rows, cents = section
    assert all(len(row) == len(columns) == len(widths) for row in rows), "each row fills its columns"
    return {
        "title": title,
        "words": "",
        "columns": columns,
        "widths": widths,
        "numbers": [rank >= texts for rank in range(len(columns))],
        "rows": rows,
        "total": [_("Total"), *[""] * (len(columns) - 2), formats.euros(cents)],
    }


def _notes(page: AdvicePage | NotePage, day: date, others: Sequence[str]) -> list[str]:
    if not page.phone:
        return list(others)
    call = _("Une question ? Téléphonez au %(phone)s.") % {"phone": formats.phone(page.phone)}
    return [*others, f"{call} {spoken_hours(page.phone_hours, day=day)}".strip()]


def _names(page: AdvicePage) -> dict[int, str]:
    return places.names_of({*(each.place_id for each in page.vouchers), *(each.place_id for each in page.kept)})


def _pdf(words: dict[str, Any], is_simulated: bool, made_at: datetime) -> bytes:
    simulated = _("Activité simulée : les lieux sont réels, les paiements sont inventés.") if is_simulated else ""
    given = {**words, "simulated": simulated, "language": (get_language() or "fr")[:2], "page": _("Page")}
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(given)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    return content
