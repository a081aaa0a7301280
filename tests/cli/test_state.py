"""`carnet state officer`: the only way to the State's first officers."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries
from tests import commands

pytestmark = pytest.mark.slow
STATE, OPERATOR = "13002526500013", "43493312300029"


@pytest.fixture(autouse=True)
def _database(committed_database: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield


def test_an_officer_is_invited_from_the_command_line() -> None:
    refused = commands.carnet("state", "officer", "etat@example.org", "--siret", STATE)
    assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (1, 1) and "--body" in refused.stderr
    done = commands.carnet("state", "officer", "etat@example.org", "--siret", STATE, "--body", "Direction", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    with acting_as_everything(why="look at the invitation"):
        found = queries.open_invitation(secret=said["invitation"].rstrip("/").rpartition("/")[2], at=timezone.now())
    assert found is not None and (found.role, found.organisation) == ("STATE_OFFICER", "Direction")
    assert queries.kinds_of(said["organisation"]) == {"STATE"}


def test_no_operator_gives_itself_a_label() -> None:
    parties.create_organisation(
        name="Opérateur", kinds=["OPERATOR"], siret=OPERATOR, actor=Actor.system("test"), request_id=uuid4(), at=timezone.now()
    )
    refused = commands.carnet("state", "officer", "etat@example.org", "--siret", OPERATOR)
    assert refused.returncode == 1 and "opérateur" in refused.stderr
