"""A first administrator, operator and programme by `carnet init`, without a screen."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.commands import carnet

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
PASSWORD = "une phrase assez longue"
FIRST = ("--email", "camille@example.org", "--name", "Camille", "--organisation", "Nantes Métropole", "--siret", "24440040400129")


def in_a_process(*words: str, var: Path, url: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ, "CARNET_DATABASE_URL": url, "CARNET_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "carnet.settings.dev",
        "LANG": "fr_FR.UTF-8", "CARNET_ADMIN_PASSWORD": password,
    }  # fmt: skip
    surroundings.pop("LC_ALL", None)
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", "init", *words]
    return subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def tables(committed_database: str, settings: Any, tmp_path: Path) -> str:
    """Tables and no row, and a folder for the keys."""
    settings.KEYS_DIR = tmp_path / "keys"
    return committed_database


def test_one_command_makes_the_first_account_and_programme_once(tables: str, tmp_path: Path) -> None:
    made = in_a_process(*FIRST, "--template", "nantes", "--first-day", "2026-11-01", "--json", var=tmp_path, url=tables)
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    with psycopg.connect(tables) as connection:
        name, booklet_size = connection.execute(
            "SELECT name, booklet_size FROM funding_programme WHERE id = %s", [answer["programme"]]
        ).fetchone()  # type: ignore[misc]
    assert (name, booklet_size) == ("Pass numérique de Nantes Métropole", 5)
    again = carnet("init", *FIRST, CARNET_ADMIN_PASSWORD=PASSWORD)
    assert again.returncode == 1
    assert len(again.stderr.strip().splitlines()) == 1


def test_what_is_wrong_is_said_in_one_sentence_and_leaves_nothing(tables: str) -> None:
    cases: tuple[tuple[tuple[str, ...], str, str], ...] = (
        (FIRST, "court", "12"),
        (FIRST, "", "CARNET_ADMIN_PASSWORD"),
        ((*FIRST, "--template", "lyon"), PASSWORD, "lyon"),
        (("--template", "nantes"), PASSWORD, "--organisation"),
    )
    for words, password, said in cases:
        refused = carnet("init", *words, CARNET_ADMIN_PASSWORD=password)
        assert refused.returncode == 1, words
        assert said in refused.stderr, words
        assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    with psycopg.connect(tables) as connection:
        assert connection.execute("SELECT count(*) FROM parties_organisation").fetchone() == (0,)
