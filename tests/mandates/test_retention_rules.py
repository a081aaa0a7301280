"""Three years in use, three archived, then numbers: in Paris days, none missed at the end of a month."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carnet.mandates.rules.retention import (
    Stage,
    archived_when_over_by,
    digest_of_numbers,
    erased_when_over_by,
    kept_until,
    stage_on,
)

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


def test_three_years_then_three_years() -> None:
    until = kept_until(date(2026, 11, 22))
    assert (until.archived_on, until.erased_on) == (date(2029, 11, 22), date(2032, 11, 22))
    assert stage_on(date(2026, 11, 22), date(2029, 11, 21)) is Stage.LIVE
    assert stage_on(date(2026, 11, 22), date(2029, 11, 22)) is Stage.ARCHIVED
    assert stage_on(date(2026, 11, 22), date(2032, 11, 21)) is Stage.ARCHIVED
    assert stage_on(date(2026, 11, 22), date(2032, 11, 22)) is Stage.ERASED


def test_a_mandate_over_on_a_leap_day_waits_for_the_last_of_february() -> None:
    assert kept_until(date(2028, 2, 29)).archived_on == date(2031, 2, 28)


@given(DAYS, DAYS)
def test_the_question_asked_of_a_table_is_the_rule(over_on: date, today: date) -> None:
    stage = stage_on(over_on, today)
    assert (over_on <= erased_when_over_by(today)) == (stage is Stage.ERASED)
    assert (over_on <= archived_when_over_by(today)) == (stage is not Stage.LIVE)


@given(DAYS)
def test_what_is_due_stays_due(today: date) -> None:
    assert archived_when_over_by(today) <= archived_when_over_by(today + timedelta(days=1))
    assert erased_when_over_by(today) < archived_when_over_by(today)


def test_a_proof_does_not_depend_on_the_order() -> None:
    assert digest_of_numbers(["B", "A"]) == digest_of_numbers(["A", "B"]) != digest_of_numbers(["A"])
