"""Every attack of the suite, whole, and what only a served site can show: each role of another tenant at every address of a played town, forged
messages, odd fields, files made to harm; then requests that are none at the server's own door, and what the clock tells.

The tests are those of `tests/attacks`, given a folder to write their figures in, and those of other modules that the list of attacks names.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from drills import DrillFailed
from drills._door import sent_at_the_door, told_by_the_clock
from drills._site import installation

NAME = "attacks"
ROOT = Path(__file__).resolve().parents[1]
VOUCHERS = 200


def play(*, only: str = "", served: bool = True) -> dict[str, Any]:
    """Play every attack, or the tests a pytest expression names. Raises: DrillFailed, when anything came through."""
    report, said = _tested(only)
    figures: dict[str, Any] = {"tests": said["tests"], "failed": said["failed"]}
    if not said["tests"]:
        raise DrillFailed("no attack was played", figures=figures)
    families: Counter[str] = Counter()
    for each in report:
        families[each["family"]] += each["tried"]
    figures |= {
        "tried": sum(families.values()),
        "through": sum(each["through"] for each in report),
        "families": dict(sorted(families.items())),
    }
    wrong = list(said["names"])
    if served:
        with installation(vouchers=VOUCHERS) as site, site.served(grouped=False, CARNET_PROXIES="1"):
            door = sent_at_the_door(site.ports["site"])
            clock = told_by_the_clock(site)
        figures |= {"at_the_door": len(door), "clocks": clock}
        wrong += [f"{each['what']}: {'; '.join(each['wrong'])}" for each in door if each["wrong"]]
        wrong += [f"{each['door']} is told apart by the clock: {each['auc']}" for each in clock if each["told_apart"]]
        wrong += [
            f"{each['door']}: five milliseconds would not have been seen: {each['auc_of_5_ms']}"
            for each in clock
            if not each["would_be_seen"]
        ]
        figures["door"] = door
    figures["report"] = report
    if wrong:
        raise DrillFailed(" | ".join(wrong[:20]), figures=figures)
    return figures


def _tested(only: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    from tests.attacks.inventory import nodes

    with tempfile.TemporaryDirectory(prefix="carnet-drill-") as folder:
        results = Path(folder) / "results.xml"
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", f"--junit-xml={results}"]
        done = subprocess.run(
            [*words, "tests/attacks", *nodes(), *(["-k", only] if only else [])],
            cwd=ROOT, env={**os.environ, "CARNET_ATTACKS": folder}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        # 1: some failed, which the results name; anything else, and not all of them were played.
        if done.returncode not in (0, 1) or not results.exists():
            raise DrillFailed(f"the tests did not end well: {done.stdout[-1500:]}{done.stderr[-500:]}")
        lines = [line for file in sorted(Path(folder).glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
        return [json.loads(line) for line in lines], _counted(results)


def _counted(results: Path) -> dict[str, Any]:
    from lxml import etree

    cases = list(etree.parse(str(results)).iter("testcase"))
    failed = [
        f"{each.get('classname')}::{each.get('name')}"
        for each in cases
        if each.find("failure") is not None or each.find("error") is not None
    ]
    return {"tests": len(cases), "failed": len(failed), "names": failed}
