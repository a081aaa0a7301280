"""Free help by API: recorded once, read page by page, in the national tool's words; and what is free at a space."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.activities.models import Record
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import PARIS
from carnet.parties.rules import Scope
from tests.activities.conftest import open_space
from tests.api.conftest import Caller, Site, at, token_of
from tests.factories.campaign import Campaign, place

pytestmark = pytest.mark.django_db
ACTIVITIES = "/api/v1/activities"
HELP = {"kind": "one_to_one", "minutes": 30, "people": {"soixante_dix_plus": 1}, "themes": ["email"]}
TUESDAY = datetime(2026, 3, 10, 15, 0, tzinfo=PARIS)


@pytest.fixture
def caller(ready: Campaign, settings: Any) -> Caller:
    at(settings, TUESDAY)
    return Caller(Site(), token_of(ready.place_organisation_id, Scope.ACTIVITIES_WRITE))


def test_recorded_once_and_read_in_the_tools_words(caller: Caller, ready: Campaign) -> None:
    first = caller.post(ACTIVITIES, HELP, key="one")
    again = caller.post(ACTIVITIES, HELP, key="one")
    assert (first.status, again.status, again.body, again.headers["idempotency-replayed"]) == (201, 201, first.body, "true")
    told = first.json()
    assert (told["kind"], told["day"], told["place"], told["people"]) == (
        "one_to_one",
        "2026-03-10",
        ready.place_id,
        {"soixante_dix_plus": 1},
    )
    assert (told["national"]["type"], told["national"]["thematiques"], told["national"]["duree"]) == ("individuel", ["email"], 30)
    assert caller.get(ACTIVITIES).json()["activities"] == [told]
    with acting_as_everything(why="count"):
        assert Record.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(caller: Caller) -> None:
    caller.post(ACTIVITIES, HELP, key="one")
    assert caller.post(ACTIVITIES, HELP | {"minutes": 60}, key="one").code == "idempotency-mismatch"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"themes": ["tricot"]}, "activity-word-unknown"),
        ({"people": {"vieux": 1}}, "activity-word-unknown"),
        ({"people": {}}, "activity-people-invalid"),
        ({"returning": 2}, "activity-people-invalid"),
        ({"day": "2026-03-11"}, "activity-day-invalid"),
        ({"minutes": 1}, "request-invalid"),
        ({"kind": "voucher_lesson"}, "request-invalid"),
        ({"name": "Durand"}, "request-invalid"),
        ({"place": 987654321}, "place-unknown"),
        ({"kind": "event", "title": "2 69 05 49 588 157 80"}, "nir-in-text"),
    ],
)
def test_what_cannot_be_is_refused_by_its_code(caller: Caller, change: dict[str, Any], code: str) -> None:
    assert caller.post(ACTIVITIES, HELP | change).code == code


def test_with_two_places_one_is_named(caller: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="a second place"):
        second = place("Annexe", ready.place_organisation_id)
    assert caller.post(ACTIVITIES, HELP).code == "activity-place-required"
    assert caller.post(ACTIVITIES, HELP | {"place": second}).json()["place"] == second


def test_a_month_is_read_page_by_page_without_losing_one(caller: Caller, settings: Any) -> None:
    for rank in range(5):
        assert caller.post(ACTIVITIES, HELP | {"day": f"2026-03-{10 - rank // 2:02d}"}).status == 201
    seen, address = [], f"{ACTIVITIES}?month=2026-03&limit=2"
    while address:
        page = caller.get(address).json()
        seen += [each["id"] for each in page["activities"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 5
    assert caller.get(f"{ACTIVITIES}?month=2026-02").json() == {"activities": [], "next": None}
    assert caller.get(f"{ACTIVITIES}?month=mars").code == "request-invalid"


def test_whoever_may_only_read_does_not_record(ready: Campaign, settings: Any) -> None:
    at(settings, TUESDAY)
    reader = Caller(Site(), token_of(ready.place_organisation_id, Scope.ACTIVITIES_READ))
    assert reader.get(ACTIVITIES).status == 200
    assert reader.post(ACTIVITIES, HELP).code == "not-allowed"


def test_anybody_reads_what_is_free(ready: Campaign, settings: Any) -> None:
    at(settings, TUESDAY)
    visitor = Caller(Site(), None)
    address = f"/api/v1/places/{ready.place_id}/space"
    assert visitor.get(address).code == "space-unknown"
    assert visitor.get("/api/v1/places/987654321/space").code == "place-unknown"
    open_space(ready.place_id)
    found = visitor.get(address).json()
    assert (found["seats"], found["free_now"], found["machines"]) == (3, 3, {"computer": 1, "tablet": 1})
    assert found["starts"][0] == {"at": "2026-03-10T14:00:00+00:00", "free": 3, "minutes": [30, 60, 90, 120]}
    sunday = visitor.get(f"{address}?day={(TUESDAY + timedelta(days=5)).date()}").json()
    assert (sunday["day"], sunday["starts"]) == ("2026-03-15", [])
