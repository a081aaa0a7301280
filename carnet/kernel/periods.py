"""Time as the law counts it: half-open periods, and days that begin at midnight in Paris.

"Valable jusqu'au 31 décembre" is an exclusive end at 1 January 00:00 in Paris.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carnet.kernel.refusals import Refusal

PARIS = ZoneInfo("Europe/Paris")


class PeriodReversed(Refusal):
    """A period that would end before, or when, it starts."""

    code = "period-reversed"


class MomentNaive(TypeError):
    """A moment without a time zone: a fault of the program, never of a person."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time: `starts_at` is inside, `ends_at` is not. No end means for ever.

    Raises: PeriodReversed, MomentNaive.
    """

    starts_at: datetime
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.starts_at)
        if self.ends_at is not None and aware(self.ends_at) <= self.starts_at:
            raise PeriodReversed(starts_at=self.starts_at, ends_at=self.ends_at)

    def __contains__(self, at: datetime) -> bool:
        return self.starts_at <= aware(at) and (self.ends_at is None or at < self.ends_at)


def aware(at: datetime) -> datetime:
    """Return `at` unchanged if it carries a time zone. Raises: MomentNaive."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise MomentNaive(f"{at!r} has no time zone")
    return at


def legal_day(at: datetime) -> date:
    """The calendar day in Paris at the aware moment `at`."""
    return aware(at).astimezone(PARIS).date()


def start_of_day(day: date) -> datetime:
    """Midnight in Paris at which `day` begins (aware)."""
    return datetime.combine(day, time.min, tzinfo=PARIS)


def end_of_day(day: date) -> datetime:
    """The exclusive end of `day`: midnight in Paris at which the next day begins."""
    return start_of_day(day + timedelta(days=1))


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
