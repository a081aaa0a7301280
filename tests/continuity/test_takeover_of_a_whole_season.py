"""A season played to its closing is taken over whole: what several people decided, what was paid and what went back to funders come along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from carnet import scenarios
from carnet.cli.verification import journal_found, ledger_faults
from carnet.continuity.operations import archives, takeovers
from carnet.gateways import programme_archives
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties import models as parties
from tests.continuity.two import Two, two_installations
from tests.databases import TestDatabases
from tests.factories.campaign import LATER, SYSTEM


@pytest.fixture(scope="module")
def two(
    test_databases: TestDatabases, django_db_setup: None, django_db_blocker: Any, worker_id: str, tmp_path_factory: Any
) -> Iterator[Two]:
    with django_db_blocker.unblock(), two_installations(test_databases, f"{worker_id}_season", tmp_path_factory.mktemp("season")) as both:
        yield both


def test_voices_payments_and_money_given_back_come_along(two: Two) -> None:
    scenario = replace(scenarios.load("departement"), booklets=6, prescribers=2, places=2)
    with two.at(two.first):
        played = scenarios.play(scenario, today=date(2026, 11, 22), printing="none")
        scenarios.seal(at=LATER)
        archives.write_step(programme_id=played.programme_id, folder=two.archive, successor=two.public, anew=False, actor=SYSTEM, at=LATER)
        with acting_as_everything(why="compare"):
            money = ledger.money(programme_id=played.programme_id).total
            voices = parties.ApprovalVoice.objects.filter(programme_id=played.programme_id).count()
    assert money.returned > 0 and money.paid > 0 and voices > 0
    archive = programme_archives.open_archive(two.archive)
    with two.at(two.second):
        taken = two.taken(takeovers.operator_of("", archive))
        with acting_as_everything(why="compare"):
            assert ledger.money(programme_id=taken.programme_id).total == money
            assert parties.ApprovalVoice.objects.filter(programme_id=taken.programme_id).count() == voices
        assert ledger_faults() == []
        assert journal_found().breaks == ()
