"""Keys drawn anew between editions: vouchers of every version are spent typed, by QR code and from an offline queue; then one version is ended.

In between, the key that seals all of them is changed too, by a process that is killed in the middle and another that goes on.

On a database of its own. A code that nobody holds takes as many statements as a good one, whatever the number of versions.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from carnet.gateways.embedded_postgres import EmbeddedPostgres
from drills import DrillFailed

NAME = "keys-rotated"
ROOT = Path(__file__).resolve().parents[1]
VERSIONS, BOOKLETS = 5, 200


def play(*, versions: int = VERSIONS, booklets: int = BOOKLETS) -> dict[str, Any]:
    """Play it in a process of its own, whose keys and database end with it."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-drill-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var")
    try:
        surroundings = {**os.environ, "CARNET_DATABASE_URL": server.acquire(), "CARNET_VAR_DIR": str(folder / "var")}
        surroundings |= {"DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_LOG_LEVEL": "ERROR"}
        _run([str(Path(sys.executable).with_name("carnet")), "init"], surroundings)
        figures: dict[str, Any] = json.loads(_run([sys.executable, "-m", "drills._editions", str(versions), str(booklets)], surroundings))
    finally:
        server.release()
        shutil.rmtree(server.placement.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    if "failed" in figures:
        raise DrillFailed(figures["failed"])
    return figures


def _run(words: list[str], surroundings: dict[str, str]) -> str:
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"{' '.join(words[-3:])} failed: {done.stderr.strip()[-300:]}")
    return done.stdout
