"""Figures, cuts and signals in words, and the tables they make: one table feeds the page and its files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.ledger.rules import MovementKind, State
from carnet.observatory.queries import BookletRow, Cut, CutLine, GroupRow, MoneyRow, PublicPledge, Row, UsedRow
from carnet.observatory.rules import OF_CONNECTIONS, PARTS, Amount, By, Heading, PublicProgress, Signal
from carnet.places import queries as places
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.figures import service_words
from carnet.web.spreadsheets import Cents, Sheet, Value

HEADINGS = {
    Heading.FUNDED: gettext_lazy("Apporté"),
    Heading.UNISSUED: gettext_lazy("Pas encore en chèques"),
    Heading.AT_OPERATOR: gettext_lazy("Chez l’opérateur ou en route"),
    Heading.AT_DESKS: gettext_lazy("Chez les prescripteurs"),
    Heading.IN_HANDS: gettext_lazy("En mains, pas encore utilisés"),
    Heading.USED: gettext_lazy("Utilisés"),
    Heading.OWED: gettext_lazy("Dû aux lieux"),
    Heading.PAID: gettext_lazy("Payé aux lieux"),
    Heading.TO_RETURN: gettext_lazy("Finis sans servir, à rendre"),
    Heading.RETURNED: gettext_lazy("Rendu aux financeurs"),
    Heading.RESERVED: gettext_lazy("Réservé aux connexions solidaires"),
    Heading.SERVED: gettext_lazy("Payé aux fournisseurs d’accès"),
}
_SHORT_HEADINGS = {
    Heading.AT_DESKS: gettext_lazy("En stock"),
    Heading.IN_HANDS: gettext_lazy("En mains"),
    Heading.USED: gettext_lazy("Utilisés"),
    Heading.OWED: gettext_lazy("Dus"),
    Heading.PAID: gettext_lazy("Payés"),
}
CUTS = {
    By.MONTH: gettext_lazy("Par mois"),
    By.PLACE: gettext_lazy("Par lieu"),
    By.SERVICE: gettext_lazy("Par service"),
    By.COMMUNE: gettext_lazy("Par commune"),
    By.DESK: gettext_lazy("Par guichet"),
}
_CUT_COLUMNS = {
    By.MONTH: gettext_lazy("Mois"),
    By.PLACE: gettext_lazy("Lieu"),
    By.SERVICE: gettext_lazy("Service"),
    By.COMMUNE: gettext_lazy("Commune du lieu"),
    By.DESK: gettext_lazy("Guichet"),
}
SIGNALS = {
    Signal.PLACES_UNPAID: gettext_lazy("Des lieux attendent leur argent au-delà du jour promis"),
    Signal.MONEY_AWAITED: gettext_lazy("De l’argent manque pour les carnets commandés"),
    Signal.SLEEPING_STOCK: gettext_lazy("Des carnets dorment"),
    Signal.PUBLIC_BEHIND: gettext_lazy("L’engagement sur les publics n’est pas tenu à ce jour"),
    Signal.FUNDS_LOW: gettext_lazy("Il reste peu de chèques à remettre"),
}
SHORT_SIGNALS = {
    Signal.PLACES_UNPAID: gettext_lazy("lieux en attente"),
    Signal.MONEY_AWAITED: gettext_lazy("argent attendu"),
    Signal.SLEEPING_STOCK: gettext_lazy("carnets qui dorment"),
    Signal.PUBLIC_BEHIND: gettext_lazy("engagement en retard"),
    Signal.FUNDS_LOW: gettext_lazy("fonds bientôt épuisé"),
}
_MOVES = {
    MovementKind.RECEIVE: gettext_lazy("Argent reçu"),
    MovementKind.ACTIVATE: gettext_lazy("Mis en chèques"),
    MovementKind.REPAY: gettext_lazy("Rendu, jamais mis en chèques"),
    MovementKind.RETURN: gettext_lazy("Rendu, chèques finis sans servir"),
    MovementKind.RESERVE: gettext_lazy("Réservé à une connexion"),
    MovementKind.RELEASE: gettext_lazy("Libéré d’une connexion"),
    MovementKind.SETTLE: gettext_lazy("Fournisseur d’accès payé"),
    MovementKind.UNSETTLE: gettext_lazy("Virement au fournisseur revenu"),
}
_STATES = {
    State.HANDED_OVER: gettext_lazy("en mains"),
    State.IN_STOCK: gettext_lazy("en stock"),
    State.LAPSED: gettext_lazy("périmés"),
    State.VOID: gettext_lazy("perdus, volés ou rappelés"),
    State.REDEEMED: gettext_lazy("argent repris à un lieu"),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of values: drawn on the page, written in a file. `urls` leads from a line's cell, by its rank."""

    title: str
    columns: Sequence[str]
    lines: Sequence[Sequence[Value]]
    total: Sequence[Value] = ()
    urls: Sequence[dict[int, str]] = field(default_factory=tuple)

    def table(self, *, empty: str = "", without: frozenset[int] = frozenset()) -> Table:
        """As a page shows it, less the columns only a file has room for. Numbers and amounts are aligned on the right."""
        told = [*self.lines, *([self.total] if self.total else [])]
        kept = [rank for rank in range(len(self.columns)) if rank not in without]
        columns = [Column(self.columns[rank], number=any(isinstance(line[rank], int | Cents) for line in told)) for rank in kept]
        rows: list[list[Any]] = []
        for rank, line in enumerate(self.lines):
            urls = self.urls[rank] if self.urls else {}
            rows.append([Cell(shown(line[at]), url=urls[at]) if at in urls else shown(line[at]) for at in kept])
        total = ["" if self.total[at] in (None, "") else shown(self.total[at]) for at in kept] if self.total else []
        return Table(self.title, columns, rows, total, empty=empty)

    def sheet(self) -> Sheet:
        """As a file holds it, its total last."""
        return Sheet(self.title, self.columns, lambda: [*self.lines, *([self.total] if self.total else [])])


