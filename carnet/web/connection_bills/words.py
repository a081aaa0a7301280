"""Bills, months and accounts in words and tables: one table feeds the page and its files."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from carnet.connectivity.queries.bills import AgreementAccount, BillFacts, LandlordAccount, LineFacts, PaymentFacts
from carnet.connectivity.rules import BillState, ConnectionNumber, MonthDue
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Iban
from carnet.parties.rules import home_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.spreadsheets import Cents, Sheet, Value

STATES = {
    BillState.SUBMITTED: (gettext_lazy("à contrôler"), "warning"),
    BillState.CHECKED: (gettext_lazy("à approuver"), "warning"),
    BillState.REFUSED: (pgettext_lazy("facture", "refusée"), "danger"),
    BillState.AGREED: (gettext_lazy("à payer"), "info"),
    BillState.SENT: (gettext_lazy("à la banque"), "info"),
    BillState.PAID: (pgettext_lazy("facture", "payée"), "success"),
    BillState.RETURNED: (gettext_lazy("virement revenu"), "danger"),
}
STEPS = (
    gettext_lazy("Envoyée"), gettext_lazy("Contrôlée"), gettext_lazy("Approuvée"), gettext_lazy("À la banque"), gettext_lazy("Payée"),
)  # fmt: skip
STEP_OF = {
    BillState.SUBMITTED: 1, BillState.CHECKED: 2, BillState.AGREED: 3, BillState.SENT: 4, BillState.PAID: 5, BillState.RETURNED: 1,
}  # fmt: skip


def office_of(actor: Actor) -> str:
    """The frame of whoever reads."""
    return f"{home_of(actor.roles).split(':')[0]}/office.html"


def title_of(bill: BillFacts) -> str:
    """What a bill is called."""
    if bill.is_balance:
        return _("Solde nº %(number)s") % {"number": bill.id}
    return _("Facture nº %(number)s, %(month)s") % {"number": bill.id, "month": formats.month(bill.month)}


def bills_table(found: Sequence[BillFacts]) -> Table:
    """Bills, the latest first."""
    columns = [
        Column(_("Facture")), Column(_("Fournisseur")), Column(_("Programme")), Column(_("Mois de connexion"), number=True),
        Column(_("Demandé"), number=True), Column(_("État")),
    ]  # fmt: skip
    rows = [
        [
            Cell(title_of(each), url=reverse("bills:bill", args=[each.id])), each.provider, each.programme,
            "–" if each.is_balance else formats.number(each.line_count),
            formats.euros(each.pay_cents if each.is_balance else each.asked_cents), Cell(str(STATES[each.state][0]), tone=STATES[each.state][1]),
        ]
        for each in found
    ]  # fmt: skip
    return Table(_("Factures"), columns, rows, empty=_("Aucune facture pour l’instant."))


def landlords_table(found: Sequence[LandlordAccount], *, may_record: bool) -> Table:
    """What landlords owe and paid."""
    columns = [
        Column(_("Bailleur")), Column(_("Programme")), Column(_("Appelé"), number=True), Column(_("dont part des ménages"), number=True),
        Column(_("Payé"), number=True), Column(_("Reste dû"), number=True), *([Column(_("Ensuite"))] if may_record else []),
    ]  # fmt: skip
    rows: list[list[Cell | str]] = []
    for each in found:
        amounts = [formats.euros(cents) for cents in (each.called_cents, each.households_called_cents, each.paid_cents, each.due_cents)]
        rows.append([each.landlord, each.programme, *amounts])
        if may_record:
            url = reverse("bills:landlord-payment", args=[each.agreement_id, each.landlord_id])
            rows[-1].append(Cell(_("Enregistrer un paiement"), url=url) if each.due_cents > 0 else "–")
    return Table(_("Bailleurs"), columns, rows, empty=_("Rien n’a encore été appelé aux bailleurs."))


def payments_table(found: Sequence[PaymentFacts]) -> Table:
    """What landlords paid in."""
    columns = [
        Column(_("Reçu le")), Column(_("Bailleur")), Column(_("Part du bailleur"), number=True), Column(_("Part des ménages"), number=True),
        Column(_("Référence")),
    ]  # fmt: skip
    rows = [
        [
            formats.day(each.received_on),
            each.landlord,
            formats.euros(each.own_cents),
            formats.euros(each.households_cents),
            each.reference or "–",
        ]
        for each in found
    ]
    return Table(_("Paiements reçus des bailleurs"), columns, rows, empty=_("Aucun paiement reçu pour l’instant."))


MONTH_COLUMNS = (
    gettext_lazy("Connexion"), gettext_lazy("Du"), gettext_lazy("Au"), gettext_lazy("Jours servis"), gettext_lazy("Jours de panne déduits"),
    gettext_lazy("Jours de suspension"), gettext_lazy("Ménage"), gettext_lazy("Bailleur"), gettext_lazy("Financeurs"),
    gettext_lazy("Mise en service"), gettext_lazy("Total"),
)  # fmt: skip


def number_of(number: str) -> str:
    """A connection as every other page and paper calls it: ``I-K7FM-42PX``."""
    return ConnectionNumber(number).printed()


def month_values(number: str, due: MonthDue) -> list[Value]:
    """One month of one connection, as a file holds it. Days are inclusive: a person reads the last one served."""
    return [
        number_of(number), due.since, max(due.since, due.until - timedelta(days=1)), due.served_days, due.incident_days, due.suspended_days,
        Cents(due.household_cents), Cents(due.landlord_cents), Cents(due.funders_cents), Cents(due.setup_cents), Cents(due.total_cents),
    ]  # fmt: skip


def total_of(dues: Iterable[MonthDue]) -> list[Value]:
    """The foot of months."""
    found = list(dues)
    sums = [sum(getattr(each, name) for each in found) for name in ("household_cents", "landlord_cents", "funders_cents", "setup_cents")]
    return [_("Total"), None, None, *([None] * 3), *(Cents(each) for each in sums), Cents(sum(sums))]


def months_table(caption: str, months: Sequence[tuple[str, MonthDue]]) -> Table:
    """Months of connections on a page."""
    columns = [Column(str(name), number=rank > 2) for rank, name in enumerate(MONTH_COLUMNS)]
    rows = [[said(value) for value in month_values(number, due)] for number, due in months]
    total = [said(value) for value in total_of(due for _number, due in months)] if months else []
    return Table(caption, columns, rows, total, empty=_("Aucun mois de connexion."))


def months_sheet(title: str, months: Sequence[tuple[str, MonthDue]]) -> Sheet:
    """The same, as a file: its total last."""
    lines = [month_values(number, due) for number, due in months]
    return Sheet(title, [str(each) for each in MONTH_COLUMNS], lambda: [*lines, total_of(due for _number, due in months)])


def months_of(lines: Iterable[LineFacts]) -> list[tuple[str, MonthDue]]:
    """The months of kept lines."""
    return [(each.number, each.due) for each in lines]


def said(value: Value) -> str:
    """A value as a person reads it."""
    if isinstance(value, Cents):
        return formats.euros(value.cents)
    if value is None:
        return ""
    if isinstance(value, int):
        return formats.number(value)
    return formats.day(value) if isinstance(value, date) else str(value)


def bill_rows(bill: BillFacts, names: dict[int, str]) -> list[Row]:
    """A bill's facts: its parts, who decided, where the money goes."""
    rows = [Row(_("Fournisseur"), bill.provider), Row(_("Programme"), bill.programme)]
    if bill.reference:
        rows.append(Row(_("Numéro chez le fournisseur"), bill.reference))
    if not bill.is_balance:
        rows += [
            Row(_("Part des financeurs"), formats.euros(bill.funders_cents + bill.setup_cents)),
            Row(_("Part des bailleurs"), formats.euros(bill.landlord_cents)),
            Row(_("Part des ménages"), formats.euros(bill.household_cents)),
        ]
    if bill.collected_cents:
        rows.append(Row(_("dont prise par le fournisseur lui-même"), formats.euros(bill.collected_cents)))
    # The operator's people are named to its own office only.
    if bill.checked_by_id in names:
        rows.append(Row(_("Contrôlée par"), names[bill.checked_by_id]))
    if bill.decided_by_id in names and bill.state is not BillState.CHECKED:
        rows.append(Row(_("Approuvée par"), names[bill.decided_by_id]))
    if bill.reason:
        rows.append(Row(_("Refusée parce que"), bill.reason))
    if bill.pay_cents:
        rows.append(Row(_("Compte payé"), f"{bill.creditor_name}, {Iban(bill.creditor_iban).masked()}"))
    if bill.pay_cents and bill.end_to_end_id:
        rows.append(Row(_("Référence du virement"), bill.end_to_end_id))
    if bill.execute_on and bill.pay_cents:
        rows.append(Row(_("Jour du paiement"), formats.day(bill.execute_on)))
    if bill.booked_on and bill.state is BillState.PAID:
        rows.append(Row(_("Payée le"), formats.day(bill.booked_on)))
    if bill.returned_on and bill.state is BillState.RETURNED:
        rows.append(Row(_("Virement revenu le"), formats.day(bill.returned_on)))
    return rows


