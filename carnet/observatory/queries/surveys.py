"""Tables of indicators kept, the files shipped with them, and the published figures recomputed. Loaded by its own name: it needs numpy."""

import csv
import json
from pathlib import Path
from typing import Any

from carnet.observatory.rules import surveys

DATA = Path(__file__).parents[1] / "data"


def example_file() -> bytes:
    """Invented answers in the documented columns, to try and to copy."""
    return (DATA / "surveys" / "example.csv").read_bytes()


def mapping_file() -> bytes:
    """An example of a mapping of columns."""
    return (DATA / "surveys" / "mapping-example.toml").read_bytes()


def reproduced() -> tuple[surveys.Reproduced, ...]:
    """Each published figure whose inputs are shipped, recomputed from them. Source: docs/indicators.md."""
    names = ("digital_skills_by_age", "digital_skills_above_basic", "digital_skills_by_area", "internet_use_by_age")
    epci: Any = json.loads((DATA / "insee-illectronisme-2019-epci-hauts-de-france.json").read_bytes())
    return surveys.reproduce(surveys.Inputs(*(_rows(f"eurostat-{name}.csv") for name in names), epci))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as held:
        return list(csv.DictReader(held))
