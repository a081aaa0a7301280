"""Days begin in Paris, periods end just before their end."""

from datetime import UTC, date, datetime

import pytest

from carnet.kernel.periods import MomentNaive, Period, PeriodReversed, add_months, end_of_day, legal_day, start_of_day


def test_the_last_day_of_the_year_ends_at_midnight_in_paris() -> None:
    assert end_of_day(date(2026, 12, 31)) == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_the_legal_day_is_the_day_in_paris(at: datetime, day: date) -> None:
    assert legal_day(at) == day


def test_the_night_the_clocks_change_still_has_one_midnight() -> None:
    hours = (end_of_day(date(2026, 10, 25)).astimezone(UTC) - start_of_day(date(2026, 10, 25)).astimezone(UTC)).total_seconds() / 3600
    assert hours == 25


def test_a_period_holds_its_start_and_not_its_end() -> None:
    period = Period(start_of_day(date(2026, 1, 1)), start_of_day(date(2026, 2, 1)))
    assert start_of_day(date(2026, 1, 1)) in period
    assert start_of_day(date(2026, 2, 1)) not in period


def test_a_reversed_period_is_refused() -> None:
    with pytest.raises(PeriodReversed):
        Period(start_of_day(date(2026, 2, 1)), start_of_day(date(2026, 2, 1)))


def test_a_moment_without_a_zone_is_a_fault() -> None:
    with pytest.raises(MomentNaive):
        legal_day(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 14, date(2028, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_adding_months_keeps_to_the_end_of_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected
