"""The benchmarks say what they promise, and a goal that is missed is said to be missed."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

import benchmarks
from benchmarks import NotMeasured, _server
from benchmarks.__main__ import groups, measured, measured_together
from carnet.gateways.embedded_postgres import running

MODULES = [
    importlib.import_module(f"benchmarks.{found.name}") for found in pkgutil.iter_modules(benchmarks.__path__) if found.name[0] != "_"
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_each_benchmark_says_what_it_measures_and_against_what(module: SimpleNamespace) -> None:
    assert module.UNIT.endswith("/s") is not getattr(module, "LESS_IS_BETTER", False), (
        "a ratio above 1 must mean faster, or be said to mean more"
    )
    assert module.REFERENCE
    assert module.GOAL is None or module.GOAL > 0
    assert (module.GOAL is None) == module.NAME.startswith("beside-"), "only what is shown beside has no goal"
    assert hasattr(module, "contender") if hasattr(module, "CONTEST") else hasattr(module, "rounds")
    assert module.__doc__


@pytest.mark.parametrize(("ours", "met"), [(10.0, True), (1.0, False)])
def test_the_median_of_interleaved_rounds_decides(ours: float, met: bool) -> None:
    order: list[str] = []

    @contextmanager
    def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
        def our_round() -> float:
            order.append("ours")
            return 1000.0 if len(order) == 1 else ours  # one lucky round changes nothing

        def their_round() -> float:
            order.append("theirs")
            return 2.0

        yield our_round, their_round

    result = measured(SimpleNamespace(NAME="n", UNIT="x/s", REFERENCE="r", GOAL=3.0, rounds=rounds))
    assert order[:4] == ["ours", "theirs", "ours", "theirs"]
    assert result["meets_goal"] is met
    assert set(result) == {"name", "value", "unit", "reference", "reference_value", "ratio", "goal", "meets_goal"}


def test_a_contest_is_one_reference_and_its_contenders_in_turn() -> None:
    order: list[str] = []

    def says(name: str, value: float) -> Callable[[], float]:
        def one_round() -> float:
            order.append(name)
            return value

        return one_round

    @contextmanager
    def arena() -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(reference=says("reference", 4.0))

    contest = SimpleNamespace(arena=arena)

    def member(name: str, value: float, goal: float | None) -> SimpleNamespace:
        @contextmanager
        def contender(_arena: object) -> Iterator[Callable[[], float]]:
            yield says(name, value)

        return SimpleNamespace(NAME=name, UNIT="x/s", REFERENCE="r", GOAL=goal, CONTEST=contest, contender=contender)

    @contextmanager
    def missing(_arena: object) -> Iterator[Callable[[], float]]:
        raise NotMeasured("it is not installed")
        yield

    absent = SimpleNamespace(NAME="absent", UNIT="x/s", REFERENCE="r", GOAL=None, CONTEST=contest, contender=missing)
    members = [member("fast", 8.0, 1.0), member("slow", 1.0, None), absent]
    assert groups([*members, SimpleNamespace(NAME="alone")])[0] == members
    fast, slow, not_there = measured_together(members)
    assert order[:6] == ["reference", "fast", "slow", "reference", "fast", "slow"]
    assert (fast["ratio"], fast["meets_goal"]) == (2.0, True)
    assert (slow["ratio"], slow["meets_goal"], slow["goal"]) == (0.25, True, "shown beside, without a goal")
    assert (not_there["value"], not_there["reference"]) == (None, "not measured: it is not installed")
    assert set(fast) == set(slow) == set(not_there)


def test_a_server_that_may_lose_what_it_acknowledged_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("durable")
    with running(folder) as url:
        assert "fsync on, synchronous_commit on" in _server.durable(url)
        with pytest.raises(_server.NotDurable, match="synchronous_commit"):
            _server.durable(f"{url}&options=-c%20synchronous_commit%3Doff")
    with running(folder, {"fsync": "off"}) as url, pytest.raises(_server.NotDurable, match="fsync"):
        _server.durable(url)
