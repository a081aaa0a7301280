"""Labelled seasons of honest, sloppy and fraudulent places, played on PostgreSQL and looked at every week: what the rules see, whom they wrong.

The seeds are held out: thresholds were chosen on others (carnet/scenarios/fraud). The drill fails if half of the frauds are never
signalled, or if most honest places of a season had payments held: both would make the rules worse than nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed

NAME = "fraud"
ROOT = Path(__file__).resolve().parents[1]
RECALL_LEAST, HONEST_HELD_MOST = 0.5, 0.5


def play(*, seeds: Sequence[int] = (), scale: float = 1.0) -> dict[str, Any]:
    """Play the seeds (the held-out ones, if none is given) in a process of its own, whose database ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR", "CARNET_SMS_GATEWAY": "files"}
        _run([str(Path(sys.executable).with_name("carnet")), "init"], surroundings)
        words = [sys.executable, "-m", "drills._labelled", str(scale), *(str(seed) for seed in seeds)]
        figures: dict[str, Any] = json.loads(_run(words, surroundings).splitlines()[-1])
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return judged(figures)


def in_words(figures: dict[str, Any]) -> list[str]:
    """The report as lines to read."""
    lines: list[str] = figures.get("words", [])
    return lines


def judged(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures, if the rules are worth having. Raises: DrillFailed."""
    together = figures["together"]
    if together["recall"] is None or together["recall"][0] < RECALL_LEAST:
        raise DrillFailed("half of the frauds or more were never signalled", figures=figures)
    honest = sum(each["places"] for each in figures["by_scheme"].values() if each["label"] != "FRAUD")
    if together["held_in_error"]["places"] > honest * HONEST_HELD_MOST:
        raise DrillFailed("payments of most honest places were held", figures=figures)
    return figures


def _run(words: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(words, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[-3:])} failed")
    return done.stdout
