"""Events are sent to the Internet and nowhere else: addresses judged one by one, a name that moves, a server that drags."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from carnet.gateways.webhooks import (
    ANSWER_BYTES_MAX,
    FakeWebhookSender,
    HttpWebhookSender,
    Outcome,
    Sending,
    WebhookAddressRefused,
    is_public,
    read_url,
)

INWARD = [
    "0.0.0.0", "0.1.2.3",  # noqa: S104
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.1.2.3", "169.254.0.1",
    "169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1", "100::1", "5f00::1", "2001:2::1", "2001:10::1", "2001:20::1",
]  # fmt: skip
OUTWARD = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "212.27.48.10",
    "2606:4700:4700::1111",
    "2a01:e0c:1::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", INWARD)
def test_an_inward_address_is_known(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTWARD)
def test_an_outward_address_is_known(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "not-https"),
        ("ftp://example.org/", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("gopher://example.org/", "not-https"),
        ("https://user:secret@example.org/", "userinfo"),
        ("https://example.org@10.0.0.1/", "userinfo"),
        ("https://10.0.0.1/", "not-a-name"),
        ("https://8.8.8.8/", "not-a-name"),
        ("https://[::1]/", "not-a-name"),
        ("https://[2606:4700:4700::1111]/", "not-a-name"),
        ("https://2130706433/", "not-a-name"),
        ("https://0x7f.0.0.1/", "not-a-name"),
        ("https://0177.0.0.1/", "not-a-name"),
        ("https://127.1/", "not-a-name"),
        ("https://localhost/", "not-a-name"),
        ("https://intranet/", "not-a-name"),
        ("https://example.org./", "not-a-name"),
        ("https:///path", "not-a-name"),
        ("https://example.org:22/", "port"),
        ("https://example.org:80/", "port"),
        ("https://example.org:99999/", "malformed"),
        ("https://example.org:port/", "malformed"),
        ("https://exa mple.org/", "malformed"),
        ("https://example.org/\r\nHost: inside", "malformed"),
        ("https://example.org\\@inside.example/", "malformed"),
        ("https://exämple.org/", "malformed"),
        ("https://example.org/#part", "malformed"),
        ("https://" + "a" * 60 + ".org/" + "x" * 500, "malformed"),
        ("", "not-https"),
        ("http://127.0.0.1:9000/", "not-https"),
    ],
)
def test_an_address_that_is_not_plainly_a_public_name_is_refused(url: str, reason: str) -> None:
    with pytest.raises(WebhookAddressRefused) as refused:
        read_url(url)
    assert refused.value.facts == {"reason": reason}


def test_plain_http_is_for_this_machine_alone_and_only_where_allowed() -> None:
    assert read_url("http://127.0.0.1:9000/hook", loopback=True).port == 9000
    for url in ("http://example.org/", "http://10.0.0.1/", "http://[::1]/"):
        with pytest.raises(WebhookAddressRefused):
            read_url(url, loopback=True)


def test_a_good_address_is_read_whole() -> None:
    target = read_url("https://Hooks.Example.org:8443/carnet?key=1")
    assert (target.host, target.port, target.path, target.is_secure) == ("hooks.example.org", 8443, "/carnet?key=1", True)


# --- Sending ------------------------------------------------------------------------------------------------------------


def sending(url: str = "https://hooks.example.org/") -> Sending:
    return Sending(url, b'{"type":"webhook.test"}', {"webhook-id": "msg_1"})


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address a socket was opened to; none is really opened."""
    seen: list[Any] = []

    def dial(address: Any, timeout: Any) -> socket.socket:
        seen.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", dial)
    return seen


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], []])
def test_a_name_that_leads_inside_is_never_called(dialled: list[Any], addresses: list[str]) -> None:
    outcome = HttpWebhookSender(resolve=lambda host, port: addresses).send(sending())
    assert (outcome.status, outcome.error) == (None, "not-public" if addresses else "unresolved")
    assert dialled == []


