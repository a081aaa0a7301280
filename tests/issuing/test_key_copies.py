"""Two machines, one folder of keys or two: the doctor of each sees it, and the database learns nothing that opens anything."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from carnet.cli.doctor import copies_check
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.issuing.models import KeyCopy
from carnet.issuing.operations.keys import note_key_copies
from tests.factories.campaign import LATER, Campaign
from tests.web.season import Season
from tests.web.season import season as season


@pytest.fixture
def machines(season: Season, settings: Any, tmp_path: Path) -> tuple[Campaign, Path, Path]:
    """A season whose keys are on a first machine, and the folder of a second one, as it was copied."""
    first, second = tmp_path / "first", tmp_path / "second"
    shutil.copytree(settings.KEYS_DIR, first)
    shutil.copytree(settings.KEYS_DIR, second)
    settings.KEYS_DIR = first
    with acting_as_everything(why="tests"):
        note_key_copies(machine="web1", at=LATER)
    return season.campaign, first, second


def test_the_same_folder_everywhere_is_well(machines: tuple[Campaign, Path, Path], settings: Any) -> None:
    _campaign, _first, settings.KEYS_DIR = machines
    assert copies_check().well
    with acting_as_everything(why="tests"):
        note_key_copies(machine="web2", at=LATER)
        assert set(KeyCopy.objects.values_list("machine", flat=True)) == {"web1"}, "said once"


def test_a_key_made_on_another_machine_is_missed(machines: tuple[Campaign, Path, Path], settings: Any) -> None:
    campaign, settings.KEYS_DIR, second = machines
    key_ring().rotate(campaign.programme_id)
    with acting_as_everything(why="tests"):
        note_key_copies(machine="web1", at=LATER)
    assert copies_check().well
    settings.KEYS_DIR = second
    found = copies_check()
    assert not found.well
    assert f"programme {campaign.programme_id}, version 2 : sur web1 et pas ici" in found.says


def test_two_keys_of_the_same_number_are_told_on_both(machines: tuple[Campaign, Path, Path], settings: Any) -> None:
    campaign, first, second = machines
    for name, folder in (("web1", first), ("web2", second)):
        settings.KEYS_DIR = folder
        key_ring().rotate(campaign.programme_id)
        with acting_as_everything(why="tests"):
            note_key_copies(machine=name, at=LATER)
    for folder, other in ((first, "web2"), (second, "web1")):
        settings.KEYS_DIR = folder
        assert f"version 2 : celles de {other} sont différentes" in copies_check().says


def test_another_wrapping_key_is_told(machines: tuple[Campaign, Path, Path], settings: Any, tmp_path: Path) -> None:
    _campaign, _first, settings.KEYS_DIR = machines
    settings.KEYS_WRAPPING = tmp_path / "another.key"
    settings.KEYS_WRAPPING.write_bytes(b"w" * 32)
    found = copies_check()
    assert not found.well
    assert "clé d’enveloppe" in found.says


def test_the_database_learns_nothing_that_opens_anything(machines: tuple[Campaign, Path, Path]) -> None:
    campaign, first, _second = machines
    with acting_as_everything(why="tests"), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM issuing_keycopy c")
        told = "".join(row[0] for row in cursor.fetchall())
    for path in first.rglob("*"):
        if path.is_file() and path.suffix in {".key", ".seed", ".json"}:
            for word in (path.read_bytes().hex(), path.read_text(encoding="latin-1")):
                assert word[:24] not in told
    ring = key_ring()
    assert ring.public_keys(campaign.programme_id)[0].raw.hex() not in told
