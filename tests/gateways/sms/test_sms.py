"""The real gateway and its double keep one contract; what comes in is signed, recent and small, or refused."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from carnet.gateways import sms
from carnet.gateways.sms import (
    BODY_MAX,
    Delivery,
    DoubleGateway,
    HttpGateway,
    MessageForged,
    MessageStale,
    MessageUnreadable,
    NotSent,
    SmsGateway,
)

KEY, NOW = "a signing key of the gateway", datetime(2026, 3, 18, 14, 30, tzinfo=UTC)
TO = "+33639980001"


class Telephone(BaseHTTPRequestHandler):
    """An SMSGate telephone, as its documentation describes it."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.server.known  # type: ignore[attr-defined]
        if self.server.is_down:  # type: ignore[attr-defined]
            status = 500
        elif self.path != "/3rdparty/v1/messages" or self.headers["Authorization"] != "Bearer token":
            status = 401
        elif body["id"] in known:
            status = 409
        else:
            status = 202
            known[body["id"]] = (body["phoneNumbers"], body["textMessage"]["text"])
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Silence."""


class Kept:
    """One gateway and what went through it."""

    def __init__(self, gateway: SmsGateway, sent: object, down: object) -> None:
        self.gateway, self.sent, self.down = gateway, sent, down


@pytest.fixture(params=["http", "memory", "files"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param != "http":
        double = DoubleGateway(tmp_path / "sms" if request.param == "files" else None)
        yield Kept(double, lambda: double.to(TO), lambda: setattr(double, "is_down", True))
        return
    server = HTTPServer(("127.0.0.1", 0), Telephone)
    server.known, server.is_down = {}, False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Kept(
            HttpGateway(f"http://127.0.0.1:{server.server_port}/3rdparty/v1/", "token"),
            lambda: [text for numbers, text in server.known.values() if numbers == [TO]],  # type: ignore[attr-defined]
            lambda: setattr(server, "is_down", True),
        )
    finally:
        server.shutdown()
        server.server_close()


def test_a_message_is_handed_over_once_per_reference(kept: Kept) -> None:
    for reference in ("text-1", "text-1", "text-2"):
        kept.gateway.send(to=TO, text=f"été à 8h, {reference}", reference=reference)
    kept.gateway.send(to="+33639980002", text="to somebody else", reference="text-3")
    assert kept.sent() == ["été à 8h, text-1", "été à 8h, text-2"]


def test_a_gateway_that_is_down_says_so_without_number_or_text(kept: Kept) -> None:
    kept.down()
    with pytest.raises(NotSent) as refused:
        kept.gateway.send(to=TO, text="private words", reference="text-1")
    assert "private" not in str(refused.value)
    assert TO not in str(refused.value)


def test_a_wrong_token_or_nobody_there_is_not_sent() -> None:
    with pytest.raises(NotSent):
        HttpGateway("http://127.0.0.1:9", "token").send(to=TO, text="x", reference="1")
    assert "token" not in repr(HttpGateway("http://127.0.0.1:9", "token"))


def event(**changes: object) -> bytes:
    payload = {"messageId": "abc", "message": "AIDE", "phoneNumber": TO, "simNumber": 1, "receivedAt": "2026-03-18T15:30:00.000+01:00"}
    body = {"deviceId": "d", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C", "payload": payload, "webhookId": "w"} | changes
    return json.dumps(body).encode()


def delivered(body: bytes, *, at: datetime = NOW, key: str = KEY) -> Delivery:
    return sms.signed(body, key=key, timestamp=int(at.timestamp()))


def test_a_signed_message_is_read() -> None:
    found = sms.read(delivered(event()), key=KEY, at=NOW)
    assert found is not None
    assert (found.delivery_id, found.sender, found.text) == ("Ey6ECgOkVVFjz3CL48B8C", TO, "AIDE")
    assert "AIDE" not in repr(found)
    assert TO not in repr(found)


def test_the_signature_is_the_one_the_gateway_documents() -> None:
    import hashlib
    import hmac

    body = event()
    expected = hmac.new(KEY.encode(), body + b"1773844200", hashlib.sha256).hexdigest()
    assert sms.signed(body, key=KEY, timestamp=1773844200).signature == expected


def test_other_events_are_left_alone() -> None:
    assert sms.read(delivered(event(event="system:ping", payload={})), key=KEY, at=NOW) is None


@pytest.mark.parametrize(
    ("delivery", "refusal"),
    [
        (delivered(event(), key="another key"), MessageForged),
        (Delivery(event(), str(int(NOW.timestamp())), ""), MessageForged),
        (Delivery(event(id="other"), str(int(NOW.timestamp())), delivered(event()).signature), MessageForged),
        (Delivery(event(), str(int(NOW.timestamp()) + 1), delivered(event()).signature), MessageForged),
        (Delivery(event(), "é", "é"), MessageForged),
        (delivered(event(), at=NOW - timedelta(minutes=6)), MessageStale),
        (delivered(event(), at=NOW + timedelta(minutes=6)), MessageStale),
        (delivered(b"not json"), MessageUnreadable),
        (delivered(b"[]"), MessageUnreadable),
        (delivered(event(payload=None)), MessageUnreadable),
        (delivered(event(payload={"message": 3, "phoneNumber": TO})), MessageUnreadable),
        (delivered(event(id=7)), MessageUnreadable),
        (delivered(b" " * (BODY_MAX + 1)), MessageUnreadable),
    ],
)
def test_what_is_not_the_gateway_s_is_refused(delivery: Delivery, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        sms.read(delivery, key=KEY, at=NOW)


def test_without_a_key_nothing_is_believed() -> None:
    with pytest.raises(MessageForged):
        sms.read(delivered(event(), key=""), key="", at=NOW)
