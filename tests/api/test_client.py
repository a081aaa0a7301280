"""The Python client against the site itself: journeys, retries under the same key, refusals, pages, webhooks."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from carnet_client import Answer, Client, Problem, Request, Unreachable, WebhookInvalid, urllib_transport, verify_webhook

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.notices import rules
from carnet.parties.rules import Scope
from tests.api.conftest import UNKNOWN, Site, token_of
from tests.factories.campaign import LATER, Campaign

pytestmark = pytest.mark.django_db


def site(request: Request) -> Answer:
    """The site of the tests, as a transport."""
    parts = urlsplit(request.url)
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answered = Site().send(address, raw=request.body or b"", headers=request.headers, method=request.method)
    return Answer(answered.status, answered.headers, answered.body)


def client(ready: Campaign, *scopes: Scope, transport: Callable[[Request], Answer] = site, **options: Any) -> Client:
    waited: list[float] = []
    token = token_of(ready.place_organisation_id, *(scopes or tuple(Scope)))
    return Client("https://testserver", token=token, transport=transport, sleep=options.get("sleep", waited.append))


def test_a_voucher_from_the_test_to_the_undoing(ready: Campaign) -> None:
    carnet = client(ready)
    assert carnet.check(ready.code(0), service="mailbox")["state"] == "redeemable"
    done = carnet.redeem(ready.code(0), service="mailbox", place=ready.place_id, attended_on=LATER.date())
    assert carnet.redemption(done["id"])["state"] == "redeemed"
    assert carnet.check(ready.code(0))["state"] == "redeemed"
    assert carnet.expected_payments()["owed_cents"] == 1000
    assert carnet.reverse(done["id"], reason="erreur")["id"] == done["id"]
    assert carnet.redemption(done["id"])["state"] == "reversed"
    assert carnet.expected_payments()["owed_cents"] == 0
    assert list(carnet.payments()) == []


def test_a_group_then_its_list_page_after_page(ready: Campaign) -> None:
    carnet, asked = client(ready), []

    def counted(request: Request) -> Answer:
        asked.append(request.url)
        return site(request)

    answers = carnet.redeem_many([{"code": ready.code(rank), "service": "mailbox"} for rank in range(12)])
    assert [each["status"] for each in answers] == [201] * 12
    reader = client(ready, Scope.REDEMPTIONS_READ, transport=counted)
    pages = reader._pages("redemptions", "redemptions", limit=5)
    assert len({line["id"] for line in pages}) == 12
    assert len(asked) == 3
    assert {line["id"] for line in reader.redemptions(since=LATER.date(), state="redeemed")} == {
        each["redemption"]["id"] for each in answers
    }
    assert list(reader.redemptions(until=LATER)) == []


def test_places_and_figures_need_no_token(ready: Campaign) -> None:
    anybody = Client("https://testserver", transport=site)
    assert any(place["id"] == ready.place_id for place in anybody.places(near="47.218,-1.553", radius_km=5))
    assert "programmes" in anybody.figures()
    assert anybody.labels(programme=ready.programme_id)["places"] == []


@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        (lambda carnet, ready: carnet.redeem("12", service="mailbox"), "code-mistyped", 422),
        (lambda carnet, ready: carnet.redeem(UNKNOWN, service="mailbox"), "voucher-unknown", 404),
        (lambda carnet, ready: carnet.redemption("1-2-3"), "redemption-unknown", 404),
        (lambda carnet, ready: carnet.reverse("../../figures", reason="x"), "redemption-unknown", 404),
    ],
)
def test_a_refusal_is_a_problem_with_its_code(ready: Campaign, call: Callable[..., Any], code: str, status: int) -> None:
    with pytest.raises(Problem) as refused:
        call(client(ready), ready)
    assert refused.value.status == status
    assert refused.value.code in (code, "address-unknown")
    assert len(refused.value.detail) > 10


class Broken:
    """A network that loses answers: the request arrives, or not, and nothing comes back."""

    def __init__(self, *faults: str) -> None:
        self.faults = list(faults)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "request lost":
            raise ConnectionResetError
        answer = site(request)
        if fault == "answer lost":
            raise TimeoutError
        if fault == "busy":
            return Answer(503, {"retry-after": "7"}, b'{"code": "too-busy"}')
        if fault == "proxy":
            return Answer(502, {}, b"<html>bad gateway</html>")
        return answer


@pytest.mark.parametrize("faults", [["answer lost"], ["request lost", "answer lost"], ["busy", "proxy", "answer lost"]])
def test_whatever_the_network_loses_a_voucher_is_spent_once(ready: Campaign, faults: list[str]) -> None:
    broken = Broken(*faults)
    done = client(ready, transport=broken).redeem(ready.code(0), service="mailbox")
    assert len({request.headers["Idempotency-Key"] for request in broken.asked}) == 1
    assert len(broken.asked) == len(faults) + 1
    assert done["value_cents"] == 1000
    with acting_as_everything(why="count"):
        assert ledger.counts(series_id=ready.series_id).redeemed == 1


def test_the_server_s_own_wait_is_respected(ready: Campaign) -> None:
    waited: list[float] = []
    client(ready, transport=Broken("busy", "answer lost"), sleep=waited.append).redeem(ready.code(0), service="mailbox")
    assert waited == [7.0, 2.0]


def test_when_nothing_ever_comes_back_the_key_says_later_what_was_done(ready: Campaign) -> None:
    with pytest.raises(Unreachable) as lost:
        client(ready, transport=Broken(*["answer lost"] * 4)).redeem(ready.code(0), service="mailbox")
    again = client(ready).redeem(ready.code(0), service="mailbox", key=lost.value.key)
    assert again["value_cents"] == 1000
    with acting_as_everything(why="count"):
        assert ledger.counts(series_id=ready.series_id).redeemed == 1


def test_an_ordinary_refusal_is_not_tried_again(ready: Campaign) -> None:
    broken = Broken()
    with pytest.raises(Problem):
        client(ready, transport=broken).redeem("12", service="mailbox")
    assert len(broken.asked) == 1


def test_only_web_addresses_are_called() -> None:
    with pytest.raises(ValueError, match="https"):
        urllib_transport(Request("GET", "file:///etc/passwd", {}))


def test_the_client_needs_nothing_but_python() -> None:
    import ast
    import sys
    from pathlib import Path

    import carnet_client

    imported = set()
    for file in Path(carnet_client.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.split(".")[0] for name in names}
    assert imported - set(sys.stdlib_module_names) == {"carnet_client"}


# --- Webhooks -----------------------------------------------------------------------------------------------------------

SECRET = b"s" * 32
BODY = '{"type":"webhook.test","timestamp":"2026-11-03T09:14:05+00:00","data":{"é":1}}'.encode()
NOW = datetime(2026, 11, 3, 9, 14, 5, tzinfo=UTC)


def signed(*secrets: bytes) -> dict[str, str]:
    return rules.signed_headers(secrets=secrets or (SECRET,), message="msg_1", sent_at=NOW, body=BODY)


def verified(headers: dict[str, str], body: bytes = BODY, *, secret: bytes = SECRET, late: float = 0) -> dict[str, Any]:
    return verify_webhook(secret=rules.shown_secret(secret), headers=headers, body=body, now=NOW.timestamp() + late)


def test_what_the_site_signs_the_client_believes() -> None:
    assert verified(signed())["type"] == "webhook.test"
    assert verified({name.title(): value for name, value in signed().items()}, late=299)["data"] == {"é": 1}
    assert verified(signed(b"n" * 32, SECRET)) == verified(signed(SECRET, b"n" * 32))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers: headers | {"webhook-id": "msg_2"},
        lambda headers: headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
        lambda headers: headers | {"webhook-timestamp": "soon"},
        lambda headers: headers | {"webhook-signature": "v2," + headers["webhook-signature"][3:]},
        lambda headers: headers | {"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()},
        lambda headers: headers | {"webhook-signature": "v1,***"},
        lambda headers: headers | {"webhook-signature": ""},
        lambda headers: {name: value for name, value in headers.items() if name != "webhook-signature"},
        lambda headers: {},
    ],
)
def test_what_was_changed_is_not_believed(spoil: Callable[[dict[str, str]], dict[str, str]]) -> None:
    with pytest.raises(WebhookInvalid):
        verified(spoil(signed()))


def test_another_body_another_secret_or_another_day_is_not_believed() -> None:
    for changes in ({"body": BODY + b" "}, {"secret": b"o" * 32}, {"late": 301.0}, {"late": -301.0}):
        with pytest.raises(WebhookInvalid):
            verified(signed(), **changes)  # type: ignore[arg-type]
