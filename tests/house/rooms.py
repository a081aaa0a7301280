"""The floors of the house, read from the contract itself, so that there is one list."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def floors() -> list[list[str]]:
    """The rooms of each floor, top first, optional ones included."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contract["importlinter:contract:house"]["layers"].split("\n")
    return [re.findall(r"[a-z_]+", line) for line in lines if line.strip()]


def height(room: str) -> int:
    """How many floors are below this room."""
    from_the_top = next(number for number, floor in enumerate(floors()) if room in floor)
    return len(floors()) - from_the_top
