"""`POST /api/v1/redemptions`: the contract, line by line, through both doors."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.identifiers import SecretCode
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.places.models import PlaceAcceptance
from carnet.redemption import queries as redemption
from carnet.redemption.rules import GUESSES_MAX
from carnet.settlement.queries import day_of_payment
from carnet.workshops import operations as workshops
from carnet.workshops import queries as sessions
from carnet.workshops.rules import Details, Plan
from tests.api.conftest import REDEMPTIONS, UNKNOWN, Answered, Caller, Site, at, token_of
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, accept, campaign, organisation, place, rid

pytestmark = pytest.mark.django_db


def redeemed_count(ready: Campaign) -> int:
    with acting_as_everything(why="count"):
        return ledger_queries.counts(series_id=ready.series_id).redeemed


def first_voucher(ready: Campaign) -> int:
    with acting_as_everything(why="look"):
        return ledger_queries.series(ready.series_id).first_voucher_id


def update_voucher(ready: Campaign, assignment: str, *values: object) -> None:
    with acting_as_everything(why="prepare"), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ledger_voucher SET {assignment} WHERE series_id = %s AND id = %s", [*values, ready.series_id, first_voucher(ready)]
        )


# --- Accepted ---------------------------------------------------------------------------------------------------------


def test_an_accepted_voucher_answers_201_with_a_signed_receipt(caller: Caller, ready: Campaign) -> None:
    answered = caller.redeem(ready.code(0))
    assert (answered.status, answered.headers["content-type"]) == (201, "application/json")
    answer = answered.json()
    assert set(answer) == {"id", "voucher_serial", "value_cents", "redeemed_at", "payable_on", "receipt"}
    assert (answer["value_cents"], answer["redeemed_at"]) == (1000, LATER.isoformat())
    assert answer["id"] == f"{ready.series_id}-{first_voucher(ready)}-0"
    assert answer["voucher_serial"].startswith("TS-")
    assert date.fromisoformat(answer["payable_on"]) == day_of_payment(programme_id=ready.programme_id, redeemed_at=LATER) > LATER.date()
    facts = redemption.receipt_holds(answer["receipt"])
    assert facts is not None
    assert (facts["redemption"], facts["value_cents"]) == (answer["id"], 1000)
    assert redeemed_count(ready) == 1


@pytest.mark.parametrize("form", ["digits", "spaced", "dotted", "token", "address"])
def test_a_code_may_be_typed_or_scanned(caller: Caller, ready: Campaign, form: str) -> None:
    forms = {
        "digits": ready.code(3),
        "spaced": SecretCode(ready.code(3)).printed(),
        "dotted": SecretCode(ready.code(3)).printed().replace(" ", "."),
        "token": ready.token(3),
        "address": f"HTTPS://CARNET.EXAMPLE/V/{ready.token(3)}",
    }
    answered = caller.redeem(forms[form])
    assert (answered.status, answered.json()["id"]) == (201, f"{ready.series_id}-{first_voucher(ready) + 3}-0")


def test_a_place_may_be_named_by_a_number_or_its_digits(caller: Caller, ready: Campaign) -> None:
    assert caller.redeem(ready.code(0), place=ready.place_id).status == 201
    assert caller.redeem(ready.code(1), place=str(ready.place_id), attended_on="2026-03-02").status == 201


# --- Each refusal once ------------------------------------------------------------------------------------------------


def spent(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    caller.redeem(ready.code(0))
    return caller.redeem(ready.code(0))


def lapsed(caller: Caller, ready: Campaign, settings: Any) -> Answered:
    with acting_as_everything(why="look"):
        at(settings, ledger_queries.series(ready.series_id).accepted_until)
    return caller.redeem(ready.code(0))


def void(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    with acting_as_everything(why="void"):
        ledger.void_vouchers(
            series_id=ready.series_id, voucher_ids=[first_voucher(ready)], reason="lost", actor=SYSTEM, request_id=rid(), at=NOW
        )  # fmt: skip
    return caller.redeem(ready.code(0))


def reserved(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    update_voucher(ready, "reserved_by_id = %s, reserved_until = %s", ready.place_id + 1, LATER + timedelta(hours=1))
    return caller.redeem(ready.code(0))


def second_place(ready: Campaign, *services: str) -> int:
    with acting_as_everything(why="a second place"):
        second = place("Annexe", ready.place_organisation_id)
        accept(second, ready.programme_id, services=services or ("mailbox",))
    return second


def without_place(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    second_place(ready)
    return caller.redeem(ready.code(0))


def ended_place(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE places_place SET ended_on = '2026-03-01' WHERE id = %s", [ready.place_id])
    return caller.redeem(ready.code(0), place=ready.place_id)


def other_service(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    return caller.redeem(ready.code(0), service="cv")


def mistyped(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    return caller.redeem(ready.code(0)[:-1] + str((int(ready.code(0)[-1]) + 1) % 10))


def guessing(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    for number in range(GUESSES_MAX):
        assert caller.redeem(SecretCode.from_random(number).digits).status == 404
    return caller.redeem(ready.code(0))


def tomorrow(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    return caller.redeem(ready.code(0), attended_on="2026-03-04")


def session(caller: Caller, ready: Campaign, _settings: Any) -> Answered:
    return caller.redeem(ready.code(0), workshop_session="12")


REFUSALS: list[tuple[Callable[[Caller, Campaign, Any], Answered], int, str]] = [
    (mistyped, 422, "code-mistyped"),
    (lambda caller, _ready, _settings: caller.redeem(UNKNOWN), 404, "voucher-unknown"),
    (spent, 409, "voucher-already-redeemed"),
    (lapsed, 409, "voucher-lapsed"),
    (void, 409, "voucher-not-active"),
    (reserved, 409, "voucher-reserved"),
    (ended_place, 403, "place-not-accepted"),
    (other_service, 422, "service-not-accepted"),
    (without_place, 422, "place-required"),
    (guessing, 429, "too-many-attempts"),
    (tomorrow, 422, "attended-invalid"),
    (session, 422, "workshop-session-unknown"),
    (lambda caller, ready, _settings: caller.redeem(ready.code(0), key=None), 400, "idempotency-key-missing"),
    (lambda caller, ready, _settings: caller.redeem(ready.code(0), key="k" * 256), 400, "idempotency-key-invalid"),
    (lambda caller, ready, _settings: caller.redeem(ready.code(0), key="  "), 400, "idempotency-key-invalid"),
]


@pytest.mark.parametrize(("attempt", "status", "code"), REFUSALS, ids=[f"{code}-{status}" for _attempt, status, code in REFUSALS])
def test_each_refusal_has_its_status_and_its_code(
    caller: Caller, ready: Campaign, settings: Any, attempt: Callable[..., Answered], status: int, code: str
) -> None:
    answered = attempt(caller, ready, settings)
    assert (answered.status, answered.code) == (status, code)
    assert answered.headers["content-language"] == "fr"
    assert len(answered.json()["detail"]) > 15
    if status == 429:
        assert 0 < int(answered.headers["retry-after"]) <= 900
    assert redeemed_count(ready) == (1 if code == "voucher-already-redeemed" else 0)


def test_a_void_voucher_and_one_not_handed_over_read_the_same(caller: Caller, ready: Campaign, settings: Any) -> None:
    refused = void(caller, ready, settings)
    with acting_as_everything(why="another campaign"):
        other = campaign(handed_over=False)
    asleep = Caller(caller.door, token_of(other.place_organisation_id)).redeem(other.code(0))
    assert (asleep.status, asleep.body) == (refused.status, refused.body)


def test_a_mistyped_code_is_refused_before_any_look_up(caller: Caller, ready: Campaign) -> None:
    caller.redeem(UNKNOWN)  # the token and the place are remembered
    with CaptureQueriesContext(connection) as asked:
        mistyped(caller, ready, None)
    assert not [query["sql"] for query in asked if "ledger_voucher" in query["sql"] or "redeem_many" in query["sql"]]


def test_unknown_and_foreign_vouchers_read_the_same(caller: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="a programme this place has no part in"):
        foreign = campaign(booklets=1)
    answers = [caller.redeem(code) for code in (UNKNOWN, foreign.code(0), foreign.token(0), f"HTTPS://X/V/{foreign.token(1)}")]
    assert {(each.status, each.code) for each in answers} == {(404, "voucher-unknown")}
    assert len({each.body for each in answers}) == 1


def test_a_place_that_has_left_its_last_programme_is_told_so_whatever_the_code(caller: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="leave"):
        PlaceAcceptance.objects.filter(place_id=ready.place_id).update(until_on=date(2026, 3, 3))
    answers = [caller.redeem(code) for code in (ready.code(0), UNKNOWN)]
    assert {(each.status, each.code) for each in answers} == {(403, "place-not-accepted")}


def test_a_spent_voucher_tells_when_and_where_only_if_it_was_here(caller: Caller, ready: Campaign, settings: Any) -> None:
    caller.redeem(ready.code(0))
    at(settings, LATER + timedelta(hours=1))
    here = caller.redeem(ready.code(0)).json()
    assert here["redeemed_at"] == LATER.isoformat()
    assert here["place"]["id"] == ready.place_id
    assert here["place"]["name"].startswith("Médiathèque")
    with acting_as_everything(why="another place of the same programme"):
        neighbour = organisation("Voisin", "PLACE_OPERATOR")
        accept(place("Voisin", neighbour), ready.programme_id)
    there = Caller(caller.door, token_of(neighbour)).redeem(ready.code(0))
    assert there.code == "voucher-already-redeemed"
    assert there.json()["redeemed_at"] == LATER.isoformat()
    assert "place" not in there.json()


def test_only_guesses_count_against_the_throttle(caller: Caller, ready: Campaign, settings: Any) -> None:
    caller.redeem(ready.code(0))
    for _ in range(GUESSES_MAX + 1):
        assert caller.redeem(ready.code(0)).code == "voucher-already-redeemed"
    guessing(caller, ready, settings)
    assert caller.redeem("123").code == "too-many-attempts"
    at(settings, LATER + timedelta(minutes=16))
    assert caller.redeem(ready.code(1)).status == 201


# --- Idempotency ------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_first_answer_back(caller: Caller, ready: Campaign, settings: Any) -> None:
    first = caller.redeem(ready.code(0), key="lesson-1")
    at(settings, LATER + timedelta(days=2))
    again = caller.redeem(ready.code(0), key="lesson-1")
    assert (again.status, again.body) == (201, first.body)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert redeemed_count(ready) == 1


def test_the_same_key_with_another_body_is_refused(caller: Caller, ready: Campaign) -> None:
    caller.redeem(ready.code(0), key="lesson-1")
    for other in (caller.redeem(ready.code(1), key="lesson-1"), caller.redeem(ready.code(0), key="lesson-1", service="printer")):
        assert (other.status, other.code) == (422, "idempotency-mismatch")
    assert redeemed_count(ready) == 1


def test_a_key_belongs_to_its_organisation(caller: Caller, ready: Campaign) -> None:
    with acting_as_everything(why="another campaign"):
        other = campaign(booklets=1)
    assert caller.redeem(ready.code(0), key="1").status == 201
    assert Caller(caller.door, token_of(other.place_organisation_id)).redeem(other.code(0), key="1").status == 201


def test_a_refused_request_leaves_its_key_free(caller: Caller, ready: Campaign) -> None:
    assert caller.redeem(ready.code(0), key="k", service="cv").status == 422
    assert caller.redeem(ready.code(0), key="k").status == 201


def test_a_key_in_flight_is_refused_and_may_be_tried_again(caller: Caller, ready: Campaign) -> None:
    described = connection.settings_dict
    elsewhere = psycopg.connect(dbname=described["NAME"], user=described["USER"], host=described["HOST"], autocommit=True)
    lock = "(hashtextextended('busy', %s))"
    with elsewhere:
        elsewhere.execute(f"SELECT pg_advisory_lock{lock}", [ready.place_organisation_id])
        busy = caller.redeem(ready.code(0), key="busy")
        elsewhere.execute(f"SELECT pg_advisory_unlock{lock}", [ready.place_organisation_id])
    assert (busy.status, busy.code, busy.headers["retry-after"]) == (409, "idempotency-in-flight", "1")
    assert caller.redeem(ready.code(0), key="busy").status == 201


# --- Malformed requests -----------------------------------------------------------------------------------------------


GOOD = {"code": UNKNOWN, "service": "mailbox"}
MALFORMED: list[tuple[object, str, str]] = [
    ({"service": "mailbox"}, "code", "missing"),
    ({**GOOD, "note": "x"}, "note", "unknown-field"),
    ({**GOOD, "code": 482915006731284906}, "code", "text-expected"),
    ({**GOOD, "code": "4" * 401}, "code", "too-long"),
    ({**GOOD, "place": True}, "place", "number-expected"),
    ({**GOOD, "place": 1.0}, "place", "number-expected"),
    ({**GOOD, "place": "1 or 2"}, "place", "number-expected"),
    ({**GOOD, "place": -3}, "place", "number-expected"),
    ({**GOOD, "attended_on": "02/03/2026"}, "attended_on", "day-expected"),
    ({**GOOD, "attended_on": "2026-02-30"}, "attended_on", "no-such-day"),
    ({**GOOD, "attended_on": 1772438400}, "attended_on", "day-expected"),
    ({**GOOD, "service": "a\u0000b"}, "service", "text-not-plain"),
    ({**GOOD, "service": None}, "service", "text-expected"),
    ([], "body", "object-expected"),
    ("text", "body", "object-expected"),
    (None, "body", "object-expected"),
]


@pytest.mark.parametrize(("body", "field", "fault"), MALFORMED)
def test_a_malformed_field_is_named(caller: Caller, body: object, field: str, fault: str) -> None:
    answered = caller.post(REDEMPTIONS, body)
    assert (answered.status, answered.code) == (422, "request-invalid")
    document = answered.json()
    assert document["field"] == field
    assert next((each["field"], each["code"]) for each in document["errors"]) == (field, fault)
    assert all(each["detail"] for each in document["errors"])


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"code": NaN}', b"\xff\xfe", b'{"code": "1", "code": "2"}', b"[" * 9000],
    ids=["empty", "cut", "nan", "utf16", "twice", "deep"],
)
def test_what_is_not_json_is_refused(caller: Caller, raw: bytes) -> None:
    answered = caller.post(REDEMPTIONS, raw=raw)
    assert (answered.status, answered.code) == (400, "body-not-json")


def test_a_lone_surrogate_is_refused_and_not_a_fault(caller: Caller) -> None:
    assert caller.post(REDEMPTIONS, raw=b'{"code": "1", "service": "\\ud800"}').status == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"])
def test_another_content_type_is_refused(caller: Caller, content_type: str) -> None:
    answered = caller.post(REDEMPTIONS, GOOD, Content_Type=content_type)
    assert (answered.status, answered.code) == (415, "body-type-unsupported")


def test_a_body_too_large_is_refused_before_it_is_read(caller: Caller) -> None:
    answered = caller.post(REDEMPTIONS, raw=b" " * 20_000 + json.dumps(GOOD).encode())
    assert (answered.status, answered.code) == (413, "body-too-large")


def test_a_body_sent_in_pieces_is_read_and_measured(ready: Campaign, token: str) -> None:
    """Through the site, whose frame takes a body without a length for an empty one; the other process is always read in pieces."""

    def sent(raw: bytes) -> Any:
        return Client(raise_request_exception=False).generic(
            "POST", REDEMPTIONS, raw, content_type="application/json", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked",
            HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_IDEMPOTENCY_KEY="pieces", **{"wsgi.input": io.BytesIO(raw)},
        )  # fmt: skip

    assert sent(json.dumps({"code": ready.code(0), "service": "mailbox"}).encode()).status_code == 201
    assert sent(b" " * 17_000).status_code == 413


def test_every_answer_of_the_site_and_of_the_fast_process_is_the_same(ready: Campaign, token: str, fast: Any) -> None:
    def said(door: Any) -> list[tuple[int, bytes]]:
        caller = Caller(door, token)
        stranger = Caller(door, None)
        answers = [
            caller.redeem(UNKNOWN), caller.redeem("12"), caller.redeem(ready.code(0), service="cv"), caller.redeem(ready.code(0), key=None),
            caller.post(REDEMPTIONS, {"code": "1", "extra": 1}), caller.post(REDEMPTIONS, raw=b"{"), stranger.redeem(UNKNOWN),
            Caller(door, "carnet_wrong").redeem(UNKNOWN), Caller(door, token, "en").redeem(UNKNOWN),
            caller.redeem(ready.code(1), key="same"), caller.redeem(ready.code(1)),
        ]  # fmt: skip
        return [(each.status, each.body) for each in answers]

    first = said(Site())
    assert [status for status, _body in first] == [404, 422, 422, 400, 422, 400, 401, 401, 404, 201, 409]
    assert said(fast) == first


def test_a_voucher_of_a_lesson_is_spent_and_noted_there_once(caller: Caller, ready: Campaign) -> None:
    manager = replace(ready.mediator, roles=frozenset({"PLACE_MANAGER"}))
    with acting_as(manager):
        (session_id,) = workshops.plan_workshop(
            place_id=ready.place_id, plan=Plan(LATER.date() + timedelta(days=1), time(14, 0), 90),
            details=Details(service="mailbox", title="Ma boîte mail", seats=8, voucher_count=1), actor=manager, request_id=rid(), at=LATER,
        ).session_ids  # fmt: skip
    for _ in range(2):
        assert caller.redeem(ready.code(0), workshop_session=str(session_id), key="lesson").status == 201
    assert sessions.session(session_id, at=LATER).came_count == 1
    other = caller.redeem(ready.code(0), workshop_session=None, key="lesson")
    assert (other.status, other.code) == (422, "idempotency-mismatch"), "the session is part of what is asked"
