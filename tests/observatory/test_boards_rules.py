"""What a board decides: spans of whole months, changes, gaps that never become zeros."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.periods import add_months
from carnet.observatory.rules import Cut, Measure
from carnet.observatory.rules.boards import (
    BASE_LEAST,
    PER_CENT_MOST,
    PLACES_LEAST,
    SPAN_MONTHS_MAX,
    Change,
    Span,
    SpanReversed,
    SpanTooLong,
    SpanUnclear,
    by_size,
    median,
    span_around,
    span_between,
    span_of,
    table_of,
    total,
    year_of,
)
from carnet.observatory.rules.charts import Gap

months = st.builds(date, st.integers(2016, 2090), st.integers(1, 12), st.just(1))
spans = st.builds(lambda since, count: Span(since, add_months(since, count)), months, st.integers(1, SPAN_MONTHS_MAX))
values = st.one_of(st.integers(0, 10_000), st.sampled_from(Gap))


@given(spans)
def test_a_span_is_written_and_read_back(span: Span) -> None:
    assert span_of(span.key) == span


@given(spans)
def test_the_span_before_is_as_long_and_ends_where_it_begins(span: Span) -> None:
    assert span.before.until == span.since
    assert span.before.month_count == span.month_count == len(span.months)
    assert span.months[0] == span.since


def test_a_year_is_a_year_and_the_usual_span_is_twelve_months() -> None:
    assert span_of("2026") == year_of(2026) == span_between("2026-01", "2026-12")
    assert year_of(2026).before == year_of(2025)
    assert span_around(date(2026, 11, 22)) == span_of("2025-12..2026-11")
    assert span_of("2026-03").key == "2026-03"


@pytest.mark.parametrize(
    "written", ["", "26", "2026-13", "2026-3", "2026..", "..", "1999", "9999-01", "2026-01..hier", "²026", "2026-01-01"]
)
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises((SpanUnclear, SpanReversed)):
        span_of(written)


def test_a_span_that_ends_before_it_begins_or_lasts_too_long_is_refused() -> None:
    with pytest.raises(SpanReversed):
        span_of("2026-05..2026-04")
    with pytest.raises(SpanTooLong):
        span_of("2020-01..2025-01")


@given(values, values)
def test_nothing_is_compared_with_a_gap(now: int | Gap, before: int | Gap) -> None:
    change = Change(now, before)
    if isinstance(now, Gap) or isinstance(before, Gap):
        assert change.difference is change.per_cent is None
    else:
        assert change.difference == now - before
        assert (change.per_cent is None) == (before < BASE_LEAST or 200 * (now - before) + before >= 2 * before * (PER_CENT_MOST + 1))


def test_a_percentage_is_rounded_to_the_nearest() -> None:
    assert Change(1020, 400).per_cent == 155
    assert Change(0, 40).per_cent == -100
    assert Change(19, 19).per_cent is None
    assert Change(440, 40).per_cent == PER_CENT_MOST
    assert Change(6143, 29).per_cent is None


@given(st.lists(values))
def test_a_sum_with_a_gap_is_a_gap(found: list[int | Gap]) -> None:
    summed = total(found)
    if Gap.HIDDEN in found:
        assert summed is Gap.HIDDEN
    elif Gap.MISSING in found:
        assert summed is Gap.MISSING
    else:
        assert summed == sum(found)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 99), min_size=1, max_size=30))
def test_the_middle_needs_enough_places_and_is_one_of_them(counts: list[int]) -> None:
    found = median(counts)
    if len(counts) < PLACES_LEAST:
        assert found is None
    else:
        assert found in counts
        assert sum(count < found for count in counts) <= len(counts) // 2


def test_a_table_keeps_its_order_or_the_greatest_first_hidden_last() -> None:
    cells = {
        "44109": {Measure.USED: 5},
        "44215": {Measure.USED: Gap.HIDDEN},
        "44162": {Measure.USED: 60},
        "44114": {Measure.USED: 0},
    }
    table = table_of(Cut.COMMUNE, [Measure.USED, Measure.PAID], cells, {"44109": "Nantes"})
    assert [line.key for line in table.lines] == ["44109", "44215", "44162"]  # nothing at all was counted in the last
    assert [line.key for line in by_size(table, Measure.USED).lines] == ["44162", "44109", "44215"]
    assert table.hidden_count == 1 and table.column(Measure.PAID) == dict.fromkeys(["44109", "44215", "44162"], Gap.MISSING)
    assert table.lines[0].label == "Nantes" and table.column(Measure.PEOPLE) == {}
