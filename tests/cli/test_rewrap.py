"""`carnet keys rewrap`, as it is typed: what it says, what it journals, what it says when it may not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import FileKeyRing, key_ring
from carnet.gateways.keys import _rewrapping as rewrapping
from carnet.journal.models import Line
from tests.commands import carnet

pytestmark = pytest.mark.usefixtures("committed_database")


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(rewrapping, "SETTLES_SECONDS", 0.0)
    folder = tmp_path / "keys"
    with override_settings(KEYS_DIR=folder, KEYS_WRAPPING=tmp_path / "wrapping.key"):
        key_ring().create_programme_keys(7)
        yield folder


def test_it_says_what_it_does_goes_on_and_journals_it(keys: Path) -> None:
    before = key_ring().public_keys(7)
    said = carnet("keys", "rewrap", "--prepare")
    assert said.returncode == 0, said.stderr
    assert "wrapping.key.next" in said.stdout.replace("\n", "")
    assert json.loads(carnet("keys", "rewrap", "--prepare", "--json").stdout)["drawn_now"] is False
    assert json.loads(carnet("keys", "rewrap", "--json").stdout) == {"sealed_anew": 1, "already": 1, "resumed": True}
    assert key_ring().public_keys(7) == before
    with acting_as_everything(why="the journal of everybody"):
        assert Line.objects.get(action="keys.wrapping-changed").facts == {"count": 1}
    FileKeyRing(keys, wrapping_key=keys.parent / "wrapping.key").create_seed(7, 12)
    (keys / "programme-7" / "series-12.seed").write_bytes(b"x" * 60)
    done = carnet("keys", "rewrap")
    assert done.returncode == 1
    assert "seed 7 12" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
