"""Bills and accounts of connections on paper: tagged, in the reader's language, marked when the activity is simulated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carnet.connectivity.queries.bills import BillFacts, LandlordAccount
from carnet.connectivity.rules import MonthDue
from carnet.web.connection_bills import words
from carnet.web.design import formats
from carnet.web.statements.remittance import paper

# Millimetres: the number, the first day (what is left), days, and the amounts.
_WIDTHS = (28, 0, 14, 20, 20, 26, 24)


def bill_pdf(bill: BillFacts, months: Sequence[tuple[str, MonthDue]], *, is_simulated: bool, made_at: datetime) -> bytes:
    """One bill as PDF/UA-1."""
    told = {
        "title": words.title_of(bill),
        "lead": _("Ce virement transmet ce que les bailleurs ont versé depuis leurs factures.")
        if bill.is_balance
        else _("Chaque mois va du jour du branchement au même jour du mois d’après. Les jours sans connexion sont déduits."),
        "facts": [(row.label, str(row.value)) for row in words.bill_rows(bill, {}) if row.value != "–"],
        "sum": [_("Demandé à l’opérateur"), formats.euros(bill.pay_cents if bill.is_balance else bill.asked_cents)],
    }
    return _paper(told, months, is_simulated, made_at)


def landlord_pdf(account: LandlordAccount, months: Sequence[tuple[str, MonthDue]], *, is_simulated: bool, made_at: datetime) -> bytes:
    """A landlord's account as PDF/UA-1: what it was called for, paid, and still owes, month by month."""
    told = {
        "title": _("Compte de connexions : %(landlord)s") % {"landlord": account.landlord},
        "lead": _("Arrêté au %(moment)s.") % {"moment": formats.moment(made_at)},
        "facts": [
            (_("Programme"), account.programme),
            (_("Appelé"), formats.euros(account.called_cents)),
            (_("dont part des ménages"), formats.euros(account.households_called_cents)),
            (_("Payé"), formats.euros(account.paid_cents)),
        ],
        "sum": [_("Reste dû"), formats.euros(account.due_cents)],
    }
    return _paper(told, months, is_simulated, made_at)


def _paper(told: dict[str, Any], months: Sequence[tuple[str, MonthDue]], is_simulated: bool, made_at: datetime) -> bytes:
    notes = [_("Une connexion est dite par son numéro. Aucun ménage n’est nommé.")] if months else []
    return paper(told, _section(months), notes, is_simulated, made_at, widths=_WIDTHS, texts=2)


def _section(months: Sequence[tuple[str, MonthDue]]) -> tuple[str, list[str], list[list[str]], int]:
    columns = [_("Connexion"), _("Du"), _("Jours"), _("Ménage"), _("Bailleur"), _("Financeurs"), _("Total")]
    rows = [
        [
            words.number_of(number), formats.day(due.since), formats.number(due.served_days), formats.euros(due.household_cents),
            formats.euros(due.landlord_cents), formats.euros(due.funders_cents + due.setup_cents), formats.euros(due.total_cents),
        ]
        for number, due in months
    ]  # fmt: skip
    return _("Mois de connexion"), columns, rows, sum(due.total_cents for _number, due in months)
