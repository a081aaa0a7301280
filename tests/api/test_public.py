"""What anybody may read, and how addresses that do not exist answer."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from carnet.api.problems import STATUS, TITLES, language_of
from carnet.gateways.database import acting_as_everything
from carnet.web.design.sentences import sentence_of_code
from tests.api.conftest import UNKNOWN, Caller, Site
from tests.factories.campaign import Campaign, accept, place

pytestmark = pytest.mark.django_db


def get(path: str, **query: str) -> Any:
    return Client(raise_request_exception=False).get(path, query)


def code_of(response: Any) -> str:
    assert response["Content-Type"] == "application/problem+json"
    return json.loads(response.content)["code"]


# --- Places -----------------------------------------------------------------------------------------------------------


def test_places_are_found_near_a_point_with_what_they_accept(ready: Campaign) -> None:
    answer = get("/api/v1/places", near="47.2181,-1.5531", radius_km="2").json()
    assert (answer["total"], answer["page"], answer["pages"], answer["next"]) == (1, 1, 1, None)
    (found,) = answer["places"]
    assert found["id"] == ready.place_id
    assert 0 < found["distance_km"] < 0.1
    assert found["accepts"] == [{"programme": ready.programme_id, "services": ["mailbox", "printer"]}]
    assert (found["walk_minutes"], found["drive_minutes"], found["next_lesson"]) == (5, 5, None)
    assert get("/api/v1/places", near="43.3,5.4").json()["total"] == 0


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"commune": "44109"}, 2), ({"commune": "35238"}, 0), ({"service": "mailbox"}, 1), ({"service": "cv"}, 0), ({"accepts": "any"}, 1),
        ({"need": "mobility"}, 0), ({"open_at": "now"}, 0), ({"open_at": "2026-03-02T10:00"}, 0), ({}, 2), ({"postcode": "44000"}, 2),
        ({"where": "Nantes"}, 2), ({"where": "Nantes", "within": "walk-10"}, 2), ({"territory": "244400404"}, 2), ({"territory": "35,33"}, 0),
        ({"name": "SANS CHEQUES"}, 1), ({"wish": "free"}, 0), ({"language": "ar"}, 0), ({"open_on": "2026-03-02"}, 0), ({"lesson": "month"}, 0),
    ],
)  # fmt: skip
def test_each_filter_of_places(ready: Campaign, filters: dict[str, str], count: int) -> None:
    with acting_as_everything(why="a place that accepts nothing"):
        place("Sans chèques", None)
    assert get("/api/v1/places", **filters).json()["total"] == count


def test_a_programme_is_asked_by_number_or_short_name(ready: Campaign) -> None:
    from carnet.funding import queries as funding

    slug = funding.programme(ready.programme_id).slug
    for accepts in (str(ready.programme_id), slug):
        assert get("/api/v1/places", accepts=accepts).json()["total"] == 1
    assert code_of(get("/api/v1/places", accepts="nulle-part")) == "programme-unknown"


def test_places_come_page_by_page(ready: Campaign) -> None:
    with acting_as_everything(why="more places"):
        for number in range(4):
            accept(place(f"Lieu {number}", None), ready.programme_id)
    seen, address = [], "/api/v1/places?near=47.2,-1.55&radius_km=50&per_page=2"
    while address:
        answer = Client().get(address).json()
        assert (answer["total"], answer["pages"]) == (5, 3)
        seen += [each["id"] for each in answer["places"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"near": "here"}, "place-search-refused"), ({"near": "91,0"}, "place-search-refused"), ({"near": "nan,0"}, "place-search-refused"),
        ({"near": "47,-1", "radius_km": "101"}, "place-search-refused"), ({"near": "47,-1", "radius_km": "nan"}, "place-search-refused"),
        ({"commune": "99999"}, "place-search-refused"), ({"service": "gardening"}, "service-kind-unknown"), ({"need": "x"}, "place-search-refused"),
        ({"within": "fly-10"}, "place-search-refused"), ({"within": "walk-0"}, "place-search-refused"), ({"wish": "free,x"}, "place-search-refused"),
        ({"language": "xx"}, "place-search-refused"), ({"territory": "244400404,0"}, "place-search-refused"), ({"lesson": "x"}, "place-search-refused"),
        ({"open_on": "soon"}, "place-search-refused"), ({"open_at": "yesterday"}, "place-search-refused"), ({"page": "0"}, "request-invalid"), ({"per_page": "1000"}, "request-invalid"),
        ({"page": "two"}, "request-invalid"), ({"radius_km": "far"}, "request-invalid"),
    ],
)  # fmt: skip
def test_a_search_that_means_nothing_names_its_filter(ready: Campaign, filters: dict[str, str], code: str) -> None:
    response = get("/api/v1/places", **filters)
    assert (response.status_code, code_of(response)) == (422, code)
    if code != "service-kind-unknown":
        assert json.loads(response.content)["field"] in filters


@pytest.mark.parametrize("address", ["/places.csv", "/api/v1/places.csv"])
def test_the_file_of_places_is_the_national_one(ready: Campaign, address: str) -> None:
    response = get(address)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 1
    assert (rows[0]["code_insee"], rows[0]["autres_formations_labels"]) == ("44109", "Pass numérique")


def test_the_file_of_places_may_be_of_one_departement(ready: Campaign) -> None:
    lines = {
        department: b"".join(get("/api/v1/places.csv", department=department).streaming_content).count(b"\n") for department in ("35", "44")
    }
    assert lines == {"35": 1, "44": 2}
    assert code_of(get("/api/v1/places.csv", department="44' OR")) == "place-search-refused"


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_the_ledgers(ready: Campaign, token: str) -> None:
    from carnet.web.public import figures

    figures.forget()
    Caller(Site(), token).redeem(ready.code(0))
    answer = get("/api/v1/figures").json()
    (mine,) = [each for each in answer["programmes"] if each["programme"]["id"] == ready.programme_id]
    assert mine["vouchers"] == {"issued": 20, "in_stock": 0, "handed_over": 19, "redeemed": 1, "lapsed": 0, "void": 0}
    assert (mine["money_cents"]["funded"], mine["money_cents"]["owed"], mine["missing_cents"]) == (20_000, 1_000, 0)
    assert [funder["money_cents"]["owed"] for funder in mine["by_funder"]] == [500, 500]
    assert get("/opendata/vouchers.csv").status_code == 200
    figures.forget()


# --- Addresses, methods, languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/", "/api/v2/redemptions", "/api/nothing"])
def test_an_address_that_does_not_exist_answers_a_problem(address: str) -> None:
    response = get(address)
    assert (response.status_code, code_of(response)) == (404, "address-unknown")


def test_a_wrong_method_says_which_are_right(door: Any, token: str) -> None:
    answered = door.send("/api/v1/redemptions", raw=b"", headers={"Authorization": f"Bearer {token}"}, method="PUT")
    # The relay passes only POST to the grouped-commit process: the site answers for the rest of that address.
    allowed = "POST" if door.name == "fast" else "GET, POST"
    assert (answered.status, answered.code) == (405, "method-not-allowed")
    assert sorted(answered.headers["allow"].split(", ")) == allowed.split(", ")


def test_head_gives_the_headers_of_get(ready: Campaign) -> None:
    head, whole = Client().head("/api/v1/places"), get("/api/v1/places")
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(whole.content)))
    assert Client().head("/api/v1/vouchers/check").status_code == 405


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB,en;q=0.9", "en"), ("fr-FR", "fr"), ("de, en;q=0.5", "en"), ("de", "fr"), ("", "fr"), ("*", "fr"), ("\x00;;q=x", "fr")],
)
def test_the_callers_language(header: str, language: str) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_speaks_the_callers_language(door: Any, ready: Campaign, token: str, language: str) -> None:
    answered = Caller(door, token, language).redeem(UNKNOWN)
    with translation.override(language):
        assert answered.json()["detail"] == sentence_of_code("voucher-unknown", {})
    assert answered.headers["content-language"] == language


def test_no_other_site_may_call_with_a_browser(ready: Campaign) -> None:
    response = Client().get("/api/v1/places", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


def test_every_status_has_a_title() -> None:
    assert set(STATUS.values()) <= set(TITLES)


# --- The description --------------------------------------------------------------------------------------------------


def test_the_description_lists_every_endpoint_and_problem() -> None:
    description = get("/api/v1/openapi.json").json()
    paths = description["paths"]
    assert {path.removeprefix("/api/v1") for path in paths} >= {
        "/vouchers/check", "/redemptions", "/redemptions/batch", "/redemptions/{number}/reversal", "/places", "/figures",
        "/redemptions/{number}", "/payments", "/payments/expected", "/payments/{number}",
    }  # fmt: skip
    redeem = paths["/api/v1/redemptions"]["post"]
    assert redeem["responses"]["409"]["content"].keys() == {"application/problem+json"}
    assert "Idempotency-Key" in {each["name"] for each in redeem["parameters"]}
    assert redeem["security"]
    assert "security" not in paths["/api/v1/places"]["get"]
    body = description["components"]["schemas"]["RedemptionIn"]
    assert body["additionalProperties"] is False
    assert body["required"] == ["code", "service"]


# --- Health -----------------------------------------------------------------------------------------------------------


def test_health_and_readiness() -> None:
    assert get("/healthz").json() == {"status": "ok"}
    ready = get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "checks": {"database": True, "tables": True, "keys": True}})


def test_a_site_without_its_database_is_alive_and_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from carnet.api import operating

    monkeypatch.setattr(operating, "_database_answers", lambda: False)
    assert get("/healthz").status_code == 200
    assert get("/readyz").status_code == 503


def test_the_counters_are_for_whoever_runs_the_site(settings: Any, ready: Campaign, token: str) -> None:
    Caller(Site(), token).redeem(ready.code(0))
    text = get("/metrics").content.decode()
    assert "carnet_guesses 0.0" in text
    assert "carnet_guessing_pressing 0.0" in text
    assert "carnet_serials_locked 0.0" in text
    assert "carnet_webhooks_waiting 0.0" in text
    assert 'carnet_redemptions_total{outcome="redeemed"}' in text
    assert 'carnet_http_requests_total{method="POST",route="/api/v1/redemptions",status="201"}' in text
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert code_of(elsewhere.get("/metrics")) == "metrics-closed"
    assert code_of(Client().get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})) == "metrics-closed"
    settings.METRICS_ON_LOOPBACK = False  # as in production
    assert code_of(Client().get("/metrics")) == "metrics-closed"
    settings.METRICS_TOKEN = "t" * 20
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer " + "t" * 20}).status_code == 200
    assert code_of(Client().get("/metrics")) == "metrics-closed"


def test_a_fault_answers_a_problem_and_hides_itself(door: Any, ready: Campaign, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from carnet.redemption import access

    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(access, "candidates", fail)
    answered = Caller(door, token).redeem(ready.code(0))
    assert (answered.status, answered.code) == (500, "answer-failed")
    assert b"secret" not in answered.body


def test_a_database_that_is_away_asks_to_try_again(door: Any, ready: Campaign, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from carnet.redemption import access

    def away(*_given: object, **_named: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(access, "candidates", away)
    answered = Caller(door, token).redeem(ready.code(0))
    assert (answered.status, answered.code, answered.headers["retry-after"]) == (503, "database-away", "5")