def shown(value: Value) -> str:
    """A value as a person reads it."""
    if isinstance(value, Cents):
        return formats.euros(value.cents)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, Decimal):
        return str(value).replace(".", formats.decimal_mark())
    return value or "–"


# --- The dashboard, and its cuts ----------------------------------------------------------------------------------------


def figures_grid(amounts: dict[Heading, Amount], own: str, urls: dict[Heading, str]) -> Grid:
    """Where the money is: each line in its place, the whole at the foot. `own` names the funder's column, empty for the whole alone."""
    parts = [part for part in PARTS if part not in OF_CONNECTIONS or amounts[part] != Amount()]
    lines = [[str(HEADINGS[part]), *_cells(amounts[part], own)] for part in parts]
    links = [{0: urls[part]} if part in urls else {} for part in parts]
    total = [str(HEADINGS[Heading.FUNDED]), *_cells(amounts[Heading.FUNDED], own)]
    return Grid(_("Où est l’argent"), [_("Où"), *_columns(own)], lines, total, links)


def cut_grid(cut: Cut, own: str, url_of: Any) -> Grid:
    """One cut: a line each, the figures of the dashboard at the foot. `url_of(line, heading)` leads to the rows of a cell."""
    columns = [str(_CUT_COLUMNS[cut.by])]
    for heading in cut.headings:
        word = str(_SHORT_HEADINGS[heading])
        columns += [word, f"{word} (€)"]
    lines, urls = [], []
    for line in cut.lines:
        lines.append([cut_words(cut.by, line), *_pairs(line.amounts, cut.headings, own)])
        found = {1 + 2 * rank: url_of(line, heading) for rank, heading in enumerate(cut.headings) if line.amounts[heading].vouchers}
        urls.append({rank: url for rank, url in found.items() if url})
    title = _("%(cut)s : chèques, et %(whose)s") % {"cut": CUTS[cut.by], "whose": own or _("leur valeur en tout")}
    return Grid(title, columns, lines, [_("Total"), *_pairs(cut.total, cut.headings, own)] if lines else (), urls)


