"""Every page of every role, in three themes, at three widths, in two languages, and with its text spaced and doubled: no fault of axe's.

It plays the module of tests that walks through the pages, which then looks at each in every way instead of some by turns. The HTML of all
of them goes to the Nu checker at the end. Chromium, and Java for the checker, are those of the tests.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from drills import DrillFailed

NAME = "every-page-every-theme"
ROOT = Path(__file__).resolve().parents[1]
MODULE = "tests/browser/test_every_page_of_every_role.py"
SHOWN = 20


def play(*, roles: str = "") -> dict[str, Any]:
    """Walk as every role, or as those a pytest expression names."""
    with tempfile.TemporaryDirectory(prefix="carnet-drill-") as folder:
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
            MODULE,
            *(["-k", roles] if roles else []),
        ]
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, "CARNET_EVERY_THEME": folder}, capture_output=True, text=True, check=False
        )
        reports = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(Path(folder).glob("*.json"))]
    return figures_of(reports, done.returncode, done.stdout)


def figures_of(reports: list[dict[str, Any]], code: int, said: str) -> dict[str, Any]:
    """What was looked at. Raises: DrillFailed, when anything was found, or nothing was looked at."""
    found = [fault for report in reports for fault in report["faults"]]
    if found:
        raise DrillFailed(f"{len(found)} faults: " + "\n".join(found[:SHOWN]))
    if code or not reports:
        raise DrillFailed(f"the walk did not end well: {said[-1500:]}")
    return {
        "roles": len(reports),
        "pages": sum(report["pages"] for report in reports),
        "looks": sum(report["looks"] for report in reports),
        "faults": 0,
    }
