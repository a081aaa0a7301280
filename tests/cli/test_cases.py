"""`carnet controls cases`: what the cases of a programme came to, for machines and for people."""

import json
from collections.abc import Iterator

import pytest
from django.db import connections

from carnet.controls.rules.cases import Decision
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from tests.commands import carnet
from tests.settlement.conftest import Payday, make_payday
from tests.settlement.test_cases import SOON, answer, decide, open_one


@pytest.fixture
def payday(committed_database: str) -> Iterator[Payday]:
    yield make_payday()
    connections["default"].close()


def test_money_held_in_error_is_counted(payday: Payday, settings) -> None:
    settings.CARNET_CLOCK = SOON
    payday.spend(2)
    case_id = open_one(payday, hold_cents=20_00)
    answer(payday, case_id)
    decide(payday, case_id, Decision.RELEASE)
    with acting_as_everything(why="its short name"):
        slug = funding.programme(payday.campaign.programme_id).slug
    told = carnet("controls", "cases", str(payday.campaign.programme_id), "--json")
    assert told.returncode == 0, told
    counted = json.loads(told.stdout)
    assert (counted["opened_count"], counted["median_days"], counted["held_in_error_cents"], counted["by_state"]["CLOSED"]) == (
        1,
        0,
        20_00,
        1,
    )
    said = carnet("controls", "cases", slug)
    assert said.returncode == 0, said
    assert "1 dossiers, 1 décidés" in said.stdout
    unknown = carnet("controls", "cases", "nowhere")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr
