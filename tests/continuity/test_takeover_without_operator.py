"""A fresh installation that knows no operator takes a programme over: the archived organisation comes along and goes on running it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from carnet.cli.verification import ledger_faults
from carnet.continuity.operations import takeovers
from carnet.continuity.rules.takeovers import OperatorMissing
from carnet.gateways import programme_archives
from carnet.gateways.database import acting_as_everything
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import VoucherAlreadyRedeemed
from tests.continuity.two import Two, spend, two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import campaign


@pytest.fixture(scope="module")
def two(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[Two]:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_bare", tmp_path_factory.mktemp("bare")) as both:
        yield both


def test_the_programme_goes_on_under_the_organisation_that_came(two: Two) -> None:
    with two.at(two.first):
        with acting_as_everything(why="prepare a campaign"):
            ready = campaign()
        spend(ready, ready.code(0))
        two.kept(ready)
    archive = programme_archives.open_archive(two.archive)
    with two.at(two.second):
        with pytest.raises(OperatorMissing):
            takeovers.operator_of("21440109300015", archive)
        operator_id = takeovers.operator_of("", archive)
        assert operator_id == ready.operator_id
        two.taken(operator_id)
        with acting_as_everything(why="look"), connection.cursor() as cursor:
            cursor.execute("SELECT operator_id FROM funding_programme WHERE id = %s", [ready.programme_id])
            assert cursor.fetchone() == (ready.operator_id,)
        assert isinstance(spend(ready, ready.code(0)), VoucherAlreadyRedeemed)
        assert isinstance(spend(ready, ready.code(1)), Redeemed)
        assert ledger_faults() == []
