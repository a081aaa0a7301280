"""Traces for a collector that speaks OpenTelemetry: what a request, a task, a statement, an exchange took. Off unless a collector is named.

What a span may say is listed here (`FACTS`) and bounded: names of routes, tables, tasks and partners, methods, statuses, counts, and the number
of the request that the log has. Never an address, a parameter, a message of an error. A collector that is away, slow or absurd costs a request
nothing: spans wait in a bounded queue, leave from a thread of their own, and are lost and counted when they cannot.

The packages (`carnet[traces]`) are imported when it is turned on (carnet.gateways.tracing), and only then.
"""

import contextlib
import http.client
import importlib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import urlsplit

from prometheus_client import Counter

from carnet.gateways.in_time import in_time
from carnet.gateways.log_lines import masked

# W3C Trace Context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header. Nothing else of a caller's is read.
GIVEN = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
NOTHING_GIVEN = ("0" * 32, "0" * 16)
# What is told of a span, under OpenTelemetry's own names where it has some.
FACTS = {
    "route": "http.route",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "request": "carnet.request",
    "system": "db.system.name",
    "statement": "db.operation.name",
    "table": "db.collection.name",
    "partner": "peer.service",
    "task": "carnet.task",
    "queue": "carnet.queue",
    "attempts": "carnet.attempts",
    "count": "carnet.count",
    "fault": "error.type",
}
WORD_LENGTH_MAX = 200
# How long an exchange with the collector may last, whole; how long it is left alone after one that failed.
EXCHANGE_SECONDS, SPARED_SECONDS = 5.0, 30.0
WAITING_MAX, AT_ONCE, EVERY_MILLISECONDS = 4_096, 512, 2_000
ANSWER_BYTES_MAX = 64 * 1024
SPANS = Counter("carnet_spans_total", "Spans given to the collector of traces, and those that never reached it.", ["outcome"])
_tracer: Any = None


class Collector(Protocol):
    """What takes a body in OpenTelemetry's own form. Raises OSError, or what http.client raises."""

    def post(self, body: bytes) -> int: ...


class Begun:
    """A span at work; of a tracer that is off, nothing at all."""

    __slots__ = ("_context_manager", "_span")

    def __init__(self, span: Any = None, context_manager: Any = None) -> None:
        self._span = span
        self._context_manager = context_manager

    @property
    def span(self) -> Any:
        """OpenTelemetry's own object, for links and parents; None when off."""
        return self._span

    def name(self, name: str) -> None:
        """Say better what it is, once that is known."""
        if self._span is not None:
            self._span.update_name(_word(name))

    def tell(self, **facts: str | int) -> None:
        """Add facts, by their names in FACTS."""
        if self._span is not None:
            self._span.set_attributes(_attributes(facts))

    def fail(self, fault: str) -> None:
        """It failed: the class of what happened, never its message."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_attributes(_attributes({"fault": fault}))
            self._span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        """It is over."""
        if self._span is not None:
            self._span.end()

    def __enter__(self) -> "Begun":
        if self._context_manager is not None:
            self._context_manager.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: TracebackType | None) -> None:
        if self._context_manager is not None:
            if kind is not None:
                self.fail(kind.__name__)
            self._context_manager.__exit__(None, None, None)


OFF = Begun()


def is_on() -> bool:
    """Whether spans are made in this process."""
    return _tracer is not None


def is_here() -> bool:
    """Whether the running code is inside a span that is kept."""
    if _tracer is None:
        return False
    from opentelemetry import trace

    return bool(trace.get_current_span().is_recording())


def begin(*, url: str, percent: int, service: str, version: str, collector: Collector | None = None) -> Callable[[], None]:
    """Turn traces on in this process; return what turns them off again, once what waits has left. `service`: which program it is."""
    global _tracer
    trace, export, sampling, resources = (
        importlib.import_module(f"opentelemetry.sdk.{name}") for name in ("trace", "trace.export", "trace.sampling", "resources")
    )
    # It says so once for each batch that is lost, with what the collector answered: we count them.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = trace.TracerProvider(
        # By the trace's own number: every program of an installation keeps the same ones, whatever a caller asks for.
        sampler=sampling.TraceIdRatioBased(percent / 100),
        resource=resources.Resource({"service.name": "carnet", "service.namespace": service, "service.version": version}),
        shutdown_on_exit=True,
    )
    exporter = _exporter(collector or HttpCollector(url))
    provider.add_span_processor(
        export.BatchSpanProcessor(
            exporter,
            max_queue_size=WAITING_MAX,
            schedule_delay_millis=EVERY_MILLISECONDS,
            max_export_batch_size=AT_ONCE,
            export_timeout_millis=EXCHANGE_SECONDS * 1000,
        )
    )
    _tracer = provider.get_tracer("carnet")

    def end() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return end


def span(name: str, *, kind: str = "INTERNAL", **facts: str | int) -> Begun:
    """A span of the running code, a child of the one around it. Use it with `with`."""
    if _tracer is None:
        return OFF
    begun = start(name, kind=kind)
    begun.tell(**facts)
    return _current(begun)


def serving(name: str, given: str | None) -> Begun:
    """The span of a request of this thread, under the `traceparent` its caller gave, if it is one. Use it with `with`."""
    if _tracer is None:
        return OFF
    return _current(start(name, kind="SERVER", given=given))


def start(
    name: str, *, kind: str = "INTERNAL", given: str | None = None, parent: Any = None, links: Iterable[Any] = (), **facts: str | int
) -> Begun:
    """A span that is nobody's surroundings: whoever starts it ends it. `given`: a `traceparent`; `parent`, `links`: spans of others."""
    if _tracer is None:
        return OFF
    from opentelemetry import trace

    context = trace.set_span_in_context(parent) if parent is not None else _context_of(given)
    others = [trace.Link(each.get_span_context()) for each in links if each is not None]
    return Begun(_tracer.start_span(_word(name), context=context, kind=trace.SpanKind[kind], attributes=_attributes(facts), links=others))


def under(begun: Begun) -> Begun:
    """Make a span that was started the surroundings of a block, which ends it."""
    return _current(begun) if begun.span is not None else OFF


def headers() -> dict[str, str]:
    """The `traceparent` of the running code, for somebody else's server. Nothing when off, or when this trace is not kept."""
    if _tracer is None:
        return {}
    from opentelemetry import trace

    here = trace.get_current_span().get_span_context()
    if not here.is_valid or not here.trace_flags.sampled:
        return {}
    return {"traceparent": f"00-{here.trace_id:032x}-{here.span_id:016x}-01"}


def of_task(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """procrastinate's own way to surround each task: its name, its queue, never its arguments."""
    name = context.task.name
    with span(f"task {name}", kind="CONSUMER", task=name, queue=context.job.queue, attempts=context.job.attempts):
        return call_next()


def _current(begun: Begun) -> Begun:
    from opentelemetry import trace

    # What escapes is told by its class, in `__exit__`: OpenTelemetry would write its message and its frames.
    around = trace.use_span(begun.span, end_on_exit=True, record_exception=False, set_status_on_exception=False)
    return Begun(begun.span, around)


def _context_of(given: str | None) -> Any:
    """The surroundings of a caller's span; None, which is our own, for anything else than a `traceparent`."""
    found = GIVEN.fullmatch(given or "")
    if found is None or found[1] == NOTHING_GIVEN[0] or found[2] == NOTHING_GIVEN[1]:
        return None
    from opentelemetry import trace

    told = trace.SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=trace.TraceFlags(int(found[3], 16) & 1))
    return trace.set_span_in_context(trace.NonRecordingSpan(told))


def _attributes(facts: dict[str, str | int]) -> dict[str, str | int]:
    """Only what is listed, and nothing in it that could name or pay somebody, whoever wrote it."""
    return {FACTS[name]: value if isinstance(value, int) or name == "request" else _word(value) for name, value in facts.items()}


def _word(text: str) -> str:
    return masked(text[:WORD_LENGTH_MAX])


# --- The collector ----------------------------------------------------------------------------------------------------------------------


class HttpCollector:
    """OTLP over HTTP, one POST at a time: no proxy, no redirect, no second try, one deadline for the whole of it.

    Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def post(self, body: bytes) -> int:
        """Its status. Raises: OSError, http.client.HTTPException."""
        host, port = self._parts.hostname or "", self._parts.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=EXCHANGE_SECONDS, context=ssl.create_default_context())
            if self._parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=EXCHANGE_SECONDS)
        )
        with contextlib.closing(connection):
            told = {"Content-Type": "application/x-protobuf", "User-Agent": "carnet-traces/1", "Connection": "close"}
            connection.request("POST", f"{self._parts.path.rstrip('/')}/v1/traces", body, told)
            answer = connection.getresponse()
            answer.read(ANSWER_BYTES_MAX)
            return answer.status


def _exporter(collector: Collector) -> Any:
    """What OpenTelemetry hands its batches to, in its own thread."""
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Exporter(SpanExporter):
        def __init__(self) -> None:
            self._spared_until = 0.0

        def export(self, spans: Sequence[Any]) -> Any:
            if time.monotonic() >= self._spared_until and self._sent(spans):
                SPANS.labels("sent").inc(len(spans))
                return SpanExportResult.SUCCESS
            SPANS.labels("lost").inc(len(spans))
            return SpanExportResult.FAILURE

        def _sent(self, spans: Sequence[Any]) -> bool:
            try:
                body = encode_spans(spans).SerializeToString()
                status = in_time(EXCHANGE_SECONDS, lambda: collector.post(body))
            except Exception:  # noqa: BLE001 - whatever a collector does, the program goes on
                status = 0
            if 200 <= status < 300:
                return True
            self._spared_until = time.monotonic() + SPARED_SECONDS
            return False

    return Exporter()
