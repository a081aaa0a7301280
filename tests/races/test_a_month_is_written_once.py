"""Six timers write the same month at the same instant: each funder is written to once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connections

from carnet.gateways.database import acting_as_everything
from carnet.jobs import forecasts
from carnet.notices.models import Notice
from carnet.observatory.models import MonthlyLetter
from carnet.observatory.operations import _letters as letters
from tests.settlement.conftest import Payday, make_payday

pytestmark = pytest.mark.slow
TIMERS, FUNDERS = 6, 2
DUE_AT = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def payday(committed_database: str) -> Any:
    yield make_payday()
    connections["default"].close()


def at_once(act: Callable[[], Any]) -> list[Any]:
    """What each timer came to, all starting together, each on its own connection."""
    start, told = threading.Barrier(TIMERS, timeout=60), list[Any]()

    def one() -> None:
        try:
            start.wait()
            told.append(act())
        except IntegrityError as error:
            told.append(error)
        finally:
            connections["default"].close()

    timers = [threading.Thread(target=one) for _timer in range(TIMERS)]
    for timer in timers:
        timer.start()
    for timer in timers:
        timer.join()
    return told


def counts() -> tuple[int, int]:
    with acting_as_everything(why="count"):
        return MonthlyLetter.objects.count(), Notice.objects.filter(kind="observatory.monthly-letter").count()


def nobody_writes_before_all_have_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read, written = threading.Barrier(TIMERS, timeout=60), letters._insert

    def after_all(*facts: Any) -> int | None:
        read.wait()
        return written(*facts)

    monkeypatch.setattr(letters, "_insert", after_all)


def test_timers_at_the_same_instant_write_each_month_once(payday: Payday, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_writes_before_all_have_read(monkeypatch)
    told = at_once(lambda: forecasts.write_letters(at=DUE_AT))
    assert sum(told) == FUNDERS, told
    assert counts() == (FUNDERS, FUNDERS)


def test_a_writer_that_does_not_give_way_is_refused_by_the_database(payday: Payday, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without "nothing if it is there", every late timer hits the constraint, and posts nothing either."""
    monkeypatch.setattr(letters, "_INSERT", letters._INSERT.replace("ON CONFLICT (agreement_id, funder_id, month_on) DO NOTHING ", ""))
    nobody_writes_before_all_have_read(monkeypatch)
    told = at_once(lambda: forecasts.write_letters(at=DUE_AT, limit=1))
    refused = [each for each in told if isinstance(each, IntegrityError)]
    assert len(refused) == TIMERS - 1, told
    assert counts() == (1, 1)
