"""Figures counted again and again while a season is lived say at its end what the ledger says, and what counting everything again says."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.db import connections, transaction

from carnet import scenarios
from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import DailyFigure, MonthlyFigure
from carnet.observatory.operations import figures
from carnet.scenarios import cast
from tests.observatory.world import TODAY, Funds, make_funds

pytestmark = pytest.mark.slow
PLAYED_ON = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def keys(committed_database: str, settings, tmp_path) -> Iterator[None]:
    settings.KEYS_DIR = tmp_path / "keys"
    yield
    connections["default"].close()


@contextmanager
def counting_all_along() -> Iterator[list[object]]:
    """Another connection counts, again and again, as long as the block lasts."""
    done, told = threading.Event(), list[object]()

    def count() -> None:
        try:
            while not done.wait(0.02):
                told.append(figures.refresh(at=AT))
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            told.append(error)
        finally:
            connections["default"].close()

    timer = threading.Thread(target=count)
    timer.start()
    try:
        yield told
    finally:
        done.set()
        timer.join()


def rows() -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Every figure but those that came to nothing, whatever the counting."""
    with acting_as_everything(why="read every figure"):
        daily = DailyFigure.objects.exclude(count=0).order_by().values_list(
            "day", "series_id", "pattern", "organisation_id", "place_id", "service_code", "measure", "detail", "count"
        )  # fmt: skip
        monthly = MonthlyFigure.objects.order_by().values_list(
            "month_on", "programme_id", "level", "area_code", "measure", "cut", "key", "count", "cents"
        )
        return set(daily), set(monthly)


def same_counted_again() -> None:
    figures.refresh(at=AT)
    before = rows()
    assert figures.compare(at=AT).faults == ()
    figures.rebuild(at=AT)
    assert rows() == before
    assert figures.compare(at=AT).faults == ()


@pytest.mark.parametrize("name", ["nantes", "departement"])
def test_a_season_counted_while_it_is_lived(keys: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    small = dataclasses.replace(scenarios.load(name), booklets=8, prescribers=2, places=3)  # type: ignore[arg-type]
    figures.refresh(at=AT)
    with counting_all_along() as told:
        scenarios.play(small, today=PLAYED_ON, printing="none")
    assert len(told) > 3
    assert all(isinstance(each, figures.Counted) for each in told), told[-1]
    same_counted_again()


def used_late(funds: Funds) -> None:
    """A voucher is used in a transaction that stays open while another is used, and everything counted."""
    opened, counted = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                funds.payday.spend(1, at=TODAY)
                opened.set()
                counted.wait(60)
        finally:
            opened.set()
            connections["default"].close()

    slow = threading.Thread(target=late)
    slow.start()
    opened.wait(60)
    funds.payday.next_rank += 1
    funds.payday.spend(1, at=TODAY)
    figures.refresh(at=TODAY)
    counted.set()
    slow.join()
    figures.refresh(at=TODAY)


def used() -> int:
    with acting_as_everything(why="count"):
        return sum(DailyFigure.objects.filter(measure="used").values_list("count", flat=True))


@pytest.fixture
def funds(keys: None) -> Funds:
    made = make_funds()
    figures.refresh(at=TODAY)
    return made


def test_a_transaction_that_ends_late_is_counted(funds: Funds) -> None:
    used_late(funds)
    assert used() == 19
    same_counted_again()


def test_a_watermark_ahead_of_it_would_lose_it(funds: Funds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the comparison names the series and the day of the voucher that was lost."""
    ahead = figures._OLDEST.replace("(SELECT max(behind) FROM running WHERE behind < 2147483648)", "0")
    assert ahead != figures._OLDEST
    monkeypatch.setattr(figures, "_OLDEST", ahead)
    used_late(funds)
    assert used() == 18
    found = figures.compare(at=TODAY).faults
    assert any(f"series_id {funds.campaign.series_id}" in each.where and "vouchers used" in each.what for each in found)
