"""When a funder's monthly statement is due, and to whom it may go."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from carnet.kernel.holidays import is_public_holiday
from carnet.kernel.periods import PARIS, add_months, legal_day
from carnet.observatory.rules._refusals import RecipientsTooMany, RecipientWrong

DUE_HOUR = 8
RECIPIENTS_MAX = 10
_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


def due_at(month_on: date) -> datetime:
    """When the statement of a month is due: at 8 h in Paris, the first working day after it. `month_on`: its first day."""
    day = add_months(month_on, 1)
    while day.weekday() >= 5 or is_public_holiday(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(DUE_HOUR), tzinfo=PARIS)


def latest_due(at: datetime) -> date:
    """The first day of the latest month whose statement is due by then: a machine that was off makes it later, never twice."""
    month_on = add_months(legal_day(at).replace(day=1), -1)
    return month_on if due_at(month_on) <= at else add_months(month_on, -1)


def checked_recipients(emails: Iterable[str]) -> list[str]:
    """Addresses, once each, in their order. Raises: RecipientsTooMany, RecipientWrong."""
    found = list(dict.fromkeys(email.strip() for email in emails if email.strip()))
    if len(found) > RECIPIENTS_MAX:
        raise RecipientsTooMany(most=RECIPIENTS_MAX)
    for email in found:
        if len(email) > 254 or not _EMAIL.fullmatch(email):
            raise RecipientWrong(email=email)
    return found
