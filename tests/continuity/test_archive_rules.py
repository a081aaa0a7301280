"""When an archive begins anew, what is kept of old ones, and which rows a step chooses. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.continuity.rules.archives import BASE_EVERY, LATE_AFTER, TRANSACTIONS_MOST, Before, Here, Why, is_late, why_base
from carnet.continuity.rules.tables import BY_NAME, GROWS, SETS, TAKEN, Own, chosen
from carnet.gateways.programme_archives._shelf import CHAINS_KEPT_WHOLE, DAYS_KEPT, MONTHS_KEPT, thinned

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SCHEMA = {"ledger": "0007_clearing"}
HERE = Here(1_000, "7/1/16384", SCHEMA)


def before(**changed: object) -> Before:
    facts = {"base_made_at": AT - timedelta(hours=1), "xmin": 990, "system": HERE.system, "schema": SCHEMA, "is_broken": False}
    return Before(**(facts | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("earlier", "asked", "why"),
    [
        (None, False, Why.FIRST),
        (before(), False, Why.SINCE),
        (before(), True, Why.ASKED),
        (before(is_broken=True), False, Why.BROKEN),
        (before(system="7/2/16384"), False, Why.ANOTHER_DATABASE),
        (before(xmin=1_001), False, Why.ANOTHER_DATABASE),
        (before(schema={"ledger": "0006_ring_fence"}), False, Why.ANOTHER_SCHEMA),
        (before(base_made_at=AT - BASE_EVERY), False, Why.DAILY),
        (before(base_made_at=AT - BASE_EVERY + timedelta(seconds=1)), False, Why.SINCE),
    ],
)
def test_an_increment_is_refused_whenever_it_could_miss_a_row(earlier: Before | None, asked: bool, why: Why) -> None:
    assert why_base(earlier, HERE, asked=asked, at=AT) is why


def test_too_many_transactions_later_a_base_is_needed() -> None:
    here = Here(990 + TRANSACTIONS_MOST + 1, HERE.system, SCHEMA)
    assert why_base(before(), here, asked=False, at=AT) is Why.TOO_FAR


def test_three_minutes_without_a_step_are_late() -> None:
    assert is_late(None, at=AT)
    assert not is_late(AT - LATE_AFTER, at=AT)
    assert is_late(AT - LATE_AFTER - timedelta(seconds=1), at=AT)


@given(st.lists(st.integers(0, 800), min_size=1, max_size=60))
def test_what_is_kept_goes_back_a_week_by_day_and_a_year_by_month(days: list[int]) -> None:
    first = date(2024, 1, 1)
    bases = [(number, first + timedelta(days=day)) for number, day in enumerate(sorted(days), start=1)]
    whole, alone = thinned(bases)
    assert whole == {number for number, _day in bases[-CHAINS_KEPT_WHOLE:]}
    assert not whole & alone
    kept = whole | alone
    latest = bases[-1][1]
    for _number, day in bases:
        if day > latest - timedelta(days=DAYS_KEPT):
            assert any(number in kept and each == day for number, each in bases)
        if (latest.year - day.year) * 12 + latest.month - day.month < MONTHS_KEPT:
            assert any(number in kept and (each.year, each.month) == (day.year, day.month) for number, each in bases)
    assert len(kept) <= CHAINS_KEPT_WHOLE + DAYS_KEPT + MONTHS_KEPT


@pytest.mark.parametrize("table", TAKEN, ids=lambda table: table.name)
def test_every_table_says_which_of_its_rows(table) -> None:
    values = {"programme": "7", "since": "5", "since32": "'5'"} | dict.fromkeys(SETS, "'{1}'") | {f"{name}_since": "'{1}'" for name in SETS}
    every, recent = chosen(table) % values, chosen(table, since=True) % values
    assert "%" not in every + recent
    assert "5" not in every
    assert f"{table.name}.xid >= 5" in recent if table.name in GROWS else f"age({table.name}.xmin)" in recent
    if not isinstance(table.scope, Own):
        assert all(ref.table in BY_NAME for ref in table.scope)
