"""Testing without spending, spending several, undoing: the endpoints that the site alone has."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import queries as redemption
from carnet.redemption.access import forget_place_keys
from carnet.redemption.rules import GUESSES_MAX
from tests.api.conftest import REDEMPTIONS, UNKNOWN, Caller, Site, at, token_of
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign

pytestmark = pytest.mark.django_db
CHECK = "/api/v1/vouchers/check"
BATCH = f"{REDEMPTIONS}/batch"


def redeemed_count(ready: Campaign) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(series_id=ready.series_id).redeemed


# --- Testing ----------------------------------------------------------------------------------------------------------


def test_a_check_tells_the_state_and_spends_nothing(site: Caller, ready: Campaign) -> None:
    answered = site.post(CHECK, {"code": ready.code(0)}, key=None)
    answer = answered.json()
    assert (answered.status, answer["state"], answer["refusal"], answer["value_cents"]) == (200, "redeemable", None, 1000)
    assert answer["programme"]["id"] == ready.programme_id
    assert answer["programme"]["name"].startswith("Essai")
    assert answer["accepted_until"] > LATER.isoformat()
    assert answer["redeemed_at"] is None
    assert redeemed_count(ready) == 0


def test_a_check_of_a_spent_voucher_says_when(site: Caller, ready: Campaign) -> None:
    site.redeem(ready.code(0))
    answer = site.post(CHECK, {"code": ready.token(0)}).json()
    assert (answer["state"], answer["refusal"], answer["redeemed_at"]) == ("redeemed", "voucher-already-redeemed", LATER.isoformat())


def test_a_check_may_ask_about_a_service(site: Caller, ready: Campaign) -> None:
    answer = site.post(CHECK, {"code": ready.code(0), "service": "cv"}).json()
    assert (answer["state"], answer["refusal"]) == ("redeemable", "service-not-accepted")


def test_a_check_of_a_lapsed_voucher(site: Caller, ready: Campaign, settings: Any) -> None:
    with acting_as_everything(why="look"):
        at(settings, ledger.series(ready.series_id).accepted_until)
    assert site.post(CHECK, {"code": ready.code(0)}).json()["state"] == "lapsed"


@pytest.mark.parametrize(("code", "status", "said"), [("12", 422, "code-mistyped"), (UNKNOWN, 404, "voucher-unknown")])
def test_a_check_refuses_as_a_redemption_does(site: Caller, code: str, status: int, said: str) -> None:
    checked = site.post(CHECK, {"code": code})
    assert (checked.status, checked.code) == (status, said)
    assert checked.body == site.redeem(code).body


def test_guessing_through_checks_is_slowed_too(site: Caller, ready: Campaign) -> None:
    for _ in range(GUESSES_MAX):
        site.post(CHECK, {"code": UNKNOWN})
    assert site.post(CHECK, {"code": ready.code(0)}).code == "too-many-attempts"


def test_a_check_needs_its_scope_or_the_right_to_redeem(ready: Campaign) -> None:
    from carnet.parties.rules import Scope

    for scope, status in ((Scope.VOUCHERS_CHECK, 200), (Scope.REDEMPTIONS_WRITE, 200), (Scope.PLACES_WRITE, 403)):
        answered = Caller(Site(), token_of(ready.place_organisation_id, scope)).post(CHECK, {"code": ready.code(0)})
        assert answered.status == status


# --- Several at once --------------------------------------------------------------------------------------------------


def items(ready: Campaign, *ranks: int, prefix: str = "k") -> list[dict[str, str]]:
    return [{"code": ready.code(rank), "service": "mailbox", "key": f"{prefix}{rank}"} for rank in ranks]


def test_each_item_of_a_batch_has_its_own_answer(site: Caller, ready: Campaign) -> None:
    site.redeem(ready.code(0))
    wanted = [*items(ready, 0, 1), {"code": UNKNOWN, "service": "mailbox", "key": "u"}, {"code": "12", "service": "mailbox", "key": "m"}]
    answered = site.post(BATCH, {"items": wanted}, key=None)
    answers = answered.json()["answers"]
    assert answered.status == 200
    assert [each["status"] for each in answers] == [409, 201, 404, 422]
    assert [each["key"] for each in answers] == ["k0", "k1", "u", "m"]
    assert [each["problem"]["code"] for each in answers if each["problem"]] == [
        "voucher-already-redeemed",
        "voucher-unknown",
        "code-mistyped",
    ]
    assert answers[1]["redemption"]["value_cents"] == 1000
    assert redeemed_count(ready) == 2


def test_a_batch_sent_again_gives_its_answers_again(site: Caller, ready: Campaign, settings: Any) -> None:
    first = site.post(BATCH, {"items": items(ready, 1, 2)}).json()["answers"]
    at(settings, LATER + timedelta(days=1))
    again = site.post(BATCH, {"items": items(ready, 1, 2, 3)}).json()["answers"]
    assert [each["replayed"] for each in again] == [True, True, False]
    assert [each["redemption"] for each in again[:2]] == [each["redemption"] for each in first]
    # An item's key is the same key as a single request's.
    single = site.redeem(ready.code(1), key="k1")
    assert (single.status, single.headers["idempotency-replayed"], single.json()) == (201, "true", first[0]["redemption"])


def test_together_takes_all_or_none(site: Caller, ready: Campaign) -> None:
    site.redeem(ready.code(0))
    held = site.post(BATCH, {"items": items(ready, 0, 1, 2), "together": True})
    assert (held.status, held.code) == (409, "batch-held-back")
    assert [each["problem"]["code"] for each in held.json()["answers"]] == ["voucher-already-redeemed", "held-back", "held-back"]
    assert redeemed_count(ready) == 1
    whole = site.post(BATCH, {"items": items(ready, 1, 2, 3), "together": True})
    assert (whole.status, [each["status"] for each in whole.json()["answers"]]) == (200, [201, 201, 201])
    assert redeemed_count(ready) == 4


@pytest.mark.parametrize("bad", ["12", UNKNOWN], ids=["mistyped", "unknown"])
def test_together_holds_back_whatever_the_fault(site: Caller, ready: Campaign, bad: str) -> None:
    wanted = [*items(ready, 1), {"code": bad, "service": "mailbox", "key": "b"}]
    assert site.post(BATCH, {"items": wanted, "together": True}).code == "batch-held-back"
    assert redeemed_count(ready) == 0


def test_keys_may_come_from_the_request(site: Caller, ready: Campaign) -> None:
    wanted = [{"code": ready.code(rank), "service": "mailbox"} for rank in (0, 1)]
    missing = site.post(BATCH, {"items": wanted}, key=None)
    assert (missing.status, missing.code, missing.json()["field"]) == (400, "idempotency-key-missing", "items.0.key")
    for replayed in (False, True):
        answers = site.post(BATCH, {"items": wanted}, key="group").json()["answers"]
        assert [(each["key"], each["replayed"]) for each in answers] == [("group:0", replayed), ("group:1", replayed)]


def test_the_same_key_twice_in_a_batch_goes_once(site: Caller, ready: Campaign) -> None:
    twice = [{**item, "key": "one"} for item in items(ready, 0, 1)]
    answers = site.post(BATCH, {"items": twice}).json()["answers"]
    assert [each["status"] for each in answers] == [201, 409]
    assert answers[1]["problem"]["code"] == "idempotency-in-flight"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"items": []}, "request-invalid", "items"),
        ({"items": [{"code": "1", "service": "mailbox", "key": "k", "colour": "red"}]}, "request-invalid", "items.0.colour"),
        ({"items": [{"service": "mailbox", "key": "k"}]}, "request-invalid", "items.0.code"),
        ({"items": [{"code": "1", "service": "mailbox", "key": "k"}], "together": "yes"}, "request-invalid", "together"),
    ],
)
def test_a_malformed_batch_names_its_field(site: Caller, body: Any, code: str, field: str) -> None:
    answered = site.post(BATCH, body)
    assert (answered.status, answered.code, answered.json()["field"]) == (422, code, field)


def test_a_batch_has_a_largest_size(site: Caller) -> None:
    answered = site.post(BATCH, {"items": [{"code": UNKNOWN, "service": "mailbox", "key": str(rank)} for rank in range(501)]})
    assert (answered.status, answered.code) == (422, "batch-too-large")


# --- Undoing ----------------------------------------------------------------------------------------------------------


def test_a_mistake_is_undone_and_the_voucher_lives_again(site: Caller, ready: Campaign) -> None:
    done = site.redeem(ready.code(0)).json()
    key = str(uuid4())
    first = site.post(f"{REDEMPTIONS}/{done['id']}/reversal", {"reason": "mauvais chèque"}, key=key)
    assert (first.status, first.json()) == (200, {"id": done["id"], "reversed_at": LATER.isoformat()})
    again = site.post(f"{REDEMPTIONS}/{done['id']}/reversal", {"reason": "mauvais chèque"}, key=key)
    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (200, first.body, "true")
    assert redeemed_count(ready) == 0
    assert site.redeem(ready.code(0)).json()["id"] == done["id"][:-1] + "1"
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert redemption.verify() == []


def test_each_refusal_of_an_undoing(site: Caller, ready: Campaign, settings: Any) -> None:
    done = site.redeem(ready.code(0)).json()
    address = f"{REDEMPTIONS}/{done['id']}/reversal"
    cases = [
        (site.post(address, {"reason": "x"}, key=None), 400, "idempotency-key-missing"),
        (site.post(address, {}), 422, "request-invalid"),
        (site.post(address, {"reason": "   "}), 422, "reason-missing"),
        (site.post(f"{REDEMPTIONS}/1-2/reversal", {"reason": "x"}), 404, "redemption-unknown"),
        (site.post(f"{REDEMPTIONS}/{'9' * 30}-1-1/reversal", {"reason": "x"}), 404, "redemption-unknown"),
    ]
    at(settings, LATER + timedelta(minutes=60))
    cases.append((site.post(address, {"reason": "trop tard"}), 409, "undo-window-closed"))
    at(settings, LATER + timedelta(minutes=59))
    assert site.post(address, {"reason": "à temps"}, key="undo").status == 200
    cases.append((site.post(address, {"reason": "encore"}), 409, "already-reversed"))
    cases.append((site.post(address, {"reason": "autre"}, key="undo"), 422, "idempotency-mismatch"))
    assert [(answered.status, answered.code) for answered, _status, _code in cases] == [(status, code) for _answered, status, code in cases]


def test_a_key_spent_on_a_redemption_cannot_undo(site: Caller, ready: Campaign) -> None:
    done = site.redeem(ready.code(0), key="both").json()
    assert site.post(f"{REDEMPTIONS}/{done['id']}/reversal", {"reason": "x"}, key="both").code == "idempotency-mismatch"


# --- A service of several vouchers ---------------------------------------------------------------------------------------


def cost_two(ready: Campaign) -> None:
    with acting_as_everything(why="say what a service costs"):
        terms = replace(funding_queries.programme(ready.programme_id).terms, service_voucher_counts={"printer": 2})
        funding.change_programme(programme_id=ready.programme_id, terms=terms, actor=SYSTEM, request_id=uuid4(), at=NOW)
    forget_place_keys()


def test_a_service_of_two_vouchers_goes_by_the_batch_whole_or_not(site: Caller, ready: Campaign) -> None:
    cost_two(ready)
    alone = site.post(REDEMPTIONS, {"code": ready.code(0), "service": "printer"}, key=str(uuid4()))
    assert (alone.status, alone.code) == (422, "voucher-count-wrong")

    def pair(*codes: str) -> list[int]:
        items = [{"key": str(uuid4()), "code": code, "service": "printer", "group": "an hour"} for code in codes]
        return [answer["status"] for answer in site.post(BATCH, {"items": items}, key=None).json()["answers"]]

    assert pair(ready.code(0)) == [422]
    assert pair(ready.code(0), UNKNOWN) == [409, 404]
    assert redeemed_count(ready) == 0
    assert pair(ready.code(0), ready.code(1)) == [201, 201]
    assert redeemed_count(ready) == 2
