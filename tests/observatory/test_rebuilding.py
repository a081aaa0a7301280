"""Counting everything again: beside what is read, resumed where it stopped; and the commands that do it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from typer.testing import CliRunner

from carnet.cli import running
from carnet.cli.main import app
from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import DailyFigure, FigureBuild
from carnet.observatory.operations import figures as counting
from carnet.observatory.queries import figures
from carnet.observatory.rules import Measure, Scope
from tests.observatory.world import TODAY, Funds, make_funds

pytestmark = pytest.mark.slow


class Stopped(Exception):
    """The power went off."""


@pytest.fixture
def funds(committed_database: str, settings, tmp_path) -> Iterator[Funds]:
    settings.KEYS_DIR = tmp_path / "keys"
    made = make_funds()
    counting.refresh(at=TODAY)
    yield made
    connections["default"].close()


def used() -> int | None:
    with acting_as_everything(why="read"):
        return figures.measured(Scope(), at=TODAY, measures=(Measure.USED,)).values[Measure.USED]


def test_readers_see_the_old_figures_until_the_new_are_whole(funds: Funds) -> None:
    """Stopped after the first series, it goes on with the second; a voucher used meanwhile is read at once, and is in the new figures."""
    before = figures.watermark()
    seen: list[tuple[int, int, int | None]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total, used()))
        if done == 1 and len(seen) == 1:
            raise Stopped

    with pytest.raises(Stopped):
        counting.rebuild(at=TODAY, on_step=stop)
    assert figures.watermark() == before
    funds.payday.spend(1, at=TODAY)
    counting.refresh(at=TODAY)
    assert used() == 18
    found = counting.rebuild(at=TODAY, on_step=stop)
    assert [(done, total) for done, total, _used in seen] == [(1, 3), (2, 3), (3, 3)], "the first series is not counted twice"
    assert [each for _done, _total, each in seen] == [17, 18, 18]
    assert found.is_whole
    with acting_as_everything(why="look"):
        assert list(FigureBuild.objects.values_list("id", "is_current")) == [(found.build_id, True)]
        assert set(DailyFigure.objects.order_by().values_list("build_id", flat=True)) == {found.build_id}
        assert counting.compare(at=TODAY).faults == ()


def test_nothing_new_reads_next_to_nothing(funds: Funds) -> None:
    counting.refresh(at=TODAY)
    found = counting.refresh(at=TODAY)
    assert (found.row_count, found.month_count) == (0, 0)


def test_after_a_restore_everything_is_counted_again(funds: Funds) -> None:
    """Transactions are numbered anew in the server a dump is restored into: the watermark is ahead of them all."""
    with acting_as_everything(why="restore"):
        FigureBuild.objects.update(xid=2**60)
    assert counting.refresh(at=TODAY).is_whole
    assert used() == 17


def test_the_commands_count_and_compare(funds: Funds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "database", lambda: _already())

    def run(*words: str) -> tuple[int, Any]:
        answer = CliRunner().invoke(app, ["figures", *words, "--json"])
        return answer.exit_code, json.loads(answer.stdout)

    assert run("rebuild")[1]["is_whole"] is True
    assert run("refresh")[1]["row_count"] == 0
    code, told = run("verify")
    assert (code, told["verified"], told["faults"]) == (0, True, [])
    with acting_as_everything(why="tamper"):
        DailyFigure.objects.filter(measure="used").update(count=0)
    code, told = run("verify")
    assert (code, told["verified"]) == (1, False)
    assert any(f"series_id {funds.campaign.series_id}" in each["where"] for each in told["faults"])


def _already() -> Any:
    from contextlib import nullcontext

    return nullcontext("")
