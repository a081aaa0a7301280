"""The agreements one funds, runs or audits, in one table: sorted, summed, with what is late."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.observatory.queries import PortfolioLine
from carnet.observatory.rules import Amount, Heading
from carnet.web.design import formats
from carnet.web.funds import words
from carnet.web.funds.words import Grid
from carnet.web.spreadsheets import Cents, Value

# Of its columns, those a file alone has room for: the state, what was paid and given back, vouchers handed over.
FILE_ONLY = frozenset({4, 7, 9, 10})
_SUMMED = (Heading.FUNDED, Heading.OWED, Heading.PAID, Heading.TO_RETURN, Heading.RETURNED)


def handed_over(lines: Sequence[PortfolioLine]) -> int:
    """Vouchers that reached somebody, in every agreement."""
    return sum(line.figures.handed_count for line in lines)


def _rate(line: PortfolioLine) -> tuple[int, int]:
    handed = line.figures.handed_count
    return (line.figures.amounts[Heading.USED].vouchers * 10_000 // handed if handed else -1, handed)


# By key in the address: the words of the choice, and what to sort by, the first shown first.
SORTS: dict[str, tuple[Any, Callable[[PortfolioLine], Any]]] = {
    "signals": (
        gettext_lazy("Alertes d’abord"),
        lambda line: (-len(line.signals), [list(words.SIGNALS).index(each) for each in line.signals]),
    ),
    "signed": (gettext_lazy("Les plus récentes"), lambda line: -line.figures.agreement.signed_on.toordinal()),
    "name": (gettext_lazy("Programme"), lambda line: (line.figures.programme.name.casefold(), line.figures.agreement.name.casefold())),
    "funded": (gettext_lazy("Montant apporté"), lambda line: -line.figures.amounts[Heading.FUNDED].whole_cents),
    "use": (gettext_lazy("Moins utilisés"), _rate),
    "owed": (gettext_lazy("Dû aux lieux"), lambda line: -line.figures.amounts[Heading.OWED].whole_cents),
}


def sorted_lines(lines: Sequence[PortfolioLine], sort: str) -> list[PortfolioLine]:
    """In the order asked; the latest signed first among equals."""
    return sorted(lines, key=SORTS[sort][1])


def totals_of(lines: Sequence[PortfolioLine]) -> dict[Heading, Amount]:
    """The sum of every agreement."""
    return {heading: sum((line.figures.amounts[heading] for line in lines), Amount()) for heading in Heading}


def grid_of(lines: Sequence[PortfolioLine], own: str, url_of: Callable[[PortfolioLine], str] | None) -> Grid:
    """One line an agreement, the sums at the foot; amounts are one's own part, or the whole when one has none."""
    columns = [
        _("Convention"), _("À surveiller"), _("Programme"), _("Opérateur"), _("État"), *_amount_columns(), _("Remis"), _("Utilisés"),
        _("Part utilisée"), _("Public visé"),
    ]  # fmt: skip
    total, handed = totals_of(lines), handed_over(lines)
    foot: list[Value] = [
        _("Total"), "", "", "", "", *_cents(total, own), handed, total[Heading.USED].vouchers,
        formats.percent(total[Heading.USED].vouchers, handed), "",
    ]  # fmt: skip
    urls = [{0: url_of(line)} for line in lines] if url_of else ()
    title = _("Conventions, %(whose)s en euros") % {"whose": own} if own else _("Conventions")
    return Grid(title, columns, [_line(line, own) for line in lines], foot if lines else (), urls)


def _line(line: PortfolioLine, own: str) -> list[Value]:
    figures, amounts = line.figures, line.figures.amounts
    used, handed = amounts[Heading.USED].vouchers, figures.handed_count
    return [
        figures.agreement.name,
        ", ".join(str(words.SHORT_SIGNALS[each]) for each in line.signals),
        figures.programme.name,
        line.operator,
        _("close") if figures.agreement.closed_at else _("en cours"),
        *_cents(amounts, own),
        handed,
        used,
        formats.percent(used, handed),
        words.pledge_words(line.pledge),
    ]


def _amount_columns() -> list[str]:
    return [_("Apporté"), _("Dû"), _("Payé"), _("À rendre"), _("Rendu")]


def _cents(amounts: Any, own: str) -> list[Value]:
    return [Cents(amounts[heading].own_cents if own else amounts[heading].whole_cents) for heading in _SUMMED]
