"""A first administrator, operator and programme by `carnet init`, without a screen."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.databases import TestDatabases

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
PASSWORD = "une phrase assez longue"
FIRST = ("--email", "camille@example.org", "--name", "Camille", "--organisation", "Nantes Métropole", "--siret", "24440040400129")


@pytest.fixture
def new_database(test_databases: TestDatabases, worker_id: str) -> Iterator[str]:
    """Tables and no row."""
    name = test_databases.clone(f"{worker_id}_init")
    yield test_databases.url(name)
    test_databases.drop(name)


def init(*words: str, var: Path, url: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    surroundings = {
        **os.environ, "CARNET_DATABASE_URL": url, "CARNET_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "carnet.settings.dev",
        "LANG": "fr_FR.UTF-8", "CARNET_ADMIN_PASSWORD": password,
    }  # fmt: skip
    surroundings.pop("LC_ALL", None)
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", "init", *words]
    return subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )


def test_one_command_makes_the_first_account_and_programme_once(new_database: str, tmp_path: Path) -> None:
    made = init(*FIRST, "--template", "nantes", "--first-day", "2026-11-01", "--json", var=tmp_path, url=new_database)
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    with psycopg.connect(new_database) as connection:
        name, booklet_size = connection.execute(
            "SELECT name, booklet_size FROM funding_programme WHERE id = %s", [answer["programme"]]
        ).fetchone()  # type: ignore[misc]
    assert (name, booklet_size) == ("Pass numérique de Nantes Métropole", 5)
    again = init(*FIRST, var=tmp_path, url=new_database)
    assert again.returncode == 1
    assert len(again.stderr.strip().splitlines()) == 1


def test_what_is_wrong_is_said_in_one_sentence_and_leaves_nothing(new_database: str, tmp_path: Path) -> None:
    cases: tuple[tuple[tuple[str, ...], str, str], ...] = (
        (FIRST, "court", "12"),
        (FIRST, "", "CARNET_ADMIN_PASSWORD"),
        ((*FIRST, "--template", "lyon"), PASSWORD, "lyon"),
        (("--template", "nantes"), PASSWORD, "--organisation"),
    )
    for words, password, said in cases:
        refused = init(*words, var=tmp_path, url=new_database, password=password)
        assert refused.returncode == 1, words
        assert said in refused.stderr, words
        assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    with psycopg.connect(new_database) as connection:
        assert connection.execute("SELECT count(*) FROM parties_organisation").fetchone() == (0,)
