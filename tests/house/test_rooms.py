"""The walls between rooms: what import-linter holds, and what it cannot see (models, foreign keys written as text)."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.db.models import ForeignObject

from tests.house.rooms import ROOT, floors, height

ROOMS = {room for floor in floors() for room in floor}


def test_the_contracts_between_rooms_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_room_imports_another_rooms_models() -> None:
    graph = grimp.build_graph("carnet", cache_dir=None)
    broken = []
    for module in graph.modules:
        words = module.split(".")
        if len(words) < 3 or words[2] != "models":
            continue
        broken += [
            f"{importer} imports {module}"
            for importer in graph.find_modules_that_directly_import(module)
            if importer.split(".")[1] != words[1]
        ]
    assert not broken, "\n".join(sorted(broken))


def relations() -> list[tuple[str, str, str, str | None]]:
    """(from room, to room, field, related name) of each relation that leaves a room."""
    found = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            # django.contrib and allauth are furniture: they live in no room.
            if (
                isinstance(field, ForeignObject)
                and field.model.__module__.startswith("carnet.")
                and field.related_model.__module__.startswith("carnet.")
            ):
                here, there = field.model.__module__.split(".")[1], field.related_model.__module__.split(".")[1]
                if here != there:
                    found.append((here, there, str(field), field.remote_field.related_name))
    return found


def test_foreign_keys_between_rooms_point_down_and_have_no_way_back() -> None:
    found = relations()
    assert found, "the house has relations between rooms: none found means this test looks in the wrong place"
    upwards = [field for here, there, field, _ in found if height(there) >= height(here)]
    assert not upwards, f"pointing up or sideways: {upwards}"
    returning = [field for _, _, field, name in found if name != "+"]
    assert not returning, f'without related_name="+": {returning}'


def test_every_room_says_what_it_is_for() -> None:
    for room in sorted(ROOMS):
        file = ROOT / "carnet" / room / "__init__.py"
        if file.parent.is_dir():
            assert file.exists(), f"{room} has no __init__.py"
            assert file.read_text(encoding="utf-8").startswith('"""'), f"carnet/{room}/__init__.py does not say what the room is for"


@pytest.mark.parametrize("drawer", ["utils", "helpers", "common", "core", "lib", "misc"])
def test_there_is_no_drawer(drawer: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "carnet").rglob(f"{drawer}*")
        if path.stem == drawer and "__pycache__" not in path.parts
    ]
    assert not found, f"a homeless function is a missing noun: {found}"
