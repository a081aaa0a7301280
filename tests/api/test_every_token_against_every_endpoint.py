"""Every endpoint, by a token of each scope, by none, by an ended one, and by other organisations: refused as documented.

`CALLS` says how each endpoint is called well; an endpoint without its line fails `test_the_table_is_whole`.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from carnet.api import tokens
from carnet.api.v1.contract import CONTRACTS
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.models import ApiToken
from carnet.parties.rules import SCOPE_ACTIONS, Scope
from carnet.settlement import operations as settlement
from tests.activities.conftest import open_space
from tests.api.conftest import REDEMPTIONS, Answered, Caller, Site, at, token_of
from tests.continuity.virtual import know
from tests.factories.campaign import LATER, SYSTEM, Campaign, campaign, rid
from tests.redemption.offline import enrolled

pytestmark = pytest.mark.django_db

Call = Callable[[Caller, "World"], Answered]


class World:
    """A campaign with one voucher spent yesterday and one just now, and the payment of the first."""

    def __init__(self, ready: Campaign, settings: Any) -> None:
        self.ready = ready
        mine = Caller(Site(), token_of(ready.place_organisation_id, *Scope))
        self.paid_redemption = mine.redeem(ready.code(0)).json()["id"]
        after = LATER + timedelta(days=31)
        with acting_as_everything(why="draw up claims"):
            settlement.build_claims(
                programme_id=ready.programme_id, until=after - timedelta(days=1), actor=SYSTEM, request_id=rid(), at=after
            )
        at(settings, after)
        self.payment = mine.get("/api/v1/payments").json()["payments"][0]["id"]
        self.redemption = mine.redeem(ready.code(1)).json()["id"]
        self.now = after
        open_space(ready.place_id)
        held = mine.post(
            "/api/v1/reservations", {"code": ready.code(3), "service": "mailbox", "until": (after + timedelta(days=1)).isoformat()}
        )
        self.reservation = held.json()["id"]
        self.partner, self.claims = know(ready, after), 0
        self.claim = self.claimed(mine).json()["id"]

    def claimed(self, caller: Caller) -> Answered:
        """Another voucher of another operator."""
        self.claims += 1
        return caller.post("/api/v1/clearing/claims", {"code": self.partner.token(self.claims), "service": "mailbox"})


def sent_by_a_tablet(caller: Caller, ready: Campaign) -> Answered:
    """What a device signed, whoever carries it: its own signature is its way in."""
    tablet = enrolled(ready)
    body = json.dumps({"device_now": "2026-03-03T10:00:00Z", "items": []}).encode()
    seal = base64.b64encode(tablet.seal(body)).decode()
    return caller.post(f"/api/v1/devices/{tablet.id}/uploads", raw=body, key=None, Carnet_Signature=seal)


CALLS: Mapping[str, Call] = {
    "check_voucher": lambda caller, world: caller.post("/api/v1/vouchers/check", {"code": world.ready.code(2)}, key=None),
    "redeem": lambda caller, world: caller.redeem(world.ready.code(2)),
    "redeem_batch": lambda caller, world: caller.post(
        f"{REDEMPTIONS}/batch", {"items": [{"code": world.ready.code(2), "service": "mailbox"}]}
    ),
    "reverse": lambda caller, world: caller.post(f"{REDEMPTIONS}/{world.redemption}/reversal", {"reason": "erreur"}),
    "reserve": lambda caller, world: caller.post(
        "/api/v1/reservations", {"code": world.ready.code(2), "service": "mailbox", "until": (world.now + timedelta(days=2)).isoformat()}
    ),
    "reservations": lambda caller, world: caller.get("/api/v1/reservations"),
    "reservation": lambda caller, world: caller.get(f"/api/v1/reservations/{world.reservation}"),
    "capture": lambda caller, world: caller.post(f"/api/v1/reservations/{world.reservation}/capture", {}),
    "release": lambda caller, world: caller.post(f"/api/v1/reservations/{world.reservation}/release", {}),
    "claim_voucher": lambda caller, world: world.claimed(caller),
    "claim": lambda caller, world: caller.get(f"/api/v1/clearing/claims/{world.claim}"),
    "withdraw_claim": lambda caller, world: caller.post(f"/api/v1/clearing/claims/{world.claim}/withdrawal", {"reason": "erreur"}),
    # Nothing was taken over here: each receipt is answered that it is none.
    "bring_receipts": lambda caller, world: caller.post("/api/v1/receipts", {"receipts": ["a.b"], "nothing_undone": True}),
    "dispute": lambda caller, world: caller.post(f"{REDEMPTIONS}/{world.paid_redemption}/dispute", {"reason": "erreur"}),
    "redemptions": lambda caller, world: caller.get(REDEMPTIONS),
    "redemption": lambda caller, world: caller.get(f"{REDEMPTIONS}/{world.redemption}"),
    "payments": lambda caller, world: caller.get("/api/v1/payments"),
    "expected_payments": lambda caller, world: caller.get("/api/v1/payments/expected"),
    "payment": lambda caller, world: caller.get(f"/api/v1/payments/{world.payment}"),
    "device_upload": lambda caller, world: sent_by_a_tablet(caller, world.ready),
    "record_activity": lambda caller, world: caller.post(
        "/api/v1/activities",
        {"kind": "one_to_one", "minutes": 30, "people": {"non_communique": 1}, "place": world.ready.place_id},
    ),
    "activities": lambda caller, world: caller.get("/api/v1/activities"),
    "space": lambda caller, world: caller.get(f"/api/v1/places/{world.ready.place_id}/space"),
    "places": lambda caller, world: caller.get("/api/v1/places"),
    "place": lambda caller, world: caller.get(f"/api/v1/places/{world.ready.place_id}"),
    "points": lambda caller, world: caller.get("/api/v1/points"),
    "labels": lambda caller, world: caller.get("/api/v1/labels"),
    "figures": lambda caller, world: caller.get("/api/v1/figures"),
    "figure_cuts": lambda caller, world: caller.get("/api/v1/figures/cuts"),
    "open_data": lambda caller, world: caller.get("/api/v1/open-data"),
    "commitments": lambda caller, world: caller.get("/api/v1/commitments"),
}

# What another place operator is answered, with every scope: a refusal that tells nothing, or lists of its own rows, empty.
FOREIGN: Mapping[str, tuple[int, str | None]] = {
    "check_voucher": (404, "voucher-unknown"),
    "redeem": (404, "voucher-unknown"),
    "redeem_batch": (200, "voucher-unknown"),
    "reverse": (404, "redemption-unknown"),
    "reserve": (404, "voucher-unknown"),
    "reservations": (200, None),
    "reservation": (404, "reservation-unknown"),
    "capture": (404, "reservation-unknown"),
    "release": (404, "reservation-unknown"),
    "claim_voucher": (404, "issuer-unknown"),
    "claim": (404, "clearing-claim-unknown"),
    "withdraw_claim": (404, "clearing-claim-unknown"),
    "bring_receipts": (200, "receipt-unreadable"),
    "dispute": (404, "redemption-unknown"),
    "redemptions": (200, None),
    "redemption": (404, "redemption-unknown"),
    "payments": (200, None),
    "expected_payments": (200, None),
    "payment": (404, "claim-unknown"),
    "device_upload": (200, None),
    "record_activity": (404, "place-not-yours"),
    "activities": (200, None),
    "space": (200, None),
    "places": (200, None),
    "place": (200, None),
    "points": (200, None),
    "labels": (200, None),
    "figures": (200, None),
    "figure_cuts": (200, None),
    "open_data": (200, None),
    "commitments": (200, None),
}
WITH_TOKEN = [name for name, contract in CONTRACTS.items() if contract.action is not None]


@pytest.fixture
def world(ready: Campaign, settings: Any) -> World:
    return World(ready, settings)


def test_the_table_is_whole() -> None:
    assert set(CALLS) == set(CONTRACTS) == set(FOREIGN)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_scope_opens_what_it_says_and_nothing_else(world: World, name: str) -> None:
    contract = CONTRACTS[name]
    for scope in Scope:
        answered = CALLS[name](Caller(Site(), token_of(world.ready.place_organisation_id, scope)), world)
        if contract.action is None or contract.action in SCOPE_ACTIONS[scope]:
            assert answered.status == contract.status, (scope, answered.body)
        else:
            assert (answered.status, answered.code) == (403, "not-allowed"), scope


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_nobody_in_particular_is_told_to_bring_a_token(world: World, name: str) -> None:
    for presented, code in ((None, "token-missing"), ("carnet_never", "token-invalid")):
        answered = CALLS[name](Caller(Site(), presented), world)
        assert (answered.status, answered.code) == (401, code)
        assert answered.headers["www-authenticate"].startswith('Bearer realm="carnet"')


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_a_token_revoked_or_ended_opens_nothing_within_five_seconds(
    world: World, name: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = now = tokens.time.monotonic()
    monkeypatch.setattr(tokens.time, "monotonic", lambda: now)
    caller = Caller(Site(), token_of(world.ready.place_organisation_id, *Scope))
    assert CALLS[name](caller, world).status == CONTRACTS[name].status
    manager = Actor(
        kind="system",
        label="manager",
        organisation_id=world.ready.place_organisation_id,
        organisation_ids=frozenset({world.ready.place_organisation_id}),
    )
    with acting_as(manager):
        for row in ApiToken.objects.order_by("id"):
            parties.revoke_token(token_id=row.id, actor=manager, request_id=rid(), at=LATER)
    now = began + 4.99
    assert CALLS[name](caller, world).code == "token-invalid"


@pytest.mark.parametrize("name", CONTRACTS)
def test_another_organisation_learns_nothing(world: World, name: str) -> None:
    with acting_as_everything(why="strangers"):
        other = campaign(booklets=1)
    answered = CALLS[name](Caller(Site(), token_of(other.place_organisation_id, *Scope)), world)
    status, code = FOREIGN[name]
    assert answered.status == status
    if code is not None:
        assert code in answered.body.decode()
        own_words = CALLS[name](Caller(Site(), token_of(other.place_organisation_id, *Scope)), world)
        assert own_words.body == answered.body or name == "redeem_batch"
    for known in (world.redemption, world.ready.code(2)):
        assert known not in answered.body.decode()


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_those_who_run_and_fund_the_programme_learn_nothing_with_a_token_either(world: World, name: str) -> None:
    for organisation_id in (world.ready.operator_id, world.ready.funder_ids[0], world.ready.prescriber_id):
        answered = CALLS[name](Caller(Site(), token_of(organisation_id, *Scope)), world)
        assert answered.status in (200, 403, 404, 422), answered.body
        assert world.redemption not in answered.body.decode()
        if answered.status >= 400:
            assert answered.code in CONTRACTS[name].all_codes
