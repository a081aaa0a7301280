"""Finding a place: near, in a commune, for a service, with a voucher, open now."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.places import queries
from carnet.places.models import Place
from carnet.places.operations import accept_programme
from carnet.places.rules import LocalityUnknown, PlaceUnknown, SearchRefused, ServiceKindUnknown
from tests.places.conftest import AT, GOOD
from tests.places.test_imports import bring, csv_bytes

pytestmark = pytest.mark.django_db
NANTES = (47.2184, -1.5536)
MONDAY_NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@pytest.fixture
def places(agent, programme_id) -> dict[str, int]:
    lines = [
        GOOD,
        {**GOOD, "id": "rezé", "nom": "Médiathèque de Rezé", "commune": "Rezé", "code_postal": "44400", "code_insee": "44143",
         "latitude": "47.1767", "longitude": "-1.5496", "horaires": "Mo-Fr 09:00-12:00", "services": "Aide aux démarches administratives",
         "prise_en_charge_specifique": "Surdité"},
        {**GOOD, "id": "chateaubriant", "nom": "Espace de Châteaubriant", "commune": "Châteaubriant", "code_postal": "44110",
         "code_insee": "44036", "latitude": "47.7167", "longitude": "-1.3761", "horaires": ""},
        {**GOOD, "id": "sans-point", "nom": "Bureau nantais", "latitude": "", "longitude": "", "horaires": "24/7"},
        {**GOOD, "id": "gap", "nom": "Gap", "commune": "Gap", "code_postal": "05000", "code_insee": "05061", "latitude": "44.56",
         "longitude": "6.08"},
    ]  # fmt: skip
    bring(csv_bytes(*lines), agent)
    ids = dict(Place.objects.order_by("id").values_list("national_id", "id"))
    accept_programme(
        place_ids=[ids["rezé"], ids["gap"]], programme_id=programme_id, service_codes=["cv"], from_on=date(2026, 11, 1), actor=agent,
        request_id=uuid4(), at=AT,
    )  # fmt: skip
    return ids


@pytest.fixture
def found(places):
    by_id = {place_id: national_id for national_id, place_id in places.items()}

    def search(**asked) -> list[str]:
        return [by_id[place.place_id] for place in queries.search(**({"at": AT} | asked)).places]

    return search


def test_near_a_point_the_nearest_first(found):
    assert found(near=NANTES, radius_km=10) == ["a-1", "rezé"]
    assert found(near=NANTES, radius_km=1) == ["a-1"]
    assert found(near=NANTES, radius_km=100) == ["a-1", "rezé", "chateaubriant"]
    first = queries.search(near=NANTES, at=AT).places[0]
    assert first.distance_km == pytest.approx(0.12, abs=0.02)


def test_around_a_commune_its_own_places_come_first_even_without_a_point(found):
    assert found(around="44143", radius_km=10) == ["rezé", "a-1"]
    assert found(around="44109", radius_km=10) == ["a-1", "sans-point", "rezé"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"commune": "44109"}, {"a-1", "sans-point"}),
        ({"postcode": "44400"}, {"rezé"}),
        ({"department": "44"}, {"a-1", "rezé", "chateaubriant", "sans-point"}),
        ({"name": "médiathèque"}, {"rezé"}),
        ({"name": "100%"}, set()),
        ({"service": "online-procedures"}, {"rezé"}),
        ({"service": "printer"}, {"a-1", "chateaubriant", "sans-point", "gap"}),
        ({"service": "Aide aux démarches administratives"}, {"rezé"}),
        ({"service": "cv"}, {"rezé", "gap"}),
        ({"service": "cv", "accepts": True}, {"rezé", "gap"}),
        ({"service": "online-procedures", "accepts": True}, set()),
        ({"accepts": True}, {"rezé", "gap"}),
        ({"accepts": 0}, set()),
        ({"need": "hearing"}, {"rezé"}),
        ({"need": "women"}, set()),
        ({"open_at": AT}, {"a-1", "sans-point", "gap"}),
        ({"open_at": MONDAY_NIGHT}, {"sans-point"}),
        ({"open_on": date(2026, 11, 21)}, {"a-1", "sans-point", "gap"}),
        ({"open_on": date(2026, 11, 22)}, {"sans-point"}),
        ({"accepts": True, "open_on": date(2026, 11, 23), "near": NANTES}, {"rezé"}),
    ],
)
def test_each_filter(found, asked, expected):
    assert set(found(**asked)) == expected


def test_one_programme_only(found, programme_id):
    assert set(found(accepts=programme_id)) == {"rezé", "gap"}
    assert found(accepts=programme_id, at=AT - timedelta(days=60)) == []


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"near": (91.0, 0.0)}, SearchRefused),
        ({"near": NANTES, "radius_km": 0}, SearchRefused),
        ({"near": NANTES, "radius_km": 101}, SearchRefused),
        ({"need": "everything"}, SearchRefused),
        ({"service": "bananas"}, ServiceKindUnknown),
        ({"around": "99999"}, LocalityUnknown),
    ],
)
def test_a_search_that_means_nothing_is_refused(places, asked, refusal):
    with pytest.raises(refusal):
        queries.search(at=AT, **asked)


def test_pages_follow_each_other_without_loss_or_repeat(found, places):
    seen = [each for page in (1, 2, 3) for each in found(page=page, per_page=2)]
    assert sorted(seen) == sorted(places)
    result = queries.search(at=AT, page=99, per_page=2)
    assert (result.places, result.total, result.page_count) == ((), 5, 3)
    near = [each for page in (1, 2) for each in found(near=NANTES, radius_km=100, page=page, per_page=2)]
    assert near == ["a-1", "rezé", "chateaubriant"]


def test_a_search_costs_few_queries_whatever_the_number_of_places(places):
    for asked, most in (({}, 4), ({"near": NANTES, "open_at": AT}, 4)):
        with CaptureQueriesContext(connection) as captured:
            queries.search(at=AT, **asked)
        assert len(captured) <= most


def test_a_page_tells_everything_about_a_place(places):
    card = queries.place_card(places["rezé"], at=AT)
    assert card.summary.name == "Médiathèque de Rezé"
    assert card.specific_care == ("Surdité",)
    assert len(card.week) == 7
    assert [acceptance.service_codes for acceptance in card.summary.acceptances] == [("cv",)]
    with pytest.raises(PlaceUnknown):
        queries.place_card(0, at=AT)


def test_open_or_not_for_several_places(places):
    states = queries.open_at([places["a-1"], places["rezé"], places["chateaubriant"]], at=AT)
    assert states == {places["a-1"]: True, places["rezé"]: False, places["chateaubriant"]: None}


def test_the_places_of_a_territory(places):
    assert queries.ids_in(queries.territory(["244400404"]), at=AT) == (places["a-1"], places["rezé"], places["sans-point"])
    assert queries.place_count(at=AT) == 5
    assert queries.names_of([places["gap"]]) == {places["gap"]: "Gap"}
