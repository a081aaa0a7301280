"""Opening hours in the place's own time, French holidays known."""

from datetime import UTC, date, datetime, time

import pytest

from carnet.places.rules import opening

WEEK = "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"


@pytest.mark.parametrize(
    ("hours", "postcode", "at", "expected"),
    [
        (WEEK, "44000", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), True),  # Saturday 10:30 in Paris
        (WEEK, "44000", datetime(2026, 11, 21, 11, 0, tzinfo=UTC), False),  # noon: the end is outside
        (WEEK, "44000", datetime(2026, 11, 23, 8, 0, tzinfo=UTC), True),  # Monday 09:00: the beginning is inside
        (WEEK, "44000", datetime(2026, 7, 20, 6, 59, tzinfo=UTC), False),  # summer time: 08:59
        (WEEK, "44000", datetime(2026, 7, 20, 7, 0, tzinfo=UTC), True),
        (WEEK, "97400", datetime(2026, 11, 23, 5, 30, tzinfo=UTC), True),  # 09:30 in La Réunion, 06:30 in Paris
        (WEEK, "97300", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), False),  # 06:30 in Guyane
        ("Mo-Su 09:00-18:00; PH off", "44000", datetime(2026, 11, 11, 10, 0, tzinfo=UTC), False),  # Armistice
        ("Mo-Su 09:00-18:00", "44000", datetime(2026, 11, 11, 10, 0, tzinfo=UTC), True),
        ("24/7", "44000", datetime(2026, 10, 25, 1, 0, tzinfo=UTC), True),  # the night the clocks change
        ("", "44000", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), None),
        ("lundi, sur rendez-vous", "44000", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), None),
        ('Mo-Fr 09:00-12:00 || unknown "sur rendez-vous"', "44000", datetime(2026, 11, 21, 9, 30, tzinfo=UTC), None),
    ],
)
def test_whether_a_place_is_open(hours, postcode, at, expected):
    assert opening.is_open(hours, postcode=postcode, at=at) is expected


def test_a_week_is_told_day_by_day():
    week = opening.week_of(WEEK, day=date(2026, 11, 21))
    assert [day for day, _spans in week] == [date(2026, 11, 16 + rank) for rank in range(7)]
    morning, afternoon = (time(9), time(12)), (time(14), time(18, 30))
    assert [spans for _day, spans in week] == [*[(morning, afternoon)] * 5, ((time(8, 30), time(12)),), ()]
    assert opening.week_of("n'importe quoi", day=date(2026, 11, 21)) == ()


def test_whether_a_place_opens_on_a_day():
    assert opening.opens_on(WEEK, day=date(2026, 11, 21)) is True
    assert opening.opens_on(WEEK, day=date(2026, 11, 22)) is False
    assert opening.opens_on("", day=date(2026, 11, 22)) is None


def test_hours_of_unreasonable_length_are_not_read():
    assert not opening.is_readable("Mo 09:00-12:00; " * 1000)


def test_a_naive_moment_is_a_fault_of_the_program():
    with pytest.raises(TypeError):
        opening.is_open(WEEK, postcode="44000", at=datetime(2026, 11, 21))  # noqa: DTZ001
