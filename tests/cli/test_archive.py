"""`carnet export`, `carnet archive`: what they say, in words and in JSON, and what a kill leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from carnet.gateways import programme_archives
from carnet.gateways.database import acting_as_everything
from tests.commands import carnet
from tests.factories.campaign import Campaign, campaign

pytestmark = pytest.mark.slow


@pytest.fixture
def ready(committed_database: str, settings: Any, tmp_path: Path) -> Iterator[Campaign]:
    settings.KEYS_DIR = tmp_path / "keys"
    with acting_as_everything(why="prepare a campaign"):
        made = campaign(booklets=4)
    yield made
    connections["default"].close()


def test_a_base_then_an_increment_then_a_check_that_needs_no_database(ready: Campaign, tmp_path: Path) -> None:
    key = carnet("archive", "key", "new", str(tmp_path / "successor"), "--json")
    made = json.loads(key.stdout)
    assert (tmp_path / "successor").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "successor.pub").read_bytes()) == 32
    out, public = str(tmp_path / "kept"), made["public"]
    first = carnet("export", str(ready.programme_id), "--out", out, "--successor", public, "--json")
    assert first.returncode == 0, first.stderr
    said = json.loads(first.stdout)
    assert (said["name"], said["why"], said["is_sealed"]) == ("base-000001", "FIRST", True)
    second = carnet("export", str(ready.programme_id), "--out", out, "--successor", public, "--increment")
    assert "increment-000002" in second.stdout
    assert carnet("export", str(ready.programme_id), "--out", out, "--successor", public, "--json").stdout.find("base-000003") > 0
    checked = carnet("archive", "check", out, "--fingerprint", said["key_fingerprint"], "--json")
    assert checked.returncode == 0
    found = json.loads(checked.stdout)
    assert (found["whole"], found["faults"], found["totals"]["vouchers"]) == (True, [], 20)
    assert [each["sealed_for"] for each in found["keys"]] == [made["fingerprint"]]


def test_a_fault_ends_with_one_and_says_which_row(ready: Campaign, tmp_path: Path) -> None:
    import gzip

    out = tmp_path / "kept"
    alone = carnet("export", str(ready.programme_id), "--out", str(out))
    assert "Aucun successeur n’est nommé" in alone.stderr
    base = programme_archives.open_archive(out).base
    entry = base.manifest.table("ledger_voucher")
    assert entry is not None
    row = next(programme_archives.rows(base, "ledger_voucher"))
    path = base.folder / entry.file
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(row, b"")))
    done = carnet("archive", "check", str(out))
    assert done.returncode == 1
    assert "base-000001 · ledger_voucher · avant la première ligne · retiré" in done.stderr
    assert carnet("archive", "check", str(tmp_path)).returncode == 1
    assert carnet("archive", "check", str(out), "--fingerprint", "abc").returncode == 2


@pytest.mark.parametrize(
    "words",
    [("--increment", "--follow", "5"), ("--follow", "0")],
    ids=["both", "too fast"],
)
def test_bad_use_ends_with_two(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert carnet("export", "x", "--out", str(tmp_path), *words).returncode == 2


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    assert carnet("archive", "key", "new", str(tmp_path / "k")).returncode == 0
    before = (tmp_path / "k").read_bytes()
    again = carnet("archive", "key", "new", str(tmp_path / "k"))
    assert again.returncode == 1
    assert (tmp_path / "k").read_bytes() == before


def test_followed_and_killed_it_leaves_whole_steps_and_goes_on(
    ready: Campaign, committed_database: str, tmp_path: Path, settings: Any
) -> None:
    out = tmp_path / "kept"
    surroundings = {
        **os.environ, "CARNET_DATABASE_URL": committed_database, "CARNET_KEYS_DIR": str(settings.KEYS_DIR), "CARNET_VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "carnet.settings.dev", "CARNET_LOG_LEVEL": "ERROR", "LANG": "fr_FR.UTF-8",
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("carnet"))]
    following = [*command, "export", str(ready.programme_id), "--out", str(out), "--follow", "1", "--json"]

    def run_until(count: int, ended_by: int) -> int:
        process = subprocess.Popen(following, env=surroundings, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _step in range(count):
            assert process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(ended_by)
        process.stdout.close()
        return process.wait(timeout=30)

    assert run_until(2, signal.SIGKILL) == -9
    assert programme_archives.check(programme_archives.open_archive(out)) == ()
    assert run_until(2, signal.SIGTERM) == 0
    archive = programme_archives.open_archive(out)
    assert archive.base.manifest.number == 1
    assert len(archive.steps) >= 4
    assert programme_archives.check(archive) == ()
