"""Reading one's own redemptions and payments: page by page, whatever is added meanwhile, and nobody else's."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.parties.rules import Scope
from carnet.settlement import operations as settlement
from tests.api.conftest import REDEMPTIONS, Answered, Caller, Site, at, token_of
from tests.factories.campaign import LATER, SYSTEM, Campaign, accept, campaign, place, rid

pytestmark = pytest.mark.django_db
PAYMENTS = "/api/v1/payments"
READS = (Scope.REDEMPTIONS_READ, Scope.REDEMPTIONS_WRITE, Scope.SETTLEMENT_READ)


@pytest.fixture
def reader(ready: Campaign) -> Caller:
    return Caller(Site(), token_of(ready.place_organisation_id, *READS))


def spend(reader: Caller, ready: Campaign, settings: Any, *ranks: int) -> list[str]:
    """Redeem some vouchers, a minute apart; their numbers, the latest first."""
    numbers = []
    for rank in ranks:
        at(settings, LATER + timedelta(minutes=rank))
        numbers.insert(0, reader.redeem(ready.code(rank), place=ready.place_id).json()["id"])
    return numbers


def ids(answered: Answered) -> list[str]:
    assert answered.status == 200, answered.body
    return [line["id"] for line in answered.json()["redemptions"]]


def test_a_redemption_is_read_back_as_it_was_made(reader: Caller, ready: Campaign, settings: Any) -> None:
    (number,) = spend(reader, ready, settings, 0)
    line = reader.get(f"{REDEMPTIONS}/{number}").json()
    assert line == reader.get(REDEMPTIONS).json()["redemptions"][0]
    assert (line["state"], line["channel"], line["service"], line["place"]) == ("redeemed", "API", "mailbox", ready.place_id)
    assert (line["value_cents"], line["redeemed_at"], line["reversed_at"]) == (1000, LATER.isoformat(), None)
    assert line["programme"]["id"] == ready.programme_id
    assert line["payable_on"] > line["attended_on"]
    assert ready.code(0) not in json.dumps(line)


def test_pages_follow_each_other_whatever_is_added_meanwhile(reader: Caller, ready: Campaign, settings: Any) -> None:
    expected = spend(reader, ready, settings, 0, 1, 2, 3, 4)
    first = reader.get(f"{REDEMPTIONS}?limit=2")
    address = first.json()["next"]
    assert first.headers["link"] == f'<{address}>; rel="next"'
    spend(reader, ready, settings, 5, 6)
    second = reader.get(address)
    third = reader.get(second.json()["next"])
    assert ids(first) + ids(second) + ids(third) == expected
    assert (third.json()["next"], "link" in third.headers) == (None, False)


def test_redemptions_of_one_instant_are_each_read_once(reader: Caller, ready: Campaign) -> None:
    done = reader.post(f"{REDEMPTIONS}/batch", {"items": [{"code": ready.code(rank), "service": "mailbox"} for rank in range(7)]})
    expected = {answer["redemption"]["id"] for answer in done.json()["answers"]}
    seen: list[str] = []
    address: str | None = f"{REDEMPTIONS}?limit=3"
    while address:
        page = reader.get(address)
        seen += ids(page)
        address = page.json()["next"]
    assert len(seen) == 7
    assert set(seen) == expected


def test_filters_choose_by_moment_place_and_state(reader: Caller, ready: Campaign, settings: Any) -> None:
    with acting_as_everything(why="a second place"):
        other_place = place("Annexe", ready.place_organisation_id)
        accept(other_place, ready.programme_id)
    numbers = spend(reader, ready, settings, 0, 1, 2)
    elsewhere = reader.redeem(ready.code(3), place=other_place).json()["id"]
    undone = reader.post(f"{REDEMPTIONS}/{numbers[0]}/reversal", {"reason": "erreur"})
    assert undone.status == 200
    moment = (LATER + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    assert ids(reader.get(f"{REDEMPTIONS}?until={moment}")) == [numbers[2]]
    assert ids(reader.get(f"{REDEMPTIONS}?since={moment}&place={ready.place_id}")) == numbers[:2]
    assert ids(reader.get(f"{REDEMPTIONS}?place={other_place}")) == [elsewhere]
    assert ids(reader.get(f"{REDEMPTIONS}?state=reversed")) == [numbers[0]]
    assert numbers[0] not in ids(reader.get(f"{REDEMPTIONS}?state=redeemed"))
    line = reader.get(f"{REDEMPTIONS}/{numbers[0]}").json()
    assert (line["state"], line["payable_on"]) == ("reversed", None)
    assert line["reversed_at"] is not None


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "since=2026-13-45", "since=1999-01-01", "limit=0", "limit=201", "limit=x", "state=lost", "place=-1", "place=x"],
)
def test_a_filter_that_makes_no_sense_is_named(reader: Caller, query: str) -> None:
    answered = reader.get(f"{REDEMPTIONS}?{query}")
    assert (answered.status, answered.code, answered.json()["field"]) == (422, "request-invalid", query.partition("=")[0])


def test_a_day_is_its_midnight_in_paris(reader: Caller, ready: Campaign, settings: Any) -> None:
    (number,) = spend(reader, ready, settings, 0)
    assert ids(reader.get(f"{REDEMPTIONS}?since={LATER.date()}")) == [number]
    assert ids(reader.get(f"{REDEMPTIONS}?until={LATER.date()}")) == []


def cursor_of(reader: Caller) -> str:
    return reader.get(f"{REDEMPTIONS}?limit=1").json()["next"].partition("cursor=")[2]


def test_a_cursor_that_was_changed_or_borrowed_is_refused(reader: Caller, ready: Campaign, settings: Any) -> None:
    spend(reader, ready, settings, 0, 1)
    good = cursor_of(reader)
    assert reader.get(f"{REDEMPTIONS}?limit=1&cursor={good}").status == 200
    assert reader.get(f"{REDEMPTIONS}?limit=7&cursor={good}").status == 200
    forged = base64.urlsafe_b64encode(json.dumps([LATER.isoformat(), 1, 1, 0]).encode()).decode()
    with acting_as_everything(why="a stranger"):
        stranger = Caller(Site(), token_of(campaign(booklets=1).place_organisation_id, *READS))
    tried = [
        reader.get(f"{REDEMPTIONS}?cursor={good[:-1]}"),
        reader.get(f"{REDEMPTIONS}?cursor=x{good}"),
        reader.get(f"{REDEMPTIONS}?cursor={forged}"),
        reader.get(f"{REDEMPTIONS}?cursor={forged}:{'a' * 43}"),
        reader.get(f"{REDEMPTIONS}?cursor="),
        reader.get(f"{REDEMPTIONS}?cursor={'a' * 5000}"),
        reader.get(f"{REDEMPTIONS}?state=redeemed&cursor={good}"),
        reader.get(f"{PAYMENTS}?cursor={good}"),
        stranger.get(f"{REDEMPTIONS}?limit=1&cursor={good}"),
    ]
    assert [(each.status, each.code) for each in tried] == [(422, "cursor-invalid")] * len(tried)


def test_a_token_of_one_place_reads_that_place_only(reader: Caller, ready: Campaign, settings: Any) -> None:
    with acting_as_everything(why="a second place"):
        other_place = place("Annexe", ready.place_organisation_id)
        accept(other_place, ready.programme_id)
    numbers = spend(reader, ready, settings, 0)
    bound = Caller(Site(), token_of(ready.place_organisation_id, *READS, place_id=other_place))
    here = bound.redeem(ready.code(1)).json()["id"]
    assert ids(bound.get(REDEMPTIONS)) == [here]
    assert ids(bound.get(f"{REDEMPTIONS}?place={ready.place_id}")) == []
    assert bound.get(f"{REDEMPTIONS}/{numbers[0]}").code == "redemption-unknown"


def test_the_stranger_reads_nothing(reader: Caller, ready: Campaign, settings: Any) -> None:
    (number,) = spend(reader, ready, settings, 0)
    with acting_as_everything(why="strangers"):
        other = campaign(booklets=1)
    for organisation_id in (other.place_organisation_id, ready.operator_id, ready.funder_ids[0], ready.prescriber_id):
        stranger = Caller(Site(), token_of(organisation_id, *READS))
        assert ids(stranger.get(REDEMPTIONS)) == []
        assert stranger.get(PAYMENTS).json() == {"payments": [], "next": None}
        assert stranger.get(f"{PAYMENTS}/expected").json() == {"owed_cents": 0, "expected": []}
        one, none = stranger.get(f"{REDEMPTIONS}/{number}"), stranger.get(f"{REDEMPTIONS}/{ready.series_id}-99999999-0")
        assert (one.status, one.code, one.body) == (404, "redemption-unknown", none.body)


def test_there_is_no_way_to_search_vouchers(reader: Caller, ready: Campaign) -> None:
    for address in ("/api/v1/vouchers", "/api/v1/vouchers/", "/api/v1/vouchers?serial=TS-1", "/api/v1/vouchers/1"):
        assert reader.get(address).status == 404
    # Filters of what was redeemed cannot name a voucher: an unknown filter finds no more than none.
    assert ids(reader.get(f"{REDEMPTIONS}?voucher_serial=TS-1&code={ready.code(0)}")) == []


def test_what_is_owed_then_claimed_is_told_with_its_day(reader: Caller, ready: Campaign, settings: Any) -> None:
    spend(reader, ready, settings, 0, 1)
    expected = reader.get(f"{PAYMENTS}/expected").json()
    assert expected["owed_cents"] == 2000
    assert [(each["state"], each["voucher_count"], each["payment"]) for each in expected["expected"]] == [("running", 2, None)]
    assert reader.get(PAYMENTS).json()["payments"] == []
    claimed_at = draw_claims(ready, settings)
    (payment,) = reader.get(PAYMENTS).json()["payments"]
    assert (payment["state"], payment["voucher_count"], payment["cents"], payment["paid_on"]) == ("waiting", 2, 2000, None)
    assert (payment["payable_on"], payment["reason"]) == (None, "ACCOUNT_MISSING")
    detail = reader.get(f"{PAYMENTS}/{payment['id']}").json()
    assert detail["days"] == [{"place": ready.place_id, "day": LATER.date().isoformat(), "voucher_count": 2, "cents": 2000}]
    assert {name: detail[name] for name in payment} == payment
    assert reader.get(f"{PAYMENTS}?state=paid").json()["payments"] == []
    assert reader.get(f"{PAYMENTS}?since={claimed_at.date() + timedelta(days=1)}").json()["payments"] == []
    assert reader.get(f"{PAYMENTS}/expected").json()["expected"][0]["payment"] == payment["id"]
    with acting_as_everything(why="a stranger"):
        stranger = Caller(Site(), token_of(campaign(booklets=1).place_organisation_id, *READS))
    one, none = stranger.get(f"{PAYMENTS}/{payment['id']}"), stranger.get(f"{PAYMENTS}/{'9' * 30}")
    assert (one.status, one.code, one.body) == (404, "claim-unknown", none.body)


def draw_claims(ready: Campaign, settings: Any) -> Any:
    """The operator draws up the month's claims, the month after."""
    after = LATER + timedelta(days=31)
    with acting_as_everything(why="draw up claims"):
        settlement.build_claims(programme_id=ready.programme_id, until=after - timedelta(days=1), actor=SYSTEM, request_id=rid(), at=after)
    at(settings, after)
    return after
