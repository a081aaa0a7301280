"""From an empty PostgreSQL to a working installation, by the command alone, and what it says when something is wrong."""

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

from carnet.cli import doctor
from carnet.gateways import identity
from tests import commands
from tests.conftest import point_django_at
from tests.databases import TestDatabases

ROOT = Path(__file__).resolve().parents[2]
RUN = "from carnet.cli.main import run; run()"
pytestmark = pytest.mark.slow


@pytest.fixture
def empty_database(django_db_setup: None, test_databases: TestDatabases, django_db_blocker: Any, worker_id: str) -> Iterator[str]:
    """A database without any table, for other processes and for this one."""
    name, shared = f"{test_databases.prefix}_{worker_id}_empty", connections.settings["default"]["NAME"]
    test_databases.drop(name)
    test_databases.server.execute(f'CREATE DATABASE "{name}"')
    with django_db_blocker.unblock():
        point_django_at(name)
        try:
            yield test_databases.url(name)
        finally:
            point_django_at(shared)
            test_databases.drop(name)


def carnet(*words: str, var: Path, url: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ,
        "CARNET_DATABASE_URL": url,
        "CARNET_VAR_DIR": str(var),
        "DJANGO_SETTINGS_MODULE": "carnet.settings.dev",
        "LANG": "fr_FR.UTF-8",
    }
    surroundings.pop("LC_ALL", None)
    command = [sys.executable, "-c", RUN, *words]
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=120)


def test_from_nothing_to_a_well_installation(empty_database: str, tmp_path: Path) -> None:
    before = carnet("ledger", "verify", var=tmp_path, url=empty_database)
    assert before.returncode == 1
    assert "carnet init" in before.stderr
    assert len(before.stderr.strip().splitlines()) == 1

    ill = commands.carnet("doctor", "--json")
    assert ill.returncode == 1
    assert json.loads(ill.stdout)["well"] is False

    made = carnet("init", "--json", var=tmp_path, url=empty_database)
    assert made.returncode == 0, made.stderr
    keys = Path(json.loads(made.stdout)["keys"])
    assert keys.stat().st_mode & 0o777 == 0o700

    again = commands.carnet("migrate", "--json")
    assert json.loads(again.stdout) == {"migrated": []}

    well = carnet("doctor", "--json", var=tmp_path, url=empty_database)
    assert well.returncode == 0, well.stdout + well.stderr
    assert all(check["well"] for check in json.loads(well.stdout)["checks"])

    for words in (["ledger", "verify"], ["journal", "verify"]):
        verified = commands.carnet(*words, "--json")
        assert verified.returncode == 0, verified.stderr
        assert json.loads(verified.stdout)["verified"] is True

    keys.chmod(0o755)
    open_keys = carnet("doctor", "--json", var=tmp_path, url=empty_database)
    assert open_keys.returncode == 1
    assert [check["name"] for check in json.loads(open_keys.stdout)["checks"] if not check["well"]] == ["clés"]


def test_a_provider_that_is_set_up_is_asked_and_one_that_is_not_is_left_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(doctor.provider_checks()) == []
    settings.FRANCECONNECT_ISSUER = "https://127.0.0.1:1/api/v2"
    (check,) = doctor.provider_checks()
    assert (check.name, check.well) == ("FranceConnect", False)
    monkeypatch.setattr(identity, "check_published", lambda _issuer: None)
    (check,) = doctor.provider_checks()
    assert check.well


def test_a_program_is_lent_the_database_and_its_exit_code_comes_back(empty_database: str, tmp_path: Path) -> None:
    shown = carnet("database", "run", "--", "printenv", "CARNET_DATABASE_URL", var=tmp_path, url=empty_database)
    assert shown.stdout.strip() == empty_database
    assert carnet("database", "run", "--", "sh", "-c", "exit 5", var=tmp_path, url=empty_database).returncode == 5
    missing = carnet("database", "run", "--", "no-such-program-anywhere", var=tmp_path, url=empty_database)
    assert missing.returncode == 1
    assert "no-such-program-anywhere" in missing.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_says_so_in_one_word(how: signal.Signals, tmp_path: Path) -> None:
    started = tmp_path / "started"
    lent = ["database", "run", "--", "sh", "-c", 'touch "$0"; exec sleep 60', str(started)]
    environment = {**os.environ, "CARNET_DATABASE_URL": "postgresql://nobody@/nothing", "LANG": "fr_FR.UTF-8", "LC_ALL": ""}
    command = subprocess.Popen(
        # A shell's background work is deaf to Ctrl+C, and so is all it starts: listen again.
        [sys.executable, "-c", f"import signal; signal.signal(2, signal.default_int_handler); {RUN}", *lent],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(1200):
        if started.exists():
            break
        time.sleep(0.05)
    command.send_signal(how)
    _, complaint = command.communicate(timeout=60)
    assert (command.returncode, complaint) == (1, "Interrompu.\n")
