"""`carnet controls look` and `signals`: what is noticed now, and what became of it, for machines and for people."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.commands import carnet
from tests.settlement.conftest import SPENT_AT, Payday, make_payday


@pytest.fixture
def payday(committed_database: str) -> Iterator[Payday]:
    yield make_payday()
    connections["default"].close()


def test_looked_at_once_and_counted(payday: Payday, settings) -> None:
    settings.CARNET_CLOCK = SPENT_AT + timedelta(days=10)
    payday.spend(15)
    named = str(payday.campaign.programme_id)
    told = carnet("controls", "look", named, "--until", "2026-03-15", "--json")
    assert told.returncode == 0, told
    seen = json.loads(told.stdout)
    assert (seen["until"], len(seen["new"])) == ("2026-03-15", 1)
    (noticed,) = [each for each in seen["rules"] if each["noticed"]]
    assert (noticed["rule"], noticed["waiting"], noticed["threshold"], noticed["precision"]) == ("whole-booklets", 1, 3, None)
    again = carnet("controls", "look", named)
    assert (again.returncode, again.stderr) == (0, "")
    assert "Signaux nouveaux : 0." in again.stdout
    said = carnet("controls", "signals", named)
    assert "Carnets vidés d’un coup (3 carnets) : remarqués 1, à trier 1" in said.stdout
    assert json.loads(carnet("controls", "signals", named, "--json").stdout)["rules"] == seen["rules"]


def test_what_cannot_be_looked_at_is_one_sentence(payday: Payday, settings) -> None:
    settings.CARNET_CLOCK = SPENT_AT
    named = str(payday.campaign.programme_id)
    for words, code in (((named, "--until", "2026-03-10"), 1), (("nowhere",), 1), ((named, "--until", "tomorrow"), 2)):
        refused = carnet("controls", "look", *words)
        assert (refused.returncode, refused.stdout) == (code, "")
        assert refused.stderr.strip()
