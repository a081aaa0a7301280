"""Traces: what a collector receives, read back, names nobody; a collector that is silent, absurd or away costs nobody anything; off, nothing is loaded."""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from carnet.api.grouped import Application
from carnet.gateways import traces, tracing
from carnet.gateways.database import acting_as_everything
from carnet.gateways.deadlines import within
from carnet.gateways.sms import HttpGateway
from carnet.gateways.webhooks import HttpWebhookSender, Sending
from carnet.jobs.letters import send_letters
from carnet.notices import operations as notices
from carnet.parties import operations as parties
from carnet.parties.rules import Scope
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, rid
from tests.house.rooms import ROOT
from tests.web.conftest import PASSWORD, sign_in
from tests.web.conftest import person_with as person_with

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TELEPHONE, IBAN, BOOKED = "06 12 34 56 78", "FR7630006000011234567890189", "Zoubida Kervadec"


@dataclass
class Kept:
    """A collector in this process: what it was sent, decoded."""

    bodies: list[bytes] = field(default_factory=list)

    def post(self, body: bytes) -> int:
        self.bodies.append(body)
        return 200

    def spans(self) -> list[Any]:
        found = []
        for body in self.bodies:
            told = ExportTraceServiceRequest.FromString(body)
            found += [span for resource in told.resource_spans for scope in resource.scope_spans for span in scope.spans]
        return found

    def text(self) -> str:
        """Everything in it, whatever its field, as a person would search it."""
        return "\n".join([*(body.decode("utf-8", "replace") for body in self.bodies), *(str(span) for span in self.spans())])


@contextmanager
def on(collector: Any, *, percent: int = 100) -> Iterator[None]:
    end = tracing.begin(url="http://collector.invalid", percent=percent, service="tests", collector=collector)
    try:
        yield
    finally:
        end()