def cut_words(by: By, line: CutLine) -> str:
    """A line's name: a month in words, a service of the catalogue, or its own."""
    if line.is_recovered:
        return _("Repris à des lieux")
    return key_words(by, line.key, line.name)


def key_words(by: By, key: str, name: str = "") -> str:
    """The same from an address's key."""
    if by is By.MONTH:
        year, month = key.split("-")
        return formats.month(date(int(year), int(month), 1))
    if by is By.SERVICE:
        return "".join(service_words([key])) or key
    return name or _("Non dit")


def _columns(own: str) -> list[str]:
    return [_("Chèques"), *([own[:1].upper() + own[1:]] if own else []), _("En tout")]


def _cells(amount: Amount, own: str) -> list[Value]:
    return [amount.vouchers, *([Cents(amount.own_cents)] if own else []), Cents(amount.whole_cents)]


def _pairs(amounts: Any, headings: Sequence[Heading], own: str) -> list[Value]:
    cells: list[Value] = []
    for heading in headings:
        amount = amounts[heading]
        cells += [amount.vouchers, Cents(amount.own_cents if own else amount.whole_cents)]
    return cells


# --- The rows behind a figure -------------------------------------------------------------------------------------------


def row_columns(heading: Heading, own: str) -> list[str]:
    """The columns of the rows behind a figure."""
    if heading in (Heading.FUNDED, Heading.UNISSUED, Heading.RETURNED, *OF_CONNECTIONS):
        return [_("Jour"), _("Quoi"), _("Financeur"), _("Carnets"), _("Montant")]
    if heading in (Heading.AT_OPERATOR, Heading.AT_DESKS):
        return [_("Carnet"), _("Où"), _("En route vers"), *_columns(own)]
    if heading in (Heading.IN_HANDS, Heading.TO_RETURN):
        return [_("Guichet"), _("Carnets"), _("État"), *_columns(own)]
    return [_("Jour"), _("Lieu"), _("Commune"), _("Service"), _("Payé le"), _("Virement"), *_columns(own)]


def row_line(row: Row, own: str) -> list[Value]:
    """One row, in the order of its columns."""
    if isinstance(row, MoneyRow):
        return [row.on, _what(row), row.funder, row.series, Cents(row.cents)]
    if isinstance(row, BookletRow):
        return [row.serial, row.holder, row.on_the_way_to, *_cells(row.amount, own)]
    if isinstance(row, GroupRow):
        return [row.desk or _("Lieux payés à tort"), row.series, str(_STATES[row.state]), *_cells(row.amount, own)]
    assert isinstance(row, UsedRow)
    if row.on is None:
        return [None, _("Repris à des lieux"), "", "", None, "", *_cells(row.amount, own)]
    service = "".join(service_words([row.service])) or row.service
    return [row.on, row.place, row.commune, service, row.paid_on, row.payment, *_cells(row.amount, own)]


def row_lines(rows: Iterator[Row], own: str) -> Iterator[list[Value]]:
    """Rows one by one, for a file."""
    for row in rows:
        yield row_line(row, own)


def _what(row: MoneyRow) -> str:
    if row.kind is not None:
        return str(_MOVES[row.kind])
    if row.cents >= 0:
        return _("Part due à l’usage, avancée par %(funder)s") % {"funder": row.other}
    return _("Avancé pour %(funder)s, chèques utilisés") % {"funder": row.other}


# --- The pledge ---------------------------------------------------------------------------------------------------------


