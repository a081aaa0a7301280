"""`carnet commitments`: a day published once, and a file checked without the database."""

import json
from pathlib import Path

import pytest
from django.test import Client

from carnet.continuity.rules.publication import fingerprint
from carnet.gateways.keys import key_ring
from tests.commands import carnet
from tests.settlement.conftest import APRIL, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday


@pytest.fixture
def published(payday: Payday, settings, tmp_path: Path) -> Path:
    """Two days published, and the file as a stranger takes it away."""
    for day in (APRIL, APRIL.replace(day=8)):
        settings.CARNET_CLOCK = day
        assert carnet("commitments", "publish").returncode == 0
    path = tmp_path / "commitments.json"
    path.write_bytes(Client().get("/opendata/commitments.json").content)
    return path


def test_a_day_is_published_once_and_its_file_holds(published: Path, payday: Payday) -> None:
    again = carnet("commitments", "publish", "--json")
    assert [each["is_new"] for each in json.loads(again.stdout)] == [False]
    told = carnet("commitments", "verify", str(published))
    assert (told.returncode, told.stderr) == (0, "") and "sont justes" in told.stdout
    answer = json.loads(carnet("commitments", "verify", str(published), "--json").stdout)
    assert (answer["verified"], answer["days"], answer["programmes"]) == (True, 2, 1)


def test_a_cent_changed_is_found_and_the_day_named(published: Path) -> None:
    published.write_text(published.read_text().replace('"needed_cents": 40000', '"needed_cents": 40001', 1))
    told = carnet("commitments", "verify", str(published))
    assert told.returncode == 1
    assert "2026-04-08" in told.stderr and "n’est plus ce qui a été signé" in told.stderr


def test_a_fingerprint_known_by_another_way_is_compared(published: Path, payday: Payday) -> None:
    (key,) = key_ring().public_keys(payday.campaign.programme_id)
    slug = json.loads(published.read_text())["days"][0]["programme"]
    assert carnet("commitments", "verify", str(published), "--key", f"{slug}={fingerprint(key.raw)}").returncode == 0
    other = carnet("commitments", "verify", str(published), "--key", f"{slug}={'0' * 64}")
    assert other.returncode == 1 and "la clé n’est pas celle du programme" in other.stderr
    assert carnet("commitments", "verify", str(published), "--key", "rien").returncode == 2


def test_what_is_no_such_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    for name in (path, tmp_path / "absent.json"):
        told = carnet("commitments", "verify", str(name))
        assert told.returncode == 1 and "n’est pas un fichier d’engagements publiés" in told.stderr
