"""What would go back to each funder of an agreement now, from the ledger, and whether it may."""

from datetime import datetime, timedelta

from carnet.distribution.queries.exchanges import exchange_days
from carnet.distribution.rules.exchanges import exchanged_until
from carnet.funding import queries as funding
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.settlement.rules import NothingToReturn, ReturnDue, check_closable, returns_due


def check_ended(agreement_id: int, programme_id: int, at: datetime) -> None:
    """Grace and the undo window of every series of an agreement are over, and the days of exchange. Raises: ClosingTooEarly.

    The money of what may still be exchanged waits: given back, it could pay nothing any more.
    """
    undo_window = timedelta(minutes=funding.rules_for_redemption(programme_id).undo_window_minutes)
    days = exchange_days(programme_id)
    ends = [exchanged_until(accepted_until=series.accepted_until, days=days) for series in ledger.series_list(agreement_id=agreement_id)]
    check_closable(accepted_until=ends, undo_window=undo_window, at=at)


def lapsed_series(agreement_id: int) -> list[SeriesView]:
    """The series of an agreement that have lapsed."""
    return [series for series in ledger.series_list(agreement_id=agreement_id) if series.lapsed_at is not None]


def returns_now(agreement_id: int) -> tuple[ReturnDue, ...]:
    """What lapsed series still hold, and what no series holds, funder by funder; none with nothing. Raises: NothingToReturn."""
    circulation: dict[int, int] = {}
    for series in lapsed_series(agreement_id):
        for funder_id, money in ledger.money(series_id=series.id).by_funder.items():
            circulation[funder_id] = circulation.get(funder_id, 0) + money.in_circulation
    return returns_due(circulation=circulation, unissued=ledger.unissued(agreement_id))


def money_to_return(agreement_id: int) -> tuple[ReturnDue, ...]:
    """The same, empty when nothing goes back."""
    try:
        return returns_now(agreement_id)
    except NothingToReturn:
        return ()