def facts(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def children(spans: list[Any], of: Any) -> list[Any]:
    return [each for each in spans if each.parent_span_id == of.span_id]


@pytest.fixture
def token(ready: Campaign) -> str:
    with acting_as_everything(why="tests"):
        made = parties.create_token(
            organisation_id=ready.place_organisation_id, scopes=(Scope.VOUCHERS_CHECK, Scope.REDEMPTIONS_WRITE), days=730, place_id=None,
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
    assert made.raw
    return made.raw


# --- What is told -----------------------------------------------------------------------------------------------------------------------


def test_nothing_a_collector_receives_names_or_pays_anybody(ready: Campaign, token: str, person_with: Any, settings: Any) -> None:
    settings.CARNET_CLOCK = LATER
    _person, _organisation, email = person_with("MEDIATOR", organisation_id=ready.place_organisation_id)
    code, kept = ready.code(0), Kept()
    spaced = " ".join(code[at : at + 3] for at in range(0, 18, 3))
    with on(kept):
        visitor = Client(raise_request_exception=False)
        visitor.post("/sign-in/", {"login": email, "password": "pas celle-là"})
        for said in (code, spaced, ready.token(0), email, TELEPHONE, IBAN, BOOKED):
            visitor.get(f"/nowhere/{said}/", {"said": said})
            visitor.get(f"/invitation/{said}/")
            visitor.post("/left/", {"code": said})
            visitor.generic("SAY " + "X" * 20, "/", headers={"X-Request-Id": said, "Traceparent": said, "Tracestate": f"x={said}"})
            _api(visitor, "/api/v1/vouchers/check", {"code": said}, said)
        _api(visitor, "/api/v1/redemptions", {"code": code, "service": "mailbox"}, token)
        counter = sign_in(Client(), email)
        counter.get("/place/")
        counter.post("/place/voucher/", {"code": spaced, "request_id": str(uuid4())})
        with acting_as_everything(why="tests"):
            notices.post(kind="parties.recovery-begun", to_email=email, context={"name": BOOKED}, at=LATER)
        traces.of_task(lambda: send_letters(at=LATER), _context("notices.send-letters"), None)
        with pytest.raises(ValueError, match="reason"), traces.span("exchange mail", kind="CLIENT", partner="mail"):
            raise ValueError(f"the reason: {email} {code}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT display_name FROM parties_person WHERE email = '" + email.replace("'", "") + "'")
    text, spans = kept.text(), kept.spans()
    assert len(spans) > 50
    secrets = (
        email,
        code,
        spaced,
        ready.token(0),
        TELEPHONE,
        IBAN,
        BOOKED,
        "Kervadec",
        token,
        PASSWORD,
        "pas celle",
        "reason",
        "/nowhere",
        "/invitation/F",
    )
    for secret in secrets:
        assert secret not in text, [str(each) for each in spans if secret in str(each)][:2]
    told = {key for span in spans for key in facts(span)}
    assert told <= set(traces.FACTS.values()), "nothing but what is listed"
    assert not any(span.events for span in spans)
    assert not any(span.trace_state for span in spans)
    assert not any(span.status.message for span in spans)
    assert any(facts(span).get("error.type") == "ValueError" for span in spans)


def _api(client: Client, address: str, body: dict[str, str], token: str) -> Any:
    surroundings = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    return client.post(address, json.dumps(body), content_type="application/json", headers=surroundings)


def _context(name: str) -> Any:
    return SimpleNamespace(
        task=SimpleNamespace(name=name), job=SimpleNamespace(queue="notices", attempts=0, task_kwargs={"email": "a@b.fr"})
    )


def test_a_request_is_one_span_with_its_statements_below(ready: Campaign, token: str, settings: Any) -> None:
    settings.CARNET_CLOCK = LATER
    kept, number = Kept(), str(uuid4())
    with on(kept):
        answer = Client().post(
            "/api/v1/redemptions",
            json.dumps({"code": ready.code(1), "service": "mailbox"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "X-Request-Id": number, "Traceparent": PARENT},
        )
        for silent in ("/healthz", "/readyz"):
            Client().get(silent)
        assert b"".join(Client().get("/static/design/carnet.css").streaming_content)
    assert answer.status_code == 201, answer.content
    spans = kept.spans()
    (request,) = [span for span in spans if "carnet.request" in facts(span)]
    said = facts(request)
    assert said["carnet.request"] == number == answer.headers["X-Request-Id"]
    assert (said["http.request.method"], said["http.response.status_code"], said["http.route"]) == ("POST", 201, "/api/v1/redemptions")
    assert request.name.startswith("POST api-v1:")
    # The caller's trace goes on: its number, and its span as our parent.
    assert request.trace_id.hex() == PARENT[3:35]
    assert request.parent_span_id.hex() == PARENT[36:52]
    below = children(spans, request)
    assert below
    assert all(facts(each)["db.system.name"] == "postgresql" for each in below)
    assert "SELECT redeem_many" in {each.name for each in below}
    assert {each.trace_id for each in spans} == {request.trace_id}, "health and files have no trace"


@pytest.mark.parametrize(
    "given",
    ["", "00-0-0-0", PARENT.upper(), PARENT + "-x", f"00-{'0' * 32}-b7ad6b7169203331-01", f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01", "01" + PARENT[2:]],
)  # fmt: skip
def test_what_is_no_traceparent_begins_a_trace_of_our_own(given: str) -> None:
    kept = Kept()
    with on(kept), traces.serving("request", given):
        pass
    (span,) = kept.spans()
    assert not span.parent_span_id
    assert span.trace_id.hex() != PARENT[3:35]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1 FROM ledger_voucher v JOIN x", ("SELECT", "ledger_voucher")),
        ('INSERT INTO "parties_person" ("email") VALUES (\'a@b.fr\')', ("INSERT", "parties_person")),
        ("UPDATE redemption_redemption SET x = 1", ("UPDATE", "redemption_redemption")),
        ("WITH a AS (SELECT 1 FROM nobody_knows) DELETE FROM journal_answer", ("WITH", "journal_answer")),
        ("SELECT * FROM redeem_many(%s)", ("SELECT", "redeem_many")),
        ("SELECT '482915006731284906' FROM marie", ("SELECT", "")),
        ("marie.secret@example.org", ("OTHER", "")),
        ("", ("OTHER", "")),
    ],
)
def test_a_statement_is_its_kind_and_a_table_of_ours(sql: str, said: tuple[str, str]) -> None:
    assert tracing.described(sql) == said


def test_a_group_of_redemptions_is_one_span_under_the_first_that_names_the_others(ready: Campaign, token: str, settings: Any) -> None:
    settings.CARNET_CLOCK = LATER
    kept, number = Kept(), str(uuid4())

    def redeem(group: Any) -> Any:
        raise RuntimeError(f"a fault that tells {ready.code(2)}")

    async def ask(application: Application) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        body = json.dumps({"code": ready.code(2), "service": "mailbox"}).encode()
        headers = {"authorization": f"Bearer {token}", "idempotency-key": "a", "content-type": "application/json", "x-request-id": number}
        scope = {
            "type": "http", "path": "/api/v1/redemptions", "method": "POST",
            "headers": [(name.encode(), value.encode()) for name, value in {**headers, "traceparent": PARENT}.items()],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await asyncio.gather(*(application(scope, receive, send) for _ in range(4)))
        return said

    shared = connections["default"]
    shared.inc_thread_sharing()
    try:
        with on(kept), ThreadPoolExecutor(1, initializer=lambda: connections.__setitem__("default", shared)) as executor:
            answers = asyncio.run(ask(Application(executor=executor, redeem=redeem)))
    finally:
        shared.dec_thread_sharing()
    assert [each["status"] for each in answers if "status" in each] == [500] * 4
    assert {dict(each["headers"])[b"x-request-id"].decode() for each in answers if "status" in each} == {number}
    spans = kept.spans()
    requests = [span for span in spans if "carnet.request" in facts(span)]
    assert len(requests) == 4
    assert {(span.name, facts(span)["http.route"], facts(span)["http.response.status_code"]) for span in requests} == {
        ("POST grouped", "/api/v1/redemptions", 500)
    }
    groups = [span for span in spans if span.name == "redeem_many"]
    assert groups
    assert all(any(group.parent_span_id == request.span_id for request in requests) for group in groups)
    assert any(len(group.links) == facts(group)["carnet.count"] - 1 for group in groups)
    assert {facts(group)["error.type"] for group in groups} == {"RuntimeError"}
    assert ready.code(2) not in kept.text()


# --- Others' servers ----------------------------------------------------------------------------------------------------------------------


class Listening(BaseHTTPRequestHandler):
    """Keeps the headers of what it is sent."""

    seen: list[dict[str, str]]
    status = 200
    says = b"{}"

    def do_POST(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.says)))
        self.end_headers()
        self.wfile.write(self.says)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served(**what: Any) -> Iterator[tuple[int, list[dict[str, str]]]]:
    seen: list[dict[str, str]] = []
    handler = type("Handler", (Listening,), {"seen": seen, **what})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port, seen
        finally:
            server.shutdown()
            thread.join(5)


def test_the_trace_is_passed_on_to_webhooks_and_to_nobody_else() -> None:
    kept = Kept()
    with served() as (port, seen):
        sending = Sending(f"http://127.0.0.1:{port}/hook", b"{}", {})
        HttpWebhookSender(loopback=True).send(sending)
        with on(kept), traces.span("task notices.send-webhooks"):
            HttpWebhookSender(loopback=True).send(sending)
            HttpGateway(f"http://127.0.0.1:{port}", "token").send(to="+33600000000", text="x", reference="r")
    off, webhook, text = seen
    assert "traceparent" not in off
    assert "traceparent" not in text
    spans = {span.name: span for span in kept.spans()}
    exchange = spans["exchange webhook"]
    assert webhook["traceparent"] == f"00-{exchange.trace_id.hex()}-{exchange.span_id.hex()}-01"
    assert exchange.parent_span_id == spans["task notices.send-webhooks"].span_id
    assert facts(exchange) == {"peer.service": "webhook", "http.response.status_code": 200}
    assert facts(spans["exchange texts"]) == {"peer.service": "texts"}
    assert "127.0.0.1" not in kept.text()


def test_an_exchange_that_fails_says_how_and_not_with_whom() -> None:
    kept = Kept()
    with on(kept), pytest.raises(OSError, match="silent"):
        within(1, lambda: (_ for _ in ()).throw(OSError("silent: marie@example.org")), partner="mail")
    (span,) = kept.spans()
    assert facts(span) == {"peer.service": "mail", "error.type": "OSError"}


def test_a_part_of_the_traces_is_kept_and_whole() -> None:
    kept = Kept()
    with on(kept, percent=20):
        for _turn in range(400):
            with traces.span("one"), traces.span("below"):
                pass
    names = [span.name for span in kept.spans()]
    assert 30 < names.count("one") == names.count("below") < 140


# --- A collector that does not do its part --------------------------------------------------------------------------------------------------


@contextmanager
def mute() -> Iterator[str]:
    """Takes the call and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def dribbling() -> Iterator[str]:
    """A byte now and then, for ever."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                while not gone.wait(0.02):
                    client.sendall(b"H")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            gone.set()


@contextmanager
def away() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def absurd() -> Iterator[str]:
    with served(status=302, says=b"\xff" * 200_000) as (port, _seen):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def breaking() -> Iterator[str]:
    with served(status=503, says=b"no") as (port, _seen):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("collector", [mute, dribbling, away, absurd, breaking])
def test_a_collector_that_does_not_do_its_part_slows_and_breaks_nothing(
    db: None, collector: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "EXCHANGE_SECONDS", 2.0)
    monkeypatch.setattr(traces, "EVERY_MILLISECONDS", 20)
    lost = _lost()
    client = Client()
    client.get("/legal/")
    with collector() as address:
        end = tracing.begin(url=address, percent=100, service="tests")
        try:
            worst = 0.0
            for _turn in range(15):
                began = time.monotonic()
                assert client.get("/").status_code == 200
                worst = max(worst, time.monotonic() - began)
                time.sleep(0.02)
        finally:
            began = time.monotonic()
            end()
        # Leaving waits for one exchange at most; the next ones are spared.
        assert time.monotonic() - began < 4.5
    # Whoever waited for it would have waited that long, on a busy machine too.
    assert worst < 2.0, "no request waited for the collector"
    assert _lost() > lost


def _lost() -> float:
    return traces.SPANS.labels("lost")._value.get()


def test_a_queue_that_nobody_empties_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "EXCHANGE_SECONDS", 0.2)
    monkeypatch.setattr(traces, "WAITING_MAX", 600)
    stuck = threading.Event()

    class Stuck:
        def post(self, body: bytes) -> int:
            stuck.wait(5)
            return 200

    began = time.monotonic()
    with on(Stuck()):
        for _turn in range(5_000):
            with traces.span("one"):
                pass
        spent = time.monotonic() - began
        stuck.set()
    assert spent < 4


def test_a_collector_over_http_is_given_what_it_asks_for() -> None:
    with served() as (port, seen):
        assert traces.HttpCollector(f"http://127.0.0.1:{port}/otlp/").post(b"x") == 200
    assert seen[0]["content-type"] == "application/x-protobuf"
    with pytest.raises((OSError, http.client.HTTPException)):
        traces.HttpCollector("http://127.0.0.1:1").post(b"x")


# --- Off ------------------------------------------------------------------------------------------------------------------------------------


def test_off_it_makes_nothing() -> None:
    assert not traces.is_on()
    assert traces.span("x", partner="y") is traces.OFF
    assert traces.start("x") is traces.OFF
    assert traces.headers() == {}
    with traces.span("x") as span:
        span.tell(status=1)
        span.name("y")
        span.fail("z")


@pytest.mark.slow
def test_off_nothing_of_it_is_loaded() -> None:
    program = (
        "import django, sys; django.setup(); import carnet.web.observed, carnet.api.grouped, carnet.jobs.tasks;"
        " sys.exit(any(name.partition('.')[0] in ('opentelemetry', 'google') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
