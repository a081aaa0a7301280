"""What may be handed over, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.distribution.rules import (
    ITEMS_MAX,
    VOUCHERS_PER_ITEM_MAX,
    Area,
    HandOverItem,
    NothingToHandOver,
    NotPrescriber,
    OutsidePerimeter,
    Run,
    SeriesNotActive,
    Ticks,
    TooManyAtOnce,
    check_items,
    check_participation,
    check_series_active,
    runs_of,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def whole(first: int, last: int | None = None, series_id: int = 1, **more: object) -> HandOverItem:
    return HandOverItem(uuid4(), series_id, first, last or first, **more)  # type: ignore[arg-type]


def test_adjacent_booklets_are_one_run_and_series_stay_apart() -> None:
    items = [whole(4), whole(2, 3), whole(9), whole(5, series_id=2), HandOverItem(uuid4(), 1, voucher_ids=(7,))]
    assert runs_of(items) == [Run(1, 2, 4), Run(1, 9, 9), Run(2, 5, 5)]


def test_a_booklet_named_twice_is_not_swallowed() -> None:
    assert runs_of([whole(4), whole(4)]) == [Run(1, 4, 4), Run(1, 4, 4)]


@given(st.sets(st.integers(1, 60), min_size=1))
def test_runs_hold_every_booklet_once(numbers: set[int]) -> None:
    runs = runs_of([whole(number) for number in numbers])
    held = [number for run in runs for number in range(run.first_booklet_id, run.last_booklet_id + 1)]
    assert held == sorted(numbers)
    assert all(after.first_booklet_id > before.last_booklet_id + 1 for before, after in pairwise(runs))


@pytest.mark.parametrize(
    ("items", "refusal"),
    [
        ([], NothingToHandOver),
        ([whole(0)], NothingToHandOver),
        ([whole(5, 4)], NothingToHandOver),
        ([whole(1)] * (ITEMS_MAX + 1), TooManyAtOnce),
        ([HandOverItem(uuid4(), 1, voucher_ids=tuple(range(VOUCHERS_PER_ITEM_MAX + 1)))], TooManyAtOnce),
        ([whole(1, ticks=Ticks(area=Area.OUTSIDE))], OutsidePerimeter),
    ],
)
def test_what_cannot_be_handed_over_is_refused(items: list[HandOverItem], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_items(items)


def test_an_ordinary_hand_over_passes() -> None:
    check_items([whole(1), HandOverItem(uuid4(), 1, voucher_ids=(3, 4))])
    check_series_active(series_id=1, activated_at=NOW)


def test_a_series_that_sleeps_is_refused() -> None:
    with pytest.raises(SeriesNotActive):
        check_series_active(series_id=1, activated_at=None)


@pytest.mark.parametrize(
    ("joined", "left", "takes_part"),
    [
        (None, None, False),
        (NOW, None, True),
        (NOW + HOUR, None, False),
        (NOW - HOUR, NOW + HOUR, True),
        (NOW - HOUR, NOW, False),
    ],
)
def test_taking_part_is_half_open(joined: datetime | None, left: datetime | None, takes_part: bool) -> None:
    if takes_part:
        check_participation(programme="Nantes", joined_at=joined, left_at=left, at=NOW)
    else:
        with pytest.raises(NotPrescriber):
            check_participation(programme="Nantes", joined_at=joined, left_at=left, at=NOW)
