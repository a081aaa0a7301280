"""Interleave the rounds of ours and of the reference, print medians side by side, write var/bench.json."""

import importlib
import json
import pkgutil
import statistics
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import benchmarks

ROUNDS = 5
REPORT = Path(__file__).resolve().parents[1] / "var" / "bench.json"


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
    results = [measured(known[name]) for name in wanted]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    show(results)
    return 0 if all(result["meets_goal"] for result in results) else 1


def measured(benchmark: Any) -> dict[str, Any]:
    """The medians of interleaved rounds: a noisy moment of the machine falls on both sides."""
    ours: list[float] = []
    theirs: list[float] = []
    with benchmark.rounds() as (our_round, their_round):
        for _ in range(ROUNDS):
            ours.append(our_round())
            theirs.append(their_round())
    value, reference_value = statistics.median(ours), statistics.median(theirs)
    ratio = value / reference_value
    less = getattr(benchmark, "LESS_IS_BETTER", False)
    return {
        "name": benchmark.NAME,
        "value": round(value, 1),
        "unit": benchmark.UNIT,
        "reference": benchmark.REFERENCE,
        "reference_value": round(reference_value, 1),
        "ratio": round(ratio, 2),
        "goal": f"at {'most' if less else 'least'} {benchmark.GOAL} times the reference",
        "meets_goal": ratio <= benchmark.GOAL if less else ratio >= benchmark.GOAL,
    }


def show(results: list[dict[str, Any]]) -> None:
    table = Table("measure", "ours", "reference", "ratio", "goal", "")
    for result in results:
        table.add_row(
            result["name"],
            f"{result['value']:,} {result['unit']}",
            f"{result['reference_value']:,} ({result['reference']})",
            f"{result['ratio']}",
            result["goal"],
            "met" if result["meets_goal"] else "NOT MET",
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
