"""The public holidays of mainland France: pure calendar."""

from datetime import date, timedelta
from functools import lru_cache


def is_public_holiday(day: date) -> bool:
    """Whether `day` is one of the eleven public holidays of mainland France (code du travail, L3133-1)."""
    return day in _holidays(day.year)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    sunday = easter(year)
    moving = (sunday + timedelta(days=after) for after in (1, 39, 50))  # Easter Monday, Ascension, Whit Monday
    return frozenset((*(date(year, month, day) for month, day in fixed), *moving))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm that Meeus gives)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
