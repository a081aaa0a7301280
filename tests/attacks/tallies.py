"""What was tried, how often, and what came of it: each test says so, the drill adds them up (`make drills ONLY=attacks`).

In the suite nothing is written. With a folder in CARNET_ATTACKS, every figure becomes a line there, and what takes long is played whole.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = os.environ.get("CARNET_ATTACKS", "")
WHOLE = bool(FOLDER)


@dataclass(frozen=True, slots=True)
class Tally:
    """One sort of attack. `tried`: requests, files or messages; `through`: those that were not refused as they should have been."""

    family: str
    what: str
    tried: int
    through: int = 0
    said: str = ""


def tally(family: str, what: str, *, tried: int, through: int = 0, said: str = "") -> None:
    """Keep a figure for the report."""
    if not FOLDER:
        return
    with (Path(FOLDER) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as told:
        told.write(json.dumps(asdict(Tally(family, what, tried, through, said)), ensure_ascii=False) + "\n")


def read(folder: Path) -> list[Tally]:
    """Every figure kept in a folder."""
    return [Tally(**json.loads(line)) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