ACCOUNT_COLUMNS = (
    gettext_lazy("Qui"), gettext_lazy("Rôle"), gettext_lazy("Réservé, pas encore dû"), gettext_lazy("Dû"), gettext_lazy("Payé"),
)  # fmt: skip


def account_lines(account: AgreementAccount) -> list[list[Value]]:
    """Each party's line: a funder's reserve and payments, a landlord's debt, what a provider waits for and had."""
    funders: list[list[Value]] = [
        [name, _("financeur"), Cents(reserved), Cents(owed), Cents(served)] for name, reserved, owed, served in account.reserved_by_funder
    ]
    landlords: list[list[Value]] = [
        [name, _("bailleur"), None, Cents(stand.due_cents), Cents(stand.own_cents + stand.households_cents)]
        for _id, name, stand in account.landlords
    ]
    providers: list[list[Value]] = [
        [name, _("fournisseur : attend, a reçu"), None, Cents(stand.owed_cents), Cents(stand.paid_cents + stand.collected_cents)]
        for _id, name, stand in account.providers
    ]
    return [*funders, *landlords, *providers]


def account_table(account: AgreementAccount) -> Table:
    """The connections' money of one agreement, party by party."""
    columns = [Column(str(name), number=rank > 1) for rank, name in enumerate(ACCOUNT_COLUMNS)]
    rows = [[said(value) or "–" for value in line] for line in account_lines(account)]
    return Table(_("Qui paie quoi"), columns, rows, empty=_("Aucune connexion n’est financée par cette convention."))


def account_sheet(account: AgreementAccount) -> Sheet:
    """The same, as a file."""
    return Sheet(account.agreement, [str(each) for each in ACCOUNT_COLUMNS], lambda: account_lines(account))