def test_a_name_that_moves_between_two_looks_is_judged_at_each_sending(dialled: list[Any]) -> None:
    """DNS rebinding: public when the address was given and judged, inside a moment later."""
    answers = iter([["93.184.216.34"], ["169.254.169.254"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    sender = HttpWebhookSender(resolve=rebinding)
    outcomes = [sender.send(sending()) for _ in range(3)]
    # Looked up once a sending, and what was judged is what is dialled: there is no second look for the name to lie to.
    assert len(asked) == 3
    assert dialled == [("93.184.216.34", 443)]
    assert [each.error for each in outcomes] == ["connection", "not-public", "not-public"]


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append({"path": self.path, "headers": dict(self.headers), "body": body})
            answer(self)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", received
    finally:
        server.shutdown()
        server.server_close()


def replying(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return reply


def test_the_body_and_the_headers_arrive_as_they_were_signed() -> None:
    with serving(replying(204)) as (url, received):
        outcome = HttpWebhookSender(loopback=True).send(sending(url))
    assert outcome.is_success
    (got,) = received
    assert (got["path"], got["body"], got["headers"]["webhook-id"]) == ("/hook", b'{"type":"webhook.test"}', "msg_1")
    assert got["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_only_the_2xx_family_is_a_success_and_nothing_is_followed(status: int) -> None:
    with serving(replying(status, Location="http://127.0.0.1:1/elsewhere", Retry_After="120")) as (url, received):
        outcome = HttpWebhookSender(loopback=True).send(sending(url))
    assert (outcome.status, outcome.is_success, outcome.retry_after_seconds) == (status, False, 120)
    assert len(received) == 1


def test_little_of_the_answer_is_read() -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(10_000):
                handler.wfile.write(b"x" * ANSWER_BYTES_MAX)
        except OSError:
            return

    with serving(flood) as (url, _received):
        outcome = HttpWebhookSender(loopback=True).send(sending(url))
    assert outcome.is_success
    assert outcome.milliseconds < 5_000


@pytest.mark.slow
def test_a_server_that_drags_is_cut_at_the_deadline() -> None:
    released = threading.Event()

    def drag(handler: BaseHTTPRequestHandler) -> None:
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not released.wait(0.1):
                handler.wfile.write(b"X-Slow: 1\r\n")
                handler.wfile.flush()
        except OSError:
            return

    with serving(drag) as (url, _received):
        outcome = HttpWebhookSender(loopback=True, deadline_seconds=0.5).send(sending(url))
        released.set()
    assert (outcome.status, outcome.error) == (None, "timeout")
    assert 400 <= outcome.milliseconds < 3_000


@pytest.mark.slow
def test_a_name_that_is_slow_to_resolve_is_given_up_at_the_deadline() -> None:
    done = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        done.wait(5)
        return ["127.0.0.1"]

    began = time.monotonic()
    outcome = HttpWebhookSender(resolve=slow, deadline_seconds=0.3).send(Sending("https://slow.example/", b"{}", {}))
    took = time.monotonic() - began
    done.set()
    assert (outcome.status, outcome.error) == (None, "timeout")
    assert took < 2


def test_a_server_that_drags_its_greeting_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drag() -> None:
        line, _address = listener.accept()
        with line:
            line.sendall(b"\x16\x03\x03\x40\x00")  # a TLS record of 16 kB, whose bytes come one by one
            try:
                while not released.wait(0.1):
                    line.sendall(b"\x02")
            except OSError:
                return

    threading.Thread(target=drag, daemon=True).start()
    real = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: real(listener.getsockname(), timeout))
    outcome = HttpWebhookSender(resolve=lambda host, _port: ["93.184.216.34"], deadline_seconds=0.6).send(sending())
    released.set()
    listener.close()
    assert outcome.status is None
    assert 500 <= outcome.milliseconds < 3_000


def test_the_certificate_is_asked_for_the_name_and_not_for_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Context:
        def wrap_socket(self, plain: socket.socket, *, server_hostname: str, **_options: Any) -> ssl.SSLSocket:
            asked.append((plain.getpeername()[0], server_hostname))
            plain.close()
            raise ssl.SSLError("enough seen")

    real = socket.create_connection
    with serving(replying(200)) as (url, _received):
        port = int(url.rsplit(":")[-1].split("/")[0])
        monkeypatch.setattr(socket, "create_connection", lambda address, timeout: real(("127.0.0.1", port), timeout))
        outcome = HttpWebhookSender(resolve=lambda host, _port: ["93.184.216.34"], context=Context()).send(sending())  # type: ignore[arg-type]
    assert asked == [("127.0.0.1", "hooks.example.org")]
    assert outcome.error == "tls"


def test_the_double_answers_as_the_real_one_does() -> None:
    fake = FakeWebhookSender(Outcome(500), Outcome(204))
    assert [fake.send(sending()).is_success for _ in range(3)] == [False, True, True]
    assert len(fake.sent) == 3
