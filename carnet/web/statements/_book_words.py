"""The words of accountants' books: every code of a book said once, so that its page, its PDF and its CSV cannot differ."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import legal_day
from carnet.settlement.queries import BookPage
from carnet.settlement.rules import Book, BookPeriod, CellKind, Reckoning
from carnet.settlement.rules import BookTable as Kept
from carnet.web.design import formats

BOOKS = {
    Book.AGREEMENT: gettext_lazy("Compte de la convention"),
    Book.STOCK: gettext_lazy("Compte de stock des valeurs inactives"),
    Book.VOUCHERS: gettext_lazy("Compte annuel des chèques"),
    Book.PLACES: gettext_lazy("Liste des lieux payés"),
}
LEADS = {
    Book.AGREEMENT: gettext_lazy("Ce qui est entré sur le compte réservé, ce qui en est sorti, et ce qui y reste."),
    Book.STOCK: gettext_lazy(
        "Les chèques imprimés et pas encore remis. Ce sont des valeurs inactives : du papier qui vaudra de l’argent une fois remis."
    ),
    Book.VOUCHERS: gettext_lazy(
        "Les chèques commandés, utilisés et payés, rejetés, remboursés ou échangés, et ceux qui restent."
        " Présentation sur le modèle de l’article R. 1611-10 du code général des collectivités territoriales. À transmettre avant le 31 mai."
    ),
    Book.PLACES: gettext_lazy(
        "Les lieux payés pendant la période : SIRET, nom, nombre de chèques, montant, date et référence de chaque paiement."
        " Liste sur le modèle de l’article R. 1611-6 du code général des collectivités territoriales."
    ),
}
TABLES = {
    "positions": gettext_lazy("Où est l’argent de la convention"),
    "cash": gettext_lazy("Journal du compte réservé"),
    "funders": gettext_lazy("Part de chaque financeur à la fin de la période"),
    "places": gettext_lazy("Payé à chaque lieu"),
    "payments": gettext_lazy("Détail des paiements"),
    "cupboards": gettext_lazy("Stock de chaque détenteur, en chèques"),
    "slips": gettext_lazy("Bordereaux"),
    "losses": gettext_lazy("Chèques perdus, volés ou détruits"),
    "vouchers": gettext_lazy("Compte des chèques"),
    "presented": gettext_lazy("Chèques présentés par les lieux"),
    "unspent": gettext_lazy("Ce qui reste"),
}
COLUMNS = {
    "position": gettext_lazy("Argent"),
    "opening": gettext_lazy("Au début"),
    "plus": gettext_lazy("En plus"),
    "minus": gettext_lazy("En moins"),
    "closing": gettext_lazy("À la fin"),
    "day": gettext_lazy("Date"),
    "act": gettext_lazy("Opération"),
    "into": gettext_lazy("Entrées"),
    "out": gettext_lazy("Sorties"),
    "balance": gettext_lazy("Solde"),
    "funder": gettext_lazy("Financeur"),
    "funded": gettext_lazy("Apporté"),
    "unissued": gettext_lazy("Pas encore en chèques"),
    "in_circulation": gettext_lazy("En circulation"),
    "owed": gettext_lazy("Dû aux lieux"),
    "paid": gettext_lazy("Payé"),
    "returned": gettext_lazy("Rendu"),
    "reserved": gettext_lazy("Réservé aux connexions"),
    "served": gettext_lazy("Payé aux fournisseurs d’accès"),
    "siret": gettext_lazy("SIRET"),
    "place": gettext_lazy("Lieu"),
    "quantity": gettext_lazy("Chèques"),
    "cents": gettext_lazy("Montant"),
    "reference": gettext_lazy("Référence du paiement"),
    "holder": gettext_lazy("Détenteur"),
    "printed": gettext_lazy("Imprimés"),
    "received": gettext_lazy("Reçus"),
    "sent": gettext_lazy("Envoyés"),
    "handed_over": gettext_lazy("Remis"),
    "lost": gettext_lazy("Perdus ou volés"),
    "destroyed": gettext_lazy("Détruits"),
    "lapsed": gettext_lazy("Périmés"),
    "worth": gettext_lazy("Valeur à la fin"),
    "slip": gettext_lazy("Bordereau"),
    "report": gettext_lazy("Déclaration"),
    "from": gettext_lazy("Sorti de"),
    "to": gettext_lazy("Entré chez"),
    "serials": gettext_lazy("Du nº au nº"),
    "line": gettext_lazy("Ligne"),
}
CODES = {
    "opening": gettext_lazy("Solde au début"),
    "closing": gettext_lazy("Solde à la fin"),
    "total": gettext_lazy("Total"),
    "held": gettext_lazy("Sur le compte réservé"),
    "funded": gettext_lazy("Apporté par les financeurs depuis la signature"),
    "unissued": gettext_lazy("Pas encore en chèques"),
    "in_circulation": gettext_lazy("En circulation : chèques actifs pas encore utilisés"),
    "owed": gettext_lazy("Dû aux lieux : chèques utilisés, pas encore payés"),
    "paid": gettext_lazy("Payé aux lieux"),
    "returned": gettext_lazy("Rendu aux financeurs"),
    "reserved": gettext_lazy("Réservé aux connexions solidaires, dû à leurs fournisseurs compris"),
    "served": gettext_lazy("Payé aux fournisseurs d’accès"),
    "SETTLE": gettext_lazy("Paiement à un fournisseur d’accès"),
    "UNSETTLE": gettext_lazy("Virement à un fournisseur d’accès revenu"),
    "RECEIVE": gettext_lazy("Versement d’un financeur"),
    "REPAY": gettext_lazy("Rendu à un financeur : argent sans chèque"),
    "RETURN": gettext_lazy("Rendu aux financeurs : chèques périmés"),
    "PAY": gettext_lazy("Paiement aux lieux"),
    "UNPAY": gettext_lazy("Virement revenu"),
    "RECOVER": gettext_lazy("Repris à un lieu qui devait"),
    "REOPEN": gettext_lazy("Reprise annulée"),
    "printed": gettext_lazy("Imprimés"),
    "received": gettext_lazy("Envoyés et reçus"),
    "handed_over": gettext_lazy("Remis"),
    "lost": gettext_lazy("Perdus ou volés"),
    "destroyed": gettext_lazy("Détruits"),
    "lapsed": gettext_lazy("Périmés en stock"),
    "remaining_before": gettext_lazy("Restant au début"),
    "ordered": gettext_lazy("Commandés et payés d’avance"),
    "used_and_paid": gettext_lazy("Utilisés et payés aux lieux"),
    "refunded": gettext_lazy("Remboursés aux financeurs"),
    "exchanged": gettext_lazy("Échangés contre d’autres chèques"),
    "remaining": gettext_lazy("Restant à la fin"),
    "to_pay_before": gettext_lazy("À payer au début"),
    "presented": gettext_lazy("Présentés par les lieux"),
    "rejected": gettext_lazy("Rejetés : usage annulé, rien n’est dû"),
    "to_pay": gettext_lazy("Utilisés, à payer aux lieux"),
    "unspent": gettext_lazy("Pas utilisés"),
}
RECKONED = {
    "unissued": gettext_lazy("argent pas encore en chèques"),
    "in_circulation": gettext_lazy("argent en circulation"),
    "owed": gettext_lazy("dû aux lieux"),
    "paid": gettext_lazy("payé aux lieux"),
    "returned": gettext_lazy("rendu aux financeurs"),
    "unissued_shares": gettext_lazy("argent pas encore en chèques, par parts des financeurs"),
    "in_circulation_shares": gettext_lazy("argent en circulation, par parts des financeurs"),
    "owed_shares": gettext_lazy("dû aux lieux, par parts des financeurs"),
    "paid_shares": gettext_lazy("payé aux lieux, par parts des financeurs"),
    "returned_shares": gettext_lazy("rendu aux financeurs, par parts"),
    "reserved": gettext_lazy("réservé aux connexions"),
    "served": gettext_lazy("payé aux fournisseurs d’accès"),
    "reserved_shares": gettext_lazy("réservé aux connexions, par parts des financeurs"),
    "served_shares": gettext_lazy("payé aux fournisseurs d’accès, par parts des financeurs"),
    "activated": gettext_lazy("valeur de tous les chèques actifs"),
    "received": gettext_lazy("versements relevés à la banque"),
    "remaining": gettext_lazy("valeur des chèques restants"),
    "number": gettext_lazy("nombre de chèques restants, à leur valeur"),
}
# These lines sum others: they are told in bold.
SUMS = frozenset({"held", "opening"})


def period_words(period: BookPeriod) -> str:
    """ "année 2026", "3e trimestre 2026", "juillet 2026"."""
    if period.name.isdigit():
        return _("année %(year)s") % {"year": period.name}
    if "T" in period.name:
        return _("trimestre %(quarter)s de %(year)s") % {"quarter": period.name[-1], "year": period.name[:4]}
    return formats.month(period.since)


def title_of(page: BookPage) -> str:
    """What a book is, and of when."""
    return _("%(book)s, %(period)s") % {"book": BOOKS[page.book], "period": period_words(page.period)}


def standing_of(page: BookPage) -> str:
    """Whether the book is for good, and its number."""
    if page.number is not None:
        return _("Compte nº %(number)s, arrêté le %(day)s.") % {"number": page.number, "day": formats.moment(page.as_of)}
    if page.is_live:
        return _("Compte provisoire au %(day)s : la période n’est pas finie.") % {"day": formats.moment(page.as_of)}
    return _("Calculé le %(day)s. La période est finie, le compte n’est pas encore arrêté.") % {"day": formats.moment(page.as_of)}


def equal_words(page: BookPage) -> str:
    """The line at the foot: whether the book is equal to the ledger, and what is not."""
    if page.is_equal:
        return _("Égal au grand livre : oui.")
    wrong = ", ".join(reckoned(each) for each in page.reckonings if not each.is_equal)
    return _("Égal au grand livre : non. À vérifier : %(lines)s.") % {"lines": wrong}


def reckoned(each: Reckoning) -> str:
    """What one reckoning compares."""
    if each.key.startswith("stock:"):
        return _("stock de %(holder)s") % {"holder": each.key.removeprefix("stock:")}
    return str(RECKONED[each.key])


def shown(kind: CellKind, cell: str | int | None) -> str:
    """One cell in words, for a page or for paper."""
    if cell is None or cell == "":
        return ""
    if kind is CellKind.EUROS:
        return formats.euros(int(cell))
    if kind is CellKind.NUMBER:
        count = formats.number(abs(int(cell)))
        return f"{formats.MINUS}{count}" if int(cell) < 0 else count
    if kind is CellKind.DAY:
        return formats.day(_day(cell))
    return str(CODES[str(cell)]) if kind is CellKind.WORD else str(cell)


def cells_of(table: Kept, row: tuple[str | int | None, ...]) -> list[str]:
    """One row in words. The total begins with its word, whatever its first column holds."""
    if row is not table.total:
        return [shown(kind, cell) for (_name, kind), cell in zip(table.columns, row, strict=True)]
    word = next((cell for cell in row if isinstance(cell, str)), "total")
    figures = [shown(kind, cell) if isinstance(cell, int) else "" for (_name, kind), cell in zip(table.columns[1:], row[1:], strict=True)]
    return [str(CODES[word]), *figures]


def headings(table: Kept) -> list[str]:
    """The words of a table's columns."""
    return [str(COLUMNS[name]) for name, _kind in table.columns]


def is_sum(row: tuple[str | int | None, ...]) -> bool:
    """Whether a row sums others, or carries a balance forward."""
    return any(cell in SUMS for cell in row if isinstance(cell, str))


def file_name(page: BookPage) -> str:
    """The name of a book's file, without its ending."""
    names = {Book.AGREEMENT: "compte", Book.STOCK: "stock", Book.VOUCHERS: "cheques", Book.PLACES: "lieux-payes"}
    number = f"-n{page.number}" if page.number is not None else f"-au-{legal_day(page.as_of).isoformat()}"
    return f"{names[page.book]}-convention-{page.agreement_id}-{page.period.name.lower()}{number}"


def _day(cell: str | int) -> date:
    return date.fromisoformat(str(cell))
