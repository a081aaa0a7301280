"""What a person reads: money, days, codes, in both languages, also on the nights the clocks change."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from carnet.kernel.money import Euros
from carnet.web.design import formats
from carnet.web.hours import spoken_hours, typed_hours

NB, NNB = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (1250, f"12,50{NB}€", "€12.50"),
        (0, f"0,00{NB}€", "€0.00"),
        (5, f"0,05{NB}€", "€0.05"),
        (-1250, f"−12,50{NB}€", "−€12.50"),
        (10000000, f"100{NNB}000,00{NB}€", "€100,000.00"),
        (3000000000, f"30{NNB}000{NNB}000,00{NB}€", "€30,000,000.00"),
    ],
)
def test_euros(cents: int, french: str, english: str) -> None:
    with translation.override("fr"):
        assert formats.euros(cents) == formats.euros(Euros(cents)) == french
    with translation.override("en"):
        assert formats.euros(cents) == english


def test_short_euros_drop_only_zero_cents() -> None:
    with translation.override("fr"):
        assert formats.euros(1000, short=True) == f"10{NB}€"
        assert formats.euros(1050, short=True) == f"10,50{NB}€"


def test_days_and_moments_are_those_of_paris() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    with translation.override("fr"):
        assert formats.day(late) == f"1er{NB}avril 2026"
        assert formats.day(date(2026, 3, 12)) == "12 mars 2026"
        assert formats.weekday(date(2026, 3, 12)) == "jeudi 12 mars 2026"
        assert formats.moment(late) == f"1er{NB}avril 2026 à 0{NB}h{NB}30"
    with translation.override("en"):
        assert formats.day(late) == "1 April 2026"
        assert formats.clock_time(late) == "00:30"


@pytest.mark.parametrize(
    ("ends_at", "shown"),
    [
        (datetime(2026, 12, 31, 23, tzinfo=UTC), "31 décembre 2026"),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), "24 octobre 2026"),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), "28 mars 2026"),
    ],
)
def test_until_means_the_last_day_included(ends_at: datetime, shown: str) -> None:
    with translation.override("fr"):
        assert formats.last_day(ends_at) == shown


def test_codes_and_shares() -> None:
    assert formats.secret("482915006731284906") == "482 915 006 731 284 906"
    with translation.override("fr"):
        assert formats.percent(1, 3) == f"33{NB}%"
        assert formats.percent(0, 0) == "–"


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Mo-Fr 09:00-12:30", "Lundi à vendredi : de 9 h à 12 h 30 ; Samedi à dimanche : Fermé"),
        ("Mo-Sa 10:00-12:00; PH off", "Mo-Sa 10:00-12:00; PH off"),  # the words would forget the holidays
        ("", ""),
    ],
)
def test_hours_are_changed_in_words_unless_words_would_lose_something(kept: str, typed: str) -> None:
    assert typed_hours(kept, day=date(2026, 3, 2)) == typed


def test_hours_are_spoken_in_a_letter_closed_days_left_out() -> None:
    spoken = spoken_hours("Mo-Fr 09:00-12:30,13:30-17:30", day=date(2026, 3, 2))
    assert spoken.replace(NB, " ") == "Lundi à vendredi : de 9 h à 12 h 30, de 13 h 30 à 17 h 30."
    assert spoken_hours("", day=date(2026, 3, 2)) == ""
