"""Fees in words, and an invoice of fees on paper: an invoice of its own, never taken from a payment."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from carnet.settlement.queries import FeesStated, InvoiceLine
from carnet.web.design import formats
from carnet.web.statements.remittance import no_fee, paper


def stated_words(stated: Sequence[FeesStated]) -> list[str]:
    """What a place is charged, in a sentence each: now, and from a day announced."""
    charged = [each for each in stated if not each.fees.is_free]
    if not charged:
        return [_("Aucuns frais : vous recevez toute la valeur de chaque chèque.")]
    said = []
    for each in charged:
        parts = []
        if each.fees.yearly_cents:
            parts.append(_("%(amount)s par an") % {"amount": formats.euros(each.fees.yearly_cents)})
        if each.fees.per_voucher_cents:
            parts.append(_("%(amount)s par chèque payé") % {"amount": formats.euros(each.fees.per_voucher_cents)})
        sentence = _("Frais à partir du %(day)s : %(parts)s, plus la TVA de %(rate)s.") % {
            "day": formats.day(each.valid_from),
            "parts": _(" et ").join(parts),
            "rate": formats.basis_points(each.fees.vat_basis_points),
        }
        said.append(f"{sentence} {each.fees.words}".strip())
    return [*said, _("Ils font une facture à part. Rien n’est retenu sur vos paiements.")]


def invoice_pdf(line: InvoiceLine) -> bytes:
    """One invoice of fees as PDF/UA-1."""
    rows = [[_("Frais de l’année"), "", formats.euros(line.yearly_cents)]] if line.yearly_cents else []
    if line.vouchers_cents:
        rows.append([_("Chèques payés"), formats.number(line.voucher_count), formats.euros(line.vouchers_cents)])
    rows.append([_("TVA"), formats.basis_points(line.vat_basis_points), formats.euros(line.vat_cents)])
    words = {
        "title": _("Facture de frais %(number)s") % {"number": line.number},
        "lead": _("À payer à part : rien n’a été retenu sur vos paiements."),
        "facts": [
            (_("À"), line.payee),
            (_("De la part de"), line.operator),
            (_("Programme"), line.programme),
            (_("Période"), _("du %(first)s au %(last)s") % {"first": formats.day(line.from_on), "last": formats.day(line.until_on)}),
            (_("Établie le"), formats.day(line.issued_on)),
        ],
        "sum": [_("À payer au plus tard le %(day)s") % {"day": formats.day(line.due_on)}, formats.euros(line.total_cents)],
    }
    columns = [_("Quoi"), _("Combien"), _("Montant")]
    return paper(words, (_("Détail"), columns, rows, line.total_cents), [no_fee()], line.is_simulated, _midnight(line), widths=[0, 36, 30])


def _midnight(line: InvoiceLine) -> datetime:
    return datetime.combine(line.issued_on, datetime.min.time())
