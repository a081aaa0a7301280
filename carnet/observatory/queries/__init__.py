"""Published figures and what is likely to come, each counted from the ledger and the desks."""

from carnet.observatory.access import reads_every_funder
from carnet.observatory.queries._assisted import assisted, programmes_of_assistance
from carnet.observatory.queries._cuts import Cut, CutLine, cut
from carnet.observatory.queries._figures import REAL, SIMULATED, open_data, programme_figures, published_programmes
from carnet.observatory.queries._forecast import Seen, forecast_of, latest_forecast, network_of, open_agreements, season_of
from carnet.observatory.queries._funds import AgreementFigures, agreement_figures
from carnet.observatory.queries._letters import (
    KeptLetter,
    Recipients,
    agreements_of_month,
    kept_letter,
    kept_letters,
    letter_to_send,
    letters_made,
    monthly_figures,
    recipients,
    recipients_of,
)
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
    "KeptLetter",
    "MoneyRow",
    "PortfolioLine",
    "PublicPledge",
    "Recipients",
    "Row",
    "RowFilter",
    "Rows",
    "Seen",
    "UsedRow",
    "agreement_figures",
    "agreement_line",
    "agreements_of_month",
    "assisted",
    "cut",
    "every_row",
    "forecast_of",
    "kept_letter",
    "kept_letters",
    "latest_forecast",
    "letter_to_send",
    "letters_made",
    "monthly_figures",
    "network_of",
    "open_agreements",
    "open_data",
    "portfolio",
    "programme_figures",
    "programmes_of_assistance",
    "public_pledge",
    "published_programmes",
    "reads_every_funder",
    "recipients",
    "recipients_of",
    "rows",
    "season_of",
]
