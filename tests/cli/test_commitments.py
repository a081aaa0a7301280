"""`carnet commitments`: a day published once, and a file checked without the database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from carnet.continuity.rules.publication import fingerprint
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from tests.commands import carnet
from tests.factories.campaign import NOW, Campaign, campaign


@pytest.fixture
def ready(committed_database: str, settings: Any, tmp_path: Path) -> Iterator[Campaign]:
    settings.KEYS_DIR = tmp_path / "keys"
    with acting_as_everything(why="prepare a campaign"):
        made = campaign(booklets=4)
    yield made
    connections["default"].close()


def test_a_day_is_published_once_and_its_file_holds(ready: Campaign, settings: Any, tmp_path: Path) -> None:
    for day in (1, 2):
        settings.CARNET_CLOCK = NOW.replace(day=NOW.day + day)
        told = carnet("commitments", "publish")
        assert told.returncode == 0 and f"jour {day} publié" in told.stdout, told
    again = carnet("commitments", "publish", "--json")
    assert [each["is_new"] for each in json.loads(again.stdout)] == [False]
    path = tmp_path / "commitments.json"
    path.write_bytes(Client().get("/opendata/commitments.json").content)
    told = carnet("commitments", "verify", str(path))
    assert (told.returncode, told.stderr) == (0, "") and "sont justes" in told.stdout
    answer = json.loads(carnet("commitments", "verify", str(path), "--json").stdout)
    assert (answer["verified"], answer["days"], answer["programmes"]) == (True, 2, 1)
    # A fingerprint known by another way is compared.
    (key,) = key_ring().public_keys(ready.programme_id)
    slug = json.loads(path.read_text())["days"][0]["programme"]
    assert carnet("commitments", "verify", str(path), "--key", f"{slug}={fingerprint(key.raw)}").returncode == 0
    other = carnet("commitments", "verify", str(path), "--key", f"{slug}={'0' * 64}")
    assert other.returncode == 1 and "la clé n’est pas celle du programme" in other.stderr
    # A cent changed is found, and the day named.
    path.write_text(path.read_text().replace('"needed_cents": 20000', '"needed_cents": 20001', 1))
    told = carnet("commitments", "verify", str(path))
    assert told.returncode == 1
    assert f"{NOW:%Y-%m}-04" in told.stderr and "n’est plus ce qui a été signé" in told.stderr


def test_what_is_no_such_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    for name in (path, tmp_path / "absent.json"):
        told = carnet("commitments", "verify", str(name))
        assert told.returncode == 1 and "n’est pas un fichier d’engagements publiés" in told.stderr
    assert carnet("commitments", "verify", str(path), "--key", "rien").returncode in (1, 2)
