"""Three years in use, three archived, then numbers: in Paris days, none missed at the end of a month."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carnet.mandates.rules.counting import month_of, summed
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


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 99)), st.dictionaries(st.integers(1, 9), st.sampled_from(["44", "75"])))
def test_no_count_is_lost_when_brought_together(counts: dict[int, int], keys: dict[int, str]) -> None:
    assert sum(summed(counts, keys).values()) == sum(counts.values())


def test_a_month_is_written_for_sorting() -> None:
    assert month_of(date(2026, 3, 1)) == "2026-03"
