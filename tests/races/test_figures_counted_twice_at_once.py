"""Six timers count the same vouchers at the same instant: each voucher is counted once. Without the lock, it is counted more."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import DailyFigure, FigureBuild
from carnet.observatory.operations import figures
from tests.observatory.world import TODAY, Funds, make_funds

pytestmark = pytest.mark.slow
TIMERS = 6


@pytest.fixture
def funds(committed_database: str, settings, tmp_path) -> Iterator[Funds]:
    settings.KEYS_DIR = tmp_path / "keys"
    made = make_funds()
    figures.refresh(at=TODAY)
    made.payday.spend(2, at=TODAY)
    yield made
    connections["default"].close()


def at_once(gate: threading.Barrier) -> list[object]:
    told: list[object] = []

    def one() -> None:
        try:
            gate.wait()
            told.append(figures.refresh(at=TODAY + timedelta(minutes=5)))
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            told.append(error)
        finally:
            connections["default"].close()

    timers = [threading.Thread(target=one) for _timer in range(TIMERS)]
    for timer in timers:
        timer.start()
    for timer in timers:
        timer.join()
    return told


def used() -> int:
    with acting_as_everything(why="count"):
        return sum(DailyFigure.objects.filter(measure="used").values_list("count", flat=True))


def test_each_voucher_is_counted_once(funds: Funds) -> None:
    assert used() == 17
    told = at_once(threading.Barrier(TIMERS, timeout=60))
    assert all(isinstance(each, figures.Counted) for each in told), told
    assert sum(each.row_count for each in told if isinstance(each, figures.Counted)) > 0
    assert used() == 19
    with acting_as_everything(why="compare"):
        assert figures.compare(at=TODAY).faults == ()


def test_without_the_lock_it_is_counted_more(funds: Funds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: everybody reads the watermark before anybody moves it."""
    both = threading.Barrier(TIMERS, timeout=60)

    def read_together() -> FigureBuild | None:
        found = FigureBuild.objects.filter(is_current=True).first()
        both.wait()
        return found

    monkeypatch.setattr(figures, "_locked", read_together)
    told = at_once(threading.Barrier(TIMERS, timeout=60))
    assert all(isinstance(each, figures.Counted) for each in told), told
    assert used() == 17 + 2 * TIMERS
