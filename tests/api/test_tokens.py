"""Who may call: a token of one organisation, for what its scopes say, as long as it holds."""

from datetime import timedelta
from typing import Any

import pytest

from carnet.api import tokens
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.models import ApiToken
from carnet.parties.rules import Scope
from tests.api.conftest import REDEMPTIONS, UNKNOWN, Caller, Site, at, token_of
from tests.factories.campaign import LATER, NOW, Campaign, accept, campaign, organisation, place, rid

pytestmark = pytest.mark.django_db


def revoke(ready: Campaign) -> None:
    manager = Actor(
        kind="system", label="manager", organisation_id=ready.place_organisation_id, organisation_ids=frozenset({ready.place_organisation_id})
    )  # fmt: skip
    with acting_as(manager):
        for row in ApiToken.objects.order_by("id"):
            parties.revoke_token(token_id=row.id, actor=manager, request_id=rid(), at=LATER)


@pytest.mark.parametrize("sent", [None, "", "carnet_wrong", "é" * 40])
def test_without_a_valid_token_nothing_is_told(door: Any, ready: Campaign, sent: str | None) -> None:
    answered = Caller(door, sent).redeem(ready.code(0))
    assert (answered.status, answered.code) == (401, "token-missing" if not sent else "token-invalid")
    assert answered.headers["www-authenticate"].startswith('Bearer realm="carnet"')


def test_another_scheme_is_not_a_token(caller: Caller, ready: Campaign) -> None:
    answered = caller.post(REDEMPTIONS, {"code": UNKNOWN, "service": "mailbox"}, Authorization="Basic Y2FybmV0OmNhcm5ldA==")
    assert answered.code == "token-missing"


def test_a_revocation_holds_within_five_seconds(caller: Caller, ready: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    began = tokens.time.monotonic()
    now = began
    monkeypatch.setattr(tokens.time, "monotonic", lambda: now)
    assert caller.redeem(ready.code(0)).status == 201
    revoke(ready)
    now = began + 4.99
    assert caller.redeem(ready.code(1)).code == "token-invalid"


def test_an_expired_token_reads_like_an_unknown_one(door: Any, ready: Campaign, settings: Any) -> None:
    short = Caller(door, token_of(ready.place_organisation_id, days=1))
    at(settings, NOW + timedelta(hours=23))
    assert short.redeem(ready.code(0)).status == 201
    tokens.forget_tokens()
    at(settings, NOW + timedelta(days=1))
    expired = short.redeem(ready.code(1))
    assert (expired.status, expired.code) == (401, "token-invalid")
    assert expired.body == Caller(door, "carnet_never").redeem(ready.code(1)).body


@pytest.mark.parametrize("scope", [Scope.VOUCHERS_CHECK, Scope.REDEMPTIONS_READ, Scope.SETTLEMENT_READ])
def test_a_token_does_only_what_its_scopes_say(door: Any, ready: Campaign, scope: Scope) -> None:
    answered = Caller(door, token_of(ready.place_organisation_id, scope)).redeem(ready.code(0))
    assert (answered.status, answered.code) == (403, "not-allowed")


def test_a_token_of_one_place_spends_at_that_place_only(door: Any, ready: Campaign) -> None:
    bound = Caller(door, token_of(ready.place_organisation_id, place_id=ready.place_id))
    assert bound.redeem(ready.code(0)).status == 201
    assert bound.redeem(ready.code(1), place=ready.place_id + 1).code == "place-not-accepted"


def test_a_token_of_one_place_undoes_there_only(ready: Campaign) -> None:
    with acting_as_everything(why="a second place"):
        annex = place("Annexe", ready.place_organisation_id)
        accept(annex, ready.programme_id)
    here = Caller(Site(), token_of(ready.place_organisation_id, place_id=ready.place_id))
    there = Caller(Site(), token_of(ready.place_organisation_id, place_id=annex))
    number = here.redeem(ready.code(0)).json()["id"]
    assert there.post(f"{REDEMPTIONS}/{number}/reversal", {"reason": "ailleurs"}).code == "redemption-unknown"
    assert here.post(f"{REDEMPTIONS}/{number}/reversal", {"reason": "ici"}).status == 200


def test_an_organisation_without_a_place_cannot_spend(door: Any, ready: Campaign) -> None:
    with acting_as_everything(why="a stranger"):
        stranger = organisation("Sans lieu", "PLACE_OPERATOR")
    assert Caller(door, token_of(stranger)).redeem(ready.code(0)).code == "place-required"
    assert Caller(door, token_of(stranger)).redeem(ready.code(0), place=ready.place_id).code == "place-not-accepted"


def test_the_stranger_sees_and_changes_nothing(ready: Campaign, token: str) -> None:
    mine = Caller(Site(), token)
    done = mine.redeem(ready.code(0)).json()
    with acting_as_everything(why="a stranger"):
        other = campaign(booklets=1)
    stranger = Caller(Site(), token_of(other.place_organisation_id))
    assert stranger.post("/api/v1/vouchers/check", {"code": ready.code(0)}).code == "voucher-unknown"
    assert stranger.redeem(ready.code(1)).code == "voucher-unknown"
    undone = stranger.post(f"{REDEMPTIONS}/{done['id']}/reversal", {"reason": "pas à moi"})
    never = stranger.post(f"{REDEMPTIONS}/{ready.series_id}-99999999-0/reversal", {"reason": "rien"})
    assert (undone.code, undone.body) == ("redemption-unknown", never.body)


def test_a_token_remembers_the_day_it_was_used(caller: Caller, ready: Campaign) -> None:
    caller.redeem(UNKNOWN)
    with acting_as(organisation_ids=[ready.place_organisation_id]):
        assert [row.latest_used_on for row in ApiToken.objects.order_by("id")] == [LATER.date()]
