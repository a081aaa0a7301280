"""`carnet token create`: one line for a person, JSON for a program, one sentence when it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries
from tests import commands

ROOT = Path(__file__).resolve().parents[2]
SIRET = "24440040400129"
pytestmark = pytest.mark.slow


def carnet(*words: str) -> subprocess.CompletedProcess[str]:
    return commands.carnet("token", "create", *words)


def in_a_process(*words: str, url: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "CARNET_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "carnet.settings.test", "LANG": "fr_FR.UTF-8"}
    surroundings.pop("LC_ALL", None)
    command = [sys.executable, "-c", "from carnet.cli.main import run; run()", "token", "create", *words]
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=120)


def test_a_token_from_the_command_line(committed_database: str, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock():
        organisation_id = parties.create_organisation(
            name="Ville", kinds=["PLACE_OPERATOR"], siret=SIRET, actor=Actor.system("test"), request_id=uuid4(), at=timezone.now()
        )
        for named in ("244 400 404 00129", SIRET, str(organisation_id)):
            words = ("--organisation", named, "--scopes", "vouchers.check", "--days", "2", "--json")
            answer = in_a_process(*words, url=committed_database) if named == SIRET else carnet(*words)
            assert answer.returncode == 0, answer.stderr
            actor = queries.actor_for_token(raw=json.loads(answer.stdout)["token"], at=timezone.now())
            assert (actor.organisation_id, actor.roles) == (organisation_id, {"vouchers.check"})
    for options, said in (
        (["--organisation", "999999"], "n’existe pas"),
        (["--organisation", "11111111111111"], "SIRET"),
        (["--organisation", SIRET, "--scopes", "everything"], "vouchers.check"),
        (["--organisation", SIRET, "--days", "900"], "730"),
        (["--organisation", SIRET, "--place", "5"], "lieu 5"),
    ):
        answer = carnet(*options)
        assert (answer.returncode, len(answer.stderr.strip().splitlines())) == (1, 1), answer.stderr
        assert said in answer.stderr
    assert carnet().returncode == 2
