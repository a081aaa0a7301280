"""Six months of assisted procedures: the shipped scenario reads well, and a small one is played through the screens' own operations."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.db.models import Count

from carnet import scenarios
from carnet.activities.models import DoneAnswer
from carnet.gateways.database import acting_as_everything
from carnet.mandates import access
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, Structure, Use
from carnet.parties.models import CodeCard
from carnet.places import queries as places
from carnet.scenarios.assisted import KINDS, HelpersScenario

TODAY = date(2026, 11, 20)


def shipped() -> HelpersScenario:
    found = scenarios.open_scenario("helpers")
    assert isinstance(found, HelpersScenario)
    return found


def test_thirteen_structures_of_five_kinds_in_ten_departements_over_six_months() -> None:
    plan = shipped()
    towns = [places.commune(each.commune) for each in plan.structures]
    assert (len(plan.structures), plan.months) == (13, 6)
    assert {each.kind for each in plan.structures} == set(KINDS)
    assert len({town.department for town in towns if town}) == 10


@pytest.mark.parametrize(
    ("wrong", "why"), [({"rates": 3}, "???"), ({"structures": [{"kind": "bar", "commune": "44109", "helpers": 2}]}, "bar")]
)
def test_a_file_that_does_not_hold_together_is_refused(wrong: dict[str, object], why: str) -> None:
    from carnet.scenarios.plan import values_of

    with pytest.raises(scenarios.ScenarioUnreadable, match=re.escape(why)):
        scenarios.assisted.helpers_scenario(values_of("helpers") | wrong)


@pytest.mark.django_db
def test_a_play_signs_helps_renews_and_ends_and_has_no_cent_in_it() -> None:
    plan = replace(shipped(), structures=shipped().structures[:2], people=4, uses=3)
    played = scenarios.play_helpers(plan, today=TODAY, seed=3)
    summary = scenarios.summarise_helpers(played, seconds=1.0)
    assert summary["ledger_verified"] and not any(summary["vouchers"].values()) and not any(summary["money_cents"].values())
    assert summary["structures"] == 2 and summary["mandates"] >= summary["people"] >= 6 and summary["uses"] >= summary["people"]
    with acting_as_everything(why="look at what was played"), connection.cursor():
        assert Structure.objects.filter(programme_id=played.programme_id).count() == 2
        assert (AssistedPerson.objects.count(), Mandate.objects.count(), Use.objects.count()) == (
            summary["people"], summary["mandates"], summary["uses"],
        )  # fmt: skip
        live = Authorisation.objects.filter(ended_at=None).values("person_id", "family").annotate(count=Count("id"))
        assert {each["count"] for each in live} <= {1}
        assert all(each.mandate.starts_on <= each.at.date() < each.mandate.ends_on for each in Use.objects.select_related("mandate"))
        assert DoneAnswer.objects.exists()
        assert CodeCard.objects.filter(validated_at__isnull=False).count() == 2  # one helper in each structure has no telephone
        assert all(access.identity_of(each).birthdate < "2010" for each in AssistedPerson.objects.all())