def pledge_sentence(progress: PublicProgress, *, is_ended: bool) -> str:
    """What is lacking to keep the pledge, or that it is kept."""
    if progress.handed_count == 0:
        return _("Rien n’a encore été remis.")
    if progress.is_small:
        return _("Trop peu de personnes pour dire la part sans désigner quelqu’un.")
    if is_ended:
        return _("L’engagement n’a pas été tenu.") if progress.is_behind else _("L’engagement a été tenu.")
    if progress.needed_count == 0:
        return _("L’engagement est déjà tenu, quoi qu’il arrive aux chèques qui restent.")
    if not progress.is_within_reach:
        return _("Même remis tous à ce public, les chèques qui restent ne suffiront pas.")
    words = ngettext(
        "Pour tenir l’engagement, %(needed)s chèque des %(left)s qui restent doit aller à ce public.",
        "Pour tenir l’engagement, %(needed)s chèques des %(left)s qui restent doivent aller à ce public.",
        progress.needed_count,
    )
    return words % {"needed": formats.number(progress.needed_count), "left": formats.number(progress.left_count)}


def pledge_words(progress: PublicProgress | None) -> str:
    """A pledge in a cell: so far, of what was pledged."""
    if progress is None:
        return ""
    part = _("moins de 5 personnes") if progress.is_small else whole_percent(progress.basis_points)
    return _("%(part)s sur %(target)s") % {"part": part, "target": formats.basis_points(progress.target_basis_points)}


def whole_percent(basis_points: int) -> str:
    """A part to the percent, rounded down: a pledge is not kept by rounding, and a finer figure would say more than it knows."""
    return formats.basis_points(basis_points // 100 * 100)


def pledge_page(told: PublicPledge) -> dict[str, Any]:
    """Everything a page shows of a pledge: the sentence, the figures, the desks that can help."""
    progress = told.progress
    part = "–" if progress.is_small or not progress.handed_count else whole_percent(progress.basis_points)
    unsaid = "–" if progress.is_small else formats.percent(progress.unsaid_count, progress.handed_count)
    columns = [Column(_("Guichet")), Column(_("Chèques qui restent"), number=True), Column(_("Part remise à ce public"), number=True)]
    rows = [
        [
            name or "–",
            formats.number(desk.left_count),
            _("trop peu pour le dire") if desk.basis_points is None else whole_percent(desk.basis_points),
        ]
        for name, desk in told.desks
    ]
    return {
        "sentence": pledge_sentence(progress, is_ended=told.is_ended),
        "tone": "warning" if progress.is_behind and not progress.is_small else "info",
        "figures": [
            Figure(
                part, _("remis à ce public"), _("engagement : %(target)s") % {"target": formats.basis_points(progress.target_basis_points)}
            ),
            Figure(formats.number(progress.handed_count), _("chèques remis")),
            Figure(unsaid, _("sans réponse notée"), _("ils ne comptent pas")),
        ],
        "desks": Table(_("Guichets qui peuvent aider"), columns, rows, empty=_("Plus aucun guichet n’a de chèques.")),
        "until": formats.last_day(told.hand_over_until),
    }


def use_sentence(amounts: Mapping[Heading, Amount], handed: int) -> str:
    """One sentence for whoever has two minutes. `handed`: vouchers that reached somebody, even those that lapsed since."""
    used, hands = amounts[Heading.USED].vouchers, amounts[Heading.IN_HANDS].vouchers
    left = amounts[Heading.AT_DESKS].vouchers + amounts[Heading.AT_OPERATOR].vouchers
    if handed == 0:
        return _("Aucun chèque n’a encore été remis.")
    told = _("Sur %(handed)s chèques remis, %(used)s ont servi et %(hands)s peuvent encore servir.") % {
        "handed": formats.number(handed),
        "used": formats.number(used),
        "hands": formats.number(hands),
    }
    if not left:
        return told
    rest = ngettext("Il en reste %(left)s à remettre.", "Il en reste %(left)s à remettre.", left) % {"left": formats.number(left)}
    return f"{told} {rest}"


def place_name(place_id: int) -> str:
    """The name of a place in a filter."""
    return places.names_of([place_id]).get(place_id, "")


def commune_name(code: str) -> str:
    """The name of a commune in a filter."""
    found = places.gazetteer().by_code(code)
    return found.name if found else code
