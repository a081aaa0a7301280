"""Published figures and what is likely to come, each counted from the ledger and the desks."""

from carnet.observatory.access import reads_every_funder
from carnet.observatory.queries._cuts import Cut, CutLine, cut
from carnet.observatory.queries._figures import REAL, SIMULATED, open_data, programme_figures, published_programmes
from carnet.observatory.queries._funds import AgreementFigures, agreement_figures
from carnet.observatory.queries._portfolio import PortfolioLine, agreement_line, portfolio
from carnet.observatory.queries._rows import PER_PAGE, BookletRow, GroupRow, MoneyRow, Row, RowFilter, Rows, UsedRow, every_row, rows
from carnet.observatory.queries._targets import PublicPledge, public_pledge

__all__ = [
    "PER_PAGE",
    "REAL",
    "SIMULATED",
    "AgreementFigures",
    "BookletRow",
    "Cut",
    "CutLine",
    "GroupRow",
    "MoneyRow",
    "PortfolioLine",
    "PublicPledge",
    "Row",
    "RowFilter",
    "Rows",
    "UsedRow",
    "agreement_figures",
    "agreement_line",
    "cut",
    "every_row",
    "open_data",
    "portfolio",
    "programme_figures",
    "public_pledge",
    "published_programmes",
    "reads_every_funder",
    "rows",
]
