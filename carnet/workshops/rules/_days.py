"""On which days a workshop is given, and at which moments: pure calendar.

Hours are those of a clock on the place's wall. Sessions begin and end between 6 h and 23 h, so that the hour which the
change of time takes away or gives twice (2 h to 3 h) never holds one: a quarter past two is always the same moment.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from carnet.kernel.holidays import is_public_holiday
from carnet.kernel.periods import PARIS, add_months
from carnet.workshops.rules._refusals import HoursImpossible, RhythmEmpty, RhythmTooLong

EARLIEST, LATEST = time(6, 0), time(23, 0)
MINUTES_MIN, MINUTES_MAX = 15, 480
SESSIONS_MAX = 60
DAYS_MAX = 400
WEEK = timedelta(days=7)


class Rhythm(StrEnum):
    """How often a workshop is given."""

    ONCE = "ONCE"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"


def days_of(
    rhythm: Rhythm, *, first_on: date, until_on: date, except_on: Iterable[date] = (), skips_holidays: bool = True
) -> tuple[date, ...]:
    """The days of a workshop from `first_on` to `until_on`, both included, in order, less the exceptions.

    MONTHLY keeps the rank of the first day in its month (the second Tuesday); a fifth one means the last of each month.
    A workshop given once ignores `until_on`. Public holidays are those of the mainland; the first day is never skipped for
    being one: whoever chose it knows.
    Raises: RhythmEmpty, RhythmTooLong.
    """
    if rhythm is Rhythm.ONCE:
        until_on = first_on
    if until_on - first_on > timedelta(days=DAYS_MAX):
        raise RhythmTooLong(sessions_max=SESSIONS_MAX, days_max=DAYS_MAX)
    left_out = set(except_on)
    found = []
    for day in _rhythmic(rhythm, first_on):
        if day > until_on:
            break
        if day in left_out or (skips_holidays and day != first_on and is_public_holiday(day)):
            continue
        found.append(day)
        if len(found) > SESSIONS_MAX:
            raise RhythmTooLong(sessions_max=SESSIONS_MAX, days_max=DAYS_MAX)
    if not found:
        raise RhythmEmpty
    return tuple(found)


def _rhythmic(rhythm: Rhythm, first_on: date) -> Iterator[date]:
    if rhythm is Rhythm.MONTHLY:
        rank = (first_on.day - 1) // 7 + 1
        month = first_on.replace(day=1)
        while True:
            yield nth_weekday(month, weekday=first_on.weekday(), rank=rank)
            month = add_months(month, 1)
    step = 2 * WEEK if rhythm is Rhythm.FORTNIGHTLY else WEEK
    day = first_on
    while True:
        yield day
        day += step


def nth_weekday(month: date, *, weekday: int, rank: int) -> date:
    """The `rank`-th such day of the week (0: Monday) of the month that begins on `month`; the fifth is the last one."""
    first = month + timedelta(days=(weekday - month.weekday()) % 7)
    if rank < 5:
        return first + (rank - 1) * WEEK
    last = first + 4 * WEEK
    return last if last.month == month.month else last - WEEK


def moments_of(day: date, *, begins: time, minutes: int, zone: ZoneInfo = PARIS) -> tuple[datetime, datetime]:
    """When a session of `day` begins and ends, as aware moments, by the clock of `zone`.

    Raises: HoursImpossible.
    """
    start = datetime.combine(day, begins)
    end = start + timedelta(minutes=minutes)
    fits = begins >= EARLIEST and end <= datetime.combine(day, LATEST) and MINUTES_MIN <= minutes <= MINUTES_MAX
    if not fits or begins.tzinfo is not None:
        raise HoursImpossible(earliest=EARLIEST, latest=LATEST, minutes_min=MINUTES_MIN, minutes_max=MINUTES_MAX)
    return start.replace(tzinfo=zone), end.replace(tzinfo=zone)
