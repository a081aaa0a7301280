"""From which day to which day: Paris days, whatever the hour and the season's change of clocks."""

from datetime import date, datetime, timedelta

from carnet.kernel.periods import legal_day, start_of_day
from carnet.mandates.rules._refusals import RenewalTooLate
from carnet.mandates.rules._words import Duration, MandateState

# Said in days: a mandate signed again within this long needs no new proof of who the person is.
RENEWED_WITHIN_DAYS = 365
SOON_DAYS = 30
DRAFT_KEPT = timedelta(hours=2)


def window(duration: Duration, signed_at: datetime) -> tuple[date, date]:
    """The first Paris day of a mandate signed at that aware moment, and the first day on which it is no more in force."""
    starts_on = legal_day(signed_at)
    return starts_on, starts_on + timedelta(days=duration.days)


def ends_at(ends_on: date) -> datetime:
    """The moment at which it stops: midnight in Paris, when `ends_on` begins. Excluded."""
    return start_of_day(ends_on)


def last_day(ends_on: date) -> date:
    """The last day on which it is in force: what a person is told."""
    return ends_on - timedelta(days=1)


def state_of(*, ended_at: datetime | None, ends_on: date, at: datetime) -> MandateState:
    """What is said of a mandate at that aware moment. One that ran its whole time expired, even when it was closed afterwards."""
    if ended_at is not None and ended_at < ends_at(ends_on):
        return MandateState.ENDED
    return MandateState.LIVE if legal_day(at) < ends_on else MandateState.EXPIRED


def is_soon_over(*, ends_on: date, at: datetime) -> bool:
    """Whether fewer than SOON_DAYS Paris days are left of a mandate that still lasts."""
    return legal_day(at) < ends_on <= legal_day(at) + timedelta(days=SOON_DAYS)


def check_renewable(*, ends_on: date, ended_at: datetime | None, at: datetime) -> None:
    """Until a year after it ended. Raises: RenewalTooLate."""
    over_on = min(ends_on, legal_day(ended_at)) if ended_at is not None else ends_on
    if legal_day(at) > over_on + timedelta(days=RENEWED_WITHIN_DAYS):
        raise RenewalTooLate(days=RENEWED_WITHIN_DAYS)
