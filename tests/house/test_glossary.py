"""Every table of every room has its line in the glossary, in both languages."""

import re

from django.apps import apps

from tests.house.rooms import ROOT

LINES = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").split("\n")
    if line.startswith("| ") and not line.startswith(("| ---", "| English"))
]
NOUNS = {model.__name__ for model in apps.get_models() if model.__module__.startswith("carnet.")}


def test_each_line_is_whole() -> None:
    assert len(LINES) > len(NOUNS)
    broken = [line for line in LINES if len(line) != 4 or not all(line)]
    assert not broken


def test_every_table_has_its_line() -> None:
    assert len(NOUNS) > 40
    explained = {word for line in LINES for word in re.findall(r"`(\w+)`", line[0])}
    assert NOUNS - explained == set(), "tables without a line in docs/glossary.md"
    assert explained - NOUNS == set(), "lines of docs/glossary.md about tables that do not exist"


def test_each_term_is_said_once() -> None:
    terms = [line[0].strip("`").casefold() for line in LINES]
    assert len(terms) == len(set(terms))


def test_each_room_named_as_a_source_exists() -> None:
    rooms = {room for line in LINES for room in re.findall(r"`(\w+)`", line[3])}
    assert rooms
    missing = [room for room in rooms if not (ROOT / "carnet" / room / "__init__.py").is_file()]
    assert not missing
