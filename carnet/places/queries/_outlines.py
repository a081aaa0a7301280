"""The outlines that ship with the programme, read once."""

import json
from functools import lru_cache
from pathlib import Path

from carnet.places.rules.outlines import Outline, outlines

DATA = Path(__file__).resolve().parent.parent / "data"


@lru_cache(maxsize=1)
def departments() -> tuple[Outline, ...]:
    """The ninety-six départements of the mainland and Corsica, by code."""
    return outlines(json.loads((DATA / "departements.topo.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=8)
def communes_of_department(code: str) -> tuple[Outline, ...]:
    """The communes of a département whose outlines are here (Loire-Atlantique); none for the others."""
    file = DATA / f"communes-{code}.topo.json"
    return outlines(json.loads(file.read_text(encoding="utf-8"))) if code.isalnum() and file.exists() else ()
