"""A landlord's estate lived whole, in little: from its file to the closing, its money verified."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from carnet import scenarios
from carnet.scenarios import cast
from carnet.scenarios.plan import ScenarioUnreadable, values_of

pytestmark = pytest.mark.django_db


def test_an_estate_is_studied_connected_billed_paid_and_closed(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    settings.KEYS_DIR = tmp_path / "keys"
    small = dataclasses.replace(scenarios.connection_scenario(values_of("connection")), homes=4, months=3, leave_every=3, incident_every=3)
    told = scenarios.summarise_connections(scenarios.play_connections(small, today=date(2026, 11, 22)), seconds=1)
    money = told["money_cents"]
    assert told["ledger_verified"] and told["homes"] == 4 and told["study"]
    assert (money["reserved"], money["unissued"], told["provider_owed_cents"], told["landlord_due_cents"]) == (0, 0, 0, 0)
    assert money["funded"] == money["served"] + money["returned"]
    # 4 set-ups, two homes three months, two homes that left in their third; less days of incidents.
    assert 4 * 4_000 < money["served"] < 4 * (4_000 + 3 * 500)
    assert told["provider_paid_cents"] == money["served"] + told["landlord_paid_cents"] + told["households_paid_cents"]


def test_a_scenario_of_homes_says_what_it_lacks() -> None:
    values = values_of("connection")
    with pytest.raises(ScenarioUnreadable, match="months"):
        scenarios.connection_scenario({name: value for name, value in values.items() if name != "months"})
    with pytest.raises(ScenarioUnreadable):
        scenarios.connection_scenario(values | {"homes": 61})
