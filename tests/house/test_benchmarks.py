"""The benchmarks say what they promise, and a goal that is missed is said to be missed."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

import benchmarks
from benchmarks.__main__ import measured

MODULES = [
    importlib.import_module(f"benchmarks.{found.name}") for found in pkgutil.iter_modules(benchmarks.__path__) if found.name[0] != "_"
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.NAME)
def test_each_benchmark_says_what_it_measures_and_against_what(module: SimpleNamespace) -> None:
    assert module.UNIT.endswith("/s") is not getattr(module, "LESS_IS_BETTER", False), (
        "a ratio above 1 must mean faster, or be said to mean more"
    )
    assert module.REFERENCE
    assert module.GOAL > 0
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
