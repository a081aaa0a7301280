"""Interleave the rounds of ours and of the reference, print medians side by side, write var/bench.json."""

import importlib
import json
import pkgutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks import NotMeasured, _server

ROUNDS = 7
REPORT = Path(__file__).resolve().parents[1] / "var" / "bench.json"
Round = Callable[[], float]


def main() -> int:
    modules = [
        importlib.import_module(f"benchmarks.{found.name}") for found in pkgutil.iter_modules(benchmarks.__path__) if found.name[0] != "_"
    ]
    known = {module.NAME: module for module in modules}
    wanted = sys.argv[1:] or sorted(known)
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"No benchmark named {', '.join(unknown)}: there are {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    print(_server.durable(), flush=True)
    results: list[dict[str, Any]] = []
    for together in groups([known[name] for name in wanted]):
        began = time.monotonic()
        try:
            found = measured_together(together)
        except Exception as fault:  # noqa: BLE001 - the others are measured all the same, and this one is said not to be
            found = [_result(module, [], [], f"{type(fault).__name__}: {fault}"[:300]) for module in together]
        results += found
        print(f"{', '.join(each['name'] for each in found)}: {time.monotonic() - began:.0f} s", flush=True)
        results.sort(key=lambda result: wanted.index(result["name"]))
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    show(results)
    return 0 if all(result["meets_goal"] for result in results) else 1


def groups(modules: Sequence[Any]) -> list[list[Any]]:
    """Those of one contest together, every other one alone."""
    found: dict[int, list[Any]] = {}
    for module in modules:
        found.setdefault(id(getattr(module, "CONTEST", module)), []).append(module)
    return list(found.values())


def measured(benchmark: Any) -> dict[str, Any]:
    """One benchmark alone."""
    (result,) = measured_together([benchmark])
    return result


def measured_together(modules: Sequence[Any]) -> list[dict[str, Any]]:
    """The medians of interleaved rounds: a noisy moment of the machine falls on all sides."""
    ours: dict[str, list[float]] = {module.NAME: [] for module in modules}
    theirs: dict[str, list[float]] = {module.NAME: [] for module in modules}
    reasons: dict[str, str] = {}
    with ExitStack() as stack:
        shared = getattr(modules[0], "CONTEST", None)
        arena = stack.enter_context(shared.arena()) if shared else None
        sides: dict[str, tuple[Round, Round | None]] = {}
        for module in modules:
            try:
                sides[module.NAME] = _sides(stack, module, arena)
            except NotMeasured as reason:
                reasons[module.NAME] = str(reason)
        for _ in range(min(getattr(module, "ROUNDS", ROUNDS) for module in modules)):
            reference = arena.reference() if arena and any(their is None for _our, their in sides.values()) else None
            for name, (our, their) in sides.items():
                ours[name].append(our())
                theirs[name].append(their() if their else reference)  # type: ignore[arg-type]
        return [_result(module, ours[module.NAME], theirs[module.NAME], reasons.get(module.NAME)) for module in modules]


def _sides(stack: ExitStack, module: Any, arena: Any) -> tuple[Round, Round | None]:
    given = stack.enter_context(module.contender(arena) if arena else module.rounds())
    return given if isinstance(given, tuple) else (given, None)


def _result(module: Any, ours: list[float], theirs: list[float], not_measured: str | None) -> dict[str, Any]:
    less, goal = getattr(module, "LESS_IS_BETTER", False), module.GOAL
    described = getattr(module, "described", None)
    result = {
        "name": module.NAME,
        "value": None,
        "unit": module.UNIT,
        "reference": module.REFERENCE,
        "reference_value": None,
        "ratio": None,
    }
    result["goal"] = f"at {'most' if less else 'least'} {goal} times the reference" if goal is not None else "shown beside, without a goal"
    if not_measured is not None:
        return {**result, "reference": f"not measured: {not_measured}", "meets_goal": goal is None}
    value, reference_value = statistics.median(ours), statistics.median(theirs)
    ratio = value / reference_value
    return {
        **result,
        "value": _rounded(value),
        "reference": described() if described else module.REFERENCE,
        "reference_value": _rounded(reference_value),
        "ratio": _rounded(ratio),
        "meets_goal": goal is None or (ratio <= goal if less else ratio >= goal),
    }


def _rounded(value: float) -> float:
    return round(value, 1 if value >= 100 else 2 if value >= 0.1 else 4)


def show(results: list[dict[str, Any]]) -> None:
    table = Table("measure", "ours", "reference", "ratio", "goal", "")
    for result in results:
        known = result["value"] is not None
        verdict = "met" if result["meets_goal"] else "NOT MET"
        table.add_row(
            result["name"],
            f"{result['value']:,} {result['unit']}" if known else "",
            f"{result['reference_value']:,} ({result['reference']})" if known else result["reference"],
            f"{result['ratio']}" if known else "",
            result["goal"],
            "" if "without" in result["goal"] else verdict,
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
