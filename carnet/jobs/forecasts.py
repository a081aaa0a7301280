"""Every morning's forecasts, and each month's statement to each funder."""

from collections import defaultdict
from datetime import date, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory import operations
from carnet.observatory import queries as observatory
from carnet.observatory.queries import Seen
from carnet.observatory.rules import AgreementForecast, latest_due

WHY = "an agreement that has shown little is told from the operator's others"


def forecast_all(*, at: datetime) -> int:
    """Keep today's forecast of every agreement in force; return how many were kept. A round run twice keeps each once."""
    kept, seen_by_operator = 0, defaultdict[int, Seen](lambda: Seen(legal_day(at)))
    with acting_as_everything(why=WHY):
        found = observatory.open_agreements(at=at)
    for operator_id, programme_id, agreement_id in found:
        forecast = _forecast(operator_id, agreement_id, seen_by_operator[operator_id], at)
        with acting_as(Actor.system("forecast", programme_ids={programme_id})):
            kept += operations.keep_forecast(forecast, at=at)
    return kept


def write_letters(*, at: datetime, limit: int | None = None) -> int:
    """Make the monthly statements that are due, each in its own transaction; return how many were made.

    A round that is killed, or run by several timers at once, goes on with those not made yet. `limit`: stop after so many.
    """
    month_on = latest_due(at)
    with acting_as_everything(why="each funder of every programme is written to"):
        done, found = observatory.letters_made(month_on), observatory.agreements_of_month(month_on, at=at)
    made, seen_by_operator = 0, defaultdict[int, Seen](lambda: Seen(legal_day(at)))
    for operator_id, programme_id, agreement_id, funder_ids in found:
        if all((agreement_id, funder_id) in done for funder_id in funder_ids):
            continue
        forecast = _forecast(operator_id, agreement_id, seen_by_operator[operator_id], at)
        made += _write(programme_id, agreement_id, month_on, forecast, done, at, None if limit is None else limit - made)
        if limit is not None and made >= limit:
            break
    return made


def _forecast(operator_id: int, agreement_id: int, seen: Seen, at: datetime) -> AgreementForecast:
    with acting_as_everything(why=WHY):
        return observatory.forecast_of(agreement_id, seen=seen, others=observatory.network_of(operator_id, at=at))


def _write(
    programme_id: int,
    agreement_id: int,
    month_on: date,
    forecast: AgreementForecast,
    done: set[tuple[int, int]],
    at: datetime,
    left: int | None,
) -> int:
    made = 0
    with acting_as(Actor.system("monthly letters", programme_ids={programme_id})):
        figures = observatory.monthly_figures(agreement_id=agreement_id, month_on=month_on, forecast=forecast, at=at)
    for each in figures:
        if (agreement_id, each.funder_id) in done or left == made:
            continue
        with acting_as(Actor.system("monthly letters", programme_ids={programme_id}, organisation_ids={each.funder_id})):
            made += operations.write_letter(each, at=at)
    return made


@app.periodic(cron="40 3 * * *")
@app.task(name="observatory.forecast", queue="timers", queueing_lock="observatory.forecast")
def forecast_every_morning(timestamp: int) -> None:
    """The timer of forecasts: before anybody reads them."""
    forecast_all(at=timezone.now())


# Every hour: the rule says from which one letters are due, in Paris; a machine that was off catches up.
@app.periodic(cron="5 * * * *")
@app.task(name="observatory.monthly-letters", queue="timers", queueing_lock="observatory.monthly-letters")
def write_every_hour(timestamp: int) -> None:
    """The timer of monthly statements."""
    write_letters(at=timezone.now())
