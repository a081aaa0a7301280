"""Play every drill, or the one named, and write var/drills/NAME.json: name, ok, figures; NAME.txt too, where a drill tells them in words."""

import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any

import drills

REPORTS = Path(__file__).resolve().parents[1] / "var" / "drills"


def main() -> int:
    modules = [importlib.import_module(f"drills.{found.name}") for found in pkgutil.iter_modules(drills.__path__) if found.name[0] != "_"]
    known = {module.NAME: module for module in modules}
    wanted = sys.argv[1:] or sorted(known)
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"No drill named {', '.join(unknown)}: there are {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    results = [played(name, known[name]) for name in wanted]
    return 0 if all(results) else 1


def played(name: str, drill: Any) -> bool:
    started = time.monotonic()
    report: dict[str, Any] = {"name": name, "ok": True, "figures": {}}
    try:
        report["figures"] = drill.play()
    except drills.DrillFailed as failure:
        report.update(ok=False, reason=str(failure), figures=failure.figures)
    report["figures"]["seconds"] = round(time.monotonic() - started, 1)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if hasattr(drill, "in_words") and len(report["figures"]) > 1:
        # Shown by the drill as it ends; kept beside the figures.
        (REPORTS / f"{name}.txt").write_text("\n".join(drill.in_words(report["figures"])) + "\n", encoding="utf-8")
        shown = f"var/drills/{name}.json"
    else:
        shown = ", ".join(f"{key} {value}" for key, value in report["figures"].items())
    print(f"{'ok    ' if report['ok'] else 'FAILED'} {name}: {report.get('reason', shown)}", flush=True)
    return bool(report["ok"])


if __name__ == "__main__":
    sys.exit(main())
